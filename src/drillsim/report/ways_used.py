"""Ways that people used in one drill, as lines of two tables: the exits, and the ways with the longest queues."""

from __future__ import annotations

from drillsim.plan.model import OUTSIDE, FloorPlan
from drillsim.quantities import clock
from drillsim.record.trace import Trace, WayUse

MOST_EXITS, MOST_QUEUES = 10, 3
Line = tuple[str, str, str]
"""Name of a way, a figure, and further details."""


def exit_lines(trace: Trace, plan: FloorPlan) -> list[Line]:
    """Return one line for each exit that somebody used, those with most people first, at most MOST_EXITS of them."""
    used = sorted((use for use in trace.ways if use.kind == "exit" and use.people), key=lambda use: -use.people)
    lines = [(_name(use, plan), _people(use.people), _when(use)) for use in used[:MOST_EXITS]]
    if used[MOST_EXITS:]:
        rest = used[MOST_EXITS:]
        lines.append((f"{len(rest)} other exits", _people(sum(use.people for use in rest)), ""))
    return lines


def queue_lines(trace: Trace, plan: FloorPlan) -> list[Line]:
    """Return one line for each of the MOST_QUEUES longest queues, of exits, doors and stairs, the longest first."""
    waited = sorted((use for use in trace.ways if use.longest_queue), key=lambda use: -use.longest_queue)
    lines = []
    for use in waited[:MOST_QUEUES]:
        since, passed = use.longest_queue_s or 0.0, f"{_people(use.people)} passed" if use.people else "nobody passed"
        lines.append((_towards(use, plan), f"{use.longest_queue:,} wait", f"at {clock(since)}; {passed}"))
    return lines


def _when(use: WayUse) -> str:
    """Return when an exit was used, and how many waited there at most."""
    first, last = clock(use.first_s or 0.0), clock(use.last_s or 0.0)
    when = f"at {first}" if first == last else f"{first} to {last}"
    waited = (
        f"; at most {use.longest_queue:,} wait, at {clock(use.longest_queue_s or 0.0)}" if use.longest_queue else ""
    )
    return when + waited


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _name(use: WayUse, plan: FloorPlan) -> str:
    for opening in plan.openings:
        if opening.id == use.way:
            return opening.name
    return next((stair.name for stair in plan.flights if stair.id == use.way), use.way)


def _towards(use: WayUse, plan: FloorPlan) -> str:
    """Return the name of a way with the place it leads to, but for an exit."""
    if use.kind == "exit" or use.direction == OUTSIDE:
        return _name(use, plan)
    place = next((space.name for space in plan.spaces if space.id == use.direction), use.direction)
    return _name(use, plan) if place in _name(use, plan) else f"{_name(use, plan)}, into {place}"
