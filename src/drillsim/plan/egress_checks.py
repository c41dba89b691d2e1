"""Checks of egress: every space has a way out through the inside, and the inside is connected.

Only topology counts here: locks that need a key, one-way openings and stairs, not lengths or widths.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence

from drillsim.documents.fault_list import FaultList
from drillsim.plan.model import OUTSIDE, FloorPlan, Opening
from drillsim.plan.passage import direction_fault, is_exit, kept_out_of, may_pass, out_spaces

SINGLE_WAY_OUT_LIMIT = 49
"""Persons that a space with a single way out may hold, by usual building codes. Source: A:plan.single_way_out."""


def check_ways_out(plan: FloorPlan, notes: FaultList) -> None:
    """Note ways whose direction is not told (DS314); spaces without a way out (DS310), parts joined only through the outside
    (DS311), crowds behind a single door (DS403), outdoor places without an opening (DS313), and enclosed courts (DS315)."""
    told_ways = True
    for i, opening in enumerate(plan.openings):
        fault = direction_fault(plan, opening)
        if fault:
            told_ways = False
            notes.add("DS314", fault[1], ("openings", i, fault[0]))
    if not told_ways:
        return
    out = out_spaces(plan)
    indoors = [s.id for s in plan.spaces if s.id not in out]
    inside = set(indoors)
    exits = [o for o in plan.openings if is_exit(plan, o)]
    _note_courts(plan, notes, inside)
    if not exits:
        message = (
            "nobody can get out: the plan has no exit. Add an opening of 'kind: exit' that joins a space with 'outside'"
        )
        notes.add("DS310", message, ("openings",) if plan.openings else (), at_key=True)
        return
    ways = _ways_out(plan)
    leads = {s: ways[s] for s in indoors}
    safe = _reached((a for a in indoors if not inside.issuperset(leads[a])), _turned(leads, inside))
    part_of = _parts(plan, indoors)
    with_exit = {part_of[s] for o in exits for s in o.spaces if s in inside}
    sizes = Counter(part for part in part_of.values() if part in with_exit)
    if not sizes:
        return  # every exit names a space that is not there, which is told already
    main = max(sizes, key=lambda p: (sizes[p], -p))
    told: set[int] = set()
    members: dict[int, list[str]] = {}
    for id_ in indoors:
        members.setdefault(part_of[id_], []).append(id_)
    beside: dict[str, list[int]] = {}
    for i, opening in enumerate(plan.openings):
        for id_ in dict.fromkeys(opening.spaces):
            beside.setdefault(id_, []).append(i)
    with_stairs = {id_ for t in plan.flights for id_ in (t.lower, t.upper)}
    for i, space in enumerate(plan.spaces):
        if space.id not in inside:
            continue
        part = part_of[space.id]
        if space.id not in safe:
            notes.add(
                "DS310",
                _stuck(
                    plan, notes, space.id, beside.get(space.id, []), leads[space.id], stairs=space.id in with_stairs
                ),
                ("spaces", i),
            )
        elif part != main and part not in told:
            told.add(part)
            others = [s for s in members[part] if s != space.id]
            message = (
                f"{_names([space.id, *others])} can be reached from the rest of the building only through the outside. "
                "Add the opening or stair that joins them"
            )
            notes.add("DS311", message, ("spaces", i))
        if space.people > SINGLE_WAY_OUT_LIMIT and len(leads[space.id]) < 2:
            count = "a single way" if leads[space.id] else "no way"
            message = (
                f"'{space.id}' holds {space.people} people and has {count} out. Usual codes ask for two over "
                f"{SINGLE_WAY_OUT_LIMIT} people"
            )
            notes.warn("DS403", message, ("spaces", i, "people"))
    for i, space in enumerate(plan.spaces):
        if space.use == "outdoors" and space.id not in beside:
            message = f"no opening leads to the outdoor place '{space.id}'. Add an exit that joins it with the building"
            notes.warn("DS313", message, ("spaces", i))


def _note_courts(plan: FloorPlan, notes: FaultList, inside: set[str]) -> None:
    for i, space in enumerate(plan.spaces):
        beside = any(space.id in o.spaces for o in plan.openings)
        if space.use == "outdoors" and space.id in inside and beside:
            message = (
                f"no way leads on from '{space.id}' to 'outside' without going back in, so who is there is still inside. "
                f"Add its gate, an opening of 'kind: exit' with 'spaces: [{space.id}, outside]', if it has one"
            )
            notes.warn("DS315", message, ("spaces", i))


def _ways_out(plan: FloorPlan) -> dict[str, list[str]]:
    """Return, per space, the space behind each way out of it, one entry per way: openings first, then stairs and ramps."""
    leads: dict[str, list[str]] = {s.id: [] for s in plan.spaces}
    for opening in plan.openings:
        a, b = opening.spaces
        for here, beyond in ((a, b), (b, a)):
            if a != b and here in leads and may_pass(plan, opening, beyond):
                leads[here].append(beyond)
    for stair in plan.flights:
        for here, beyond in {stair.lower: stair.upper, stair.upper: stair.lower}.items():
            if here in leads:
                leads[here].append(beyond)
    return leads


def _beyond(opening: Opening, space: str) -> str:
    return opening.spaces[1] if opening.spaces[0] == space else opening.spaces[0]


def _turned(leads: dict[str, list[str]], inside: set[str]) -> dict[str, list[str]]:
    """Return, per space, the indoor spaces that lead to it: the reversed graph."""
    back: dict[str, list[str]] = {s: [] for s in inside}
    for a, beyond in leads.items():
        for b in beyond:
            if b in inside:
                back[b].append(a)
    return back


def _reached(starts: Iterable[str], leads: dict[str, list[str]]) -> set[str]:
    """Return all spaces reachable from the starts, by breadth-first search; the starts are included."""
    found = set(starts)
    queue = deque(found)
    while queue:
        for b in leads[queue.popleft()]:
            if b not in found:
                found.add(b)
                queue.append(b)
    return found


def _parts(plan: FloorPlan, indoors: list[str]) -> dict[str, int]:
    """Return the connected component of each indoor space, ignoring locks and one-way openings.

    A drawn outdoor space joins what stands around it, such as portable classrooms; the implied outside joins nothing.
    """
    beside: dict[str, list[str]] = {s.id: [] for s in plan.spaces}
    pairs = [o.spaces for o in plan.openings] + [(t.lower, t.upper) for t in plan.flights]
    for a, b in pairs:
        if a in beside and b in beside:
            beside[a].append(b)
            beside[b].append(a)
    part: dict[str, int] = {}
    number = 0
    for space in indoors:
        if space not in part:
            part.update(dict.fromkeys(_reached([space], beside), number))
            number += 1
    return part


def _stuck(
    plan: FloorPlan, notes: FaultList, space: str, beside: Sequence[int], leads: Sequence[str], *, stairs: bool
) -> str:
    """Return the message for a space without a way out, with cause and remedy.

    beside, leads
        Positions of the openings at the space, and what is behind each way out of it.
    stairs
        Whether a stair begins or ends in it.
    """
    start = f"nobody can get from '{space}' to any exit through the inside"
    if not beside and not stairs:
        return f"{start}: it has no opening. Add a door that joins it with a hall"
    if len(beside) == 1 and not stairs:
        i, door = beside[0], plan.openings[beside[0]]
        line = notes.line(("openings", i))
        beyond = _beyond(door, space)
        if door.state == "both":
            return (
                f"{start}: its only door '{door.id}'{line} is 'locked: both'. Lockable rooms need 'locked: no', or "
                f"'locked: {{keeps_out_of: {space}}}', which people inside can leave"
            )
        if kept_out_of(plan, door) == beyond:
            return (
                f"{start}: its only door '{door.id}'{line} is locked against who wants to go into '{beyond}'. Write "
                f"'locked: {{keeps_out_of: {space}}}' to keep people out of '{space}'"
            )
        if not may_pass(plan, door, beyond):
            return (
                f"{start}: its only door '{door.id}'{line} leads only into '{space}'. Write 'one_way: {{to: {beyond}}}' or "
                "remove 'one_way'"
            )
    further = [s for s in leads if s != OUTSIDE]
    through = f" (its ways lead to {_names(sorted(set(further)))})" if further else ""
    return f"{start}{through}. Add the missing opening, stair or exit"


def _names(ids: list[str]) -> str:
    """Return up to three quoted ids, and the number of further ones."""
    shown = ", ".join(f"'{i}'" for i in ids[:3])
    return f"{shown} and {len(ids) - 3} more" if len(ids) > 3 else shown
