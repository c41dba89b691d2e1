"""Lengths, times, speeds and spreads: units are read and written at the borders, SI inside."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import repeat
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from drillsim import notation
from drillsim.escape import quoted
from drillsim.notation import NO_UNITS, UNITS, Written, with_article

try:
    from _statistics import _normal_dist_inv_cdf as _inverse  # type: ignore[import-not-found]
except ImportError:
    from statistics import _normal_dist_inv_cdf as _inverse  # type: ignore[attr-defined]

inverse_normal: Callable[[float, float, float], float] = _inverse
"""The normal quantile of a probability, for a mean and a deviation: what NormalDist.inv_cdf computes, so that no other
library's version moves a draw."""
EXAMPLES = {
    "length": "'3 ft' or '36 in' (or '0.9 m')",
    "time": "'20 s' or '2 min'",
    "speed": "'4 ft/s' (or '1.3 m/s')",
    "area": "'35 ft2' (or '3.2 m2')",
    "density": "'2.7 /m2'",
    "flow": "'1.3 /s/m'",
    "rate": "'0.5 /s' or '30 /min'",
    "share": "'30 %'",
    "money": "'95000 USD/year'",
}
LARGEST: dict[str, float] = {
    "length": 1e7, "time": 1e10, "speed": 1000.0, "area": 1e7, "density": 1000.0, "flow": 1000.0, "rate": 1e6,
    "share": 1e6, "money": 1e12,
}  # fmt: skip
"""Largest magnitude of each quantity in SI units: map coordinates, three centuries (days of a verification last
decades), any vehicle, ten square kilometres.
No simulated quantity comes near; beyond, arithmetic would overflow or loops would not end."""
_NUMBER = re.compile(rf"^\s*({notation.SIGN}(?:{notation.AMOUNT}))\s*(.*?)\s*$", re.DOTALL)
LONGEST_TEXT = 100
"""Most characters of a written quantity."""
MAX_SIGMA = 3.0
"""Largest sigma of a lognormal; beyond, its ninety-percent range spans more than four powers of ten, surely a mistake."""


def parse(value: Any, kind: str, *, bare: bool = False) -> float:
    """Return a quantity of this kind in SI units.

    value
        Text such as '6 ft' or '2 min 30 s', or a bare number where `bare` allows it.
    kind
        A key of UNITS. Shares are fractions: '30 %' is 0.3, and a bare 0.3 is also a share.

    Raises a pydantic custom error that names the remedy when the unit is missing or of another kind.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise PydanticCustomError(
            "DS104", "'{v}' is not a quantity. Write {e}", {"v": quoted(value), "e": EXAMPLES[kind]}
        )
    if isinstance(value, (int, float)):
        if bare or (kind == "share" and 0 <= value <= 1):
            return _bounded(_float(value), kind)
        raise PydanticCustomError("DS110", "missing unit. Write {e}", {"e": EXAMPLES[kind]})
    if len(value) > LONGEST_TEXT:  # matching takes time with the square of the length
        raise _no_quantity(value, kind)
    read = notation.value_of(value, kind, bare=bare)
    if read is None:
        raise _no_quantity(value, kind)
    return _bounded(read, kind)


def _no_quantity(value: str, kind: str) -> PydanticCustomError:
    """Return the error of a text that is no quantity: a misspelt one (DS104), a missing (DS110) or foreign unit (DS111)."""
    short = value if len(value) <= LONGEST_TEXT else value[:LONGEST_TEXT]
    nearly = notation.remedy(value, kind) if short == value else None
    if nearly is not None:
        return PydanticCustomError("DS104", "{t}", {"t": f"'{quoted(value)}' is not read. {nearly}"})
    match = _NUMBER.match(short) if short == value else None
    if match is None:
        return PydanticCustomError(
            "DS104", "'{v}' is not a quantity. Write {e}", {"v": quoted(value), "e": EXAMPLES[kind]}
        )
    unit = match[2]
    if not unit:
        return PydanticCustomError("DS110", "missing unit. Write {e}", {"e": EXAMPLES[kind]})
    other = next((k for k in UNITS if k != kind and notation.value_of(value, k) is not None), None)
    if other is not None:
        text = f"'{quoted(value)}' is {with_article(other)}; {with_article(kind)} is needed here, like {EXAMPLES[kind]}"
        return PydanticCustomError("DS111", "{t}", {"t": text})
    if re.search("[0-9]", unit.replace("m2", "").replace("ft2", "")):
        text = f"'{quoted(value)}' is not a quantity. Write {EXAMPLES[kind]}"
        return PydanticCustomError("DS104", "{t}", {"t": text})
    return PydanticCustomError("DS111", "{t}", {"t": f"'{quoted(unit)}' is no unit of {kind}. Write {EXAMPLES[kind]}"})


def _float(value: int | float) -> float:
    """Return a number as a float, infinite where a whole number is too large for one."""
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value)


def _bounded(number: float, kind: str) -> float:
    """Return the number if a quantity of this kind can have it; raises DS105 for a size that only a wrong unit explains."""
    if not math.isfinite(number):
        raise PydanticCustomError("DS105", "{k} must be a finite number", {"k": with_article(kind)})
    if abs(number) > LARGEST[kind]:
        unit = next(iter(UNITS[kind]))
        text = f"{with_article(kind)} of {number:.3g} {unit} is beyond what is computed with (at most {LARGEST[kind]:g} {unit}). Check the unit"
        if kind == "share":
            text = f"a share of {100 * number:.3g} % is beyond what is computed with. Check the number"
        raise PydanticCustomError("DS105", "{t}", {"t": text})
    return number


def _bare_number(value: Any) -> float | None:
    """Return a number that stands without a unit, as a number or as text; None for anything else."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _float(value)
    match = _NUMBER.match(value) if isinstance(value, str) and len(value) <= LONGEST_TEXT else None
    return notation.value_of(value, "length", bare=True) if match and not match[2] else None


