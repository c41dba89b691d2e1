"""Who may pass an opening in which direction, what counts as out of the building, and what an exit is.

Plan check, scenario check, assessment, responders and crowd all use these functions, so that they always agree.
Directions go by what the two sides are and never by the order of a list: outside, outdoor places, circulation and rooms
lie ever *deeper*. A lock that keeps people out protects the deeper side; 'out' leads to the other one. Between two
spaces of equal depth the short words say nothing, and the file has to name the space.
"""

from __future__ import annotations

from drillsim.errors import PlanError
from drillsim.plan.model import CIRCULATION, OUTSIDE, FloorPlan, KeepsOutOf, LeadsTo, Opening

_DEPTHS = {"outdoors": 1, **dict.fromkeys((*CIRCULATION, "stair"), 2)}
_ROOM = 3


def _depth(plan: FloorPlan, space: str) -> int:
    if space == OUTSIDE:
        return 0
    at = plan.space_index.get(space)
    return _ROOM if at is None else _DEPTHS.get(plan.spaces[at].use, _ROOM)


def deeper_space(plan: FloorPlan, opening: Opening) -> str | None:
    """Return the space of an opening that lies deeper in the building; None between two of equal depth."""
    a, b = opening.spaces
    depth_a, depth_b = _depth(plan, a), _depth(plan, b)
    if depth_a == depth_b:
        return None
    return a if depth_a > depth_b else b


def direction_fault(plan: FloorPlan, opening: Opening) -> tuple[str, str] | None:
    """Return key and message if the file does not say which way an opening leads or is locked; else None."""
    a, b = opening.spaces
    for key, name, value in (("one_way", "to", opening.one_way), ("locked", "keeps_out_of", opening.locked)):
        if isinstance(value, LeadsTo | KeepsOutOf):
            space = value.to if isinstance(value, LeadsTo) else value.keeps_out_of
            if space not in opening.spaces:
                return (
                    key,
                    f"'{opening.id}' does not touch '{space}'. Write '{key}: {{{name}: {a}}}' or '{{{name}: {b}}}'",
                )
        elif (value in ("in", "out") or (key == "locked" and opening.state == "outside")) and not deeper_space(
            plan, opening
        ):
            word = value or "outside"
            return key, (
                f"'{opening.id}' is '{key}: {word}', but neither '{a}' nor '{b}' lies deeper in the building. "
                f"Write '{key}: {{{name}: {a}}}' or '{{{name}: {b}}}'"
            )
    return None


def leads_to(plan: FloorPlan, opening: Opening) -> str | None:
    """Return the only space that a one-way opening leads to; None where it is passed both ways.

    Raises PlanError where the file does not say it (`check_plan` reports it before).
    """
    if opening.one_way is None:
        return None
    if isinstance(opening.one_way, LeadsTo):
        return opening.one_way.to
    inner = _told(plan, opening)
    return inner if opening.one_way == "in" else _other(opening, inner)


def kept_out_of(plan: FloorPlan, opening: Opening) -> str | None:
    """Return the space that an opening is locked against at the start; None where it is unlocked or locked both ways.

    Raises PlanError where the file does not say it (`check_plan` reports it before).
    """
    if opening.state != "outside":
        return None
    if isinstance(opening.locked, KeepsOutOf):
        return opening.locked.keeps_out_of
    return _told(plan, opening)


def protected_space(plan: FloorPlan, opening: Opening) -> str:
    """Return the space that a lock of the opening protects: the named one, else the deeper one, else the first."""
    if isinstance(opening.locked, KeepsOutOf):
        return opening.locked.keeps_out_of
    return deeper_space(plan, opening) or opening.spaces[0]


def may_pass(plan: FloorPlan, opening: Opening, to: str) -> bool:
    """Return whether a person without keys may pass an opening into a space, as the building stands at the start."""
    return (
        opening.state != "both" and leads_to(plan, opening) in (None, to) and kept_out_of(plan, opening) != to
    )  # fmt: skip


def out_spaces(plan: FloorPlan) -> frozenset[str]:
    """Return what counts as out: the outside, and the outdoor places from which a way leads on to it.

    Such a way stays outdoors and can be passed without keys. An enclosed court is inside, whatever its use; an outdoor place
    that no opening touches is not enclosed by anything.
    """
    return plan.derived(_out_spaces)


def _out_spaces(plan: FloorPlan) -> frozenset[str]:
    outdoors = {s.id for s in plan.spaces if s.use == "outdoors"}
    joined = {space for opening in plan.openings for space in opening.spaces}
    found, new = {OUTSIDE} | (outdoors - joined), {OUTSIDE}
    while new:
        new = {
            a
            for opening in plan.openings
            for a, b in (opening.spaces, opening.spaces[::-1])
            if b in new and a in outdoors - found and not direction_fault(plan, opening) and may_pass(plan, opening, b)
        }
        found |= new
    return frozenset(found)


def is_exit(plan: FloorPlan, opening: Opening) -> bool:
    """Return whether an opening joins the inside with what counts as out."""
    a, b = (space in out_spaces(plan) for space in opening.spaces)
    return a != b


def _told(plan: FloorPlan, opening: Opening) -> str:
    inner = deeper_space(plan, opening)
    if inner is None:
        fault = direction_fault(plan, opening)
        raise PlanError(fault[1] if fault else f"'{opening.id}' does not say which way it leads")
    return inner


def _other(opening: Opening, space: str) -> str:
    a, b = opening.spaces
    return b if space == a else a


def way_name(plan: FloorPlan, opening: Opening) -> str:
    """Return what people call an opening; where it has no label, what it is and the spaces it joins, never a bare id."""
    if opening.label:
        return opening.label
    names = {space.id: space.name for space in plan.spaces}
    inside = [names.get(space, space) for space in opening.spaces if space != OUTSIDE]
    outdoors = out_spaces(plan)
    indoor = [names.get(space, space) for space in opening.spaces if space not in outdoors]
    return f"exit of {(indoor or inside)[0]}" if is_exit(plan, opening) else f"door of {' and '.join(inside)}"
