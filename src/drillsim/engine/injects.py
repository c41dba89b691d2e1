"""Injects of a drill: ways close, radios fail, doors are propped, alarms ring, units leave, orders are given."""

from __future__ import annotations

from functools import partial
from math import inf

import simpy

from drillsim.engine.protection.protective_action import Protection
from drillsim.engine.response.unit_process import Response
from drillsim.engine.state.drill_state import DrillState, Process
from drillsim.engine.state.responder import Responder
from drillsim.record import events as ev
from drillsim.scenario.model import Inject
from drillsim.streams.streams import sample

EVERYWHERE = "everywhere"


class InjectSchedule:
    """The injects of a scenario, in order of time."""

    def __init__(self, drill: DrillState, response: Response, protection: Protection) -> None:
        self.drill, self.response, self.protection = drill, response, protection
        self._back: dict[Responder, simpy.Event] = {}
        """By unit: succeeds when it is next back on its duty."""

    def begin(self) -> None:
        """Schedule every inject at its time on the clock of the file, before the first onset too."""
        for inject in sorted(self.drill.scenario.injects, key=lambda inject: inject.at):
            self.drill.at(inject.at, partial(self._act, inject))

    def _act(self, inject: Inject, _event: object) -> None:
        if inject.close or inject.reopen:
            self._way(inject.close or inject.reopen or "", closes=inject.close is not None)
        elif inject.prop:
            self._prop(inject.prop)
        elif inject.order:
            self.protection.give_order("script")
        elif inject.alarm:
            self.protection.alarm("script")
        elif inject.absent:
            for unit in self.drill.units:
                if unit.id == inject.absent:
                    self.response.campus.send_away(unit, "the script sends it off campus")
        else:
            self._radio(inject.radio_out or inject.radio_back or (), out=inject.radio_out is not None)

    def _way(self, id_: str, *, closes: bool) -> None:
        drill = self.drill
        way = drill.world.ways_by_id[id_]
        if closes:
            drill.crowd.close(way)
            drill.travel.close(way)
        else:
            drill.crowd.reopen(way)
            drill.travel.reopen(way)
        drill.log("script", ev.CLOSED if closes else ev.REOPENED, id_)

    def _radio(self, names: tuple[str, ...], *, out: bool) -> None:
        drill = self.drill
        plan = drill.world.plan
        named = {id_ for name in names for id_ in drill.world.spaces_of(name)}
        spaces = {i for i, s in enumerate(plan.spaces) if EVERYWHERE in names or s.id in named}
        drill.without_radio = drill.without_radio | spaces if out else drill.without_radio - spaces
        for name in names:
            drill.log("script", ev.RADIO_OUT if out else ev.RADIO_BACK, name)

    def _prop(self, id_: str) -> None:
        """Prop a door open, until a unit whose duty brings it to one of its sides shuts it."""
        drill = self.drill
        way = drill.world.ways_by_id[id_]
        drill.travel.prop(way)
        drill.log("script", ev.PROPPED, id_)
        for unit in drill.units:
            drill.env.process(self._finds(unit, way, id_))

    def _finds(self, unit: Responder, way: int, id_: str) -> Process:
        """Let a unit shut a propped door at the first visit of its duty at which nothing else keeps it.

        The visit is computed from the duties (see `engine.state.duty`), and computed anew when the unit is back on duty."""
        drill, env = self.drill, self.drill.env
        sides = [int(s) for s in drill.world.network.way_spaces[way] if s >= 0]
        check = sample(drill.scenario.noticing.propped_check, drill.streams, "unit.propped_check", unit.id)
        while way in drill.travel.propped:
            back = self._back.setdefault(unit, env.event())
            visit_s = min(unit.visits(space, env.now) for space in sides)
            done = env.timeout(visit_s - env.now + check) if visit_s < inf else env.event()
            yield done | back
            if not done.processed:
                continue
            is_there = unit.number is None or drill.travel.place(unit)[0] in sides
            if (
                way in drill.travel.propped
                and unit.is_here
                and is_there
                and not self.response.assignments.is_busy(unit)
            ):
                drill.log(unit.id, ev.SHUTS_DOOR, id_, "found it propped open")
                drill.travel.shut(way)
            elif not back.triggered and unit.is_here:
                yield back

    def resumes(self, unit: Responder) -> None:
        """Let a unit that is back on its duty find propped doors again."""
        back = self._back.pop(unit, None)
        if back is not None:
            back.succeed()
