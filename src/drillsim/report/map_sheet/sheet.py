"""Drawing of one map sheet: head, grid, rooms, doors, equipment, and the foot with key, scale and north arrow."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from shapely import Polygon, box, get_parts, unary_union
from shapely.geometry.polygon import orient

from drillsim.plan.model import OUTSIDE, FloorPlan, Level, Opening, Space
from drillsim.plan.outlines import floor_of
from drillsim.plan.passage import is_exit, out_spaces
from drillsim.report.chart_style import GREY
from drillsim.report.map_sheet.layout import EDGE_IN, FOOT_IN, HEAD_IN, LETTERS_IN, MapLayout, letters
from drillsim.report.map_sheet.placing import Placed, angles_of
from drillsim.report.plan_figure import EXIT, FILLS, GATE, WALL
from drillsim.report.plan_labels import beyond, points_to_try, texts_to_try

GRID = "#9AA7B4"
INTERNAL = "#A01818"
EQUIPMENT = {
    "aed": ("AED", "automated external defibrillator", "#C00000"),
    "first-aid-kit": ("+", "first-aid kit", "#00735A"),
    "trauma-kit": ("TK", "trauma kit", "#00735A"),
    "key-box": ("KEY", "key box", "#1F4E9C"),
    "gas-shut-off": ("GAS", "gas shut-off", "#7A4B00"),
    "water-shut-off": ("WATER", "water shut-off", "#005A8C"),
    "power-shut-off": ("POWER", "power shut-off", "#6A3D9A"),
    "hazard": ("!", "hazard", "#A01818"),
}
"""Sign, meaning and colour of each kind of equipment."""
SIZES_PT = (7.5, 6.5, 6.0, 5.2)
"""Sizes of the numbers of outer doors, largest first."""
XY = tuple[float, float]


def draw_sheet(plan: FloorPlan, level: Level, layout: MapLayout, *, number: int, of: int) -> Figure:
    """Draw the sheet of one level; its number and how many there are stand in its head."""
    figure = Figure(figsize=layout.paper_in, dpi=150)
    axes = _map_axes(figure, layout)
    west, south, east, north = layout.bounds
    placed = Placed(axes, layout.metres_per_inch, box(west, south, east, north))
    _grid(axes, layout)
    spaces = [s for s in plan.spaces if s.level == level.id]
    floors = {s.id: layout.turned(_largest(s)) for s in spaces}
    for space in sorted(spaces, key=lambda s: s.use != "outdoors"):
        _space(axes, space, floors[space.id])
    openings = [o for o in plan.openings if any(s in floors for s in o.spaces)]
    for opening in openings:
        _opening(axes, plan, opening, layout)
    unnamed = _door_names(plan, openings, floors, placed, layout)
    signs = _equipment(axes, plan, floors, placed, layout)
    unnamed += _room_names(spaces, floors, placed, layout)
    _head(figure, plan, level, layout, f"Sheet {number} of {of}")
    _foot(figure, plan, layout, signs, unnamed)
    return figure


def _map_axes(figure: Figure, layout: MapLayout) -> Axes:
    """Add the axes of the map, in metres of the turned plan, in the middle between head and foot."""
    (wide, tall), (paper_w, paper_h) = layout.map_in, layout.paper_in
    left = (paper_w - wide) / 2
    free_h = paper_h - 2 * EDGE_IN - HEAD_IN - FOOT_IN
    low = EDGE_IN + FOOT_IN + (free_h - tall) / 2
    axes = figure.add_axes((left / paper_w, low / paper_h, wide / paper_w, tall / paper_h))
    west, south, east, north = layout.bounds
    axes.set(xlim=(west, east), ylim=(south, north))
    axes.set_axis_off()
    return axes


def _grid(axes: Axes, layout: MapLayout) -> None:
    """Draw the lines of the grid, with letters above and below, numbers left and right."""
    west, south, east, north = layout.bounds
    off = LETTERS_IN / 2 * layout.metres_per_inch
    ink: dict[str, Any] = {
        "ha": "center",
        "va": "center",
        "fontsize": 9,
        "fontweight": "bold",
        "color": WALL,
        "clip_on": False,
    }
    for k, (left, right) in enumerate(layout.columns):
        axes.plot([left, left], [south, north], color=GRID, lw=0.6, zorder=3)
        for y in (north + off, south - off):
            axes.text((left + right) / 2, y, letters(k), **ink)
    for k, (upper, lower) in enumerate(layout.rows):
        axes.plot([west, east], [upper, upper], color=GRID, lw=0.6, zorder=3)
        for x in (west - off, east + off):
            axes.text(x, (upper + lower) / 2, str(k + 1), **ink)
    axes.add_patch(
        Rectangle((west, south), east - west, north - south, fill=False, ec=WALL, lw=1.2, zorder=9, clip_on=False)
    )


def _largest(space: Space) -> Polygon:
    pieces: list[Polygon] = list(get_parts(floor_of(space.polygon, space.holes)))
    return max(pieces, key=lambda piece: float(piece.area))


def _space(axes: Axes, space: Space, floor: Polygon) -> None:
    fill = next(colour for uses, colour in FILLS.values() if space.use in uses)
    turned = orient(floor)
    rings = [Path(np.asarray(ring.coords), closed=True) for ring in (turned.exterior, *turned.interiors)]
    outside = space.use == "outdoors"
    axes.add_patch(
        PathPatch(
            Path.make_compound_path(*rings),
            facecolor=fill,
            edgecolor=GREY if outside else WALL,
            lw=0.6 if outside else 1.1,
            ls=":" if outside else "-",
            zorder=1 if outside else 2,
        )
    )  # fmt: skip


def _opening(axes: Axes, plan: FloorPlan, opening: Opening, layout: MapLayout) -> None:
    xs, ys = zip(*(layout.point(p) for p in opening.line), strict=True)
    if is_exit(plan, opening) or OUTSIDE in opening.spaces:
        colour = EXIT if is_exit(plan, opening) else GATE
        axes.plot(xs, ys, color=colour, lw=3.6, solid_capstyle="butt", zorder=6)
        return
    axes.plot(xs, ys, color=WALL, lw=2.6, solid_capstyle="butt", zorder=4)
    axes.plot(xs, ys, color="white", lw=1.6, solid_capstyle="butt", zorder=5)


def _door_names(
    plan: FloorPlan, openings: Sequence[Opening], floors: dict[str, Polygon], placed: Placed, layout: MapLayout
) -> list[str]:
    """Write numbers or names of outer doors outside of them; return those that find no room, with their squares."""
    outdoors, left = out_spaces(plan), []
    inside = unary_union([floor for id_, floor in floors.items() if id_ not in outdoors])
    free = box(*layout.bounds).difference(inside.buffer(0.02 * layout.metres_per_inch))
    for opening in openings:
        if not (is_exit(plan, opening) or OUTSIDE in opening.spaces):
            continue
        indoor = next((s for s in opening.spaces if s in floors and s not in outdoors), None)
        inner = floors[indoor or next(s for s in opening.spaces if s in floors)]
        turned = opening.model_copy(update={"line": tuple(layout.point(p) for p in opening.line)})
        ink = {"color": EXIT if is_exit(plan, opening) else GATE, "fontweight": "bold"}
        word = _door_word(opening)
        if not any(
            placed.write([*lines], size, _outside_spots(turned, inner, layout), within=free, **ink)
            for size in SIZES_PT
            for lines in _wraps(word)
        ):
            left.append(f"door {word}, {layout.square(turned.middle) or 'beyond the map'}")
    return left


def _wraps(word: str) -> list[list[str]]:
    """Return a word on one line, and in lines of at most 12 characters."""
    wrapped = textwrap.wrap(word, 12)
    return [[word], wrapped] if len(wrapped) > 1 else [[word]]


def _door_word(opening: Opening) -> str:
    """Return the number of a door called 'Door 4' or 'Exit 4 (gym)', else its name."""
    name = opening.name
    match = re.match(r"(?:Door|Exit)\s+(\w{1,4})\b", name)
    return match[1] if match else name


def _outside_spots(opening: Opening, inner: Polygon, layout: MapLayout) -> list[tuple[XY, float]]:
    """Return points outside a door to try, nearest first, along the normal and a little to each side."""
    (ax, ay), (bx, by) = opening.line
    length = float(np.hypot(bx - ax, by - ay)) or 1.0
    ux, uy = (bx - ax) / length, (by - ay) / length
    spots = []
    for out_in in (0.1, 0.14, 0.18, 0.25, 0.33, 0.42, 0.55):
        x, y = beyond(opening, inner, out_in * layout.metres_per_inch)
        for aside_in in (0.0, 0.15, -0.15, 0.3, -0.3):
            aside = aside_in * layout.metres_per_inch
            spots += [((x + aside * ux, y + aside * uy), angle) for angle in (0.0, 90.0)]
    return spots


def _equipment(
    axes: Axes, plan: FloorPlan, floors: dict[str, Polygon], placed: Placed, layout: MapLayout
) -> dict[str, tuple[str, str]]:
    """Draw signs of equipment; return meaning and colour of each sign that is on the map."""
    signs: dict[str, tuple[str, str]] = {}
    for thing in plan.equipment:
        if thing.space not in floors:
            continue
        sign, meaning, colour = EQUIPMENT[thing.kind]
        x, y = layout.point(thing.at)
        step = 0.09 * layout.metres_per_inch
        spots = [((x + i * step, y + j * step), 0.0) for i, j in sorted(_AROUND, key=lambda k: k[0] ** 2 + k[1] ** 2)]
        frame = {"boxstyle": "square,pad=0.15", "fc": "white", "ec": colour, "lw": 0.9}
        if placed.write([sign], 5.5, spots, within=None, color=colour, fontweight="bold", bbox=frame):
            axes.plot([x], [y], marker=".", ms=3, color=colour, zorder=7)
            named = f", {thing.label} in {layout.square((x, y))}" if thing.label else ""
            signs[sign] = (signs.get(sign, (meaning, colour))[0] + named, colour)
    return signs


_AROUND = [(i, j) for i in range(-4, 5) for j in range(-4, 5)]


def _room_names(spaces: Sequence[Space], floors: dict[str, Polygon], placed: Placed, layout: MapLayout) -> list[str]:
    """Write the name of every space into it, small rooms first; return those for which a number stands, with their squares."""
    left: list[str] = []
    for space in sorted(spaces, key=lambda s: floors[s.id].area):
        floor = floors[space.id]
        angles, points = angles_of(floor), points_to_try(floor)
        spots = [(point, angle) for angle in angles for point in points]
        tries = _texts(space)
        if any(placed.write(lines, size, spots, within=floor, color="black") for size, lines in tries):
            continue
        if space.use == "outdoors":
            continue
        mark, inside = (
            f"({len(left) + 1})",
            layout.square((floor.representative_point().x, floor.representative_point().y)),
        )
        if not placed.write([mark], 4.5, spots, within=None, color="black"):
            mark = "-"
        left.append(f"{mark} {space.name}, {inside}")
    return left


def _texts(space: Space) -> list[tuple[float, list[str]]]:
    """Return texts to try: rooms by number, stairs by their whole name first, since a letter alone is one of the grid."""
    tries = [(size, lines) for size, lines, upright in texts_to_try(space, "") if not upright]
    if space.use != "stair":
        return tries
    name = re.sub(r", (first|second|third) floor$", "", space.name)
    sizes = sorted({size for size, _ in tries}, reverse=True)
    return [(size, lines) for size in sizes for lines in ([name], textwrap.wrap(name, 8) or [name])] + tries


def _head(figure: Figure, plan: FloorPlan, level: Level, layout: MapLayout, sheet: str) -> None:
    (wide, tall) = layout.paper_in
    top = 1 - EDGE_IN / tall
    title = textwrap.shorten(plan.name, 70, placeholder=" …")
    figure.text(EDGE_IN / wide, top, title, ha="left", va="top", fontsize=14, fontweight="bold")
    about = f"{textwrap.shorten(level.label or level.id, 50, placeholder=' …')} · true north is up · {sheet}"
    figure.text(EDGE_IN / wide, top - 0.27 / tall, about, ha="left", va="top", fontsize=9.5)
    mark: dict[str, Any] = {"ha": "right", "va": "top", "color": INTERNAL}
    figure.text(1 - EDGE_IN / wide, top, "INTERNAL", fontsize=14, fontweight="bold", **mark)
    figure.text(1 - EDGE_IN / wide, top - 0.27 / tall, "for safety planners and responders only", fontsize=8, **mark)


def _foot(
    figure: Figure, plan: FloorPlan, layout: MapLayout, signs: dict[str, tuple[str, str]], unnamed: Sequence[str]
) -> None:
    """Draw north arrow and scale bar, and write the key and the names that found no room."""
    wide, tall = layout.paper_in
    axes = figure.add_axes((EDGE_IN / wide, EDGE_IN / tall, 1 - 2 * EDGE_IN / wide, (FOOT_IN - 0.1) / tall))
    width = wide - 2 * EDGE_IN
    axes.set(xlim=(0, width), ylim=(0, FOOT_IN - 0.1))
    axes.set_axis_off()
    axes.annotate("", (0.15, 0.72), (0.15, 0.18), arrowprops={"arrowstyle": "-|>", "lw": 1.6, "color": "black"})
    axes.text(0.15, 0.76, "N", ha="center", va="bottom", fontsize=10, fontweight="bold")
    side = layout.square_m / layout.metres_per_inch
    for k in (0, 1):
        axes.add_patch(
            Rectangle((0.45 + k * side / 2, 0.42), side / 2, 0.07, fc=("black", "white")[k], ec="black", lw=0.7)
        )
    axes.text(0.45, 0.53, "0", ha="center", va="bottom", fontsize=7.5)
    axes.text(0.45 + side, 0.53, layout.square_words, ha="center", va="bottom", fontsize=7.5)
    axes.text(0.45, 0.33, f"{layout.words} · squares of {layout.square_words}", ha="left", va="top", fontsize=7.5)
    left = 0.45 + max(side + 0.5, 2.1)
    lines = _key_lines(plan, layout, signs, unnamed)
    columns = int((width - left) * 16)
    text = "\n".join(part for line in lines for part in textwrap.wrap(line, columns))
    most = 7
    shown = text.splitlines()
    if len(shown) > most:
        shown = [*shown[: most - 1], f"… and {len(shown) - most + 1} more lines: print on larger paper"]
    axes.text(left, FOOT_IN - 0.14, "\n".join(shown), ha="left", va="top", fontsize=6.5, linespacing=1.25)


def _key_lines(
    plan: FloorPlan, layout: MapLayout, signs: dict[str, tuple[str, str]], unnamed: Sequence[str]
) -> list[str]:
    """Return what the foot says: signs, doors, assembly places, names without room, and the credit."""
    lines = [
        "Orange: way out of the building, with the number of the door. White gap in a wall: door or opening inside."
    ]
    if any(OUTSIDE in o.spaces and not is_exit(plan, o) for o in plan.openings):
        lines[0] += " Green: gate of the site."
    if signs:
        lines.append(" · ".join(f"{sign}: {meaning}" for sign, (meaning, _) in sorted(signs.items())))
    if plan.assembly:
        lines.append("People gather at: " + ", ".join(a.name for a in plan.assembly))
    if unnamed:
        lines.append("No room for the name: " + " · ".join(unnamed))
    if plan.provenance.credit:
        lines.append(plan.provenance.credit)
    return lines


__all__ = ["draw_sheet"]
