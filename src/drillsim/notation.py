"""Numbers with units as people write them: the units, and one grammar for the reader and for the JSON Schemas.

A quantity is a sign, an amount and a unit. An amount is a decimal number (12.5), a fraction (1/2) or both (6 1/2). Lengths
and times may have several parts, largest unit first, and their sign holds for the whole: -(29 ft 6 in). A hyphen right
after the foot mark separates, as architects write it (3'-0"); every other sign inside is refused.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import chain

FOOT, INCH = 0.3048, 0.0254
FEET = ("ft", "feet", "foot", "'", "\u2032", "\u2019", "\u2018")
INCHES = ("in", "inch", "inches", '"', "\u2033", "\u201d", "\u201c", "''", "\u2032\u2032", "\u2019\u2019")
UNITS: dict[str, dict[str, float]] = {
    "length": {
        **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), 1.0),
        **dict.fromkeys(("cm", "centimeter", "centimeters", "centimetre", "centimetres"), 0.01),
        **dict.fromkeys(("mm", "millimeter", "millimeters", "millimetre", "millimetres"), 0.001),
        **dict.fromkeys(FEET, FOOT),
        **dict.fromkeys(INCHES, INCH),
    },
    "time": {
        **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
        **dict.fromkeys(("min", "mins", "minute", "minutes"), 60.0),
        **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600.0),
    },
    "speed": {
        **dict.fromkeys(("m/s", "meters per second", "metres per second"), 1.0),
        **dict.fromkeys(("ft/s", "feet per second"), FOOT),
        "km/h": 1 / 3.6,
        **dict.fromkeys(("mph", "miles per hour"), 0.44704),
    },
    "area": {
        **dict.fromkeys(("m2", "m\u00b2", "sq m", "square meters", "square metres"), 1.0),
        **dict.fromkeys(("ft2", "ft\u00b2", "sq ft", "square feet"), 0.09290304),
    },
    "density": {
        **dict.fromkeys(("/m2", "/m\u00b2", "p/m2", "p/m\u00b2"), 1.0),
        **dict.fromkeys(("/ft2", "/ft\u00b2"), 1 / 0.09290304),
    },
    "flow": {"/s/m": 1.0, "/s/ft": 1 / FOOT},
    "rate": {
        **dict.fromkeys(("/s", "per second"), 1.0),
        **dict.fromkeys(("/min", "per minute"), 1 / 60),
        **dict.fromkeys(("/h", "per hour"), 1 / 3600),
    },
    "share": dict.fromkeys(("%", "percent", "per cent"), 0.01),
    "money": dict.fromkeys(("USD/year", "USD", "$"), 1.0),
}
"""Size of each unit in SI units, under every spelling that is read."""
NO_UNITS = "Write 'units:' and one of m, cm, mm, ft, in at the top of the file"
"""Remedy for the bare numbers of a plan that does not say their unit."""

DECIMAL = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
AMOUNT = rf"(?:[0-9]+[ -])?[0-9]+/[1-9][0-9]*|{DECIMAL}"
SIGN = r"[-+]?"
_CHAINS: dict[str, tuple[tuple[float, ...], ...]] = {
    "length": ((FOOT, INCH), (1.0, 0.01, 0.001)),
    "time": ((3600.0, 60.0, 1.0),),
}
"""Units, by size, of which one quantity may have several parts, the largest first."""


@cache
def pattern(kind: str, *, bare: bool = False) -> str:
    """Return the regular expression of a quantity of this kind, the same for Python and for JSON Schema.

    bare
        Whether a number may stand without its unit.
    """
    chains = _CHAINS.get(kind)
    if chains is None:
        forms = [_part(kind, tuple(UNITS[kind]))]
    else:
        forms = list(chain.from_iterable(_falling(kind, sizes) for sizes in chains))
    unit_missing = [f"(?:{AMOUNT})"] if bare else []
    return rf"^\s*{SIGN}(?:{'|'.join([*forms, *unit_missing])})\s*$"


def _falling(kind: str, sizes: tuple[float, ...]) -> list[str]:
    """Return one expression for each unit that a quantity may begin with; smaller units may follow."""
    forms = []
    for first in range(len(sizes)):
        parts = [_part(kind, tuple(u for u, size in UNITS[kind].items() if size == s)) for s in sizes[first:]]
        between = r"(?:-?\s*)" if sizes[first] == FOOT else r"\s*"
        forms.append(parts[0] + "".join(f"(?:{between}{part})?" for part in parts[1:]))
    return forms


def _part(kind: str, units: tuple[str, ...]) -> str:
    spelt = "|".join(re.escape(u).replace(r"\ ", " ") for u in sorted(units, key=len, reverse=True))
    return rf"(?:{AMOUNT})\s*(?:{spelt})"


def amount(text: str) -> float:
    """Return the value of an amount such as '12.5', '1/2', '6 1/2' or '6-1/2'; infinite where it is too large."""
    if "/" not in text:
        return float(text)
    whole, fraction = re.split("[ -]", text) if re.search("[ -]", text) else ("0", text)
    above, below = fraction.split("/")
    return float(whole) + float(above) / float(below)


def value_of(text: str, kind: str, *, bare: bool = False) -> float | None:
    """Return a written quantity in SI units, a bare number as it stands; None where it does not follow the grammar."""
    if not re.search(pattern(kind, bare=bare), text):
        return None
    total, unsigned = 0.0, text.strip().lstrip("+-")
    for match in re.finditer(_PIECE[kind], unsigned):
        unit = match[2]
        total += amount(match[1]) * (UNITS[kind][unit] if unit else 1.0)
    return -total if text.strip().startswith("-") else total


_PIECE = {
    kind: re.compile(rf"({AMOUNT})\s*({'|'.join(re.escape(u) for u in sorted(units, key=len, reverse=True))}|$)")
    for kind, units in UNITS.items()
}


def remedy(text: str, kind: str) -> str | None:
    """Return what to write instead of a text that is nearly a quantity, or None where that cannot be told."""
    comma = re.fullmatch(rf"\s*({SIGN}[0-9]+),([0-9]+)(\.[0-9]+)?\s*(.*?)\s*", text)
    if comma is not None:
        whole, part, rest, unit = comma[1], comma[2], comma[3] or "", f" {comma[4]}".rstrip()
        if len(part) == 3:
            point = "" if rest or kind == "money" else f" or '{whole}.{part}{unit}'"
            return f"Write '{whole}{part}{rest}{unit}'{point}: a comma is not read"
        return f"Write '{whole}.{part}{unit}', with a point"
    joined = re.sub(r"\s+[-+]\s*(?=[0-9.])|(?<=[^\s0-9.eE])[-+](?=[0-9.])", " ", text.strip())
    if joined != text.strip() and value_of(joined, kind) is not None:
        return f"A sign stands in front of the whole only. Write '{joined}'"
    lower = text.strip().lower()
    if lower != text.strip() and value_of(lower, kind) is not None:
        return f"Write '{lower}', in small letters"
    return None


def with_article(kind: str) -> str:
    """Return a kind of quantity as a sentence has it: 'a length', 'an area'."""
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def length_text(length_m: float, unit: str | None, *, digits: int = 2) -> str:
    """Return a length as a message says it: in the unit of a file, else in metres and feet.

    digits
        Decimals in metres and feet; a file in centimetres, millimetres or inches has fewer.
    """
    if unit is None:
        return f"{length_m:.{digits}f} m ({length_m / FOOT:.1f} ft)"
    return f"{length_m / UNITS['length'][unit]:.{_DECIMALS.get(unit, digits)}f} {unit}"


def area_text(area_m2: float, unit: str | None) -> str:
    """Return an area as a message says it: in square metres or feet, as the unit of a file goes, else in both."""
    feet2 = area_m2 / FOOT**2
    metric = f"{area_m2:.2f} m²" if area_m2 < 1000 else f"{area_m2:,.0f} m²"
    feet = f"{feet2:.1f} ft²" if feet2 < 10_000 else f"{feet2:,.0f} ft²"
    if unit is None:
        return f"{metric} ({feet})"
    return feet if unit in ("ft", "in") else metric


def place_text(x_m: float, y_m: float, unit: str | None) -> str:
    """Return a point as plan files write it: to the centimetre, in the unit of the file where it has one."""
    unit = unit or "m"
    x, y = (f"{v / UNITS['length'][unit]:.{_DECIMALS.get(unit, 2)}f}" for v in (x_m, y_m))
    return f"[{x}, {y}]" if unit in ("m", "mm", "cm") else f"[{x} {unit}, {y} {unit}]"


_DECIMALS = {"mm": 0, "cm": 1, "in": 1}


def time_of_day(text: str) -> str | None:
    """Return a time of day as 'hh:mm' ('8:05', '1:30 pm', '8 a.m.'; 24:00 is the end of the day); None where it is none."""
    match = re.fullmatch(TIME_OF_DAY, text)
    if match is None:
        return None
    digits = re.findall("[0-9]+", text)
    hours, minutes = int(digits[0]), int(digits[1]) if len(digits) > 1 else 0
    half = re.search("[ap]", text.lower())
    if half is None:
        return f"{hours:02d}:{minutes:02d}"
    return f"{hours % 12 + (12 if half[0] == 'p' else 0):02d}:{minutes:02d}"


_HALF = r"\s*(?:[aApP][mM]|[ap]\.m\.)"
TIME_OF_DAY = rf"^(?:(?:[01]?[0-9]|2[0-3]):[0-5][0-9]|(?:0?[1-9]|1[0-2])(?::[0-5][0-9])?{_HALF})$"
END_OF_PERIOD = rf"^(?:24:00|(?:[01]?[0-9]|2[0-3]):[0-5][0-9]|(?:0?[1-9]|1[0-2])(?::[0-5][0-9])?{_HALF})$"


class Written(float):
    """A number of a what-if, read as a file reads it: without a unit it is refused, also among numbers in SI units."""

    text: str
    """As it was written, for places where a name is needed."""

    def __new__(cls, value: float, text: str = "") -> Written:
        """Return the number with its text."""
        number = super().__new__(cls, value)
        number.text = text or f"{value:g}"
        return number
