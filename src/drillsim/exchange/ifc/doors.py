"""Doors of a building model: which two spaces each joins, by space boundaries first, by a probe beside its wall else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import shapely
from shapely import LineString, Polygon

from drillsim.exchange.importing.draft import XY, Draft, rounded
from drillsim.exchange.importing.rooms import SpaceShapes, axes
from drillsim.exchange.importing.rules import BOUNDARY, PROBE, VIRTUAL
from drillsim.plan.model import OUTSIDE

LOW_M = 1.8
"""Height of a hole without a door below which it is no passage, m. Source: A:import.doors."""
TOUCH_M = 0.02
"""Distance of two outlines that touch, m. Source: A:import.footprints."""
LEAST_M = 0.5
"""Shortest stretch of a common outline that is a passage, m. Source: A:plan.person."""


@dataclass
class Agreement:
    """How often the two ways to tell a door's rooms say the same."""

    both: int = 0
    same: int = 0


def threshold_of(parts: Sequence[Any], width_m: float) -> tuple[tuple[XY, XY], float] | None:
    """Return the threshold in the middle of a hole's footprint, and the depth of its wall; None without a footprint.

    The threshold runs along the side whose length is nearer to the door's width; the longer one where the door tells none.
    """
    if not parts:
        return None
    longer, *others = axes(Polygon(parts[0][0]))
    if not others or width_m <= 0:
        return longer
    shorter = others[0]
    size_long, size_short = shorter[1], longer[1]
    return longer if abs(size_long - width_m) <= abs(size_short - width_m) else shorter


def add_doors(
    draft: Draft,
    doors: Sequence[Any],
    ids: Mapping[int, str],
    shapes: Mapping[str, SpaceShapes],
    level_of: Mapping[str, str],
) -> Agreement:
    """Add every door that stands between two spaces, or between one and the outside.

    ids
        Space ids by the step numbers of the file.
    shapes
        Shapes of the spaces by level.
    level_of
        Level of each space.
    """
    agreement = Agreement()
    storeys = {level_of[s]: None for s in ids.values()}
    for door in doors:
        name = str(door["name"] or "door")
        found = threshold_of(door["parts"], float(door.get("width", 0.0)))
        bounded = [ids[b] for b in door.get("bounded", ()) if b in ids]
        if found is None:
            draft.note("left out", f"door '{name}' has no geometry")
            continue
        line, depth = found
        level = door.get("level") or (level_of[bounded[0]] if bounded else None)
        probed = _probe(shapes, [level] if level in shapes else list(storeys), line, depth)
        sides = _decide(draft, name, bounded, probed, line, agreement)
        if sides is None:
            draft.note("left out", f"door '{name}' stands beside no space", line[0])
        elif sides[0] == sides[1]:
            draft.note("left out", f"door '{name}' has '{sides[0]}' on both sides", line[0])
        else:
            rule = BOUNDARY if len(bounded) == 2 else PROBE
            kind = "door" if "bounded" in door else "opening"
            add_opening(draft, line, sides, rule, label=name if len(name) <= 40 else "", kind=kind)
    return agreement


def _probe(
    shapes: Mapping[str, SpaceShapes], levels: Sequence[Any], line: tuple[XY, XY], depth: float
) -> tuple[str, ...]:
    for level in levels:
        if level in shapes:
            found = tuple(s for s in shapes[level].beside(line, depth) if s)
            if found:
                return found
    return ()


def _decide(
    draft: Draft, name: str, bounded: Sequence[str], probed: tuple[str, ...], line: tuple[XY, XY], agreement: Agreement
) -> tuple[str, str] | None:
    """Return the two sides of a door: two boundaries count, else the probe, else a single boundary; tell where they differ."""
    if bounded:
        agreement.both += 1
        agreement.same += set(bounded) == set(probed)
        if set(bounded) != set(probed):
            told, seen = " and ".join(bounded), " and ".join(probed) or "nothing"
            used = "the boundaries" if len(bounded) == 2 else "the probe" if probed else "the boundary"
            draft.note(
                "guessed", f"door '{name}': boundaries name {told}, the probe finds {seen}; {used} count", line[0]
            )
    chosen = tuple(bounded) if len(bounded) == 2 else probed or tuple(bounded[:1])
    if not chosen:
        return None
    return (chosen[0], chosen[1]) if len(chosen) == 2 else (chosen[0], OUTSIDE)


def add_opening(
    draft: Draft, line: Sequence[XY], sides: tuple[str, str], rule: str, *, label: str = "", kind: str = "door"
) -> str:
    """Add an opening between two sides to a draft and return its id; one to the outside is an exit."""
    kind = "exit" if OUTSIDE in sides else kind
    id_ = draft.id_for("", kind.replace("_", "-"))
    wide = {"wide_on_purpose": True} if kind == "opening" else {}
    draft.openings.append(
        {
            "id": id_,
            **({"label": label} if label else {}),
            "kind": kind,
            "spaces": list(sides),
            "line": rounded(line),
            **wide,
        }
    )
    draft.derive(id_, rule)
    return id_


def add_virtual_openings(draft: Draft, shapes: SpaceShapes, virtual: Sequence[str]) -> int:
    """Add an opening without leaf on every straight stretch that two spaces with virtual boundaries have in common."""
    before = len(draft.openings)
    here = [s for s in virtual if s in shapes.ids]
    for i, one in enumerate(here):
        for other in here[i + 1 :]:
            near = shapely.buffer(shapes.shape(other), TOUCH_M)
            common = shapely.intersection(shapes.shape(one).boundary, near)
            merged = shapely.line_merge(common) if common.geom_type == "MultiLineString" else common
            pieces = [s for p in shapely.get_parts(merged) if isinstance(p, LineString) for s in _straight(p)]
            best = max(pieces, key=lambda s: float(s.length), default=None)
            if best is not None and best.length >= LEAST_M:
                ends = [best.interpolate(d) for d in (TOUCH_M, best.length - TOUCH_M)]
                a, b = ((float(p.x), float(p.y)) for p in ends)
                add_opening(draft, [a, b], (one, other), VIRTUAL, kind="opening")
    return len(draft.openings) - before


def _straight(line: LineString) -> list[LineString]:
    simple = line.simplify(TOUCH_M)
    corners = list(simple.coords)
    return [LineString(pair) for pair in pairwise(corners)]
