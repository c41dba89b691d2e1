"""Responders: the units of the mix and the services from outside, as they are in one drill."""

from __future__ import annotations

from dataclasses import dataclass

from drillsim.engine.patrol import Loop, loop_of
from drillsim.engine.world import XY, World
from drillsim.plan.model import CIRCULATION
from drillsim.scenario.staffing import DUTIES, Mix, Role, Unit
from drillsim.streams import Streams

MENTORING_USES = ("classroom", "library", "office")


@dataclass
class Responder:
    """Somebody who may be sent: identity and draws fixed at the start, the rest lives in time."""

    id: str
    role: Role
    order: int
    """Position in the mix file; services come after all units."""
    label: str = ""
    present: bool = True
    duty: str = "post"
    post: tuple[int, XY] | None = None
    loop: Loop | None = None
    phase_s: float = 0.0
    acknowledge_s: float = 0.0
    hand_over_s: float = 0.0
    run_mps: float = 1.0
    brisk_mps: float = 1.0
    up_mps: float = 1.0
    down_mps: float = 1.0
    key_s: float = 0.0
    is_service: bool = False
    busy_with: str | None = None
    gone: bool = False
    number: int | None = None
    """Its number in the crowd, from the moment it first sets off."""
    walked_s: float = 0.0
    doors_s: float = 0.0

    def pace(self, kind: str) -> float:
        """Return its level speed to a kind of incident, m/s."""
        return self.brisk_mps if kind == "unwanted-person" else self.run_mps

    def place_at(self, time_s: float) -> tuple[int, XY]:
        """Return where it is while nothing has called it."""
        if self.loop is not None:
            return self.loop.at(self.phase_s + time_s)
        assert self.post is not None
        return self.post


def responders_of(mix: Mix, world: World, streams: Streams, *, locks_key: object) -> list[Responder]:
    """Return the mix's units with every draw made, used or not, in file order."""
    return [_responder(unit, mix.role(unit), i, world, streams, locks_key) for i, unit in enumerate(mix.units)]


def _responder(unit: Unit, role: Role, order: int, world: World, streams: Streams, locks_key: object) -> Responder:
    def u(purpose: str) -> float:
        return streams.uniform(purpose, unit.id)

    duty = _duty(unit, role, u("unit.duty"))
    responder = Responder(
        id=unit.id,
        role=role,
        order=order,
        label=unit.label or role.label,
        present=u("unit.presence") < (role.presence if unit.presence is None else unit.presence),
        duty=duty,
        acknowledge_s=role.acknowledge.quantile(u("unit.acknowledge")),
        hand_over_s=getattr(role.hand_over, duty).quantile(u("unit.hand_over")),
        run_mps=role.run.quantile(u("unit.speed")),
        brisk_mps=role.brisk,
        up_mps=role.stair_up,
        down_mps=role.stair_down,
        key_s=locks_key.quantile(u("unit.key")),  # type: ignore[attr-defined]
    )
    if duty == "patrol":
        stops = tuple(world.place(p) for p in unit.patrol) or halls(world)
        key = ("loop", world.laws, stops, role.patrol_speed, role.stair_up, role.stair_down, unit.stays)
        loop: Loop = world.plan.memo(
            key,
            lambda: loop_of(
                world,
                stops,
                speed_mps=role.patrol_speed,
                up_mps=role.stair_up,
                down_mps=role.stair_down,
                stay_s=unit.stays,
            ),
        )
        responder.loop, responder.phase_s = loop, u("unit.phase") * loop.period_s
    else:
        responder.post = _place_of_duty(unit, duty, world, streams)
    return responder


def _duty(unit: Unit, role: Role, u: float) -> str:
    """Return the duty drawn by inverse cdf in file order; without shares, patrol if a patrol is given, else the post."""
    shares = unit.duties if unit.duties is not None else role.duties
    total = sum(shares.values())
    if total <= 0:
        return "patrol" if unit.patrol else "post"
    passed = 0.0
    for duty, share in shares.items():
        passed += share / total
        if u < passed:
            return str(duty)
    return str(DUTIES[0])


def _place_of_duty(unit: Unit, duty: str, world: World, streams: Streams) -> tuple[int, XY]:
    uses = {"mentoring": MENTORING_USES, "teaching": ("classroom",)}.get(duty, ())
    rooms = [s.id for s in world.plan.spaces if s.use in uses]
    if rooms:
        racing = {f"{unit.id}/{room}": room for room in rooms}
        return world.points_by_id[racing[streams.choose("unit.place", dict.fromkeys(racing, 1.0))]]
    if unit.post is not None:
        return world.place(unit.post)
    if unit.patrol:
        return world.place(unit.patrol[0])
    return halls(world)[0]


def halls(world: World) -> tuple[tuple[int, XY], ...]:
    """Return a stop in the middle of every corridor, passage and lobby, in file order."""
    found = tuple(world.points_by_id[s.id] for s in world.plan.spaces if s.use in CIRCULATION)
    return found or (world.points_by_id[world.plan.spaces[0].id],)
