"""The plan coloured by the least time to reach each space, level by level."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.colors import to_hex, to_rgb
from shapely import Polygon

from drillsim.plan.model import FloorPlan, Level, Space
from drillsim.quantities import clock
from drillsim.report.chart_style import STEPS_S
from drillsim.report.page.parts.svg import Picture, line, tag, text
from drillsim.report.page.parts.told import short
from drillsim.report.plan_labels import ink_on

WIDE, GAP, KEY = 860, 30, 40
Place = Callable[[Sequence[float]], tuple[float, float]]
"""From a point of the plan in metres to one of the picture in pixels."""
TALLEST = 520
"""Height of a level in pixels at most."""
BANDS = 6


def reach_maps(plan: FloorPlan, seconds: Mapping[str, float], *, title: str, mark: str) -> list[Picture]:
    """Return one picture for each level, so that paper may break between them, with the time in each space that has room for it.

    seconds
        Least time by space; inf where there is no way.
    """
    bands = _bands(seconds)
    west, south, east, north = _bounds(plan)
    scale = min((WIDE - 20) / max(east - west, 1e-9), TALLEST / max(north - south, 1e-9))
    top, found = KEY + 18.0, []

    def at(point: Sequence[float]) -> tuple[float, float]:
        return 10 + (point[0] - west) * scale, top + (north - point[1]) * scale

    for level in plan.levels:
        label = level.label or level.id
        parts = [_key(bands), text(10, top - 6, label, class_="n"), *_level(plan, level, seconds, bands, at, scale)]
        own = {s.id: seconds[s.id] for s in plan.spaces if s.level == level.id and s.id in seconds}
        named = title if len(plan.levels) == 1 else f"{title}; {short(label, 40)}"
        high = math.ceil(top + (north - south) * scale + GAP)
        found.append(Picture(named, _told(plan, own), Markup("").join(parts), WIDE, high, mark))
    return found


def _level(
    plan: FloorPlan, level: Level, seconds: Mapping[str, float], bands: Sequence[float], at: Place, scale: float
) -> list[Markup]:
    """Return spaces, ways and posts of a level."""
    spaces = [s for s in plan.spaces if s.level == level.id]
    here, occupied = {s.id for s in spaces}, {p.space: p.at for p in plan.posts}
    parts = [_space(s, seconds.get(s.id, math.nan), bands, at, scale, occupied.get(s.id)) for s in spaces]
    parts += [_way(o.line, at, is_exit="outside" in o.spaces) for o in plan.openings if here.intersection(o.spaces)]
    return parts + [_post(at(p.at)) for p in plan.posts if p.space in here]


def _told(plan: FloorPlan, seconds: Mapping[str, float]) -> str:
    """Return the slowest spaces in words; a level where nothing is asked for says so."""
    slowest = sorted((s for s in seconds if math.isfinite(seconds[s])), key=lambda s: -seconds[s])[:5]
    if not slowest:
        return "No least times on this level."
    return "Slowest to reach: " + ", ".join(f"{plan.label_of(s)} {clock(seconds[s])}" for s in slowest) + "."


def _bounds(plan: FloorPlan) -> tuple[float, float, float, float]:
    xs = [x for s in plan.spaces for x, _ in s.polygon]
    ys = [y for s in plan.spaces for _, y in s.polygon]
    return min(xs), min(ys), max(xs), max(ys)


def _bands(seconds: Mapping[str, float]) -> list[float]:
    """Return the upper ends of the bands of colour: BANDS round steps up to the longest time."""
    longest = max((t for t in seconds.values() if math.isfinite(t)), default=0.0)
    step = next((s for s in STEPS_S if s * BANDS >= longest), STEPS_S[-1])
    return [float(step * k) for k in range(1, max(1, math.ceil(longest / step)) + 1)]


def _fill(value: float, bands: Sequence[float]) -> str:
    if not math.isfinite(value):
        return "#ffffff"
    place = next((i for i, end in enumerate(bands) if value <= end), len(bands) - 1)
    return str(to_hex(mpl.colormaps["cividis"]((place + 0.5) / len(bands))))


def _space(
    space: Space, value: float, bands: Sequence[float], at: Place, scale: float, post: Sequence[float] | None
) -> Markup:
    fill = _fill(value, bands)
    rings = [space.polygon, *space.holes]
    path = "".join("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in map(at, ring)) + "Z" for ring in rings)
    told = clock(value) if math.isfinite(value) else ("no way" if value == math.inf else "")
    kind = "space outdoors" if space.use == "outdoors" else "space"
    named = tag("title", f"{short(space.name)}: {told}" if told else short(space.name))
    drawn = [tag("path", named, d=path, fill=fill, fill_rule="evenodd", class_=kind)]
    x0, y0, x1, y1 = Polygon(space.polygon).bounds
    if told and (x1 - x0) * scale >= 30 and (y1 - y0) * scale >= 13:
        middle = Polygon(space.polygon).representative_point()
        x, y = at((middle.x, middle.y))
        if post is not None and abs(at(post)[0] - x) < 24 and abs(at(post)[1] - y) < 14:
            y = at(post)[1] + 18
        ink = "on-dark" if ink_on(to_rgb(fill)) == "white" else "on-light"
        drawn.append(text(x, y + 4, told, class_=f"small m {ink}"))
    return Markup("").join(drawn)


def _way(ends: Sequence[Sequence[float]], at: Place, *, is_exit: bool) -> Markup:
    (x0, y0), (x1, y1) = map(at, ends)
    return line(x0, y0, x1, y1, class_="exit" if is_exit else "door")


def _post(at: tuple[float, float]) -> Markup:
    x, y = at
    return tag("path", d=f"M{x:.0f} {y - 6:.0f}l6 6l-6 6l-6 -6z", class_="post")


def _key(bands: Sequence[float]) -> Markup:
    """Return the key: the bands of colour with their ends, exits and posts."""
    parts, x, low = [], 10.0, 0.0
    for end in bands:
        parts.append(tag("rect", x=x, y=4, width=16, height=12, fill=_fill(end, bands), class_="space"))
        parts.append(text(x + 21, 14, f"{clock(low)} to {clock(end)}", class_="t"))
        x, low = x + 105, end
    x = 10.0
    parts += [line(x, 28, x + 16, 28, class_="exit"), text(x + 21, 32, "exit", class_="t")]
    parts += [_post((x + 78, 28)), text(x + 90, 32, "post", class_="t")]
    parts += [tag("rect", x=x + 130, y=22, width=16, height=12, fill="#ffffff", class_="space")]
    parts += [text(x + 151, 32, "no way, or not asked for", class_="t")]
    return Markup("").join(parts)
