"""Bounds of a plan, checked before anything is computed from it, so that a slip of the pen cannot take hours or gigabytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from drillsim.documents.fault_list import FaultList
from drillsim.plan.model import FloorPlan, Space, Stair

MOST_THINGS = 20_000
"""Objects in one section of a plan. Campuses of 2,000 rooms stay far below (tools/scale.py)."""
MOST_CORNERS = 500
"""Corners of one space with its holes; shortest ways inside take memory with their square."""
MOST_PEOPLE = 250_000
"""Persons in one plan."""
LONGEST_SIDE_M, FARTHEST_M = 5_000.0, 20_000.0
"""Side of the box around one space, and around the whole plan."""
LARGEST_ROOM_M2, LARGEST_LANDING_M2 = 250_000.0, 100_000.0
"""Floor of a space indoors (25 ha, more than any hall), and standing area of a stair room."""
WIDEST_M, LONGEST_STAIR_M = 1_000.0, 1_000.0
"""Clear width of an opening or stair, and walking length and rise of a stair."""
STEPS_M = (0.01, 2.0)
"""Height and depth of a step that can be computed with; unusual ones within are only told."""


def check_sizes(plan: FloorPlan, notes: FaultList) -> bool:
    """Note what only a wrong unit or a generated file explains (DS105), and return whether the plan can be computed with."""
    before = len(notes.faults)
    for section in ("levels", "spaces", "openings", "stairs", "posts", "cameras", "equipment", "assembly", "timetable"):
        number = len(getattr(plan, section))
        if number > MOST_THINGS:
            notes.add("DS105", f"{number:,} {section}; at most {MOST_THINGS:,} are read. Split the campus", (section,))
    if len(notes.faults) == before:
        for i, space in enumerate(plan.spaces):
            for key, message in _space_faults(space):
                notes.add("DS105", f"'{space.id}' {message}", ("spaces", i, key))
        for i, opening in enumerate(plan.openings):
            if opening.clear_width_m > WIDEST_M:
                key = "line" if opening.width is None else "width"
                message = (
                    f"'{opening.id}' is {opening.clear_width_m:,.0f} m wide; at most {WIDEST_M:,.0f} m. Check the unit"
                )
                notes.add("DS105", message, ("openings", i, key))
        for i, stair in enumerate(plan.stairs):
            for key, message in _stair_faults(stair):
                notes.add("DS105", f"stair '{stair.id}': {message}. Check the unit", ("stairs", i, key))
        _check_whole(plan, notes)
    return len(notes.faults) == before


def _space_faults(space: Space) -> Iterator[tuple[str, str]]:
    corners = len(space.polygon) + sum(map(len, space.holes))
    if corners > MOST_CORNERS:
        yield "polygon", f"has {corners:,} corners; at most {MOST_CORNERS} are read. Leave out what nobody walks around"
    sides = [max(p[k] for p in space.polygon) - min(p[k] for p in space.polygon) for k in (0, 1)]
    if max(sides) > LONGEST_SIDE_M:
        yield "polygon", f"is {max(sides):,.0f} m long; at most {LONGEST_SIDE_M:,.0f} m. Check the unit"
    elif space.use != "outdoors" and abs(_area_m2(space.polygon)) > LARGEST_ROOM_M2:
        yield (
            "polygon",
            f"has {abs(_area_m2(space.polygon)):,.0f} m²; at most {LARGEST_ROOM_M2:,.0f} m² indoors. Check the unit",
        )
    if space.landing is not None and not 0 < space.landing <= LARGEST_LANDING_M2:
        word = "above 0" if space.landing <= 0 else f"at most {LARGEST_LANDING_M2:,.0f} m²"
        yield "landing", f"has a landing of {space.landing:g} m²; it must be {word}"


def _stair_faults(stair: Stair) -> Iterator[tuple[str, str]]:
    for key, most in (("rise", LONGEST_STAIR_M), ("length", LONGEST_STAIR_M), ("width", WIDEST_M)):
        if getattr(stair, key) > most:
            yield key, f"a {key} of {getattr(stair, key):,.0f} m; at most {most:,.0f} m"
    for key in ("riser", "tread"):
        if not STEPS_M[0] <= getattr(stair, key) <= STEPS_M[1]:
            yield key, f"a {key} of {getattr(stair, key):g} m; {STEPS_M[0]:g} to {STEPS_M[1]:g} m"


def _check_whole(plan: FloorPlan, notes: FaultList) -> None:
    people = sum(s.people for s in plan.spaces)
    if people > MOST_PEOPLE:
        message = f"{people:,} people in all; at most {MOST_PEOPLE:,} are computed with. Check 'people'"
        notes.add("DS105", message, ("spaces",))
    for k in (0, 1):
        places = [p[k] for s in plan.spaces for p in s.polygon]
        if max(places) - min(places) > FARTHEST_M:
            message = (
                f"the plan reaches over {(max(places) - min(places)) / 1000:,.0f} km; at most {FARTHEST_M / 1000:,.0f} km. "
                "One point may have a wrong unit or sign"
            )
            notes.add("DS105", message, ("spaces",))


def _area_m2(corners: Sequence[tuple[float, float]]) -> float:
    """Return the signed area by the shoelace formula, about the first corner so that far coordinates keep their digits."""
    x0, y0 = corners[0]
    at = [(x - x0, y - y0) for x, y in corners]
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(at)) / 2
