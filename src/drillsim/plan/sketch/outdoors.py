"""Outdoor places of a sketch: each against the building at an exit, which leads to it, with a gate to the outside."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from drillsim.plan.sketch.layout import FEET_TO, SLACK, XY, LayoutFaults
from drillsim.plan.sketch.words import VECTORS, Sketch, SketchedPlace

GATE_FT = 12.0
"""Width of the gate of an outdoor place. Source: A:sketch.sizes."""
Thing = dict[str, Any]


def add_outdoor_places(
    sketch: Sketch, spaces: list[Thing], openings: list[Thing], wings: Mapping[str, str], notes: LayoutFaults
) -> None:
    """Add the outdoor places of a sketch to the spaces and openings of its plan, and let the exits beside them lead there.

    A place lies on the first floor, at the exit of its side that is farthest out and has room for it.

    wings
        Name of the wing of each exit, by the id of the exit.
    """
    for place in sketch.places:
        found = _spot(place, spaces, openings, wings)
        if isinstance(found, str):
            notes.add(place.line, found)
        else:
            _add(sketch, place, found, spaces, openings)


def _add(sketch: Sketch, place: SketchedPlace, corners: list[XY], spaces: list[Thing], openings: list[Thing]) -> None:
    wanted = re.sub(r"\W+", "-", place.name.lower()).strip("-") or "outdoors"
    taken = {s["id"] for s in spaces} | {o["id"] for o in openings}
    id_ = next(n for n in (wanted, *(f"{wanted}-{k}" for k in range(2, len(taken) + 3))) if n not in taken)
    space: Thing = {
        "id": id_, "label": place.name[:1].upper() + place.name[1:], "level": "floor-1", "use": "outdoors",
        "polygon": [list(p) for p in corners],
    }  # fmt: skip
    if place.people:
        space |= {"people": place.people, "supervised": True}
    for exit_ in _exits(openings):
        if all(_on_outline(tuple(p), corners) for p in exit_["line"]):
            exit_["spaces"] = [exit_["spaces"][0], id_]
    a, b = corners[2], corners[3]
    share = min(GATE_FT * FEET_TO[sketch.units], 0.8 * math.dist(a, b)) / math.dist(a, b) / 2
    line = [[round(p + t * (q - p), 4) for p, q in zip(a, b, strict=True)] for t in (0.5 - share, 0.5 + share)]
    spaces.append(space)
    openings.append(
        {
            "id": f"gate-{id_}",
            "label": f"{space['label']} gate",
            "kind": "exit",
            "spaces": [id_, "outside"],
            "line": line,
        }
    )


def _spot(
    place: SketchedPlace, spaces: Sequence[Thing], openings: Sequence[Thing], wings: Mapping[str, str]
) -> list[XY] | str:
    """Return the corners of a place, the first two along the building, or what is wrong."""
    side = VECTORS[place.side]
    by_id = {s["id"]: s for s in spaces}
    there = [(by_id[o["spaces"][0]], o) for o in _exits(openings)]
    ours = [
        o for s, o in there if s["level"] == "floor-1" and s["use"] != "outdoors" and _outward(s, o["line"]) == side
    ]
    if place.wing:
        ours = [o for o in ours if wings.get(o["id"], "").lower() == place.wing.lower()]
    of = f" of wing {place.wing}" if place.wing else ""
    if not ours:
        return (
            f"no exit{of} leads {place.side} to the {place.name}. Write 'exits: {place.side}' below a wing, or 'exit' between two "
            f"rooms of its {place.side} side"
        )
    if all(math.dist(*o["line"]) > place.wide + SLACK for o in ours):
        return f"the {place.name} is {place.wide:g} along the building, narrower than its door. Make it wider"
    boxes = [_box(s["polygon"]) for s in spaces if s["level"] == "floor-1"]
    for exit_ in sorted(ours, key=lambda o: -_out(o["line"][0], side)):
        for corners in _rectangles(place, exit_["line"], side):
            box = _box(corners)
            free = all(
                box[2] <= b[0] + SLACK or b[2] <= box[0] + SLACK or box[3] <= b[1] + SLACK or b[3] <= box[1] + SLACK
                for b in boxes
            )
            if free and not any(_half_on(o["line"], corners) for o in _exits(openings)):
                return corners
    return (
        f"the {place.name} of {place.wide:g} x {place.deep:g} would lie over the building or another place at every exit{of} that "
        f"leads {place.side}. Make it smaller, or write 'of' and another wing"
    )


def _rectangles(place: SketchedPlace, line: Sequence[Sequence[float]], side: tuple[int, int]) -> Iterator[list[XY]]:
    """Yield the rectangles of a place at an exit: in the middle before it, then to each of its sides."""
    low, high = sorted((tuple(line[0]), tuple(line[1])))
    middle = ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2)
    along = (abs(side[1]), abs(side[0]))
    room = max(0.0, (place.wide - math.dist(low, high)) / 2)
    for share in (0.0, 0.5, -0.5, 1.0, -1.0):
        near = [
            tuple(m + (share * room + k * place.wide / 2) * a for m, a in zip(middle, along, strict=True))
            for k in (-1, 1)
        ]
        far = [tuple(p + place.deep * s for p, s in zip(point, side, strict=True)) for point in reversed(near)]
        yield [(round(x, 4), round(y, 4)) for x, y in (*near, *far)]


def _exits(openings: Sequence[Thing]) -> list[Thing]:
    return [o for o in openings if o["kind"] == "exit" and o["spaces"][1] == "outside"]


def _outward(space: Thing, line: Sequence[Sequence[float]]) -> tuple[int, int]:
    """Return the direction in which one leaves a rectangular space by a line on its outline."""
    x0, y0, x1, y1 = _box(space["polygon"])
    (ax, ay), (bx, by) = line
    if abs(ay - by) < abs(ax - bx):
        return (0, 1) if abs(ay - y1) < abs(ay - y0) else (0, -1)
    return (1, 0) if abs(ax - x1) < abs(ax - x0) else (-1, 0)


def _out(point: Sequence[float], side: tuple[int, int]) -> float:
    return point[0] * side[0] + point[1] * side[1]


def _half_on(line: Sequence[Sequence[float]], corners: Sequence[XY]) -> bool:
    """Return whether a line lies on an outline by a part alone, or would open into the place from its middle."""
    on = [_on_outline(tuple(p), corners) for p in line]
    middle = ((line[0][0] + line[1][0]) / 2, (line[0][1] + line[1][1]) / 2)
    return any(on) != all(on) or (_on_outline(middle, corners) and not all(on))


def _on_outline(point: tuple[float, ...], corners: Sequence[XY]) -> bool:
    x0, y0, x1, y1 = _box(corners)
    x, y = point
    slack = 1e-3
    within = x0 - slack <= x <= x1 + slack and y0 - slack <= y <= y1 + slack
    return within and min(abs(x - x0), abs(x - x1), abs(y - y0), abs(y - y1)) <= slack


def _box(corners: Sequence[Sequence[float]]) -> tuple[float, float, float, float]:
    xs, ys = zip(*corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)
