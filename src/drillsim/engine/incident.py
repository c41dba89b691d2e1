"""An incident in one drill: where it is, what it needs, who has come, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import simpy

from drillsim.engine.units import Responder
from drillsim.engine.world import XY, World
from drillsim.scenario.model import Incident
from drillsim.scenario.roles import ACT, LASTS
from drillsim.streams import Streams

NEVER_RESOLVED = ("hostile", "fire")
"""A hostile event ends, for us, when somebody able is there; a fire when its service has arrived."""


@dataclass
class Case:
    """One incident as it unfolds; draws are made at the start."""

    wish: Incident
    space: int
    point: XY
    onset_s: float
    lasts_s: float | None
    act_s: float | None
    reported: simpy.Event
    resolved: simpy.Event
    ended: bool = False
    able_s: float | None = None
    on_scene: list[Responder] = field(default_factory=list)
    sent: list[Responder] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Its id in the scenario."""
        return self.wish.id

    @property
    def kind(self) -> str:
        """Its kind in words."""
        return self.wish.kind

    def need_is_met(self) -> bool:
        """Return whether those on scene can do what this incident needs: one who resolves, armed where it is hostile."""
        return any(
            r.role.word(self.kind) == "resolves" and (r.role.armed or self.kind != "hostile") for r in self.on_scene
        )


def cases_of(incidents: tuple[Incident, ...], world: World, streams: Streams, env: simpy.Environment) -> list[Case]:
    """Return the cases in file order; zero is the onset of the first incident."""
    zero = min(i.at for i in incidents)
    return [_case(i, i.at - zero, world, streams, env) for i in incidents]


def _case(wish: Incident, onset_s: float, world: World, streams: Streams, env: simpy.Environment) -> Case:
    space, point = place_of(wish, world, streams)
    lasts = wish.lasts or LASTS.get(wish.kind)
    act = None if wish.kind in NEVER_RESOLVED else wish.act or ACT[wish.kind]
    return Case(
        wish=wish,
        space=space,
        point=point,
        onset_s=onset_s,
        lasts_s=None if lasts is None else lasts.quantile(streams.uniform("incident.lasts", wish.id)),
        act_s=None if act is None else act.quantile(streams.uniform("incident.act", wish.id)),
        reported=env.event(),
        resolved=env.event(),
    )


def place_of(wish: Incident, world: World, streams: Streams) -> tuple[int, XY]:
    """Return space and point: given, or drawn by a race keyed by space id."""
    where: str | Mapping[Any, Any] = wish.where
    if isinstance(where, str) or "draw" not in where:
        return world.place(where)
    weights: dict[str, float] = {}
    for name, share in where["draw"].items():
        ids = world.spaces_of(name)
        for id_ in ids:
            weights[id_] = weights.get(id_, 0.0) + float(share) / len(ids)
    names = {f"{wish.id}/{id_}": id_ for id_ in weights}
    return world.points_by_id[
        names[streams.choose("incident.place", {f"{wish.id}/{id_}": w for id_, w in weights.items()})]
    ]
