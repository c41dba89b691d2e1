"""Reader of building models: storeys, spaces, doors and stairs of an IFC file as a draft."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.polygon import orient

from drillsim.exchange.ifc.doors import LOW_M, add_doors, add_virtual_openings
from drillsim.exchange.ifc.model_file import facts_of
from drillsim.exchange.ifc.stairs import add_stairs
from drillsim.exchange.importing.draft import Draft, Wishes, rounded
from drillsim.exchange.importing.grounds import join_parts
from drillsim.exchange.importing.rooms import SpaceShapes
from drillsim.exchange.importing.rules import USE, use_of
from drillsim.exchange.importing.sources import fault_of

SIMPLER_M = 0.004
"""Distance from the outline of corners that nobody walks around, m. Source: A:import.footprints."""
CLOSED_M2 = 1.5
"""Area of a space without a door up to which it is a cupboard or a shaft, m2. Source: A:import.closed."""


def read_ifc(path: Path, wishes: Wishes) -> Draft:
    """Read a building model as a draft. Raises PlanError with one fault (`model_file.facts_of`, or DS903 without spaces)."""
    facts = facts_of(path)
    spaces = [s for s in facts["spaces"] if s["parts"]]
    if not spaces:
        raise fault_of(path, "DS903", "the model has no spaces (IfcSpace). Export it again with rooms")
    draft = Draft(name=str(facts["project"] or path.stem), source=path.name)
    draft.note("understood", f"schema {facts['schema']}, lengths in metres by its own units")
    levels = _add_levels(draft, facts, spaces)
    ids, shapes = _add_spaces(draft, spaces, levels)
    virtual = [ids[s["step"]] for s in spaces if s["virtual"]]
    level_of = {s["id"]: str(s["level"]) for s in draft.spaces}
    doors = [{**d, "level": levels.get(d["storey"])} for d in facts["doors"]]
    agreement = add_doors(draft, doors, ids, shapes, level_of)
    if agreement.both:
        draft.note("understood", f"rooms of doors: boundaries and probe agree on {agreement.same} of {agreement.both}")
    elif doors:
        draft.note("guessed", "the model has no space boundaries of doors: their rooms are those beside their walls")
    holes = [v for v in facts["voids"] if v["height"] >= LOW_M]
    add_doors(draft, holes, ids, shapes, level_of)
    free = sum(add_virtual_openings(draft, s, virtual) for s in shapes.values())
    if free:
        draft.note("guessed", f"{free} openings without leaf, where spaces touch in a boundary that is no wall")
    heights = {v["id"]: float(v["elevation"]) for v in draft.levels}
    add_stairs(draft, facts["stairs"], shapes, sorted((heights[v], v) for v in shapes))
    draft.counts = {"spaces": len(facts["spaces"]), "doors": len(facts["doors"]), "stairs": len(facts["stairs"])}
    _leave_out_closed(draft)
    join_parts(draft)
    _tell_rest(draft, facts)
    return draft


def _add_levels(draft: Draft, facts: dict[str, Any], spaces: list[Any]) -> dict[Any, str]:
    """Add the storeys that hold spaces, and return their ids by step number."""
    used = {s["storey"] for s in spaces}
    levels: dict[Any, str] = {}
    for storey in sorted(facts["storeys"], key=lambda s: s["elevation"]):
        if storey["step"] in used:
            levels[storey["step"]] = id_ = draft.id_for(storey["name"], "level")
            draft.levels.append({"id": id_, "label": storey["name"], "elevation": round(storey["elevation"], 4)})
    if None in used or not levels:
        low = min(s["z"] for s in spaces)
        levels[None] = draft.id_for("", "level")
        draft.levels.append({"id": levels[None], "elevation": round(low, 4)})
        draft.note("guessed", "spaces without a storey stand on a level of their own")
    north = facts["north"]
    if north and any(north):
        draft.other["grid_north_deg"] = round(math.degrees(math.atan2(north[0], north[1])), 4) + 0.0
    return levels


def _add_spaces(
    draft: Draft, spaces: list[Any], levels: dict[Any, str]
) -> tuple[dict[int, str], dict[str, SpaceShapes]]:
    """Add the spaces, and return their ids by step number and their shapes by level."""
    ids: dict[int, str] = {}
    shapes: dict[str, dict[str, Polygon | MultiPolygon]] = {}
    for space in spaces:
        parts = [Polygon(p[0], p[1:]) for p in space["parts"]]
        largest = max(parts, key=lambda p: float(p.area))
        whole = shapely.simplify(largest if largest.is_valid else shapely.make_valid(largest), SIMPLER_M)
        floor = max(
            (p for p in shapely.get_parts(whole) if isinstance(p, Polygon)), key=lambda p: float(p.area), default=None
        )
        label = " ".join(dict.fromkeys(filter(None, (space["name"], space["long_name"]))))
        level = levels.get(space["storey"], next(iter(levels.values())))
        if floor is None or floor.area <= 0:
            draft.note("left out", f"space '{label}' has no floor")
            continue
        beside = sum(p.area for p in parts) - largest.area
        if beside > 0.05:
            draft.note("left out", f"{beside:.1f} m2 of space '{label}' apart from its largest part", _point(floor))
        id_ = ids[space["step"]] = draft.id_for(space["name"] or label, "space")
        rings = [rounded(r.coords) for r in (orient(floor).exterior, *orient(floor).interiors)]
        holes = [r for r in rings[1:] if len(r) > 2]
        use = "outdoors" if space["external"] else use_of(space["long_name"], space["name"])
        draft.spaces.append(
            {
                "id": id_,
                "label": label,
                "level": level,
                "use": use,
                "polygon": rings[0],
                **({"holes": holes} if holes else {}),
            }
        )
        draft.derive(id_, USE)
        shapes.setdefault(level, {})[id_] = floor
    return ids, {level: SpaceShapes(found) for level, found in shapes.items()}


def _leave_out_closed(draft: Draft) -> None:
    """Leave out small spaces that no opening or stair reaches: cupboards and shafts."""
    reached = {s for o in draft.openings for s in o["spaces"]} | {
        t[k] for t in draft.stairs for k in ("lower", "upper")
    }
    for space in list(draft.spaces):
        if space["id"] in reached or space["use"] == "outdoors":
            continue
        floor = Polygon(space["polygon"])
        if floor.area <= CLOSED_M2:
            draft.spaces.remove(space)
            draft.derived.pop(space["id"], None)
            draft.note(
                "left out",
                f"'{space['label']}' ({floor.area:.2f} m2) has no door: a cupboard or a shaft",
                _point(floor),
            )
        else:
            draft.note("missing", f"'{space['label']}' has no door in the model", _point(floor))


def _tell_rest(draft: Draft, facts: dict[str, Any]) -> None:
    if facts["unshaped"]:
        draft.note("left out", f"{len(facts['unshaped'])} objects without a geometry, such as {facts['unshaped'][0]}")
    if not any(o["kind"] == "exit" for o in draft.openings):
        draft.note("missing", "no door leads outside")
    draft.note("missing", "nobody is placed: write people in the plan, or import a room list into it")
    draft.note("missing", "locks, radio and PA: an IFC file tells nothing of them")


def _point(shape: Polygon) -> tuple[float, float]:
    point = shape.representative_point()
    return float(point.x), float(point.y)
