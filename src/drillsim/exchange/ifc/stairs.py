"""Stairs of a building model: the spaces at foot and head, width and walking length of the flights."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import hypot
from typing import Any

import shapely
from shapely import Point, Polygon
from shapely.geometry.polygon import orient

from drillsim.exchange.ifc.doors import add_opening
from drillsim.exchange.importing.draft import XY, Draft, Thing, rounded
from drillsim.exchange.importing.rooms import SpaceShapes, axes
from drillsim.exchange.importing.rules import LANDING, STAIR

LEAST_OVERLAP_M2 = 0.5
"""Overlap of a stair with a space below which the stair does not lead there, m2. Source: A:import.stairs."""
RAILING_M = 0.10
"""Width of a flight that railings take, m. Source: A:import.stairs."""
LANDING_M = 1.2
"""Depth of the landing that stands for the end of a stair in a hall, m. Source: A:import.stairs."""
NEAR_M = 0.5
"""Farthest that a hall may lie from the end of a stair, m. Source: A:import.stairs."""
LIKELY = re.compile(r"stair|treppe|hall|corridor|flur|lobby|foyer|landing", re.IGNORECASE)


def add_stairs(
    draft: Draft, stairs: Sequence[Any], shapes: Mapping[str, SpaceShapes], level_at: Sequence[tuple[float, str]]
) -> None:
    """Add every stair whose two ends are found; its ends in a hall become landings of their own.

    level_at
        Elevation in m and id of every level that has spaces, from the lowest.
    """
    for stair in stairs:
        flights = sorted((f for f in stair["flights"] if f["parts"] and len(f["ends"]) == 2), key=lambda f: f["z"])
        if not flights or len(level_at) < 2:
            draft.note("left out", f"stair '{stair['name']}' has no flight with a geometry")
            continue
        low = min(level_at, key=lambda v: abs(v[0] - flights[0]["z"]))
        top = min((v for v in level_at if v != low), key=lambda v: abs(v[0] - flights[-1]["top"]))
        footprint = shapely.union_all([Polygon(f["parts"][0][0]) for f in flights])
        foot, head = _xy(flights[0]["ends"][0]), _xy(flights[-1]["ends"][1])
        if low[0] >= top[0]:
            draft.note("left out", f"stair '{stair['name']}' does not lead from one storey to the next", foot)
            continue
        spaces = [_space(shapes[level], footprint, end, draft) for (_, level), end in ((low, foot), (top, head))]
        if spaces[0] is None or spaces[1] is None:
            where = "foot" if spaces[0] is None else "head"
            draft.note(
                "missing",
                f"no space is near the {where} of stair '{stair['name']}'",
                foot if spaces[0] is None else head,
            )
            continue
        width = max(0.6, min(axes(Polygon(f["parts"][0][0]))[0][1] for f in flights) - RAILING_M)
        id_ = draft.id_for("", "stair")
        ends = [
            _end(draft, shapes[level], level, space, footprint, end, width)
            for (_, level), space, end in zip((low, top), (spaces[0], spaces[1]), (foot, head), strict=True)
        ]
        thing: Thing = {"id": id_, "label": str(stair["name"])[:40], "lower": ends[0][0], "upper": ends[1][0]}
        for key, (_, opening, _) in zip(("lower_opening", "upper_opening"), ends, strict=True):
            thing[key] = opening
        rise = round(top[0] - low[0], 4)
        length = _length_m(flights) + ends[0][2] + ends[1][2]
        draft.stairs.append(
            {**thing, "rise": rise, "width": round(width, 3), "length": round(length, 3), **_steps(flights, rise)}
        )
        draft.derive(id_, STAIR)


def _space(shapes: SpaceShapes, footprint: Any, end: XY, draft: Draft) -> str | None:
    """Return the space of a stair's end: one with enough overlap, a stair or hall first; else the nearest to the end."""
    label = {s["id"]: f"{s.get('label', '')} {s['use']}" for s in draft.spaces}
    over = {s: float(shapes.shape(s).intersection(footprint).area) for s in shapes.ids}
    found = [s for s, area in over.items() if area > LEAST_OVERLAP_M2]
    if found:
        return max(found, key=lambda s: (bool(LIKELY.search(label[s])), over[s]))
    point = Point(end)
    near = [s for s in shapes.ids if shapes.shape(s).distance(point) <= NEAR_M]
    return min(near, key=lambda s: (not LIKELY.search(label[s]), float(shapes.shape(s).distance(point))), default=None)