def _of(kind: str, *, bare_in_plan: bool = False) -> BeforeValidator:
    """Read a quantity from a file.

    The context {"si": True} takes bare SI numbers back from a saved model; {"bare_lengths": "ft"} reads bare lengths in
    feet, and bare areas in square feet; True there means metres.
    """

    def read(value: Any, info: ValidationInfo) -> float:
        context = info.context or {}
        si = bool(context.get("si")) and not isinstance(value, Written)
        unit = context.get("bare_lengths") if bare_in_plan and not si else None
        size = UNITS["length"].get(unit, 1.0) if isinstance(unit, str) else 1.0
        if size != 1.0 and (number := _bare_number(value)) is not None:
            return parse(number * (size if kind == "length" else size * size), kind, bare=True)
        if bare_in_plan and not si and unit is None and "bare_lengths" in context and _bare_number(value) is not None:
            raise PydanticCustomError("DS110", "missing unit. {r}, or {e}", {"r": NO_UNITS, "e": EXAMPLES[kind]})
        return parse(value, kind, bare=si or bool(unit))

    return BeforeValidator(read)


def written(kind: str, *, bare: bool = False) -> dict[str, Any]:
    """Return the JSON Schema of a quantity as files write it: text with a unit, or a number where `bare` allows it."""
    schema = {"type": ["string", "number"] if bare else "string", "pattern": notation.pattern(kind, bare=bare)}
    return schema | {"examples": re.findall(r"'(.*?)'(?=[ )]|$)", EXAMPLES[kind])}


def _schema(kind: str, *, bare: bool = False) -> WithJsonSchema:
    return WithJsonSchema(written(kind, bare=bare))


Length = Annotated[float, _of("length", bare_in_plan=True), _schema("length", bare=True)]
Area = Annotated[float, _of("area", bare_in_plan=True), _schema("area", bare=True)]
Time = Annotated[float, _of("time"), _schema("time")]
Speed = Annotated[float, _of("speed"), _schema("speed")]
Density = Annotated[float, _of("density"), _schema("density")]
SpecificFlow = Annotated[float, _of("flow"), _schema("flow")]
Rate = Annotated[float, _of("rate"), _schema("rate")]
"""Events per second, such as people who come in."""
Share = Annotated[float, Field(ge=0, le=1), _of("share"), _schema("share", bare=True)]
Ratio = Annotated[float, Field(gt=0, le=100), _of("share"), _schema("share", bare=True)]
"""A multiple: '80 %' is 0.8, and '150 %' 1.5."""
_ONE_IN = r"^\s*1\s*:\s*[1-9][0-9]{0,3}(?:\.[0-9]{1,6})?\s*$"


def _gradient(value: Any) -> Any:
    """Return a slope that is written as '1:12' as a share; anything else as it is."""
    if isinstance(value, str) and len(value) <= LONGEST_TEXT and re.match(_ONE_IN, value):
        return 1.0 / float(value.split(":")[1])
    if isinstance(value, str):
        is_share = len(value) <= LONGEST_TEXT and notation.value_of(value, "share") is not None
    else:
        is_share = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
    if not is_share:
        raise PydanticCustomError("DS104", "{t}", {"t": f"'{quoted(value)}' is no slope. Write '1:12' or '8 %'"})
    return value


