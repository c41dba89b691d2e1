"""Reader of floor plans in DXF, by the names of their layers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from shapely import Point, Polygon

from drillsim.escape import quoted
from drillsim.exchange.dxf.doors import add_doors, thresholds_of
from drillsim.exchange.dxf.drawing import Shape, Shapes, read_drawing
from drillsim.exchange.dxf.floors import by_level, stack
from drillsim.exchange.dxf.layer_map import kind_of
from drillsim.exchange.dxf.native import is_native, read_native
from drillsim.exchange.dxf.rooms import add_rooms, faces_of_walls, less_obstacles, room_shapes
from drillsim.exchange.importing.draft import Draft, Wishes
from drillsim.exchange.importing.grounds import join_parts
from drillsim.exchange.importing.rooms import SpaceShapes
from drillsim.exchange.importing.rules import PEOPLE
from drillsim.exchange.importing.sources import fault_of

STOREY_M = 4.0
"""Height of a storey that nothing tells. Source: A:import.storey."""
LAYERS_SHOWN = 12


def read_dxf(path: Path, wishes: Wishes) -> Draft:
    """Read a drawing as a draft of one level, or of several where the wishes name their files or layers.

    A drawing that drillsim wrote is read with all its levels. Raises PlanError with one fault: a file that is no drawing, or one
    without a layer that shows rooms.
    """
    draft = Draft(name=path.stem, source=", ".join(p.name for p in (path, *wishes.above)))
    for file in (path, *wishes.above):
        drawing = read_drawing(file, wishes.units)
        _tell_units(draft, drawing)
        if is_native(drawing.shapes) and not (wishes.above or wishes.levels):
            read_native(draft, drawing.shapes)
            draft.counts = {"spaces": len(draft.spaces), "openings": len(draft.openings), "stairs": len(draft.stairs)}
            return draft
        if is_native(drawing.shapes):
            raise fault_of(file, "DS903", "drillsim wrote this drawing with all its levels. Import it alone")
        for name, shapes in _floors(draft, file, drawing, wishes).items():
            _floor(draft, file, shapes, wishes, name)
    if len(draft.levels) > 1:
        stack(draft, wishes.storey_m or STOREY_M, told=wishes.storey_m is not None)
        draft.counts["stairs"] = len(draft.stairs)
    join_parts(draft)
    _tell_lacks(draft)
    return draft


def _floors(draft: Draft, path: Path, drawing: Shapes, wishes: Wishes) -> dict[str, list[Shape]]:
    """Return the shapes of each level of a drawing by its label."""
    if not wishes.levels:
        return {path.stem if wishes.above else "Ground floor": drawing.shapes}
    found = by_level(drawing.shapes, wishes.levels)
    others = Counter(s.layer for s in found.pop("", []))
    if others:
        draft.note("left out", f"layers of no level: {_listed(others)}")
    for name, shapes in found.items():
        if not shapes:
            names = _listed(Counter(s.layer for s in drawing.shapes))
            raise fault_of(
                path, "DS903", f"no layer fits the level '{quoted(name)}' of --levels. Layers of the drawing: {names}"
            )
    return found


def _floor(draft: Draft, path: Path, all_shapes: Sequence[Shape], wishes: Wishes, label: str) -> None:
    """Add one level to a draft."""
    by_kind: dict[str, list[Shape]] = {}
    layers: dict[str, Counter[str]] = {}
    for shape in all_shapes:
        kind = kind_of(shape.layer, wishes.layers)
        if kind is not None:
            by_kind.setdefault(kind, []).append(shape)
            layers.setdefault(kind, Counter())[shape.layer] += 1
    several = f"{label}, " if wishes.above or wishes.levels else ""
    for kind, names in layers.items():
        told = ", ".join(f"{quoted(n)} ({c})" for n, c in names.most_common(6))
        draft.note("understood", f"{several}{kind}: layer {told}")
    unread = Counter(s.layer for s in all_shapes if kind_of(s.layer, wishes.layers) is None)
    if unread:
        draft.note("left out", f"{several}layers of no meaning to a plan: {_listed(unread)}")
    _build(draft, path, all_shapes, by_kind, wishes, label)


def _build(
    draft: Draft, path: Path, all_shapes: Sequence[Shape], by_kind: dict[str, list[Shape]], wishes: Wishes, label: str
) -> None:
    doors, exits = thresholds_of(by_kind.get("doors", [])), thresholds_of(by_kind.get("exits", []))
    rooms = room_shapes(draft, by_kind.get("rooms", []), wishes.snap_m)
    faces = not rooms and "walls" in by_kind
    if faces:
        lines = [t.line for t in [*doors, *exits] if t.swing is None]
        lines += [(t.swing.hinge, end) for t in doors if t.swing for end in t.swing.ends]
        rooms = faces_of_walls(draft, by_kind["walls"], lines, wishes.snap_m)
    if not rooms:
        raise _no_rooms(path, all_shapes, by_kind)
    rooms = less_obstacles(draft, rooms, by_kind.get("obstacles", []))
    level = f"L{len(draft.levels)}"
    draft.levels.append({"id": level, "elevation": 0, "label": label})
    texts = [
        s for kind, shapes in by_kind.items() if kind not in ("people", "doors", "exits") for s in shapes if s.text
    ]
    shapes = add_rooms(draft, level, rooms, texts, faces=faces)
    _add_people(draft, shapes, by_kind.get("people", []))
    add_doors(draft, SpaceShapes(shapes), doors, exits)
    for word, number in {"rooms": len(shapes), "doors": len(doors), "exits": len(exits)}.items():
        draft.counts[word] = draft.counts.get(word, 0) + number


def _tell_lacks(draft: Draft) -> None:
    """Note what a planner has to add: people, exits, names."""
    placed = sum(int(s.get("people", 0)) for s in draft.spaces)
    if placed:
        draft.note("guessed", f"{placed} people by texts in the rooms")
    else:
        draft.note("missing", "nobody is placed: write people in the plan, or import a room list into it")
    if not draft.counts["exits"] and all(o["kind"] != "exit" for o in draft.openings):
        draft.note("missing", "no exit: draw one on a layer such as EXITS, or name its layer with --layers exits=…")
    unlabelled = sum(1 for s in draft.spaces if "label" not in s)
    if unlabelled:
        draft.note("missing", f"{unlabelled} of {draft.counts['rooms']} rooms have no text inside for a name")


def _add_people(draft: Draft, shapes: dict[str, Polygon], texts: Sequence[Shape]) -> None:
    """Add people that a text such as 'number=12' places in a room."""
    for shape in texts:
        match = re.search(r"(?:number|people|occupants?)\s*[=:]\s*(\d{1,5})\b", shape.text, re.IGNORECASE)
        room = next((s for s, p in shapes.items() if match and p.covers(Point(shape.points[0]))), None)
        if match and room is not None:
            thing = next(s for s in draft.spaces if s["id"] == room)
            thing["people"] = int(thing.get("people", 0)) + int(match[1])
            draft.derived[room] = PEOPLE


def _tell_units(draft: Draft, drawing: Shapes) -> None:
    if drawing.unit_is_guess:
        draft.note(
            "guessed", f"the drawing names no unit; {drawing.unit} give a building of usual size. Say so with --units"
        )
    else:
        draft.note("understood", f"lengths in {drawing.unit}")
    pictures = {k: n for k, n in drawing.skipped.items() if k not in ("VIEWPORT", "SEQEND")}
    if pictures:
        draft.note(
            "left out", f"entities that show no outline: {', '.join(f'{k} ({n})' for k, n in sorted(pictures.items()))}"
        )


def _no_rooms(path: Path, shapes: Sequence[Shape], by_kind: dict[str, list[Shape]]) -> Exception:
    names = Counter(s.layer for s in shapes)
    if not names:
        return fault_of(path, "DS903", "the drawing shows nothing: its model space has no lines")
    which = (
        "no layer is known to hold rooms or walls"
        if not by_kind.get("rooms") and "walls" not in by_kind
        else "no outline on the layers of rooms or walls closes"
    )
    remedy = "Name them with --layers rooms=…, or --snap 20cm for wider gaps"
    return fault_of(path, "DS903", f"{which}. Layers of the drawing: {_listed(names)}. {remedy}")


def _listed(names: Counter[str]) -> str:
    shown = ", ".join(f"'{quoted(n)}' ({c:,})" for n, c in names.most_common(LAYERS_SHOWN))
    return f"{shown} and {len(names) - LAYERS_SHOWN} more" if len(names) > LAYERS_SHOWN else shown
