"""Approach of a responder to an incident: search for an unknown place, entry as a pair or team, and the last walk.

*Search for an unknown place.* A report may not say where the incident is. A responder without the place visits the indoor
spaces one after the other, each time the nearest in walking time that no searcher has visited or chosen, stands inside the
door by which it comes (in a hall or outdoors in the middle), and looks: a glance where no door is locked, longer in a locked room. Searchers share the set
of visited spaces, so that they divide the building. The search ends for all when one finds the incident and has told so by
radio, or when the office learns the place from whoever reported. An incident that moves is found where it is at the look;
once no space is left it is looked for anew.

*Entry as a pair or team.* With `dispatch.entry: pair` or `team`, armed responders walk to the last door before the
incident and wait there until two or four of one service (units of the school count as one) have come; then all of them go
in, and whoever comes later goes straight on. Who only assists waits with them, and does not count. Responders of different services do not make up a team.

*The last walk* ends at the incident's point. Where the incident has moved in the meantime, the responder goes on as soon
as the new place reaches it by radio.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

import simpy

from drillsim.engine.response.assignments import Assignments, Review
from drillsim.engine.state.drill_state import DrillState, Process
from drillsim.engine.state.incident import IncidentState
from drillsim.engine.state.responder import Responder
from drillsim.engine.world.world import XY
from drillsim.record import events as ev

Entry = Callable[[], int]


class Approach:
    """Walks to an incident, for units and services alike."""

    def __init__(self, drill: DrillState, assignments: Assignments, review: Review) -> None:
        self.drill, self.assignments, self._review = drill, assignments, review

    def reach(
        self,
        incident: IncidentState,
        responder: Responder,
        *,
        knows: bool,
        speed_mps: float,
        entry: Entry | None = None,
    ) -> Process:
        """Walk until the responder stands at the incident's point.

        knows
            Whether it has seen the place itself; otherwise it goes where it was told, or searches until the place is known.
        entry
            Returns the way by which a responder from outside enters.
        """
        drill = self.drill
        searches = not knows and not incident.place_known.triggered
        gathers = incident.kind.needs_arms and drill.scenario.dispatch.team > 1
        if entry is not None and (searches or gathers):
            way = entry()
            side = drill.world.inner_side(way)
            x, y = drill.world.network.way_xy[way, side]
            inside = int(drill.world.network.way_spaces[way, side])
            yield self._walk(incident, responder, inside, (float(x), float(y)), speed_mps, entry)
        if searches:
            yield from self.search(incident, responder, speed_mps)
        if gathers:
            yield from self._gather(incident, responder, speed_mps)
        while True:
            space, point, moved = incident.space, incident.point, incident.moved
            there = self._walk(incident, responder, space, point, speed_mps, entry)
            yield there | moved if _moves(incident) else there
            if there.triggered and incident.space == space:
                return
            if there.triggered and not moved.triggered:
                yield from self._wait(responder, moved)  # it has left; word of the new place is on its way

    def _walk(
        self,
        incident: IncidentState,
        responder: Responder,
        space: int,
        point: XY,
        speed_mps: float,
        entry: Entry | None = None,
    ) -> simpy.Event:
        drill = self.drill

        def no_way() -> None:
            drill.log(
                responder.id, ev.CANNOT_REACH, drill.id_of(space), "no way that it can open", incident=incident.id
            )
            self._review(incident)

        return drill.travel.go(responder, space, point, speed_mps=speed_mps, no_way=no_way, entry=entry)

    # ------------------------------------------------------------------ search

    def search(self, incident: IncidentState, responder: Responder, speed_mps: float) -> Process:
        """Visit the nearest space that no searcher has visited, until the incident is found or its place told."""
        drill, env = self.drill, self.drill.env
        if incident.place_known.triggered:
            return
        drill.log(
            responder.id, ev.SEARCHES, drill.whereabouts(responder), "the place is not known", incident=incident.id
        )
        began_s = env.now
        while not incident.place_known.triggered:
            nearest = self._nearest(incident, responder, speed_mps)
            if nearest is None and _moves(incident) and env.now > began_s:
                incident.searched.clear()  # it may have gone where they have looked: they begin anew
                began_s, nearest = env.now, self._nearest(incident, responder, speed_mps)
            if nearest is None:
                yield from self._wait(responder, incident.place_known)
                break
            space, point = nearest
            incident.searched.add(space)
            has_looked = False
            try:
                there = drill.travel.go(responder, space, point, speed_mps=speed_mps, no_way=lambda: None)
                yield there | incident.place_known
                if not there.triggered:
                    break
                look = env.timeout(self._look_s(incident, responder, space))
                yield from self._wait(responder, look | incident.place_known)
                has_looked = look.processed
            finally:
                if not has_looked:  # called off on the way: somebody else has to look
                    incident.searched.discard(space)
            if has_looked and incident.space == space:
                drill.log(responder.id, ev.FOUND, drill.id_of(space), incident=incident.id)
                drill.at(
                    drill.told_by_s(responder, incident.number), lambda _e: tell_place(drill, incident, responder.id)
                )
                break

    def _nearest(self, incident: IncidentState, responder: Responder, speed_mps: float) -> tuple[int, XY] | None:
        """Return the nearest space that nobody has visited, and where to look into it; None when none is left or can be reached."""
        drill = self.drill
        here, at = drill.travel.place(responder)
        if here < 0:
            return None
        reach = drill.travel.routes(responder, speed_mps).from_point(here, at)
        spots, ends = drill.world.lookouts, drill.world.to_lookouts
        if incident.kind.is_sought:
            spots, ends = drill.world.lookouts_everywhere, drill.world.to_lookouts_everywhere
        seconds = reach.seconds_to_each(ends).tolist()
        left = ((s, spot) for spot, s in zip(spots, seconds, strict=True) if spot[0] not in incident.searched)
        if here not in incident.searched and any(space == here for space, _ in spots):
            return here, at
        seconds_there, nearest = min(left, default=(inf, (-1, at)))
        return nearest if seconds_there < inf else None

    def _look_s(self, incident: IncidentState, responder: Responder, space: int) -> float:
        """Return the seconds of a look: a glance, or longer in a locked, dark room; drawn by responder, space and incident."""
        drill = self.drill
        search = drill.scenario.dispatch.search
        ways = drill.world.network.space_ways[space]
        locked = any(drill.travel.locked[w, drill.world.network.side(w, space)] for w in ways)
        u = drill.streams.uniform("search.look", f"{responder.id}/{drill.id_of(space)}", incident.number)
        return (search.locked if locked else search.glance).quantile(u)

    # ------------------------------------------------------------------ together

    def _gather(self, incident: IncidentState, responder: Responder, speed_mps: float) -> Process:
        """Walk to the last door, and wait there until a whole team of one service has come."""
        drill = self.drill
        service = responder.service or "school"
        together = incident.together.setdefault(service, drill.env.event())
        if together.triggered:
            return
        door = drill.travel.last_door(responder, incident.space, incident.point, speed_mps=speed_mps)
        if door is not None:
            yield self._walk(incident, responder, door[0], door[1], speed_mps)
        waiting = incident.at_door.setdefault(service, set())
        if incident.is_resolved_by(responder.role):
            waiting.add(responder.id)
        if len(waiting) >= drill.scenario.dispatch.team:
            if not together.triggered:
                together.succeed()
            return
        drill.log(responder.id, ev.WAITS_AT_DOOR, drill.whereabouts(responder), "for the others", incident=incident.id)
        try:
            yield from self._wait(responder, together)
        finally:
            if not together.triggered:  # called off: the others need one more
                waiting.discard(responder.id)

    def _wait(self, responder: Responder, event: simpy.Event) -> Process:
        """Stand until an event; the time belongs to doors and search."""
        began = self.drill.env.now
        yield event
        responder.doors_s += self.drill.env.now - began

    # ------------------------------------------------------------------ the AED

    def fetch_aed(self, incident: IncidentState, unit: Responder, *, asked: bool) -> Process:
        """Walk by way of the AED that makes the least detour, and take it.

        Who was asked for the AED does so at any detour, by way of the nearest one while the place is not known; who was not,
        at a detour of at most `aed_detour`, where nobody else was asked and the place is known.
        """
        drill = self.drill
        places, known = drill.aeds(), incident.place_known.triggered
        if unit.carries_aed:
            return
        if not places or not unit.role.fetches_aed or not (asked or known):
            return
        if not asked and (self.assignments.fetcher(incident) is not None or self._has_aed(incident)):
            return
        speed = unit.pace(incident.kind)
        routes = drill.travel.routes(unit, speed)
        here, at = drill.travel.place(unit)
        take = unit.sample(drill.scenario.medical.aed_take, "unit.aed_take", incident.number)
        goal = (incident.space, incident.point)
        ways = [
            (routes.seconds_to(here, at, space, xy) + (routes.seconds_to(space, xy, *goal) if known else 0.0), i)
            for i, (_, space, xy) in enumerate(places)
        ]
        total, chosen = min(ways)
        detour = 0.0 if asked else total + take - routes.seconds_to(here, at, *goal)
        if total == inf or detour > drill.scenario.medical.aed_detour:
            return
        unit.carries_aed = True
        id_, space, xy = places[chosen]
        drill.aeds_taken[id_] = incident
        yield self._walk(incident, unit, space, xy, speed)
        yield drill.env.timeout(take)
        unit.doors_s += take
        drill.log(unit.id, ev.TAKES_AED, drill.id_of(space), id_, incident=incident.id)

    def _has_aed(self, incident: IncidentState) -> bool:
        return any(u.carries_aed for u in self.assignments.sent(incident))


def _moves(incident: IncidentState) -> bool:
    return bool(getattr(incident.definition, "moves", ()))


def tell_place(drill: DrillState, incident: IncidentState, who: str) -> None:
    """Make the place of an incident known to all who are sent, once."""
    if not incident.place_known.triggered:
        drill.log(who, ev.PLACE_KNOWN, drill.where(incident), incident=incident.id)
        incident.place_known.succeed()