def _end(
    draft: Draft, shapes: SpaceShapes, level: str, space: str, footprint: Any, end: XY, width_m: float
) -> tuple[str, str, float]:
    """Return space and opening of a stair's end, and metres to add between them.

    A space that is mostly the stair itself ends at its opening nearest to the end; elsewhere a landing is cut from the
    footprint beside the hall. Seven arguments: the place of the end in draft, level and space.
    """
    shape = shapes.shape(space)
    if shape.intersection(footprint).area < 0.5 * shape.area:
        landing = _landing(draft, shapes, level, space, footprint, end, width_m)
        if landing is not None:
            return landing
    beside = [o for o in draft.openings if space in o["spaces"]]
    if not beside:
        return space, "", 0.0
    nearest = min(beside, key=lambda o: _apart(_middle(o["line"]), end))
    return space, str(nearest["id"]), _apart(_middle(nearest["line"]), end)


def _landing(
    draft: Draft, shapes: SpaceShapes, level: str, space: str, footprint: Any, end: XY, width_m: float
) -> tuple[str, str, float] | None:
    """Cut a landing from the footprint of a stair beside a hall; None where it has no place. Arguments as for `_end`."""
    hall = shapes.shape(space)
    free = footprint.intersection(Point(end).buffer(LANDING_M, cap_style="square"))
    floors = shapely.union_all(list(shapes.shapes))
    parts = [p for p in shapely.get_parts(free.difference(floors.buffer(1e-3))) if isinstance(p, Polygon)]
    room = max(parts, key=lambda p: float(p.area), default=None)
    if room is None or room.area < LEAST_OVERLAP_M2 or room.distance(hall) > NEAR_M:
        return None
    sides = list(zip(room.exterior.coords, room.exterior.coords[1:], strict=False))
    usable = [s for s in sides if _apart(_xy(s[0]), _xy(s[1])) >= min(0.6, width_m)] or sides
    side = min(usable, key=lambda s: (round(hall.distance(Point(_middle(s))), 2), _apart(_middle(s), end)))
    id_ = draft.id_for(f"{space}-stair", "landing")
    draft.spaces.append(
        {
            "id": id_,
            "label": f"Stair end, {space}",
            "level": level,
            "use": "stair",
            "polygon": rounded(orient(room).exterior.coords),
        }
    )
    draft.derive(id_, LANDING)
    opening = add_opening(draft, [_xy(side[0]), _xy(side[1])], (id_, space), LANDING, kind="opening")
    return id_, opening, 0.0


def _length_m(flights: Sequence[Any]) -> float:
    """Return the walking length: the slope of every flight, and the way over the landings between them."""
    total = 0.0
    for k, flight in enumerate(flights):
        foot, head = map(_xy, flight["ends"])
        total += hypot(_apart(foot, head), float(flight["top"]) - float(flight["z"]))
        if k:
            total += _apart(_xy(flights[k - 1]["ends"][1]), foot)
    return max(total, 0.5)


def _steps(flights: Sequence[Any], rise_m: float) -> Thing:
    """Return height and depth of a step where the file tells the number of risers and they are usual."""
    risers = sum(int(f["risers"] or 0) for f in flights)
    if risers < 2:
        return {}
    run = sum(_apart(*map(_xy, f["ends"])) for f in flights)
    riser, tread = round(rise_m / risers, 4), round(run / max(1, risers - 1), 4)
    return {"riser": riser, "tread": tread} if 0.10 <= riser <= 0.23 and 0.20 <= tread <= 0.45 else {}


def _xy(point: Sequence[float]) -> XY:
    return float(point[0]), float(point[1])


def _middle(line: Sequence[Sequence[float]]) -> XY:
    return (line[0][0] + line[1][0]) / 2, (line[0][1] + line[1][1]) / 2


def _apart(a: XY, b: XY) -> float:
    return hypot(b[0] - a[0], b[1] - a[1])
