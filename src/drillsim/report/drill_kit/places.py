"""Where observers stand. Of a hostile event they stand at no place at which the scenario may play it, nor beside one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from drillsim.plan.model import OUTSIDE, FloorPlan, Space
from drillsim.scenario.incident import Incident
from drillsim.scenario.model import Scenario

CHOSEN = "chosen by the exercise director, away from where the event is played"
"""Place of an observer where the scenario may play a hostile event in every space of its sort."""


def barred_spaces(scenario: Scenario, plan: FloorPlan) -> frozenset[str]:
    """Return the spaces where nobody stands: every place of a hostile event of the scenario, its moves, and the spaces beside them.

    A place that is drawn bars every space that the draw may name. Nothing is computed about these spaces.
    """
    places = {p for one in scenario.incidents if one.row.is_guarded for p in _places(one, plan)}
    beside = {other for opening in plan.openings for other in opening.spaces if places.intersection(opening.spaces)}
    return frozenset(places | beside) - {OUTSIDE}


def _places(incident: Incident, plan: FloorPlan) -> Iterator[str]:
    yield from _resolved(incident.where, plan)
    for move in incident.moves:
        yield from _resolved(move.to, plan)
    for opening in plan.openings:
        if opening.id == incident.through:
            yield from opening.spaces


def _resolved(where: Any, plan: FloorPlan) -> Iterator[str]:
    """Yield the ids of every space that a place may stand for: an id, a post, a use, a draw, or one by bell period."""
    if isinstance(where, Mapping):
        for key, inside in where.items():
            if key == "draw":
                for name in inside:
                    yield from _named(str(name), plan)
            elif key == "by_period":
                for spot in inside.values():
                    yield from _resolved(spot, plan)
            else:
                yield from _named(str(inside), plan)
        return
    yield from _named(str(where), plan)


def _named(name: str, plan: FloorPlan) -> Iterator[str]:
    yield from (space.id for space in plan.spaces if name in (space.id, space.use))
    yield from (post.space for post in plan.posts if post.id == name)


def event_place(scenario: Scenario, plan: FloorPlan) -> str:
    """Return where the scenario plays its first incident, in words: the user's own place, or that it is drawn."""
    where = scenario.incidents[scenario.leading].where
    spaces = [space for space in plan.spaces if space.id in set(_resolved(where, plan))]
    if isinstance(where, str) and len(spaces) == 1:
        return spaces[0].name
    return "a place that the exercise director chooses; the scenario draws it"


def standing(spaces: list[Space], barred: frozenset[str], sort: str, level: str) -> str:
    """Return where an observer stands: the first of some spaces that is not barred, else a place of that sort to be chosen."""
    free = next((space.name for space in spaces if space.id not in barred), "")
    return free or f"{sort} on {level}, {CHOSEN}"


__all__ = ["CHOSEN", "barred_spaces", "event_place", "standing"]
