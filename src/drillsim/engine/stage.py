"""The stage of one drill: clock, building, people, units, incidents and the event table, for all who act on it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray
from simpy.events import URGENT

from drillsim.crowd.population import Population
from drillsim.crowd.reference import ReferenceCrowd
from drillsim.engine.exposure import Exposure
from drillsim.engine.incident import Case, cases_of
from drillsim.engine.travel import Travel
from drillsim.engine.units import responders_of
from drillsim.engine.world import World
from drillsim.record.trace import Event
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mix
from drillsim.streams import Streams

Process = Generator[simpy.Event, Any, None]


class Log:
    """The event table while it is written, in order of time."""

    def __init__(self, env: simpy.Environment) -> None:
        self.env = env
        self.events: list[Event] = []

    def __call__(
        self, who: str, what: str, where: str = "", why: str = "", *, incident: str = "", value: float | None = None
    ) -> None:
        """Write one line at the present time."""
        self.events.append(Event(float(self.env.now), who, what, where, why, incident, value))


class Stage:
    """What everybody in a drill shares; it changes only through the crowd, the travel and the incidents themselves."""

    def __init__(
        self, scenario: Scenario, world: World, mix: Mix, streams: Streams, population: Population, *, record_legs: bool
    ) -> None:
        self.scenario, self.world, self.streams, self.population = scenario, world, streams, population
        self.env = env = simpy.Environment()
        self.log = Log(env)
        self.crowd = ReferenceCrowd(
            env, world.network, world.cells, world.laws, population,
            routes=scenario.people.routes if isinstance(scenario.people.routes, str) else "shortest",
            assigned=self._assigned(), record_legs=record_legs, horizon_s=scenario.horizon,
        )  # fmt: skip
        self.travel = Travel(env, world, self.crowd, scenario.locks)
        self.units = responders_of(mix, world, streams, locks_key=scenario.locks.key)
        self.cases = cases_of(scenario.incidents, world, streams, env)
        self.exposure = Exposure(world, self.crowd)
        self.occupied = np.bincount(population.space[population.space >= 0], minlength=len(world.plan.spaces)) > 0

    def _assigned(self) -> dict[int, int] | None:
        routes = self.scenario.people.routes
        if isinstance(routes, str):
            return None
        index = self.world.plan.space_index
        return {index[s]: self.world.ways_by_id[exit_] for s, exit_ in routes["assigned"].items()}

    def at(self, delay_s: float, act: Callable[[Any], None]) -> None:
        """Call `act` after a delay, before anything else that happens at that time."""
        event = self.env.event()
        event._ok, event._value = True, None
        event.callbacks = [act]
        self.env.schedule(event, priority=URGENT, delay=delay_s)

    def needs_help(self) -> NDArray[np.bool_]:
        """Return, per person, whether it is in the group that needs help."""
        helped = np.zeros(len(self.population), dtype=bool)
        helped[self.population.in_group("needs-help")] = True
        return helped

    def where(self, case: Case) -> str:
        """Return the id of the space of an incident."""
        return self.world.plan.spaces[case.space].id

    def resolve(self, case: Case, who: str) -> None:
        """End an incident, once."""
        if case.ended:
            return
        case.ended = True
        self.log(who, "resolved", self.where(case), incident=case.id)
        if not case.resolved.triggered:
            case.resolved.succeed()
        self.stop_exposure(case)

    def stop_exposure(self, case: Case) -> None:
        """Write down the person-seconds near the first incident up to now; only the first call counts."""
        if case is self.cases[0]:
            for radius, person_s in self.exposure.stop(case.space, case.point):
                self.log("people", "exposure", f"{radius:g}", incident=case.id, value=person_s)
