"""Outside doors: locked one by one in a secure, and held open for people who are still to come in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from math import inf

from drillsim.engine.protection.order import LOOK_S, UNDER_WAY, People, ProtectiveOrder
from drillsim.engine.state.drill_state import Process
from drillsim.engine.world.world import World
from drillsim.record import events as ev
from drillsim.streams.streams import sample


def is_shut(world: World, way: int) -> bool:
    """Return whether an outside door keeps people out as the plan has it: locked, or leading out only."""
    opening = world.plan.openings[way]
    return opening.state != "no" or not world.network.passable[way, world.inner_side(way)]


def can_be_shut(world: World, way: int) -> bool:
    """Return whether an outside door has a lock, or leads out only."""
    return world.plan.openings[way].lock != "none" or is_shut(world, way)


def let_in(order: ProtectiveOrder, people: People) -> dict[int, bool]:
    """Hold open, for those who are to come in, each outside door that an adult can open.

    Whoever could be there first opens it, by key or card, once for all. Return the doors from drawn outdoor spaces by
    which anybody may come into another part of the building than his own, and whether each had to be opened.
    """
    drill, world = order.drill, order.drill.world
    if drill.stays:
        return {}
    network, crowd = world.network, drill.crowd
    part = world.parts
    comers = [p for p in people.tolist() if crowd.space_of(p) >= 0]
    comers = [p for p in comers if crowd.space_of(p) in order.outdoors or len(set(part.values())) > 2]
    reaches = world.metres.from_points([(crowd.space_of(p), crowd.place_of(p)) for p in comers])
    doors: dict[int, bool] = {}
    for way in network.exits:
        side = world.inner_side(way)
        inner, outer = int(network.way_spaces[way, side]), int(network.way_spaces[way, 1 - side])
        opening = world.plan.openings[way]
        locked = opening.state == "outside"
        if outer < 0 or opening.state == "both" or (locked and opening.lock == "none"):
            continue
        times = [
            float(order.heard_s[order.space[p]] + reach.node_s[2 * way + side] / drill.population.level_mps[p])
            for p, reach in zip(comers, reaches, strict=True)
            if part[crowd.space_of(p)] != part[inner]
        ]
        if min(times, default=inf) == inf:
            continue
        doors[way] = locked
        if locked:
            opens_s = min(times) + _unlock_s(order, way)
            crowd.let_in(way, after_s=opens_s)
            drill.at(opens_s, partial(_note_open, order, opening.id))
    return doors


def _note_open(order: ProtectiveOrder, id_: str, _event: object) -> None:
    order.log(id_, ev.HELD_OPEN, id_, "people come in")


def _unlock_s(order: ProtectiveOrder, way: int) -> float:
    drill = order.drill
    opening, locks = drill.world.plan.openings[way], drill.scenario.locks
    if opening.lock == "access-control":
        return locks.card
    return sample(locks.key, drill.streams, "exit.unlock", opening.id)


class Perimeter:
    """The outside doors of one secure, from the order on."""

    def __init__(self, order: ProtectiveOrder) -> None:
        self.order, self.drill = order, order.drill

    def begin(self) -> None:
        """Call in everybody who is outdoors, and lock every outside door; those people come in by are locked after them."""
        order, drill = self.order, self.drill
        network = drill.world.network
        comers = order.ask(order.outdoors, drill.world.rooms_inside)
        doors = let_in(order, comers)
        for way in network.exits:
            if can_be_shut(drill.world, way) and way not in doors:
                self._shut(way, word_s=self._heard_s(way), opened=False)
        if len(comers):
            drill.env.process(self._after(comers, doors))

    def _heard_s(self, way: int) -> float:
        world = self.drill.world
        return float(self.order.heard_s[world.network.way_spaces[way, world.inner_side(way)]])

    def _after(self, comers: People, doors: Mapping[int, bool]) -> Process:
        """Lock the doors by which people come in, once none of them is under way; poll until then."""
        order, crowd = self.order, self.drill.crowd
        left = comers.tolist()
        while left:
            yield self.drill.env.timeout(LOOK_S)
            left = [p for p in left if crowd.space_of(p) in order.outdoors and crowd.state(p)[0] in UNDER_WAY]
        for space in sorted(order.outdoors):
            here = sum(crowd.space_of(p) == space for p in comers.tolist())
            if here:
                order.log(
                    "people", ev.STAY_OUTDOORS, order.id_of(space), "no door that they can open", value=float(here)
                )
        spent = self.drill.env.now - order.given_s
        for way, opened in doors.items():
            if can_be_shut(self.drill.world, way):
                self._shut(way, word_s=max(self._heard_s(way) - spent, 0.0), opened=opened)

    def _shut(self, way: int, *, word_s: float, opened: bool) -> None:
        """Schedule the lock of one outside door: word, the walk there (none where somebody holds it open), the lock."""
        draws, world, drill = self.order.draws, self.drill.world, self.drill
        id_ = world.plan.openings[way].id
        if is_shut(world, way) and not opened:
            drill.at(word_s, lambda _e: self.order.log(id_, ev.LOCKED, id_, "it was locked"))
            return
        took, caught = draws.lock(way, again=opened)
        ready_s = word_s + (0.0 if opened else draws.reach_s(way)) + took
        drill.at(ready_s, partial(self._locked if caught else self._failed, way, id_))

    def _locked(self, way: int, id_: str, _event: object) -> None:
        world = self.drill.world
        inner = int(world.network.way_spaces[way, world.inner_side(way)])
        self.drill.travel.lock(inner, (way,))
        self.order.log(id_, ev.LOCKED, id_)

    def _failed(self, way: int, id_: str, _event: object) -> None:
        self.order.log(id_, ev.LOCK_FAILED, id_)
