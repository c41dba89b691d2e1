"""State of an incident in one drill: place, times, and the SimPy events of its course."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import simpy

from drillsim.engine.world.clock import Clock
from drillsim.engine.world.world import XY, World
from drillsim.plan.model import Period
from drillsim.scenario.incident import ANY, Happening, Incident
from drillsim.scenario.kinds import Kind
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Role
from drillsim.streams.streams import Streams

LOWEST = -1
"""Rank of a matter of discipline: it calls nobody off anything."""


@dataclass(eq=False)
class IncidentState:
    """State of one incident; its draws are made at the start, and named by its id, so that every mix meets the same."""

    definition: Happening
    """What the file says of it."""
    kind: Kind
    """Properties of its kind."""
    id: str
    number: int
    """Position among the drill's incidents: names the draws that units make for it."""
    rank: int
    space: int
    point: XY
    """Present location; an incident may move."""
    onset_s: float
    lasts_s: float | None
    act_s: float | None
    noticed: simpy.Event
    """Succeeds when the first source notices; its value is the unit, None for anybody else."""
    reported: simpy.Event
    resolved: simpy.Event
    able: simpy.Event
    place_known: simpy.Event
    """Succeeds when the location is known to all who are sent."""
    moved: simpy.Event
    """Succeeds, and is replaced, each time those under way are told of another location."""
    police_told: simpy.Event
    """Succeeds when a unit with a channel to the police has told them; its value is the unit's id."""
    police_know_place: simpy.Event
    """Succeeds when the police have the place from a unit on their channel, or from somebody on scene."""
    stages: tuple[tuple[float, float], ...] = ()
    """End of each stage and when it is detected (inf: not), in seconds after the onset."""
    ended: bool = False
    seen_over: bool = False
    """Whether a unit of the school was there when it ended, or came later."""
    able_s: float | None = None
    searched: set[int] = field(default_factory=set)
    """Spaces that a responder has looked into, or is on the way to and looks into."""
    together: dict[str, simpy.Event] = field(default_factory=dict)
    """By service: succeeds when a whole team stands at the last door."""
    at_door: dict[str, set[str]] = field(default_factory=dict)
    """By service: ids of the responders who stand at the last door."""
    moves_made: int = 0
    left: list[tuple[float, int, XY]] = field(default_factory=list)
    """Locations that it has left: until when it was there, space and point."""
    aed_there: bool = False
    """Whether somebody has brought an AED to its patient."""

    def is_resolved_by(self, role: Role) -> bool:
        """Return whether a role resolves this kind, armed where it is hostile."""
        return role.word(self.kind) == "resolves" and (role.armed or not self.kind.needs_arms)


@dataclass(frozen=True)
class IncidentFactory:
    """Makes the incidents of one drill: a file's at the start, a school day's as they come up."""

    scenario: Scenario
    world: World
    streams: Streams
    clock: Clock
    env: simpy.Environment

    def make(self, definition: Happening, id_: str, number: int, onset_s: float) -> IncidentState:
        """Return one incident with its draws made; its place is drawn for the bell period of its onset."""
        env, streams, kind = self.env, self.streams, definition.row
        space, point = place_of(definition, id_, self.world, streams, self.clock.period(onset_s))
        lasts, act = definition.lasts or kind.lasts, definition.act or kind.act
        return IncidentState(
            definition=definition,
            kind=kind,
            id=id_,
            number=number,
            rank=LOWEST if definition.discipline else self.scenario.dispatch.rank(kind),
            space=space,
            point=point,
            onset_s=onset_s,
            lasts_s=None if lasts is None else lasts.quantile(streams.uniform("incident.lasts", id_)),
            act_s=None if act is None else act.quantile(streams.uniform("incident.act", id_)),
            noticed=env.event(),
            reported=env.event(),
            resolved=env.event(),
            able=env.event(),
            place_known=env.event(),
            moved=env.event(),
            police_told=env.event(),
            police_know_place=env.event(),
            stages=_stages(definition, id_, streams) if isinstance(definition, Incident) else (),
        )

    def of_drill(self) -> list[IncidentState]:
        """Return the incidents of the file, in its order; each begins at its own time on the clock of the file."""
        return [
            self.make(definition, definition.id, i, definition.at)
            for i, definition in enumerate(self.scenario.incidents)
        ]


def _stages(definition: Incident, id_: str, streams: Streams) -> tuple[tuple[float, float], ...]:
    found, now = [], 0.0
    for i, phase in enumerate(definition.stages):
        took = phase.delay.quantile(streams.uniform("stage.delay", id_, i))
        part = {"begin": 0.0, "middle": 0.5, "end": 1.0}[phase.seen]
        detected = streams.uniform("stage.detected", id_, i) < phase.detects
        found.append((now + took, now + part * took if detected else float("inf")))
        now += took
    return tuple(found)


def place_of(definition: Happening, id_: str, world: World, streams: Streams, period: Period | None) -> tuple[int, XY]:
    """Return space and point: given, or drawn by a race keyed by space id."""
    where: str | Mapping[Any, Any] = definition.where
    if not isinstance(where, str) and "by_period" in where:
        choices = where["by_period"]
        name = period.period if period is not None else ANY
        where = choices[name] if name in choices else choices.get(ANY, next(iter(choices.values())))
    if isinstance(where, str) or "draw" not in where:
        return world.place(where)
    weights = world.derived(_place_weights, id_, tuple(where["draw"].items()))
    return world.points_by_id[streams.choose("incident.place", weights).removeprefix(f"{id_}/")]


def _place_weights(world: World, id_: str, shares: tuple[tuple[str, float], ...]) -> dict[str, float]:
    """Return the weight of every space an incident may be in, by slot; a use shares its weight evenly."""
    weights: dict[str, float] = {}
    for name, share in shares:
        ids = world.spaces_of(name)
        for space in ids:
            slot = f"{id_}/{space}"
            weights[slot] = weights.get(slot, 0.0) + float(share) / len(ids)
    return weights
