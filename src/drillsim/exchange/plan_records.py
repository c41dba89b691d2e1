"""A plan as records in metres, one for each object, for writers of foreign formats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from drillsim.plan.model import FloorPlan, Opening, Point, Ramp, Stair, stair_opening
from drillsim.plan.outlines import floor_of
from drillsim.plan.writing import plan_document

DRAWN_SECTIONS = ("spaces", "openings", "stairs", "ramps", "posts", "equipment", "assembly")
"""Sections of a plan file whose objects have a place that formats draw."""
XY = tuple[float, float]


class Record(NamedTuple):
    """One object: its section of the plan file, its native data in metres, the id of its level, and its points.

    points
        Outline of a space, ends of a threshold, foot and head of a flight, or one point.
    holes
        Outlines of the holes of a space.
    """

    section: str
    data: Mapping[str, Any]
    level: str
    points: tuple[XY, ...]
    holes: tuple[tuple[XY, ...], ...] = ()


def document_in_metres(plan: FloorPlan) -> dict[str, Any]:
    """Return the data of a plan file with all lengths as metres."""
    return plan_document(plan.model_copy(update={"units": "m"}))


def records_of(plan: FloorPlan) -> Iterator[Record]:
    """Yield a record of every object that has a place, in the order of the file."""
    told = document_in_metres(plan)
    levels = {space.id: space.level for space in plan.spaces}
    first = plan.levels[0].id
    for space, data in zip(plan.spaces, told["spaces"], strict=True):
        yield Record("spaces", data, space.level, _points(space.polygon), tuple(map(_points, space.holes)))
    for opening, data in zip(plan.openings, told.get("openings", ()), strict=True):
        yield Record("openings", data, level_of(opening, levels), _points(opening.line))
    for section in ("stairs", "ramps"):
        for flight, data in zip(getattr(plan, section), told.get(section, ()), strict=True):
            yield Record(section, data, levels[flight.lower], _ends(plan, flight))
    for section in ("posts", "equipment", "assembly"):
        for thing, data in zip(getattr(plan, section), told.get(section, ()), strict=True):
            yield Record(section, data, levels.get(getattr(thing, "space", ""), first), _points((thing.at,)))


def level_of(opening: Opening, levels: Mapping[str, str]) -> str:
    """Return the level of an opening: that of its first space that is not outside."""
    return next(levels[space] for space in opening.spaces if space in levels)


def _points(points: tuple[Point, ...]) -> tuple[XY, ...]:
    return tuple((float(x), float(y)) for x, y in points)


def _ends(plan: FloorPlan, flight: Stair | Ramp) -> tuple[XY, XY]:
    """Return foot and head of a flight: the openings it counts from, else a point of the space."""
    foot, head = (_end(plan, flight, upper=upper) for upper in (False, True))
    return foot, head


def _end(plan: FloorPlan, flight: Stair | Ramp, *, upper: bool) -> XY:
    opening = stair_opening(plan, flight, upper=upper)
    if opening is not None:
        return opening.middle
    space = plan.spaces[plan.space_index[flight.upper if upper else flight.lower]]
    point = floor_of(space.polygon, space.holes).representative_point()
    return float(point.x), float(point.y)


__all__ = ["DRAWN_SECTIONS", "Record", "document_in_metres", "level_of", "records_of"]
