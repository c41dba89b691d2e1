"""Drawing of each level of a plan as SVG: floors, labels, doors, exits, stairs, equipment; coordinates in metres, y downwards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shapely import Polygon, box

from drillsim.escape import for_xml
from drillsim.plan.model import OUTSIDE, FloorPlan, Level, Opening, Space
from drillsim.plan.outlines import floor_of, rings_of
from drillsim.plan.passage import is_exit
from drillsim.report.plan_labels import Scale, beyond, points_to_try, texts_to_try

WIDE_IN = 7.6
"""Width in inches at which the texts of a level are legible; sizes in points follow from it."""
SMALLEST_PT = 7.0
MARGIN = 0.04
"""Free space around the building, as a share of its longer side."""
KINDS_OF_FLOOR = {
    "corridor": "replay-hall", "passage": "replay-hall", "lobby": "replay-hall", "stair": "replay-stair", "outdoors": "replay-field",
}  # fmt: skip
EQUIPMENT = {"aed": "AED"}


@dataclass(frozen=True)
class LevelDrawing:
    """One level: its label, its SVG (without the root element), and the space ids of its floors in drawing order."""

    id: str
    label: str
    svg: str
    spaces: tuple[str, ...]


@dataclass(frozen=True)
class PlanDrawing:
    """All levels in one frame: x, y, width and height of the view in metres, y downwards."""

    view: tuple[float, float, float, float]
    levels: tuple[LevelDrawing, ...]


def draw_plan(plan: FloorPlan) -> PlanDrawing:
    """Return the drawing of a plan, lowest level first."""
    floors = {s.id: drawn_floor(s) for s in plan.spaces}
    west, south, east, north = box_around(floors.values())
    margin = MARGIN * max(east - west, north - south)
    view = (west - margin, -north - margin, east - west + 2 * margin, north - south + 2 * margin)
    scale = Scale(WIDE_IN / view[2])
    levels = sorted(plan.levels, key=lambda level: level.elevation)
    return PlanDrawing(view, tuple(_level(plan, level, floors, scale) for level in levels))


def box_around(floors: Iterable[Polygon]) -> tuple[float, float, float, float]:
    """Return west, south, east and north of some floors."""
    bounds = [floor.bounds for floor in floors]
    west, south, east, north = zip(*bounds, strict=True)
    return min(west), min(south), max(east), max(north)


def drawn_floor(space: Space) -> Polygon:
    """Return the floor of a space; of several pieces the largest."""
    floor = floor_of(space.polygon, space.holes)
    return max(floor.geoms, key=lambda piece: float(piece.area)) if floor.geom_type == "MultiPolygon" else floor


def _level(plan: FloorPlan, level: Level, floors: dict[str, Polygon], scale: Scale) -> LevelDrawing:
    spaces = [s for s in plan.spaces if s.level == level.id]
    here = {s.id for s in spaces}
    parts = [_path(space, floors[space.id]) for space in spaces]
    parts += [text for space in spaces for text in _label(space, floors[space.id], scale)]
    openings = [o for o in plan.openings if here.intersection(o.spaces)]
    out = [o for o in openings if is_exit(plan, o) or OUTSIDE in o.spaces]
    parts += [_thresholds([o for o in openings if o not in out], "replay-door"), _thresholds(out, "replay-exit")]
    parts += [_number(o, floors[next(s for s in o.spaces if s in here)], scale) for o in out]
    for thing in plan.equipment:
        if thing.space in here and thing.kind in EQUIPMENT:
            parts.append(
                _text(EQUIPMENT[thing.kind], thing.at[0], thing.at[1], 6.5, scale, "replay-text replay-equipment")
            )
    return LevelDrawing(level.id, level.label or level.id, "".join(parts), tuple(s.id for s in spaces))


def _path(space: Space, floor: Polygon) -> str:
    rings = [[(x, y) for x, y in ring.tolist()] for ring in rings_of(floor)]
    d = "".join("M" + "L".join(f"{number(x)} {number(-y)}" for x, y in ring) + "Z" for ring in rings)
    return f'<path class="replay-floor {KINDS_OF_FLOOR.get(space.use, "replay-room")}" d="{d}"><title>{for_xml(space.name)}</title></path>'


def _label(space: Space, floor: Polygon, scale: Scale) -> list[str]:
    """Return the first text that fits into a space, or nothing."""
    spots = points_to_try(floor)
    for size, lines, turned in texts_to_try(space, ""):
        if size < SMALLEST_PT or not any(lines):
            continue
        w, h = scale.text_m(lines, size)[:: -1 if turned else 1]
        for x, y in spots:
            if floor.covers(box(x - w / 2, y - h / 2, x + w / 2, y + h / 2)):
                return [_lines(lines, x, y, size, scale, turned=turned)]
    return []


def _lines(lines: Sequence[str], x: float, y: float, size_pt: float, scale: Scale, *, turned: bool) -> str:
    em = size_pt / 72 / scale.inches_per_m
    first = -(len(lines) - 1) * 0.55 + 0.35
    if len(lines) == 1 and not turned:
        return _text(lines[0], x, y, size_pt, scale, "replay-text")
    spans = "".join(
        f'<tspan x="{number(x)}" dy="{number((first if i == 0 else 1.1) * em)}">{for_xml(line)}</tspan>'
        for i, line in enumerate(lines)
    )
    turn = f' transform="rotate(-90 {number(x)} {number(-y)})"' if turned else ""
    return f'<text class="replay-text" y="{number(-y)}" font-size="{number(em)}"{turn}>{spans}</text>'


def _thresholds(openings: Sequence[Opening], kind: str) -> str:
    """Return the lines of some openings as one path."""
    lines = (o.line for o in openings)
    d = "".join(f"M{number(x0)} {number(-y0)}L{number(x1)} {number(-y1)}" for (x0, y0), (x1, y1) in lines)
    return f'<path class="{kind}" d="{d}"/>' if d else ""


def _number(opening: Opening, inside: Polygon, scale: Scale) -> str:
    """Return the number of a way out, such as the 4 of 'Door 4', outside its threshold; nothing where it has none."""
    coded = re.match(r"(?:Door|Exit) (\S{1,3})(?:$| \()", opening.name)
    x, y = beyond(opening, inside, 9.0 / 72 / scale.inches_per_m)
    return _text(coded[1], x, y, 7.0, scale, "replay-text replay-exit-name") if coded else ""


def _text(text: str, x: float, y: float, size_pt: float, scale: Scale, kind: str) -> str:
    em = size_pt / 72 / scale.inches_per_m
    at = f'x="{number(x)}" y="{number(0.35 * em - y)}" font-size="{number(em)}"'
    return f'<text class="{kind}" {at}>{for_xml(text)}</text>'


def number(value: float) -> str:
    """Return a number of metres with at most two decimals."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
