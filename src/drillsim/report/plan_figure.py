"""Figure of a floor plan: levels side by side, spaces coloured by a number such as the time to reach them."""

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
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator
from numpy.typing import NDArray
from shapely import Polygon, box, get_parts, unary_union
from shapely.geometry.polygon import orient

from drillsim.plan.model import OUTSIDE, FloorPlan, Opening, Space, stair_opening
from drillsim.plan.outlines import floor_of
from drillsim.plan.passage import is_exit, out_spaces
from drillsim.quantities import clock
from drillsim.report.chart_style import GREY, STEPS_S, house_style, round_up
from drillsim.report.plan_labels import Scale, beyond, ink_on, points_to_try, texts_to_try, write_first_that_fits

EXIT = "#D55E00"
GATE = "#00735A"
POST = "#CC79A7"
RAMP = "#6A3D9A"
WALL = "#333333"
NO_VALUE = "#FFFFFF"
NO_TIME = "#E9EDE4"
"""Spaces without a number, such as places outdoors that no way leads to: pale, but no white hole in the page."""
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
Floats = NDArray[np.float64]


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

    Seven arguments, as all but the plan are optional settings of one figure.

    values
        Number by space id; spaces without one stay white, and those with inf are hatched ('cannot be reached').
    label
        What the numbers are, beside the colour bar, such as 'time from the nearest post'.
    unit
        'time' for seconds shown as m:ss; any other word stands behind plain numbers.
    top
        Number at the dark end of the colours, to compare figures; by default the largest number, rounded up.
    """
    with house_style():
        ramp = _Ramp(values, unit, top) if values is not None else None
        floors = {s.id: _floor(s) for s in plan.spaces}
        sheet = _layout(list(floors.values()), len(plan.levels), bar_in=1.0 if ramp is not None else 0.2)
        figure = Figure(figsize=(sheet.width_in, sheet.height_in), dpi=150)
        for k, level in enumerate(plan.levels):
            axes = sheet.add_panel(figure, k)
            if len(plan.levels) > 1:
                axes.set_title(level.label or level.id, loc="left", fontsize=10)
            spaces = [s for s in plan.spaces if s.level == level.id]
            taken = _draw_posts(axes, plan, spaces, floors, sheet.scale)
            taken += _draw_openings(axes, plan, spaces, floors, sheet.scale)
            _draw_spaces(axes, spaces, floors, ramp, sheet.scale, taken)
            _draw_ramps(axes, plan, spaces, floors)
        _scale_bar(figure, sheet.scale, sheet.width_in, sheet.height_in)
        _write_titles(figure, title or plan.name, note)
        if ramp is not None:
            _colour_bar(figure, sheet.colour_bar(), ramp, label)
        _key(figure, plan, ramp, 0.12 / sheet.height_in)
        return figure


_ABOVE_IN, _BELOW_IN = 0.75, 0.65
"""Height of title and note above the panels, and of key and scale below them, in inches."""


@dataclass(frozen=True)
class _Sheet:
    """Layout of the figure: one panel per level, at most two side by side.

    bounds_m
        West, south, east, north of every panel in metres, with a margin.
    panel_in
        Width and height of a panel in inches.
    across, rows
        Panels side by side, and rows of them.
    bar_in
        Width kept free for the colour bar.
    """

    bounds_m: tuple[float, float, float, float]
    panel_in: tuple[float, float]
    across: int
    rows: int
    bar_in: float

    @property
    def scale(self) -> Scale:
        """Scale of all panels."""
        return Scale(self.panel_in[0] / (self.bounds_m[2] - self.bounds_m[0]))

    @property
    def width_in(self) -> float:
        """Width of the figure in inches."""
        return 0.2 + self.across * (self.panel_in[0] + 0.1) + self.bar_in

    @property
    def height_in(self) -> float:
        """Height of the figure in inches."""
        return _ABOVE_IN + _BELOW_IN + self.rows * (self.panel_in[1] + 0.3)

    def add_panel(self, figure: Figure, k: int) -> Axes:
        """Add the axes of panel k, in reading order, in metres of the plan."""
        (row, column), (each_in, tall_in) = divmod(k, self.across), self.panel_in
        left = (0.2 + column * (each_in + 0.1)) / self.width_in
        low = (_BELOW_IN + (self.rows - 1 - row) * (tall_in + 0.3)) / self.height_in
        axes = figure.add_axes((left, low, each_in / self.width_in, tall_in / self.height_in))
        west, south, east, north = self.bounds_m
        axes.set(xlim=(west, east), ylim=(south, north), aspect="equal")
        axes.set_axis_off()
        return axes

    def colour_bar(self) -> tuple[float, float, float, float]:
        """Return left, bottom, width and height of the colour bar, as shares of the figure."""
        bar_height = min(self.rows * self.panel_in[1], 4.5)
        low, tall = (_BELOW_IN + 0.2) / self.height_in, bar_height / self.height_in
        return (1 - 0.85 / self.width_in, low, 0.16 / self.width_in, tall)


def _layout(floors: Sequence[Polygon], levels: int, *, bar_in: float) -> _Sheet:
    """Return the layout for the spaces of a plan: panels of 7.6 or 10.2 inches, at most 8 inches tall."""
    bounds = np.asarray([p.bounds for p in floors])
    (west, south), (east, north) = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
    margin_m = MARGIN * max(east - west, north - south)
    west, south, east, north = west - margin_m, south - margin_m, east + margin_m, north + margin_m
    across = min(levels, 2)
    each_in = 7.6 if across > 1 else 10.2
    tall_in = each_in * (north - south) / (east - west)
    if tall_in > 8.0:
        each_in, tall_in = each_in * 8.0 / tall_in, 8.0
    return _Sheet((west, south, east, north), (each_in, tall_in), across, math.ceil(levels / across), bar_in)


def _write_titles(figure: Figure, title: str, note: str) -> None:
    """Write the title and, wrapped below it, the note at the top left of the figure."""
    width_in, height_in = figure.get_size_inches()
    figure.text(0.2 / width_in, 1 - 0.12 / height_in, title, ha="left", va="top", fontsize=12, fontweight="bold")
    if note:
        wrapped = textwrap.fill(note, int(width_in * 15))
        figure.text(0.2 / width_in, 1 - 0.36 / height_in, wrapped, ha="left", va="top", fontsize=8, color=GREY)


class _Ramp:
    """Colour map and text of the numbers: dark blue for low, yellow for high."""

    def __init__(self, values: Mapping[str, float], unit: str, top: float | None) -> None:
        finite = [v for v in values.values() if math.isfinite(v)]
        most = max(finite, default=1.0) if top is None else top
        self.values, self.is_time, self.unit = values, unit == "time", unit
        high = round_up(most) if self.is_time and top is None else most
        self.norm = Normalize(min(0.0, min(finite, default=0.0)), high or 1.0)
        self.map = mpl.colormaps["cividis"]

    def colour(self, space: str) -> tuple[float, float, float]:
        """Return the RGB colour of a space, pale without a number, white where it cannot be reached."""
        value = self.values.get(space, math.nan)
        if math.isfinite(value):
            return to_rgb(self.map(self.norm(value)))
        return to_rgb(NO_TIME if math.isnan(value) else NO_VALUE)

    def cannot(self, space: str) -> bool:
        """Return whether a space cannot be reached: its number is infinite."""
        return self.values.get(space) == math.inf

    def words(self, value: float) -> str:
        """Return a number as text: m:ss for times, three digits otherwise, empty where not finite."""
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
    """Draw the spaces of a level with fill, outline and text; `taken` are areas that texts must not cover."""
    for space in spaces:
        fill = ramp.colour(space.id) if ramp is not None else to_rgb(_fill_of(space))
        hatch = "////" if ramp is not None and ramp.cannot(space.id) else None
        edge = WALL if space.use != "outdoors" else GREY
        style = "-" if space.use != "outdoors" else ":"
        outline = _outline(floors[space.id])
        axes.add_patch(PathPatch(outline, facecolor=fill, edgecolor=edge, lw=0.9, ls=style, hatch=hatch, zorder=1))
        value = ramp.words(ramp.values.get(space.id, math.nan)) if ramp is not None else ""
        room = floors[space.id].difference(unary_union([t for t in taken if t.intersects(floors[space.id])]))
        write_first_that_fits(
            axes, texts_to_try(space, value), points_to_try(floors[space.id]), room, ink_on(fill), scale
        )


def _fill_of(space: Space) -> str:
    """Return the pale fill of a space by its use."""
    return next(colour for uses, colour in FILLS.values() if space.use in uses)


def _floor(space: Space) -> Polygon:
    """Return the floor of a space, of which columns may overlap or reach the wall."""
    pieces: list[Polygon] = list(get_parts(floor_of(space.polygon, space.holes)))
    return max(pieces, key=lambda piece: float(piece.area))


def _outline(floor: Polygon) -> Path:
    """Return the outline of a space with its holes as one matplotlib path."""
    turned = orient(floor)  # holes run against the outline, so that they stay empty
    rings = [np.asarray(r.coords) for r in (turned.exterior, *turned.interiors)]
    return Path.make_compound_path(*(Path(r, closed=True) for r in rings))


def _draw_openings(
    axes: Axes, plan: FloorPlan, spaces: Sequence[Space], floors: Mapping[str, Polygon], scale: Scale
) -> list[Polygon]:
    """Draw doors and openings of a level as thresholds, exits and site gates in colour with number or name.

    Return the boxes that the names occupy.
    """
    here, taken = {s.id for s in spaces}, list[Polygon]()
    outdoors = out_spaces(plan) - {OUTSIDE}
    for opening in plan.openings:
        inside = [s for s in opening.spaces if s in here]
        if not inside:
            continue
        xs, ys = zip(*opening.line, strict=True)
        if is_exit(plan, opening) or OUTSIDE in opening.spaces:
            colour = EXIT if is_exit(plan, opening) else GATE
            axes.plot(xs, ys, color=colour, lw=4.5, solid_capstyle="butt", zorder=5)
            indoor = next((s for s in inside if s not in outdoors), inside[0])
            x, y = beyond(opening, floors[indoor], 11 / 72 / scale.inches_per_m)
            word = _exit_word(opening)
            upright = len(word) > 2 and abs(ys[1] - ys[0]) > abs(xs[1] - xs[0])
            axes.text(
                x, y, word, color=colour, fontsize=7.5, fontweight="bold", ha="center", va="center",
                rotation=90 if upright else 0, zorder=6, path_effects=[withStroke(linewidth=2.4, foreground="white")],
            )  # fmt: skip
            w, h = scale.text_m([word], 7.5)[:: -1 if upright else 1]
            taken.append(box(x - w / 2, y - h / 2, x + w / 2, y + h / 2))
        else:
            axes.plot(xs, ys, color=WALL, lw=4.0, solid_capstyle="butt", zorder=4)
            axes.plot(xs, ys, color="white", lw=2.6, solid_capstyle="butt", zorder=5)
    return taken


def _draw_ramps(axes: Axes, plan: FloorPlan, spaces: Sequence[Space], floors: Mapping[str, Polygon]) -> None:
    """Draw an arrow from the foot to the head of each ramp that begins or ends on a level."""
    here = {s.id for s in spaces}
    for flight in plan.ramps:
        if {flight.lower, flight.upper} & here:
            doors = [stair_opening(plan, flight, upper=upper) for upper in (False, True)]
            rooms = [floors[flight.lower].representative_point(), floors[flight.upper].representative_point()]
            foot, head = (d.middle if d else (p.x, p.y) for d, p in zip(doors, rooms, strict=True))
            axes.annotate(
                "", head, foot, arrowprops={"arrowstyle": "-|>", "color": RAMP, "lw": 1.6, "ls": "--"}, zorder=7
            )


def _exit_word(opening: Opening) -> str:
    """Return the text of an exit: its number in 'Door 4', else its name, shortened."""
    number = re.match(r"Door (\d+)", opening.name)
    return number[1] if number else textwrap.shorten(opening.label or "exit", 14, placeholder="...")


def _draw_posts(
    axes: Axes, plan: FloorPlan, spaces: Sequence[Space], floors: Mapping[str, Polygon], scale: Scale
) -> list[Polygon]:
    """Draw the posts with their labels, and return the boxes that these occupy."""
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
    """Draw a scale bar of a round length, at most 1.2 inches long, with feet beside metres."""
    metres = next((m for m in (50.0, 20.0, 10.0, 5.0) if m * scale.inches_per_m <= 1.2), 2.0)
    long, y = metres * scale.inches_per_m / width_in, 0.3 / height_in
    right = 1 - 0.2 / width_in
    bar = Line2D([right - long, right], [y, y], color=WALL, lw=2, solid_capstyle="butt", transform=figure.transFigure)
    figure.add_artist(bar)
    figure.text(
        right, y - 0.06 / height_in, f"{metres:g} m ({metres / 0.3048:.0f} ft)", ha="right", va="top", fontsize=7
    )


def _colour_bar(figure: Figure, at: tuple[float, float, float, float], ramp: _Ramp, label: str) -> None:
    """Draw the colour bar in the given rectangle (left, bottom, width, height, as shares of the figure)."""
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
    """Draw the legend below the plan, with the entries that occur in it."""
    entries: list[Line2D | Patch] = [
        Line2D([], [], color=EXIT, lw=4.5, label="exit, with its number or name"),
        Line2D([], [], color=WALL, lw=1.2, marker="s", mfc="white", mec=WALL, ms=5, label="door or opening"),
    ]
    if any(OUTSIDE in o.spaces and not is_exit(plan, o) for o in plan.openings):
        entries.insert(1, Line2D([], [], color=GATE, lw=4.5, label="site gate"))
    if plan.ramps:
        entries.append(Line2D([], [], color=RAMP, lw=1.6, ls="--", marker=">", ms=4, label="ramp, from foot to head"))
    if plan.posts:
        entries.append(Line2D([], [], marker="D", ls="", mfc=POST, mec="white", ms=7, label="post"))
    if ramp is None:
        uses = {s.use for s in plan.spaces}
        for word, (members, colour) in FILLS.items():
            if uses.intersection(members):
                entries.append(Patch(fc=colour, ec=WALL, lw=0.5, label=word))
    else:
        if any(ramp.cannot(s.id) for s in plan.spaces):
            entries.append(Patch(fc=NO_VALUE, ec=WALL, lw=0.5, hatch="////", label="cannot be reached"))
        without = [s for s in plan.spaces if math.isnan(ramp.values.get(s.id, math.nan))]
        if without:
            what = "outdoors, without a time" if all(s.use == "outdoors" for s in without) else "without a number"
            entries.append(Patch(fc=NO_TIME, ec=GREY, lw=0.5, ls=":", label=what))
    figure.legend(
        handles=entries, loc="lower left", bbox_to_anchor=(0.008, low), ncols=len(entries), fontsize=8, frameon=False,
        borderaxespad=0.0, handlelength=1.6,
    )  # fmt: skip
