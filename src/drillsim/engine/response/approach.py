"""How a responder finds its way to an incident: told or not where it is, moving or not, alone or together."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

import simpy

from drillsim.engine.state.drill_state import Process, Stage
from drillsim.engine.state.incident import Case
from drillsim.engine.state.responder import Responder
from drillsim.engine.world.world import XY

Entry = Callable[[], int]


class Seeking:
    """The walk to an incident, for units and services alike."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def reach(
        self, case: Case, responder: Responder, *, knows: bool, speed_mps: float, entry: Entry | None = None
    ) -> Process:
        """Walk until the responder stands at the incident's point.

        knows
            Whether it saw the place itself; otherwise it goes where it was told, or searches until somebody knows.
        entry
            Tells the way by which somebody who is outside comes in.
        """
        stage = self.stage
        searches = not knows and not case.place_known.triggered
        gathers = case.kind == "hostile" and stage.scenario.dispatch.team > 1
        if entry is not None and (searches or gathers):
            way = entry()
            side = stage.world.inner_side(way)
            x, y = stage.world.network.way_xy[way, side]
            inside = int(stage.world.network.way_spaces[way, side])
            yield self._walk(case, responder, inside, (float(x), float(y)), speed_mps, entry)
        if searches:
            yield from self._search(case, responder, speed_mps)
        if gathers:
            yield from self._gather(case, responder, speed_mps)
        while True:
            space, point, moved = case.space, case.point, case.moved
            there = self._walk(case, responder, space, point, speed_mps, entry)
            yield there | moved if _moves(case) else there
            if there.triggered and case.space == space:
                return
            if there.triggered and not moved.triggered:
                yield moved  # it has left; word of the new place is on its way

    def _walk(
        self, case: Case, responder: Responder, space: int, point: XY, speed_mps: float, entry: Entry | None = None
    ) -> simpy.Event:
        stage = self.stage

        def no_way() -> None:
            stage.log(responder.id, "cannot-reach", stage.id_of(space), "no way that it can open", incident=case.id)

        return stage.travel.go(responder, space, point, speed_mps=speed_mps, no_way=no_way, entry=entry)

    # ------------------------------------------------------------------ search

    def _search(self, case: Case, responder: Responder, speed_mps: float) -> Process:
        """Look into the nearest space that nobody has looked into, until the incident is found or its place told."""
        stage, env = self.stage, self.stage.env
        stage.log(responder.id, "searches", stage.whereabouts(responder), "the place is not known", incident=case.id)
        began = env.now
        while not case.place_known.triggered:
            nearest = self._nearest(case, responder, speed_mps)
            if nearest is None:
                yield case.place_known
                break
            space, point = nearest
            case.searched.add(space)
            there = stage.travel.go(responder, space, point, speed_mps=speed_mps, no_way=lambda: None)
            yield there | case.place_known
            if not there.triggered:
                break
            look = env.timeout(self._look_s(case, responder, space))
            yield look | case.place_known
            if look.processed and case.space == space:
                stage.log(responder.id, "found", stage.id_of(space), incident=case.id)
                radio = responder.sample(stage.scenario.reporting.radio, "unit.found", case.number)
                stage.at(radio, lambda _e: tell_place(stage, case, responder.id))
                break
        responder.doors_s += env.now - began

    def _nearest(self, case: Case, responder: Responder, speed_mps: float) -> tuple[int, XY] | None:
        """Return the nearest space to look into, and where to stand for it; None when all were looked into."""
        stage = self.stage
        here, at = stage.travel.place(responder)
        if here < 0:
            return None
        reach = stage.travel.routes(responder, speed_mps).from_point(here, at)
        spots, seconds = stage.world.lookouts, reach.seconds_to_each(stage.world.to_lookouts).tolist()
        left = {space: s for space, s in zip(spots, seconds, strict=True) if space not in case.searched}
        if here in left:
            left[here] = 0.0
        nearest = min(left, key=lambda space: (left[space], space), default=-1)
        if left.get(nearest, inf) == inf:
            return None
        return nearest, (at if nearest == here else spots[nearest])

    def _look_s(self, case: Case, responder: Responder, space: int) -> float:
        """Return how long a look takes: a glance where the door is open, longer in a locked, dark room."""
        stage = self.stage
        search = stage.scenario.dispatch.search
        ways = stage.world.network.space_ways[space]
        locked = any(stage.travel.locked[w, stage.world.network.side(w, space)] for w in ways)
        u = stage.streams.uniform("search.look", f"{responder.id}/{stage.id_of(space)}", case.number)
        return (search.locked if locked else search.glance).quantile(u)

    # ------------------------------------------------------------------ together

    def _gather(self, case: Case, responder: Responder, speed_mps: float) -> Process:
        """Wait at the last door until enough armed people of one service are there; they then go in together."""
        stage = self.stage
        service = responder.service or "school"
        together = case.together.setdefault(service, stage.env.event())
        if together.triggered:
            return
        door = stage.travel.last_door(responder, case.space, case.point, speed_mps=speed_mps)
        if door is not None:
            yield self._walk(case, responder, door[0], door[1], speed_mps)
        case.at_door[service] = case.at_door.get(service, 0) + 1
        if case.at_door[service] >= stage.scenario.dispatch.team:
            if not together.triggered:
                together.succeed()
        else:
            stage.log(responder.id, "waits-at-door", stage.whereabouts(responder), "for the others", incident=case.id)
            yield together

    # ------------------------------------------------------------------ the AED

    def fetch_aed(self, case: Case, unit: Responder) -> Process:
        """Pass by the nearest AED: the one sent as second, or who is alone where it costs little."""
        stage = self.stage
        places = stage.world.equipment("aed")
        unit.carries_aed = False
        if not places or not unit.role.fetches_aed or not case.place_known.triggered:
            return
        if any(u.carries_aed for u in case.sent):
            return
        speed = unit.pace(case.kind)
        routes = stage.travel.routes(unit, speed)
        here, at = stage.travel.place(unit)
        take = unit.sample(stage.scenario.medical.aed_take, "unit.aed_take", case.number)
        ways = [
            (routes.seconds_to(here, at, space, xy) + routes.seconds_to(space, xy, case.space, case.point), i)
            for i, (_, space, xy) in enumerate(places)
        ]
        total, chosen = min(ways)
        detour = total + take - routes.seconds_to(here, at, case.space, case.point)
        second = len(case.sent) > 1 and case.sent[0] is not unit
        if total == inf or not (second or detour <= stage.scenario.medical.aed_detour):
            return
        unit.carries_aed = True
        id_, space, xy = places[chosen]
        yield self._walk(case, unit, space, xy, speed)
        yield stage.env.timeout(take)
        unit.doors_s += take
        stage.log(unit.id, "takes-aed", stage.id_of(space), id_, incident=case.id)


def _moves(case: Case) -> bool:
    return bool(getattr(case.wish, "moves", ()))


def tell_place(stage: Stage, case: Case, who: str) -> None:
    """Let everybody who is sent know where an incident is."""
    if not case.place_known.triggered:
        stage.log(who, "place-known", stage.where(case), incident=case.id)
        case.place_known.succeed()


__all__ = ["Seeking", "tell_place"]
