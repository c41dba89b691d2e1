"""Lengths, areas and shares as a plan file writes them: in its own unit, and read back to the last bit."""

from __future__ import annotations

import math

from drillsim.notation import FOOT, INCH, UNITS, value_of

MOST_DECIMALS = 12
"""Decimals beyond which a number in another unit is given up: metres then say it exactly."""
FEW_DECIMALS = {"m": 4, "cm": 3, "mm": 3, "ft": 2, "in": 4}
"""Decimals up to which a number in this unit is read at a glance."""
SIXTEENTHS = 16
"""Parts of an inch on an architect's scale."""


def length(metres: float, unit: str | None) -> float | int | str:
    """Return a length as the file has it, from which reading makes the same float.

    unit
        `units` of the plan: a bare number stands in it. None: the shortest text with a unit of its own.

    A length that no number in the file's unit gives exactly is written with another unit: '1 ft 4 1/2 in', '0.41 m'.
    """
    if unit is None:
        return min(_texts(metres), key=lambda text: (len(text), text))
    short = _bare(metres, unit, FEW_DECIMALS[unit])
    if short is not None:
        return short
    feet = _feet_and_inches(metres) if unit == "ft" else None
    if feet is not None:
        return feet
    longer = _bare(metres, unit, MOST_DECIMALS)
    return _in(metres, "m") if longer is None else longer


def area(square_metres: float, unit: str | None) -> str:
    """Return an area with its unit, in square feet where the file is in feet or inches and that is exact."""
    for name in ("ft2", "m2") if unit in ("ft", "in") else ("m2",):
        for decimals in range(MOST_DECIMALS):
            text = f"{plain(round(square_metres / UNITS['area'][name], decimals))} {name}"
            if value_of(text, "area") == square_metres:
                return text
    return f"{plain(square_metres)} m2"


def share(part: float) -> float | int | str:
    """Return a share as per cent where that is exact, else as a fraction."""
    for decimals in range(4):
        text = f"{plain(round(part * 100, decimals))} %"
        if value_of(text, "share") == part:
            return text
    return plain(part)


def slope(rise_over_run: float) -> float | int | str:
    """Return a slope as '1:12' where that is exact, else as a share."""
    run = plain(round(1 / rise_over_run, 6))
    return f"1:{run}" if run >= 1 and 1.0 / float(run) == rise_over_run else share(rise_over_run)


def plain(number: float) -> float | int:
    """Return a number without '.0'; minus nought is nought."""
    return int(number) if number == int(number) and abs(number) < 1e15 else number


def _bare(metres: float, unit: str, most: int) -> float | int | None:
    """Return the number in this unit with the fewest decimals that is read as this length; None where there is none."""
    size = UNITS["length"][unit]
    if size == 1.0:
        return plain(metres) if round(metres, most) == metres or most == MOST_DECIMALS else None
    for decimals in range(most + 1):
        number = round(metres / size, decimals)
        if number * size == metres:
            return plain(number)
    if most < MOST_DECIMALS:
        return None
    near = metres / size
    found = (n for n in (near, math.nextafter(near, math.inf), math.nextafter(near, -math.inf)) if n * size == metres)
    return next(found, None)


def _texts(metres: float) -> list[str]:
    """Return the length with a unit of its own, in every unit that says it exactly."""
    found = [_in(metres, "m")]
    for unit in ("ft", "in"):
        number = _bare(metres, unit, FEW_DECIMALS[unit])
        if number is not None and value_of(f"{number} {unit}", "length") == metres:
            found.append(f"{number} {unit}")
    feet = _feet_and_inches(metres)
    return [*found, feet] if feet else found


def _in(metres: float, unit: str) -> str:
    return f"{plain(metres)} {unit}"


def _feet_and_inches(metres: float) -> str | None:
    """Return a length as '12 ft 6 1/2 in', to a sixteenth of an inch; None where that is not exact."""
    parts = round(abs(metres) / INCH * SIXTEENTHS)
    feet, rest = divmod(parts, 12 * SIXTEENTHS)
    if not feet or not rest or feet * FOOT > abs(metres) + FOOT:
        return None
    inches, sixteenths = divmod(rest, SIXTEENTHS)
    fraction = ""
    if sixteenths:
        common = math.gcd(sixteenths, SIXTEENTHS)
        fraction = f"{sixteenths // common}/{SIXTEENTHS // common}"
    text = (
        f"{'-' if metres < 0 else ''}{feet} ft {' '.join(t for t in (str(inches) if inches else '', fraction) if t)} in"
    )
    return text if value_of(text, "length") == metres else None
