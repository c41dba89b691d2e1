"""Lengths, times, speeds and spreads: units are read and written at the borders, SI inside."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from drillsim.escape import quoted

try:
    from _statistics import _normal_dist_inv_cdf as _inverse  # type: ignore[import-not-found]
except ImportError:
    from statistics import _normal_dist_inv_cdf as _inverse  # type: ignore[attr-defined]

inverse_normal: Callable[[float, float, float], float] = _inverse
"""The normal quantile of a probability, for a mean and a deviation: what NormalDist.inv_cdf computes, so that no other
library's version moves a draw."""
UNITS: dict[str, dict[str, float]] = {
    "length": {"m": 1.0, "cm": 0.01, "mm": 0.001, "ft": 0.3048, "feet": 0.3048, "'": 0.3048, "in": 0.0254, '"': 0.0254},
    "time": {"s": 1.0, "sec": 1.0, "min": 60.0, "h": 3600.0},
    "speed": {"m/s": 1.0, "ft/s": 0.3048, "km/h": 1 / 3.6, "mph": 0.44704},
    "area": {"m2": 1.0, "ft2": 0.09290304, "sq ft": 0.09290304},
    "density": {"/m2": 1.0, "p/m2": 1.0, "/ft2": 1 / 0.09290304},
    "flow": {"/s/m": 1.0, "/s/ft": 1 / 0.3048},
    "rate": {"/s": 1.0, "/min": 1 / 60, "/h": 1 / 3600},
    "share": {"%": 0.01},
    "money": {"USD/year": 1.0, "USD": 1.0, "$": 1.0},
}
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
Nothing that is simulated here comes near; beyond, arithmetic would overflow or never end."""
_NUMBER = re.compile(r"^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*?)\s*$")
LONGEST_TEXT = 100
"""Characters of a written quantity."""
MAX_SIGMA = 3.0
"""A lognormal with a larger sigma has a ninety-percent range of more than four powers of ten: a slip of the pen."""


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
    if len(value) > LONGEST_TEXT:  # the patterns below take time with the cube of the length
        raise PydanticCustomError(
            "DS104", "'{v}' is not a quantity. Write {e}", {"v": quoted(value), "e": EXAMPLES[kind]}
        )
    total, rest = 0.0, value.strip()
    pieces = re.findall(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*[^\d\s.+-][^\d]*", rest)
    several = len(pieces) > 1 and kind in ("time", "length") and "".join(pieces) == rest
    for piece in pieces if several else [rest]:
        match = _NUMBER.match(piece)
        if not match:
            raise PydanticCustomError(
                "DS104", "'{v}' is not a quantity. Write {e}", {"v": quoted(value), "e": EXAMPLES[kind]}
            )
        number, unit = float(match[1]), match[2].strip()
        if not unit:
            if bare:
                return _bounded(number, kind)
            raise PydanticCustomError("DS110", "missing unit. Write {e}", {"e": EXAMPLES[kind]})
        if unit not in UNITS[kind]:
            other = next((k for k, table in UNITS.items() if unit in table), None)
            article = f"'{quoted(value)}' is a {other}; a {kind} is needed here, like {EXAMPLES[kind]}"
            unknown = f"'{quoted(unit)}' is no unit of {kind}. Write {EXAMPLES[kind]}"
            raise PydanticCustomError("DS111", "{t}", {"t": article if other else unknown})
        total += number * UNITS[kind][unit]
    return _bounded(total, kind)


def _float(value: int | float) -> float:
    """Return a number as a float, infinite where a whole number is too large for one."""
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value)


def _bounded(number: float, kind: str) -> float:
    """Return a number that a quantity of this kind can have; raises DS105 for what only a wrong unit explains."""
    if not math.isfinite(number):
        raise PydanticCustomError("DS105", "a {k} must be a finite number", {"k": kind})
    if abs(number) > LARGEST[kind]:
        unit = next(iter(UNITS[kind]))
        text = f"a {kind} of {number:.3g} {unit} is beyond what is computed with (at most {LARGEST[kind]:g} {unit}). Check the unit"
        if kind == "share":
            text = f"a share of {100 * number:.3g} % is beyond what is computed with. Check the number"
        raise PydanticCustomError("DS105", "{t}", {"t": text})
    return number


def _of(kind: str, *, bare_in_plan: bool = False) -> BeforeValidator:
    """Read a quantity; the context {"si": True} takes bare SI numbers back from a saved model."""

    def read(value: Any, info: ValidationInfo) -> float:
        context = info.context or {}
        return parse(value, kind, bare=bool(context.get("si") or (bare_in_plan and context.get("bare_lengths"))))

    return BeforeValidator(read)


def written(kind: str, *, bare: bool = False) -> dict[str, Any]:
    """Return the JSON Schema of a quantity as files write it: text with a unit, or a number where `bare` allows it."""
    units = "|".join(re.sub(r"([$])", r"\\\1", u) for u in sorted(UNITS[kind], key=len, reverse=True))
    one = rf"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*({units})"
    many = "+" if kind in ("time", "length") else ""
    schema = {"type": ["string", "number"] if bare else "string", "pattern": rf"^\s*({one}\s*){many}$"}
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

    def mean(self) -> float:
        """Return the mean of the unclamped distribution."""
        a, b, c = self.a, self.b, self.c
        return {
            "constant": a,
            "uniform": (a + b) / 2,
            "triangular": (a + b + c) / 3,
            "lognormal": a * math.exp(b * b / 2),
            "normal": a,
            "exponential": a,
        }[self.form]

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
            return Spread.model_validate(value)
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


def _time_of_day(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"(?:[01]?\d|2[0-3]):[0-5]\d", value):
        raise PydanticCustomError("DS105", "'{v}' is no time of day. Write \"10:00\", in quotes", {"v": quoted(value)})
    return value


TimeOfDay = Annotated[
    str, BeforeValidator(_time_of_day), WithJsonSchema({"type": "string", "pattern": r"^([01]?\d|2[0-3]):[0-5]\d$"})
]
"""A time of day such as '10:00'."""


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
