"""Floors of a building in several drawings, or side by side in one: each a level, above each other, with the stairs between."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

import shapely
from shapely import Polygon

from drillsim.exchange.dxf.drawing import Shape
from drillsim.exchange.importing.draft import Draft, Thing
from drillsim.exchange.importing.rules import STOREY
from drillsim.exchange.importing.stairs import add_stair

BESIDE = 0.5
"""Share of the smaller floor that lies over the other one, below which the two are drawn beside each other. Source: A:import.floors."""
OFF_M = 0.5
"""Farthest that the middles of a stair on two floors may lie apart, m. Source: A:import.floors."""
OVERLAP_M2 = 0.5
"""Overlap of two stair rooms above each other, m2. Source: A:import.stairs."""
XY = tuple[float, float]


def parse_levels(text: str) -> dict[str, tuple[str, ...]]:
    """Return the layers of 'Ground=0-*,Upper=1-*+2-STAIR' by level, lowest first; raises ValueError with the reason."""
    found: dict[str, tuple[str, ...]] = {}
    for part in filter(None, (p.strip() for p in text.split(","))):
        name, sign, patterns = part.partition("=")
        told = tuple(p.strip() for p in patterns.split("+") if p.strip())
        if not sign or not name.strip() or not told:
            raise ValueError(f"'{part}': write LEVEL=LAYERS, such as Ground=0-*, lowest first")
        if name.strip() in found:
            raise ValueError(f"'{part}': the level {name.strip()} stands twice. Write LEVEL=LAYERS+LAYERS")
        found[name.strip()] = told
    return found


def by_level(shapes: Iterable[Shape], levels: Mapping[str, Sequence[str]]) -> dict[str, list[Shape]]:
    """Return the shapes of each level under the names of their layers without what tells the level; '' for those of none."""
    found: dict[str, list[Shape]] = {name: [] for name in levels}
    for shape in shapes:
        name, pattern = next(
            ((n, p) for n, patterns in levels.items() for p in patterns if fnmatchcase(shape.layer.upper(), p.upper())),
            ("", ""),
        )
        found.setdefault(name, []).append(replace(shape, layer=_without(shape.layer, pattern)))
    return found


def _without(layer: str, pattern: str) -> str:
    """Return the name of a layer less what stands before the first and after the last star of a pattern."""
    if "*" not in pattern or re.search(r"[?\[]", pattern):
        return layer
    before, after = pattern.partition("*")[0], pattern.rpartition("*")[2]
    return layer[len(before) : len(layer) - len(after)] or layer


def stack(draft: Draft, storey_m: float, *, told: bool) -> None:
    """Set the levels of a draft above each other, and join the stair rooms that belong together.

    Floors that are drawn beside each other are moved so that a stair of the same name lies above itself.

    told
        Whether the user tells the height of a storey.
    """
    for k, level in enumerate(draft.levels):
        level["elevation"] = round(k * storey_m, 4)
        if k and not told:
            draft.derive(level["id"], STOREY)
    if not told:
        draft.note("guessed", f"storeys {storey_m:g} m high. Say so with --storey")
    for lower, upper in zip(draft.levels, draft.levels[1:], strict=False):
        pairs = _same_name(_stairs(draft, lower["id"]), _stairs(draft, upper["id"]))
        _move_above(draft, lower, upper, pairs)
        _join(draft, lower, upper, storey_m)

    high = {s["id"] for level in draft.levels[1:] for s in _on(draft, level["id"])}
    above = [o for o in draft.openings if o["kind"] == "exit" and high & set(o["spaces"])]
    if above:
        draft.note(
            "guessed",
            f"{len(above)} door(s) above the lowest level lead outside, as over an outer stair",
            tuple(above[0]["line"][0]),
        )


def _move_above(draft: Draft, lower: Thing, upper: Thing, pairs: Sequence[tuple[Thing, Thing]]) -> None:
    low, high = (shapely.union_all([_shape(s) for s in _on(draft, v["id"])]).envelope for v in (lower, upper))
    smaller = min(low.area, high.area)
    if low.intersection(high).area >= BESIDE * smaller:
        return
    name, other = (str(v.get("label", v["id"])) for v in (upper, lower))
    if not pairs:
        draft.note(
            "missing",
            f"'{name}' lies beside '{other}', and no stair of one name on both tells how they lie above each other. Call a stair "
            "room alike on both, such as 'Stair A'",
        )
        return
    (x0, y0), (x1, y1) = (_middle(s) for s in pairs[0])
    dx, dy = round(x0 - x1, 4), round(y0 - y1, 4)
    _move(draft, upper["id"], lambda p: [round(p[0] + dx, 4), round(p[1] + dy, 4)])
    draft.note(
        "guessed", f"'{name}' is drawn beside '{other}': moved by [{dx:.2f}, {dy:.2f}] m, so that '{_name(pairs[0][0])}' lies above itself"
    )  # fmt: skip


def _move(draft: Draft, level: str, to: Callable[[Sequence[float]], list[float]]) -> None:
    spaces = _on(draft, level)
    ids = {s["id"] for s in spaces}
    for space in spaces:
        space["polygon"] = [to(p) for p in space["polygon"]]
        if "holes" in space:
            space["holes"] = [[to(p) for p in hole] for hole in space["holes"]]
    for opening in draft.openings:
        if ids & set(opening["spaces"]):
            opening["line"] = [to(p) for p in opening["line"]]


def _join(draft: Draft, lower: Thing, upper: Thing, storey_m: float) -> None:
    """Add a stair between stair rooms of one name, else between those that lie over each other."""
    below, above = _stairs(draft, lower["id"]), _stairs(draft, upper["id"])
    pairs = _same_name(below, above)
    for low, high in pairs:
        (x0, y0), (x1, y1) = _middle(low), _middle(high)
        off = ((x0 - x1) ** 2 + (y0 - y1) ** 2) ** 0.5
        if off > OFF_M and _shape(low).intersection(_shape(high)).area < OVERLAP_M2:
            draft.note(
                "missing",
                f"'{_name(low)}' lies {off:.1f} m away from itself on the level above. Correct the drawing",
                (x0, y0),
            )
    named = {s["id"] for pair in pairs for s in pair}
    for low in below:
        over = [h for h in above if h["id"] not in named and _shape(low).intersection(_shape(h)).area > OVERLAP_M2]
        if low["id"] not in named and over:
            pairs.append((low, over[0]))
            named |= {low["id"], over[0]["id"]}
    for low, high in pairs:
        add_stair(draft, low["id"], high["id"], storey_m)
    names = [str(v.get("label", v["id"])) for v in (lower, upper)]
    if pairs:
        joined = ", ".join(f"'{_name(low)}'" for low, _ in pairs[:6])
        draft.note("guessed", f"{len(pairs)} stair(s) from '{names[0]}' to '{names[1]}' by name or place: {joined}")
    else:
        draft.note(
            "missing", f"no stair joins '{names[0]}' with '{names[1]}': a room with 'stair' in its name on both would"
        )


def _stairs(draft: Draft, level: str) -> list[Thing]:
    return [s for s in _on(draft, level) if s["use"] == "stair"]


def _on(draft: Draft, level: str) -> list[Thing]:
    return [s for s in draft.spaces if s["level"] == level]


def _same_name(below: Sequence[Thing], above: Sequence[Thing]) -> list[tuple[Thing, Thing]]:
    """Return the stair rooms that have one name on both floors, and no other of it."""
    found = []
    for low in below:
        name = _plain(low)
        here, there = ([s for s in side if name and _plain(s) == name] for side in (below, above))
        if len(here) == len(there) == 1:
            found.append((low, there[0]))
    return found


def _plain(space: Thing) -> str:
    return re.sub(r"[^\w]+", "", str(space.get("label", "")).lower())


def _name(space: Thing) -> str:
    return str(space.get("label") or space["id"])


def _shape(space: Thing) -> Polygon:
    return Polygon(space["polygon"], space.get("holes", ()))


def _middle(space: Thing) -> XY:
    x0, y0, x1, y1 = _shape(space).bounds
    return (x0 + x1) / 2, (y0 + y1) / 2
