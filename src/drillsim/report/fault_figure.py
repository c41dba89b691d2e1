"""Figure of a plan with its faults marked in place; also for plans that cannot be used."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from drillsim.errors import Fault
from drillsim.plan.model import FloorPlan
from drillsim.report.chart_style import house_style

MARKS = {"error": "#B00020", "warning": "#C05A00"}
MOST_LISTED = 30
"""Largest number of faults that are marked and listed below the plan, in file order."""
WIDE = 150
"""Characters of a line below the plan."""


def plot_faults(plan: FloorPlan, faults: Sequence[Fault]) -> Figure:
    """Draw the outlines and openings of a plan, level by level, with numbered faults and their messages below."""
    listed = list(faults[:MOST_LISTED])
    lines = [
        line
        for number, fault in enumerate(listed, 1)
        for line in textwrap.wrap(
            f"{number}  line {fault.line}, {fault.code}: {fault.message}", WIDE, subsequent_indent="    "
        )
    ]
    if len(faults) > len(listed):
        lines.append(f"and {len(faults) - len(listed)} more")
    across = min(len(plan.levels), 2)
    rows = math.ceil(len(plan.levels) / across)
    below_in = 0.5 + 0.16 * len(lines)
    with house_style():
        figure = Figure(figsize=(11.0, 5.5 * rows + below_in + 0.5), dpi=120)
        height_in = figure.get_size_inches()[1]
        panels = figure.subplots(rows, across, squeeze=False)
        figure.subplots_adjust(left=0.03, right=0.98, bottom=below_in / height_in, top=1 - 0.6 / height_in, hspace=0.15)
        for k, panel in enumerate(panels.flat):
            panel.set_axis_off()
            if k < len(plan.levels):
                _draw_level(panel, plan, plan.levels[k].id)
                panel.set_title(plan.levels[k].label or plan.levels[k].id, loc="left", fontsize=10)
        crowded: dict[tuple[str, float, float], int] = {}
        for number, fault in enumerate(listed, 1):
            place = place_of(plan, fault)
            if place is not None:
                before = crowded[place] = crowded.get(place, -1) + 1
                axes = panels.flat[[v.id for v in plan.levels].index(place[0])]
                _mark(axes, place[1:], number, MARKS[fault.severity], 14.0 * before)
        count = f"{len(faults)} faults" if len(faults) != 1 else "1 fault"
        figure.text(0.03, 1 - 0.15 / height_in, f"{plan.name}: {count}", va="top", fontsize=12, fontweight="bold")
        figure.text(0.03, (below_in - 0.25) / height_in, "\n".join(lines), va="top", fontsize=8, parse_math=False)
        return figure


def place_of(plan: FloorPlan, fault: Fault) -> tuple[str, float, float] | None:
    """Return level, x and y of a fault in metres; None for a fault without a place, such as of a timetable."""
    levels = {v.id for v in plan.levels}
    level_of = {s.id: s.level for s in plan.spaces}
    path = fault.path
    if len(path) < 2 or not isinstance(path[1], int):
        return None
    section, i = str(path[0]), path[1]
    if section == "spaces":
        space = plan.spaces[i]
        corners = space.polygon
        middle = (sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners))
        found = (space.level, *(fault.point_m or middle))
    elif section == "openings":
        opening = plan.openings[i]
        level = next((level_of[s] for s in opening.spaces if s in level_of), "")
        found = (level, *(fault.point_m or opening.middle))
    elif section in ("posts", "equipment"):
        thing = getattr(plan, section)[i]
        found = (level_of.get(thing.space, ""), *thing.at)
    elif section in ("stairs", "ramps"):
        room = next((s for s in plan.spaces if s.id == getattr(plan, section)[i].lower), None)
        if room is None:
            return None
        found = (room.level, *room.polygon[0])
    else:
        return None
    return found if found[0] in levels else None


def _draw_level(axes: Axes, plan: FloorPlan, level: str) -> None:
    """Draw outlines, holes, openings and names of one level."""
    here = {s.id for s in plan.spaces if s.level == level}
    for space in plan.spaces:
        if space.level != level:
            continue
        for ring in (space.polygon, *space.holes):
            axes.plot([x for x, _ in (*ring, ring[0])], [y for _, y in (*ring, ring[0])], color="#555555", lw=0.8)
        x, y = (sum(c[k] for c in space.polygon) / len(space.polygon) for k in (0, 1))
        axes.text(x, y, space.id, ha="center", va="center", fontsize=7, color="#333333", clip_on=True, parse_math=False)
    for opening in plan.openings:
        if here.intersection(opening.spaces):
            (x0, y0), (x1, y1) = opening.line
            axes.plot([x0, x1], [y0, y1], color="#0072B2", lw=2.2, solid_capstyle="butt")
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.05)


def _mark(axes: Axes, at: tuple[float, float], number: int, colour: str, aside_pt: float) -> None:
    """Write the number of a fault in a coloured disc at its place; further ones stand beside it."""
    disc = {"boxstyle": "circle,pad=0.25", "facecolor": colour, "edgecolor": "white"}
    axes.annotate(
        str(number), at, xytext=(aside_pt, 0), textcoords="offset points", ha="center", va="center", color="white",
        fontsize=8, fontweight="bold", bbox=disc, zorder=10,
    )  # fmt: skip
