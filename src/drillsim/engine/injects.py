"""Injects of a drill: ways close, radios fail, doors are propped, alarms ring, units leave, orders are given."""

from __future__ import annotations

from functools import partial
from math import inf

from drillsim.engine.protection.protective_action import Protection
from drillsim.engine.response.unit_process import Response
from drillsim.engine.state.drill_state import DrillState, Process
from drillsim.record import events as ev
from drillsim.scenario.model import Inject
from drillsim.streams.streams import sample

EVERYWHERE = "everywhere"


class InjectSchedule:
    """The injects of a scenario, in order of time."""

    def __init__(self, drill: DrillState, response: Response, protection: Protection) -> None:
        self.drill, self.response, self.protection = drill, response, protection

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
        """Prop a door open; the unit whose duty first brings it to one of its sides shuts it, if it is free then.

        The visit is computed from the duties (see `engine.state.duty`), not watched for."""
        drill = self.drill
        way = drill.world.ways_by_id[id_]
        drill.travel.prop(way)
        drill.log("script", ev.PROPPED, id_)
        now = drill.env.now
        sides = [int(s) for s in drill.world.network.way_spaces[way] if s >= 0]
        finds = [(unit.visits(space, now), unit.order, unit) for unit in drill.units for space in sides]
        found = min(finds, key=lambda f: (f[0], f[1]), default=None)
        if found is not None and found[0] < inf:
            drill.env.process(self._shut(way, id_, found[2].id, found[0] - now))

    def _shut(self, way: int, id_: str, who: str, delay_s: float) -> Process:
        drill = self.drill
        check = sample(drill.scenario.noticing.propped_check, drill.streams, "unit.propped_check", who)
        yield drill.env.timeout(delay_s + check)
        unit = next(u for u in drill.units if u.id == who)
        if self.response.assignments.is_busy(unit) or not unit.is_here or way not in drill.travel.propped:
            return
        drill.log(who, ev.SHUTS_DOOR, id_, "found it propped open")
        drill.travel.shut(way)
