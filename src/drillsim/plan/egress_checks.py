"""Checks of egress: every space has a way out through the inside, and the inside is connected.

Only topology counts here: locks that need a key, one-way openings and stairs, not lengths or widths.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from shapely import Point, Polygon

from drillsim.documents.fault_list import FaultList
from drillsim.plan.model import OUTSIDE, FloorPlan, Opening, stair_opening
from drillsim.plan.passage import direction_fault, is_exit, kept_out_of, may_pass, out_spaces

SINGLE_WAY_OUT_LIMIT = 49
"""Persons that a space with a single way out may hold, by usual building codes. Source: A:plan.single_way_out."""


def check_ways_out(plan: FloorPlan, notes: FaultList, parted: Mapping[str, Sequence[Polygon]] | None = None) -> None:
    """Note ways whose direction is not told (DS314); spaces without a way out (DS310), parts joined only through the outside
    (DS311), crowds behind a single door (DS403), outdoor places without an opening (DS313), and enclosed courts (DS315).

    parted
        The pieces of each floor that passages too narrow for a person divide.
    """
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
        courts = [s.id for s in plan.spaces if s.use == "outdoors" and any(s.id in o.spaces for o in plan.openings)]
        cause = f"every way leads into {_names(courts)}, and none on to 'outside'" if courts else "the plan has no exit"
        message = f"nobody can get out: {cause}. Add an opening of 'kind: exit' that joins a space with 'outside'"
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
    barred = _barred(plan, leads, inside - safe)
    some_unknown = any(s != OUTSIDE and s not in plan.space_index for o in plan.openings for s in o.spaces)
    for i, space in enumerate(plan.spaces):
        if space.id not in inside:
            continue
        part = part_of[space.id]
        if space.id not in safe:
            doors, stairs = beside.get(space.id, []), space.id in with_stairs
            if doors or stairs or not some_unknown:  # an opening that names an unknown space may be its door
                message = _stuck(plan, notes, space.id, doors, leads[space.id], stairs=stairs, barred=barred)
                notes.add("DS310", message, ("spaces", i))
        elif part != main and part not in told and not some_unknown:
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
    if parted:
        _note_cut_off(plan, notes, safe, parted)
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


H = TypeVar("H", bound=Hashable)


def _reached(starts: Iterable[H], leads: Mapping[H, Sequence[H]]) -> set[H]:
    """Return all spaces reachable from the starts, by breadth-first search; the starts are included."""
    found = set(starts)
    queue = deque(found)
    while queue:
        for b in leads.get(queue.popleft(), ()):
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


Node = tuple[str, int]
"""A space, and which of its pieces where narrow passages part its floor."""


def _note_cut_off(plan: FloorPlan, notes: FaultList, safe: set[str], parted: Mapping[str, Sequence[Polygon]]) -> None:
    """Note spaces that nobody gets out of because a passage on every way is too narrow for a person (DS310)."""
    out = out_spaces(plan)

    def node(space: str, opening: Opening | None) -> Node:
        if space not in parted or opening is None:
            return space, 0
        middle = Point(opening.middle)
        return space, min(range(len(parted[space])), key=lambda k: float(parted[space][k].distance(middle)))

    back: dict[Node, list[Node]] = {}
    for opening in plan.openings:
        for here, beyond in (opening.spaces, opening.spaces[::-1]):
            if may_pass(plan, opening, beyond):
                back.setdefault((OUTSIDE, 0) if beyond in out else node(beyond, opening), []).append(
                    node(here, opening)
                )
            back.setdefault(node(here, opening), [])
    for flight in plan.flights:
        foot = node(flight.lower, stair_opening(plan, flight, upper=False))
        head = node(flight.upper, stair_opening(plan, flight, upper=True))
        back.setdefault(foot, []).append(head)
        back.setdefault(head, []).append(foot)
    reached = _reached([(OUTSIDE, 0)], back)
    stuck = {space: k for space, k in sorted(back) if (space, k) not in reached}
    for i, space in enumerate(plan.spaces):
        if space.id in safe and space.id in stuck:
            here = f"a part of '{space.id}'" if space.id in parted else f"'{space.id}'"
            where = f"in {_names([space.id] if space.id in parted else sorted(parted))}"
            message = (
                f"nobody can get from {here} to any exit through the inside: a passage {where} is too narrow for a person. "
                "Widen it, or add an exit"
            )
            notes.add("DS310", message, ("spaces", i))


def _barred(plan: FloorPlan, leads: Mapping[str, Sequence[str]], stuck: set[str]) -> dict[str, tuple[int, str, str]]:
    """Return, for spaces without a way out, an opening on the way out that nobody may pass: (opening, from, to)."""
    back: dict[str, list[str]] = {s: [] for s in stuck}
    for a in stuck:
        for b in leads[a]:
            if b in stuck:
                back[b].append(a)
    found: dict[str, tuple[int, str, str]] = {}
    for i, opening in enumerate(plan.openings):
        for here, beyond in (opening.spaces, opening.spaces[::-1]):
            if here in stuck and here not in found and beyond not in stuck and not may_pass(plan, opening, beyond):
                new = _reached([here], {s: [b for b in back[s] if b not in found] for s in back} if found else back)
                found |= dict.fromkeys(new - set(found), (i, here, beyond))
    return found


def _why_barred(plan: FloorPlan, door: Opening, line: str, here: str, beyond: str) -> str:
    """Return why nobody may pass a door from one side to the other, and what to write; '' where somebody may."""
    if door.state == "both":
        remedy = "Write" if OUTSIDE in door.spaces else "Lockable rooms need 'locked: no', or"
        return f"'{door.id}'{line} is 'locked: both'. {remedy} 'locked: {{keeps_out_of: {here}}}', which people inside can leave"
    if kept_out_of(plan, door) == beyond:
        return (
            f"'{door.id}'{line} is locked against who wants to go into '{beyond}'. Write "
            f"'locked: {{keeps_out_of: {here}}}' to keep people out of '{here}'"
        )
    if not may_pass(plan, door, beyond):
        return f"'{door.id}'{line} leads only into '{here}'. Write 'one_way: {{to: {beyond}}}' or remove 'one_way'"
    return ""


def _stuck(
    plan: FloorPlan,
    notes: FaultList,
    space: str,
    beside: Sequence[int],
    leads: Sequence[str],
    *,
    stairs: bool,
    barred: Mapping[str, tuple[int, str, str]],
) -> str:
    """Return the message for a space without a way out, with cause and remedy.

    beside, leads
        Positions of the openings at the space, and what is behind each way out of it.
    stairs
        Whether a stair begins or ends in it.
    barred
        An opening on the way out that nobody may pass, for each space from which one is reached.
    """
    start = f"nobody can get from '{space}' to any exit through the inside"
    if not beside and not stairs:
        return f"{start}: it has no opening. Add a door that joins it with a hall"
    if len(beside) == 1 and not stairs:
        door = plan.openings[beside[0]]
        why = _why_barred(plan, door, notes.line(("openings", beside[0])), space, _beyond(door, space))
        if why:
            return f"{start}: its only door {why}"
    if space in barred:
        i, here, beyond = barred[space]
        return (
            f"{start}: on the way out {_why_barred(plan, plan.openings[i], notes.line(('openings', i)), here, beyond)}"
        )
    further = [s for s in leads if s != OUTSIDE]
    through = f" (its ways lead to {_names(sorted(set(further)))})" if further else ""
    return f"{start}{through}. Add the missing opening, stair or exit"


def _names(ids: list[str]) -> str:
    """Return up to three quoted ids, and the number of further ones."""
    shown = ", ".join(f"'{i}'" for i in ids[:3])
    return f"{shown} and {len(ids) - 3} more" if len(ids) > 3 else shown
