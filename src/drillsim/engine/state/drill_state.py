"""State of one drill: clock, building, people, units, incidents and the event log, shared by all processes."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from drillsim.crowd.clock import call_after
from drillsim.crowd.factory import build_crowd
from drillsim.crowd.interface import Crowd, CrowdSettings
from drillsim.crowd.states import OUT
from drillsim.crowd.stationary import StationaryCrowd
from drillsim.engine.state.event_log import EventLog
from drillsim.engine.state.exposure import Exposure
from drillsim.engine.state.incident import IncidentFactory, IncidentState
from drillsim.engine.state.responder import Responder, responders_of
from drillsim.engine.state.travel import Travel
from drillsim.engine.world.clock import clock_of, forced_weekday
from drillsim.engine.world.occupants import people_of
from drillsim.engine.world.rooms import has_telephone
from drillsim.engine.world.world import XY, world_of
from drillsim.plan.model import FloorPlan
from drillsim.record import events as ev
from drillsim.record.presence import NOTHING_FORCED, ForcedPresence
from drillsim.scenario.defaults import REPORT_DELAY
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mix
from drillsim.streams.streams import Streams

Process = Generator[simpy.Event, Any, None]


class DrillState:
    """Shared state of one drill.

    Common random numbers: `streams` addresses every draw by its purpose and an id (of a door, a person, a unit, an
    incident), never by the order of calls, and draws are made whether they are needed or not. The mix is in no address, so
    that two mixes under one seed and replication face the same incident, people and locks; their difference is the
    effect of the staffing alone. A new draw needs an address of its own, or it changes the meaning of an old one.

    record_legs
        Keep every stretch of movement, for replay.
    presence
        Presence and weekday that the drill is forced to.
    """

    def __init__(
        self,
        scenario: Scenario,
        plan: FloorPlan,
        mix: Mix,
        streams: Streams,
        *,
        record_legs: bool,
        presence: ForcedPresence = NOTHING_FORCED,
    ) -> None:
        self.scenario, self.streams = scenario, streams
        self.trust = min(1.0, scenario.noticing.trust * mix.trust)
        """Chance that pupils tell an adult what they see where none is in charge."""
        self.world = world = world_of(plan, scenario)
        self.clock = clock = clock_of(scenario, plan, streams, weekday=forced_weekday(presence))
        self.population = people_of(scenario, world, streams, clock)
        self.env = env = simpy.Environment()
        self.log = EventLog(env)
        self.crowd: Crowd = self._crowd(record_legs=record_legs)
        late = np.flatnonzero(self.comes_later())
        if len(late):  # whoever comes from a source leaves at once
            self.crowd.evacuate(late)
        self.travel = Travel(env, world, self.crowd, scenario.locks)
        self.end_s = _end_s(scenario)
        """Time at which the drill, or what it watches of a school day, ends."""
        self.units = responders_of(
            mix, world, streams, clock, key_law=scenario.locks.key, end_s=self.end_s, forced=presence
        )
        self.incident_factory = IncidentFactory(scenario, world, streams, clock, env)
        self.incidents = self.incident_factory.of_drill()
        self.exposures: dict[IncidentState, Exposure] = {}
        self._locked_rooms: set[int] = set(world.shut_at_start)
        self.going_home: NDArray[np.int64] = np.zeros(0, np.int64)
        """Persons whom the bell has let go home."""
        self.without_radio: set[int] = {i for i, s in enumerate(world.plan.spaces) if not s.radio}
        self.occupied = self.people_in() > 0
        self.aeds_taken: dict[str, IncidentState] = {}
        """By id of an AED: the incident for which it was taken last."""

    def _crowd(self, *, record_legs: bool) -> Crowd:
        scenario, world = self.scenario, self.world
        if self.stays:
            return StationaryCrowd(self.env, world.cells, self.people_in(), record_legs=record_legs)
        engine, settings = scenario.crowd_engine, self._settings()
        return build_crowd(self.env, world.cells, self.population, settings, engine=engine, record_legs=record_legs)

    @property
    def stays(self) -> bool:
        """Whether only responders walk."""
        return self.scenario.crowd == "stays" or self.scenario.demand is not None

    def people_in(self, time_s: float | None = None) -> NDArray[np.int64]:
        """Return the persons in each space as the bell period of a time places them, the leading onset where None; shape
        (spaces,)."""
        return self.world.persons(self.clock.period(self.clock.onset_s if time_s is None else time_s))

    def is_anybody_in(self) -> bool:
        """Return whether school is in now, by the bells; once they have let people go home, whether anybody is still there."""
        if len(self.going_home):
            return self.crowd.inside() > 0
        return bool(self.people_in(self.env.now).sum() > 0)

    def occupy(self, time_s: float) -> None:
        """Place the people where the bell period of a time has them, in a drill where only responders walk."""
        self.crowd.occupy(self.people_in(time_s))

    def _settings(self) -> CrowdSettings:
        routes = self.scenario.people.routes
        if isinstance(routes, str):
            return CrowdSettings(routes)
        index = self.world.plan.space_index
        exits = {index[s]: self.world.ways_by_id[exit_] for s, exit_ in routes["assigned"].items()}
        return CrowdSettings("shortest", exits)

    def at(self, delay_s: float, act: Callable[[Any], None]) -> None:
        """Call `act` after a delay, before all other events of that time."""
        call_after(self.env, delay_s, act)

    def spaces(self) -> NDArray[np.int64]:
        """Return the space each person who may walk is in; -1 outside, -2 on a stair."""
        return self.crowd.spaces()[: len(self.population)]

    def comes_later(self) -> NDArray[np.bool_]:
        """Return, per person, whether it comes in while the drill runs."""
        arrives_s = self.population.arrives_s
        return np.zeros(len(self.population), dtype=bool) if arrives_s is None else ~np.isnan(arrives_s)

    def needs_help(self) -> NDArray[np.bool_]:
        """Return, per person, whether it is there from the start and in the group that needs help."""
        helped = np.zeros(len(self.population), dtype=bool)
        helped[self.population.in_group("needs-help")] = True
        return helped & ~self.comes_later()

    def is_indoors(self) -> NDArray[np.bool_]:
        """Return, per person, whether it is in the building now; who is in a drawn outdoor space is out."""
        here = self.spaces()
        outdoors = np.isin(here, sorted(self.world.outdoors))
        return np.asarray((here != OUT) & ~outdoors)

    def id_of(self, space: int) -> str:
        """Return the id of a space; 'outside' for -1, and '' on a stair."""
        return self.world.space_ids[space] if space >= 0 else "outside" if space == -1 else ""

    def where(self, incident: IncidentState) -> str:
        """Return the id of the space of an incident."""
        return self.id_of(incident.space)

    def whereabouts(self, responder: Responder) -> str:
        """Return the id of the space a responder is in."""
        return self.id_of(self.travel.place(responder)[0])

    def has_radio(self, space: int) -> bool:
        """Return whether a radio message goes out from and reaches a space now."""
        return space not in self.without_radio

    @property
    def office_has_radio(self) -> bool:
        """Whether the office, or any place of a plan without offices, has cover now."""
        return any(space not in self.without_radio for space in self.world.offices)

    def radio_reaches(self, space: int) -> bool:
        """Return whether a message goes by radio between a space and the office now; both ends need cover."""
        return self.has_radio(space) and self.office_has_radio

    def radio_s(self, unit: Responder, number: int) -> float:
        """Return the seconds of a radio message to a unit about an incident, where both ends have cover."""
        return unit.sample(self.scenario.reporting.radio, "unit.radio", number)

    def other_means(self, unit: Responder, number: int) -> tuple[str, float]:
        """Return how a unit without cover gets word, and the seconds that takes: the telephone of its room, else on foot."""
        space = self.travel.place(unit)[0]
        if space >= 0 and has_telephone(self.world.plan.spaces[space]):
            return "by phone", unit.sample(REPORT_DELAY["phone"], "unit.telephone", number)
        return "on foot", unit.sample(REPORT_DELAY["in-person"], "unit.on_foot", number)

    def told_by_s(self, unit: Responder, number: int) -> float:
        """Return the seconds until what a unit has found is told: by radio, police channel, or what stands in for them.

        People of a service have a radio of their own.
        """
        radio_s = unit.sample(self.scenario.reporting.radio, "unit.found", number)
        if unit.service or (unit.role.radio and self.radio_reaches(self.travel.place(unit)[0])):
            return radio_s
        return radio_s + self.other_means(unit, number)[1]

    def word_s(self, unit: Responder, number: int) -> float:
        """Return the seconds until a unit has word of an incident if it is called now, by the means that reaches it now."""
        radio_s = self.radio_s(unit, number)
        if self.radio_reaches(self.travel.place(unit)[0]):
            return radio_s
        return radio_s + self.other_means(unit, number)[1]

    def notice(self, incident: IncidentState, who: str, why: str, unit: Responder | None = None) -> None:
        """Let an incident be noticed, once."""
        if not incident.noticed.triggered:
            self.log(who, ev.NOTICED, self.where(incident), why, incident=incident.id)
            incident.noticed.succeed(unit)

    def tell_police_place(self, incident: IncidentState) -> None:
        """Give the police the place from inside, once; who speaks with them lets them in, so that paths are planned again."""
        if not incident.police_know_place.triggered:
            incident.police_know_place.succeed()
            self.travel.renew()

    def resolve(self, incident: IncidentState, who: str) -> None:
        """End an incident, once."""
        if incident.ended:
            return
        incident.ended = True
        self.log(who, ev.RESOLVED, self.where(incident), incident=incident.id)
        if not incident.resolved.triggered:
            incident.resolved.succeed()
        self.stop_exposure(incident)

    def aeds(self) -> list[tuple[str, int, XY]]:
        """Return id, space and point of the AEDs that are in their places: those that nobody has taken for an open incident."""
        taken = {id_ for id_, incident in self.aeds_taken.items() if not incident.ended}
        return [one for one in self.world.equipment("aed") if one[0] not in taken]

    def start_exposure(self, incident: IncidentState) -> None:
        """Begin the exposure of an incident at its present place; rooms that are locked against it do not count."""
        if not incident.kind.exposes:
            return
        exposure = self.exposures[incident] = Exposure(self.world, self.crowd, incident.space, incident.point)
        propped = {int(s) for way in self.travel.propped for s in self.world.network.way_spaces[way]}
        for space in self._locked_rooms - {incident.space} - propped:
            exposure.room_locked(space)

    def stop_exposure(self, incident: IncidentState) -> None:
        """Log the exposure of an incident up to now; a second call does nothing."""
        exposure = self.exposures.pop(incident, None)
        if exposure is not None:
            for radius, person_s in exposure.stop():
                self.log("people", ev.EXPOSURE, f"{radius:g}", incident=incident.id, value=person_s)

    def move(self, incident: IncidentState, space: int, point: XY) -> None:
        """Move an incident; its exposure is closed at the old place and begins at the new one."""
        exposed = incident in self.exposures
        self.stop_exposure(incident)
        incident.left.append((self.env.now, incident.space, incident.point))
        incident.space, incident.point = space, point
        if exposed:
            self.start_exposure(incident)

    def room_locked(self, space: int) -> None:
        """Exclude the people of a locked room from every exposure, but for that of an incident which is locked in with them."""
        self._locked_rooms.add(space)
        for incident, exposure in self.exposures.items():
            if incident.space != space:
                exposure.room_locked(space)


def _end_s(scenario: Scenario) -> float:
    """Return the end of a drill: the horizon of its last incident, or the horizon after the school day."""
    begins_s = (
        scenario.demand.lasts if scenario.demand is not None else max((i.at for i in scenario.incidents), default=0.0)
    )
    return float(begins_s + scenario.horizon)
