"""Reader of room lists: the people of a plan that exists, or a plan of rows where there is none."""

from __future__ import annotations

import re
from pathlib import Path

from drillsim.escape import quoted
from drillsim.exchange.importing.draft import Draft, Wishes
from drillsim.exchange.importing.sources import fault_of
from drillsim.exchange.room_list.rows import AREA_M2, build_rows
from drillsim.exchange.room_list.table import RoomTable, read_rows
from drillsim.plan.model import FloorPlan
from drillsim.plan.read import read_plan


def read_room_list(path: Path, wishes: Wishes) -> Draft:
    """Read a list as a draft: of the plan that exists, with the people of the list; else of rows of rooms.

    Raises PlanError: one located fault of the list, or those of the plan.
    """
    table = read_rows(path, wishes.units)
    told = ", ".join(f"{kind}: '{quoted(name)}'" for kind, name in table.columns.items())
    if wishes.plan is not None:
        draft = _updated(path, table, read_plan(wishes.plan))
    else:
        draft = Draft(name=path.stem, source=path.name)
        build_rows(draft, table.rows)
        without = sum(r.area_m2 is None for r in table.rows)
        draft.counts = {"rooms": len(table.rows), "levels": len(draft.levels)}
        draft.note(
            "guessed",
            "all shapes, doors, exits, corridors and stairs: a list tells nothing of them. Distances in such a plan mean nothing before you correct it",
        )
        if without:
            draft.note("guessed", f"areas of rooms without one ({without}): {AREA_M2:g} m2 each")
    draft.note("understood", f"columns: {told}")
    if table.without_room:
        draft.note("left out", f"{table.without_room} rows that name no room")
    return draft


def _updated(path: Path, table: RoomTable, plan: FloorPlan) -> Draft:
    """Return a draft with the people of the list by space of the plan; nothing else of the plan changes."""
    draft = Draft(name=plan.name, source=plan.provenance.source or path.name)
    by_name = _names(plan)
    changed = draft.people
    lost, twice = [], []
    for row in table.rows:
        id_ = by_name.get(_plain(row.room))
        if id_ is None:
            lost.append(row.room)
        elif id_ in changed:
            twice.append(row.room)
        elif row.people is not None:
            changed[id_] = row.people
    if not changed:
        names = ", ".join(f"'{quoted(n)}'" for n in lost[:6])
        raise fault_of(
            path, "DS905", f"no row gives people to a room of the plan. Rooms of the list: {names}", table.rows[0].line
        )
    draft.counts = {"rows": len(table.rows), "rooms": len(changed), "people": sum(changed.values())}
    draft.note("understood", f"people of {len(changed)} of {len(plan.spaces)} spaces; the others keep theirs")
    for rooms, why in (
        (lost, "rooms that the plan does not have (by id, label or number)"),
        (twice, "further rows of a room"),
    ):
        if rooms:
            shown = ", ".join(f"'{quoted(n)}'" for n in rooms[:8])
            draft.note("left out", f"{len(rooms)} {why}: {shown}{' …' if len(rooms) > 8 else ''}")
    return draft


def _names(plan: FloorPlan) -> dict[str, str]:
    """Return the space of every name that only one space has: its id, its label, and the number in either."""
    found: dict[str, str | None] = {}
    for exact in (True, False):
        for space in plan.spaces:
            names = {_plain(space.id), _plain(space.label)}
            if not exact:
                names = {n for text in (space.id, space.label) for n in re.findall(r"[a-z]?\d+[a-z]?\b", text.lower())}
            for name in names - {""}:
                if name not in found or (exact and found[name] != space.id):
                    found[name] = None if name in found else space.id
                elif not exact and found[name] != space.id and name not in {_plain(s.id) for s in plan.spaces}:
                    found[name] = None
    return {name: id_ for name, id_ in found.items() if id_ is not None}


def _plain(text: str) -> str:
    return re.sub(r"[^\w]+", "", text.lower())