Slope = Annotated[
    float,
    Field(gt=0, le=1),
    _of("share"),
    BeforeValidator(_gradient),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": _ONE_IN, "examples": ["1:12"]}, written("share", bare=True)]}
    ),
]
"""Height over length on plan: '1:12' is 0.0833, and '8 %' is 0.08."""
Money = Annotated[float, _of("money"), _schema("money")]


class Spread(BaseModel):
    """A random quantity, in SI units, drawn by its inverse distribution from one uniform number.

    `form` is one of the six written forms; `a`, `b`, `c`, `d` hold its parameters in the order in which
    the form names them. A lognormal `{median, sigma}` may be cut with `low` and `high` (values beyond are clamped).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: str
    form: Literal["constant", "uniform", "triangular", "lognormal", "normal", "exponential"]
    a: float
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0
    low: float = -math.inf
    high: float = math.inf

    def quantile(self, u: float) -> float:
        """Return the value below which a share `u` (0 < u < 1) of the draws lies."""
        form, a, b, c = self.form, self.a, self.b, self.c
        if form == "constant":
            return a
        if form == "uniform":
            return a + (b - a) * u
        if form == "triangular":
            if c <= a:
                return a
            split = (b - a) / (c - a)
            if u < split:
                return a + math.sqrt(u * (c - a) * (b - a))
            return c - math.sqrt((1 - u) * (c - a) * (c - b))
        if form == "lognormal":
            value = a * math.exp(b * inverse_normal(u, 0.0, 1.0))
        elif form == "normal":
            value = a + b * inverse_normal(u, 0.0, 1.0)
        else:
            value = -a * math.log1p(-u)
        return self.low if value < self.low else self.high if value > self.high else value

    def quantiles(self, many: Sequence[float]) -> list[float]:
        """Return `quantile` of each of many numbers, to the last bit."""
        if self.form == "lognormal":
            normal = map(inverse_normal, many, repeat(0.0), repeat(1.0))
            return [min(max(self.a * math.exp(self.b * z), self.low), self.high) for z in normal]
        return [self.quantile(u) for u in many]

    def written(self, factor: float = 1.0) -> dict[str, Any] | str:
        """Return the spread as a file writes it, in SI units, all its quantities times a factor."""
        unit = next(iter(UNITS[self.kind]))

        def text(number: float) -> str:
            return f"{Decimal(repr(number * factor)):f} {unit}"

        if self.form == "constant":
            return text(self.a)
        names = next(keys for form, keys in FORMS.values() if form == self.form)
        values: dict[str, Any] = {k: text(v) for k, v in zip(names, (self.a, self.b, self.c), strict=False)}
        if self.form == "lognormal":
            values["sigma"] = self.b
        cut = {"low": self.low, "high": self.high}
        return values | {k: text(v) for k, v in cut.items() if math.isfinite(v)}

    def mean(self) -> float:
        """Return the mean of the unclamped distribution."""
        a, b, c = self.a, self.b, self.c
        other = {"uniform": (a + b) / 2, "triangular": (a + b + c) / 3, "lognormal": a * math.exp(b * b / 2)}
        return other.get(self.form, a)

    def __str__(self) -> str:
        unit = {"time": "s", "speed": "m/s", "length": "m"}.get(self.kind, "")
        n = {k: f"{getattr(self, k):g}" for k in "abc"}
        return {
            "constant": f"{n['a']} {unit}",
            "uniform": f"{n['a']} to {n['b']} {unit}",
            "triangular": f"{n['a']} to {n['c']} {unit}, usually {n['b']}",
            "lognormal": f"median {n['a']} {unit}, sigma {n['b']}",
            "normal": f"mean {n['a']} {unit}, sd {n['b']}",
            "exponential": f"mean {n['a']} {unit} (exponential)",
        }[self.form]


FORMS: dict[frozenset[str], tuple[str, tuple[str, ...]]] = {
    frozenset({"low", "high"}): ("uniform", ("low", "high")),
    frozenset({"low", "usual", "high"}): ("triangular", ("low", "usual", "high")),
    frozenset({"median", "sigma"}): ("lognormal", ("median", "sigma")),
    frozenset({"median", "sigma", "low", "high"}): ("lognormal", ("median", "sigma")),
    frozenset({"mean", "sd", "low", "high"}): ("normal", ("mean", "sd")),
    frozenset({"mean"}): ("exponential", ("mean",)),
}
SPREAD_KEYS = frozenset().union(*FORMS)
FORMS_TEXT = (
    "a quantity, {low, high}, {low, usual, high}, {median, sigma}, {median, sigma, low, high}, "
    "{mean, sd, low, high} or {mean}"
)


def _sigma(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= MAX_SIGMA:
        text = f"sigma is a plain number from 0 to {MAX_SIGMA:g}, such as 0.5 (the sd of the logarithm), not '{quoted(value)}'"
        raise PydanticCustomError("DS105", "{t}", {"t": text})
    return float(value)


def _least(value: float, kind: str) -> float:
    """Return the least value of a spread, refused where no delay or speed can be that small."""
    if value < 0 or (kind == "speed" and value == 0):
        text = "a speed must be above 0" if kind == "speed" else f"a {kind} must not be negative"
        raise PydanticCustomError("DS105", "{t}", {"t": text})
    return value


def spread(value: Any, kind: str) -> Spread:
    """Return the Spread written in one of the forms of FORMS (or already a Spread)."""
    if isinstance(value, Spread):
        return value
    if not isinstance(value, dict):
        return Spread(kind=kind, form="constant", a=_least(parse(value, kind), kind))
    form = FORMS.get(frozenset(value))
    if form is None:
        text = f"{{{', '.join(quoted(k) for k in list(value)[:12])}}} is no spread. Write {FORMS_TEXT}"
        raise PydanticCustomError("DS120", "{t}", {"t": text})
    numbers = {k: _sigma(v) if k == "sigma" else parse(v, kind) for k, v in value.items()}
    ordered = [numbers[k] for k in ("low", "usual", "high") if k in numbers]
    if ordered != sorted(ordered) or numbers.get("sd", 1) < 0:
        raise PydanticCustomError("DS105", "low, usual and high must rise, sd must not be negative", {})
    if numbers.get("median", 1) <= 0 or (set(numbers) == {"mean"} and numbers["mean"] <= 0):
        raise PydanticCustomError("DS105", "this spread needs a median or mean above 0", {})
    _least(min(ordered, default=numbers.get("median", numbers.get("mean", 0.0))), kind)
    parameters = dict(zip("abc", (numbers[k] for k in form[1]), strict=False))
    cut = {k: numbers[k] for k in ("low", "high") if k in numbers and form[0] in ("lognormal", "normal")}
    return Spread.model_validate({"kind": kind, "form": form[0], **parameters, **cut})


def _spread_of(kind: str) -> BeforeValidator:
    def read(value: Any, info: ValidationInfo) -> Spread:
        if isinstance(value, dict) and "form" in value and (info.context or {}).get("si"):
            return Spread.model_validate({k: v for k, v in value.items() if v is not None})  # JSON has no infinity
        return spread(value, kind)

    return BeforeValidator(read)


def written_spread(kind: str) -> dict[str, Any]:
    """Return the JSON Schema of a spread as a file writes it: a quantity, or a mapping in one of FORMS."""
    values = {"sigma": {"type": "number", "minimum": 0}}
    forms = [
        {
            "type": "object",
            "title": name,
            "properties": {k: values.get(k, written(kind)) for k in sorted(keys)},
            "required": sorted(keys),
            "additionalProperties": False,
        }
        for keys, (name, _) in FORMS.items()
    ]
    return {"anyOf": [written(kind), *forms]}


TimeSpread = Annotated[Spread, _spread_of("time"), WithJsonSchema(written_spread("time"))]
SpeedSpread = Annotated[Spread, _spread_of("speed"), WithJsonSchema(written_spread("speed"))]


def _time_of_day(value: Any) -> str:
    read = notation.time_of_day(value) if isinstance(value, str) else None
    if read is None:
        raise PydanticCustomError(
            "DS105", "'{v}' is no time of day. Write \"10:00\", in quotes, or 1:30 pm", {"v": quoted(value)}
        )
    return read


def _end_of_period(value: Any) -> str:
    return value if value == "24:00" else _time_of_day(value)


TimeOfDay = Annotated[
    str, BeforeValidator(_time_of_day), WithJsonSchema({"type": "string", "pattern": notation.TIME_OF_DAY})
]
"""A time of day such as '10:00' or '1:30 pm', held as 'hh:mm'."""
EndOfPeriod = Annotated[
    str, BeforeValidator(_end_of_period), WithJsonSchema({"type": "string", "pattern": notation.END_OF_PERIOD})
]
"""A time of day, or '24:00', the end of the day."""


def minutes(text: str) -> int:
    """Return the minutes since midnight of a time of day 'h:mm' or 'hh:mm', up to 24:00 = 1440."""
    hours, rest = text.split(":")
    return int(hours) * 60 + int(rest)


def clock(seconds: float) -> str:
    """Return seconds as m:ss (h:mm:ss from one hour), rounded to whole seconds."""
    whole = math.floor(seconds + 0.5)
    sign, whole = ("-", -whole) if whole < 0 else ("", whole)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{sign}{hours}:{minute:02d}:{second:02d}" if hours else f"{sign}{minutes}:{second:02d}"
