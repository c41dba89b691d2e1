"""The plan as a figure: levels side by side, spaces coloured by a number such as the time to reach them."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator
from numpy.typing import NDArray
from shapely import Point, Polygon, box, maximum_inscribed_circle, unary_union
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from drillsim.plan.model import OUTSIDE, FloorPlan, Opening, Space
from drillsim.quantities import clock
from drillsim.report.chart_style import GREY, STEPS_S, house_style, round_up

EXIT = "#D55E00"
POST = "#CC79A7"
WALL = "#333333"
NO_VALUE = "#FFFFFF"
FILLS = {
    "halls": (("corridor", "passage", "lobby"), "#FFF4C9"),
    "classrooms": (("classroom",), "#D6E8F7"),
    "gatherings": (("cafeteria", "gym", "auditorium", "library"), "#D9EED6"),
    "staff and service": (("office", "nurse", "kitchen", "restroom", "mechanical", "storage", "other"), "#E6E6E6"),
    "stairs": (("stair",), "#E3D7F2"),
    "outdoors": (("outdoors",), "#F1F7E8"),
}
"""Pale fills by use, for plans without numbers; each group is named in the key."""
MARGIN = 0.05
"""Free space around the building, as a share of its longer side."""
SIZES_PT = (9.0, 8.0, 7.0, 6.0, 5.2)
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scale:
    """Inches on paper per metre of building."""

    inches_per_m: float

    def text_m(self, lines: Sequence[str], size_pt: float) -> tuple[float, float]:
        """Return width and height in metres of lines of text in DejaVu Sans, a little generously."""
        em_m = size_pt / 72 / self.inches_per_m
        return max(map(len, lines)) * 0.66 * em_m, len(lines) * 1.25 * em_m


def plot_plan(
    plan: FloorPlan,
    values: Mapping[str, float] | None = None,
    *,
    label: str = "",
    unit: str = "time",
    title: str = "",
    note: str = "",
    top: float | None = None,
) -> Figure:
    """Draw a plan, its spaces coloured by a number where one is given.

    values
        Number by space id; spaces without one stay white, and those with inf are hatched ('cannot be reached').
    label
        What the numbers are, beside the colour bar, such as 'time from the nearest post'.
    unit
        'time' for seconds shown as m:ss; any other word stands behind plain numbers.
    top
        Number at the dark end of the colours, to compare figures; the largest number, rounded up, where absent.
    """
    with house_style():
        return _draw(plan, values, label=label, unit=unit, title=title or plan.name, note=note, top=top)


def _draw(
    plan: FloorPlan,
    values: Mapping[str, float] | None,
    *,
    label: str,
    unit: str,
    title: str,
    note: str,
    top: float | None,
) -> Figure:
    floors = {s.id: Polygon(s.polygon, s.holes) for s in plan.spaces}
    bounds = np.asarray([p.bounds for p in floors.values()])
    (west, south), (east, north) = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
    margin_m = MARGIN * max(east - west, north - south)
    west, south, east, north = west - margin_m, south - margin_m, east + margin_m, north + margin_m
    across = min(len(plan.levels), 2)
    rows = math.ceil(len(plan.levels) / across)
    each_in = 7.6 if across > 1 else 10.2
    bar_in, above_in, below_in = (1.0 if values is not None else 0.2), 0.75, 0.65
    tall_in = each_in * (north - south) / (east - west)
    if tall_in > 8.0:
        each_in, tall_in = each_in * 8.0 / tall_in, 8.0
    scale = Scale(each_in / (east - west))
    width_in = 0.2 + across * (each_in + 0.1) + bar_in
    height_in = above_in + below_in + rows * (tall_in + 0.3)
    figure = Figure(figsize=(width_in, height_in), dpi=150)
    ramp = _Ramp(values, unit, top) if values is not None else None
    for k, level in enumerate(plan.levels):
        row, column = divmod(k, across)
        left = (0.2 + column * (each_in + 0.1)) / width_in
        low = (below_in + (rows - 1 - row) * (tall_in + 0.3)) / height_in
        axes = figure.add_axes((left, low, each_in / width_in, tall_in / height_in))
        axes.set(xlim=(west, east), ylim=(south, north), aspect="equal")
        axes.set_axis_off()
        if len(plan.levels) > 1:
            axes.set_title(level.label or level.id, loc="left", fontsize=10)
        spaces = [s for s in plan.spaces if s.level == level.id]
        taken = _draw_posts(axes, plan, spaces, floors, scale)
        _draw_spaces(axes, spaces, floors, ramp, scale, taken)
        _draw_openings(axes, plan, spaces, floors, scale)
    _scale_bar(figure, scale, width_in, height_in)
    figure.text(0.2 / width_in, 1 - 0.12 / height_in, title, ha="left", va="top", fontsize=12, fontweight="bold")
    if note:
        wrapped = textwrap.fill(note, int(width_in * 15))
        figure.text(0.2 / width_in, 1 - 0.36 / height_in, wrapped, ha="left", va="top", fontsize=8, color=GREY)
    if ramp is not None:
        bar_height = min(rows * tall_in, 4.5)
        at = (1 - 0.85 / width_in, (below_in + 0.2) / height_in, 0.16 / width_in, bar_height / height_in)
        _colour_bar(figure, at, ramp, label)
    _key(figure, plan, ramp, 0.12 / height_in)
    return figure


class _Ramp:
    """Colours and words for the numbers: dark blue for little, yellow for much."""

    def __init__(self, values: Mapping[str, float], unit: str, top: float | None) -> None:
        finite = [v for v in values.values() if math.isfinite(v)]
        most = max(finite, default=1.0) if top is None else top
        self.values, self.is_time, self.unit = values, unit == "time", unit
        high = round_up(most) if self.is_time and top is None else most
        self.norm = Normalize(min(0.0, min(finite, default=0.0)), high or 1.0)
        self.map = mpl.colormaps["cividis"]

    def colour(self, space: str) -> tuple[float, float, float]:
        value = self.values.get(space, math.nan)
        return to_rgb(self.map(self.norm(value))) if math.isfinite(value) else to_rgb(NO_VALUE)

    def cannot(self, space: str) -> bool:
        return self.values.get(space) == math.inf

    def words(self, value: float) -> str:
        if not math.isfinite(value):
            return ""
        return clock(value) if self.is_time else f"{value:.3g}"


def _draw_spaces(
    axes: Axes,
    spaces: Sequence[Space],
    floors: Mapping[str, Polygon],
    ramp: _Ramp | None,
    scale: Scale,
    taken: Sequence[Polygon],
) -> None:
    for space in spaces:
        fill = ramp.colour(space.id) if ramp is not None else to_rgb(_fill_of(space))
        hatch = "////" if ramp is not None and ramp.cannot(space.id) else None
        edge = WALL if space.use != "outdoors" else GREY
        style = "-" if space.use != "outdoors" else ":"
        outline = _outline(floors[space.id])
        axes.add_patch(PathPatch(outline, facecolor=fill, edgecolor=edge, lw=0.9, ls=style, hatch=hatch, zorder=1))
        value = ramp.words(ramp.values.get(space.id, math.nan)) if ramp is not None else ""
        room = floors[space.id].difference(unary_union([t for t in taken if t.intersects(floors[space.id])]))
        _write(axes, space, floors[space.id], room, value, fill, scale)


def _fill_of(space: Space) -> str:
    return next(colour for uses, colour in FILLS.values() if space.use in uses)


def _outline(floor: Polygon) -> Path:
    turned = orient(floor)  # holes run against the outline, so that they stay empty
    rings = [np.asarray(r.coords) for r in (turned.exterior, *turned.interiors)]
    return Path.make_compound_path(*(Path(r, closed=True) for r in rings))


def _write(
    axes: Axes, space: Space, floor: Polygon, room: BaseGeometry, value: str, fill: tuple[float, ...], scale: Scale
) -> None:
    """Write name and number where there is room in the space: upright or turned, larger or smaller, or not at all."""
    name = re.sub(r", (first|second|third) floor$", "", space.name)
    coded = re.match(r"(Room|Stair) (\S+)", name)
    short = coded[2] if coded else name
    below = [value] if value else []
    forms = [[*textwrap.wrap(short, 14), *below], [short, *below], [f"{short}  {value}".strip()]]
    dark = 0.299 * fill[0] + 0.587 * fill[1] + 0.114 * fill[2] < 0.55
    spots = _spots(floor)
    tries = [(size, lines, turned) for size in SIZES_PT for lines in forms for turned in (False, True)]
    tries += [(size, [word], False) for word in (value, short) if word for size in SIZES_PT]
    for size, lines, turned in tries:
        w, h = scale.text_m(lines, size)[:: -1 if turned else 1]
        for x, y in spots:
            if room.covers(box(x - w / 2, y - h / 2, x + w / 2, y + h / 2)):
                axes.text(
                    x, y, "\n".join(lines), ha="center", va="center", fontsize=size, rotation=90 if turned else 0,
                    color="white" if dark else "black", linespacing=1.1, zorder=3,
                )  # fmt: skip
                return


def _spots(floor: Polygon) -> list[tuple[float, float]]:
    """Return points to try for the middle of a text: centroid, roomiest point, and some along the longer side."""
    middle = floor.centroid
    roomy = maximum_inscribed_circle(floor).coords[0]
    x0, y0, x1, y1 = floor.bounds
    along = [0.5, 0.6, 0.4, 0.7, 0.3, 0.8, 0.2]
    spots = [(middle.x, middle.y), (roomy[0], roomy[1])]
    level = [(x0 + (x1 - x0) * a, y) for a in along for y in (middle.y, roomy[1])]
    upright = [(x, y0 + (y1 - y0) * a) for a in along for x in (middle.x, roomy[0])]
    grid = [(x0 + (x1 - x0) * a, y0 + (y1 - y0) * b) for b in (0.8, 0.2, 0.65, 0.35) for a in along]
    spots += [*level, *upright, *grid] if x1 - x0 > y1 - y0 else [*upright, *level, *grid]
    return [(float(x), float(y)) for x, y in spots]


def _draw_openings(
    axes: Axes, plan: FloorPlan, spaces: Sequence[Space], floors: Mapping[str, Polygon], scale: Scale
) -> None:
    here = {s.id for s in spaces}
    outdoors = {s.id for s in plan.spaces if s.use == "outdoors"}
    for opening in plan.openings:
        inside = [s for s in opening.spaces if s in here]
        if not inside:
            continue
        xs, ys = zip(*opening.line, strict=True)
        leads_out = OUTSIDE in opening.spaces or bool(outdoors.intersection(opening.spaces))
        if leads_out:
            axes.plot(xs, ys, color=EXIT, lw=4.5, solid_capstyle="butt", zorder=5)
            indoor = next((s for s in inside if s not in outdoors), inside[0])
            x, y = _beyond(opening, floors[indoor], 11 / 72 / scale.inches_per_m)
            word = _exit_word(opening)
            upright = len(word) > 2 and abs(ys[1] - ys[0]) > abs(xs[1] - xs[0])
            axes.text(
                x, y, word, color=EXIT, fontsize=7.5, fontweight="bold", ha="center", va="center",
                rotation=90 if upright else 0, zorder=6,
            )  # fmt: skip
        else:
            axes.plot(xs, ys, color=WALL, lw=4.0, solid_capstyle="butt", zorder=4)
            axes.plot(xs, ys, color="white", lw=2.6, solid_capstyle="butt", zorder=5)


def _exit_word(opening: Opening) -> str:
    number = re.match(r"Door (\d+)", opening.name)
    return number[1] if number else textwrap.shorten(opening.name, 14, placeholder="...")


def _beyond(opening: Opening, floor: Polygon, by_m: float) -> tuple[float, float]:
    """Return a point so far outside an exit."""
    (x0, y0), (x1, y1) = opening.line
    length = math.hypot(x1 - x0, y1 - y0) or 1.0
    mx, my = opening.middle
    nx, ny = (y1 - y0) / length, (x0 - x1) / length
    sign = -1.0 if floor.covers(Point(mx + 0.5 * nx, my + 0.5 * ny)) else 1.0
    return mx + sign * by_m * nx, my + sign * by_m * ny


def _draw_posts(
    axes: Axes, plan: FloorPlan, spaces: Sequence[Space], floors: Mapping[str, Polygon], scale: Scale
) -> list[Polygon]:
    """Mark the posts, and return the boxes that their marks and labels take."""
    names = {s.id: s.name for s in spaces}
    taken = []
    for post in plan.posts:
        if post.space not in names:
            continue
        x, y = post.at
        axes.plot([x], [y], marker="D", ms=6, mfc=POST, mec="white", mew=0.9, ls="", zorder=7)
        half = 5.0 / 72 / scale.inches_per_m
        taken.append(box(x - half, y - half, x + half, y + half))
        if post.name == names[post.space]:
            continue
        w, h = scale.text_m([post.name], 6.5)
        w *= 0.88  # names are narrower than numbers
        aside = sorted(np.linspace(-0.5, 0.5, 21).tolist(), key=abs)
        middles = [(x + dx * w, y + dy * (half + h / 2)) for dy in (1, -1) for dx in aside]
        middles += [(x + half + w / 2, y), (x - half - w / 2, y)]
        places = [box(mx - w / 2, my - h / 2, mx + w / 2, my + h / 2) for mx, my in middles]
        others, floor = unary_union(taken[:-1]), floors[post.space]
        # the first place of least harm: sticking out of the space (over exits), or over another mark
        harm = [round(p.difference(floor).area + p.intersection(others).area, 3) for p in places]
        place = places[harm.index(min(harm))]
        taken.append(place)
        axes.text(
            place.centroid.x, place.centroid.y, post.name, ha="center", va="center", fontsize=6.5, zorder=7,
            bbox={"boxstyle": "round,pad=0.15", "fc": "white", "ec": POST, "lw": 0.6},
        )  # fmt: skip
    return taken


def _scale_bar(figure: Figure, scale: Scale, width_in: float, height_in: float) -> None:
    metres = next((m for m in (50.0, 20.0, 10.0, 5.0) if m * scale.inches_per_m <= 1.2), 2.0)
    long, y = metres * scale.inches_per_m / width_in, 0.3 / height_in
    right = 1 - 0.2 / width_in
    bar = Line2D([right - long, right], [y, y], color=WALL, lw=2, solid_capstyle="butt", transform=figure.transFigure)
    figure.add_artist(bar)
    figure.text(
        right, y - 0.06 / height_in, f"{metres:g} m ({metres / 0.3048:.0f} ft)", ha="right", va="top", fontsize=7
    )


def _colour_bar(figure: Figure, at: tuple[float, float, float, float], ramp: _Ramp, label: str) -> None:
    axes = figure.add_axes(at)
    bar = figure.colorbar(mpl.cm.ScalarMappable(norm=ramp.norm, cmap=ramp.map), cax=axes)
    if ramp.is_time:
        span = float(ramp.norm.vmax or 1.0)
        bar.locator = MultipleLocator(next((s for s in STEPS_S if span / s <= 8), STEPS_S[-1]))
        bar.formatter = FuncFormatter(lambda v, _: clock(v))
    else:
        bar.locator = MaxNLocator(6)
    bar.update_ticks()
    unit = "m:ss" if ramp.is_time else ramp.unit
    axes.set_title(f"({unit})" if unit else "", fontsize=8, loc="left")
    axes.set_ylabel(label, fontsize=9)
    axes.yaxis.set_label_position("left")
    bar.outline.set_linewidth(0.5)


def _key(figure: Figure, plan: FloorPlan, ramp: _Ramp | None, low: float) -> None:
    """Write the key below the plan: what the lines and fills mean, only what occurs."""
    entries: list[Line2D | Patch] = [
        Line2D([], [], color=EXIT, lw=4.5, label="exit, with its door number"),
        Line2D([], [], color=WALL, lw=1.2, marker="s", mfc="white", mec=WALL, ms=5, label="door or opening"),
    ]
    if plan.posts:
        entries.append(Line2D([], [], marker="D", ls="", mfc=POST, mec="white", ms=7, label="post"))
    if ramp is None:
        uses = {s.use for s in plan.spaces}
        for word, (members, colour) in FILLS.items():
            if uses.intersection(members):
                entries.append(Patch(fc=colour, ec=WALL, lw=0.5, label=word))
    elif any(ramp.cannot(s.id) for s in plan.spaces):
        entries.append(Patch(fc=NO_VALUE, ec=WALL, lw=0.5, hatch="////", label="cannot be reached"))
    figure.legend(
        handles=entries, loc="lower left", bbox_to_anchor=(0.008, low), ncols=len(entries), fontsize=8, frameon=False,
        borderaxespad=0.0, handlelength=1.6,
    )  # fmt: skip
