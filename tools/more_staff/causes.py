"""Causes of a delay: why one more unit made a measure of one drill later.

The rests of doors to which both the responder and another unit were sent are no cause: a door rests 1 / capacity after every
pass (rule A5), whoever passes. What is later by more is replayed under changed conditions, and named by the condition that takes the
delay away:

pre-emption
    Somebody was called off for a more urgent incident, or was with another one.
order
    The protective order came sooner with the unit, and without the unit it is as late when the order comes as soon.
door, queue
    With nobody walking but responders it is not later: people stood at a door for at most the rests on the way, or longer.
search
    The report did not say where, so that everybody was where the search had brought them when the place became known: one
    more shares the search, and the rooms are divided otherwise. With the place known it is not later; or the search itself
    came to the place later.
earlier
    Others had answered an earlier incident of the day, so that those who come stood elsewhere: a round begins anew after an
    incident, and at other times with other people.
chosen wrongly
    Whoever came in time without the unit was not sent with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np

import drillsim as ds
from drillsim.crowd.interface import Crowd, UnitPath
from drillsim.engine.drill import Drill
from drillsim.engine.state.drill_state import DrillState
from drillsim.engine.world.world import world_of
from drillsim.record import events as ev
from drillsim.record.trace import Event, Value
from drillsim.scenario.model import Inject
from drillsim.scenario.response import PlaceKnown
from drillsim.streams.streams import Streams

RESTS, DOOR, QUEUE, ORDER, PRE_EMPTION, SEARCH, EARLIER, WRONG, UNKNOWN = (
    "rests", "door", "queue", "order", "pre-emption", "search", "earlier", "chosen wrongly", "unclassified"
)  # fmt: skip
CAUSES = (RESTS, DOOR, QUEUE, ORDER, PRE_EMPTION, SEARCH, EARLIER, WRONG, UNKNOWN)
Both = tuple[ds.Trace, ds.Trace]
"""The drill without and with the unit."""
LEAST_S = 1e-3
"""Differences up to this are ties, as everywhere in comparisons."""
DECIDES = {
    "first_on_scene_s": ev.ON_SCENE,
    "able_on_scene_s": ev.ABLE,
    "resolved_s": ev.ABLE,
    "first_aid_s": ev.FIRST_AID,
    "aed_on_scene_s": ev.AED_THERE,
    "ems_on_scene_s": ev.ON_SCENE,
    "fire_service_on_scene_s": ev.ON_SCENE,
}
"""Event whose `who` decides a measure; measures of order and rooms have no responder."""


@dataclass(frozen=True)
class Pair:
    """One drill without and with the unit, and how to play both again; what is played again is kept for all measures."""

    scenario: ds.Scenario
    plan: ds.FloorPlan
    few: ds.Mix
    many: ds.Mix
    seed: int
    replication: int

    def play(self, mix: ds.Mix, scenario: ds.Scenario | None = None) -> ds.Trace:
        """Return the drill with a mix, under another scenario where one is given."""
        return ds.simulate(scenario or self.scenario, self.plan, mix, seed=self.seed, replication=self.replication)

    @cached_property
    def quiet(self) -> Both:
        """Both drills with nobody walking but responders."""
        quiet = self.scenario.model_copy(update={"crowd": "stays"})
        return self.play(self.few, quiet), self.play(self.many, quiet)

    @cached_property
    def told(self) -> Both:
        """Both drills with nobody walking but responders, and reports that always say where."""
        known = PlaceKnown().model_copy(update=dict.fromkeys(PlaceKnown.model_fields, 1.0))
        reporting = self.scenario.reporting.model_copy(update={"place_known": known})
        told = self.scenario.model_copy(update={"reporting": reporting, "crowd": "stays"})
        return self.play(self.few, told), self.play(self.many, told)

    def ordered_at(self, time_s: float) -> ds.Trace:
        """Return the drill without the unit and with the protective order at a time."""
        if time_s not in self._ordered:
            order = {"at": time_s, "order": self.scenario.protocol.action}
            given = Inject.model_validate(order, context={"si": True})
            sooner = self.scenario.model_copy(update={"injects": (*self.scenario.injects, given)})
            self._ordered[time_s] = self.play(self.few, sooner)
        return self._ordered[time_s]

    @cached_property
    def _ordered(self) -> dict[float, ds.Trace]:
        return {}

    @cached_property
    def sent_through(self) -> dict[str, set[int]]:
        """Ways on the paths that each unit was sent, with the unit added."""
        streams = Streams(self.seed, self.scenario.draws, self.replication)
        drill = DrillState(self.scenario, self.plan, self.many, streams, record_legs=False)
        found: dict[str, set[int]] = {}
        drill.crowd = cast(Crowd, _Noting(drill.crowd, found))
        drill.travel.crowd = drill.crowd
        Drill(drill).play()
        return found


class _Noting:
    """A crowd that notes through which ways each unit is sent."""

    def __init__(self, crowd: Crowd, found: dict[str, set[int]]) -> None:
        self._crowd, self._found, self._names = crowd, found, dict[int, str]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._crowd, name)

    def add_unit(self, key: str, *where: Any, **speeds: Any) -> int:
        number = self._crowd.add_unit(key, *where, **speeds)
        self._names[number] = key
        return number

    def send(self, unit: int, path: UnitPath, **speed: Any) -> None:
        self._found.setdefault(self._names[unit], set()).update(way for way, _ in path.ways)
        self._crowd.send(unit, path, **speed)


def value_s(row: Mapping[str, Value], measure: str, horizon_s: float) -> float | None:
    """Return T* = min(T, horizon) of a measure, and no more than the end of an incident that ends by itself, after which
    nobody is waited for; None where it does not apply."""
    if row[measure.removesuffix("_s") + "_status"] == "not-applicable":
        return None
    found = row[measure]
    time_s = horizon_s if found is None else float(found)
    over = row["resolved_s"] if row["resolved_by"] == "self" else None
    return time_s if over is None else min(time_s, float(over))


def cause_of(pair: Pair, incident: str, measure: str, few: ds.Trace, many: ds.Trace) -> str:
    """Return why a measure of an incident is later in `many` than in `few`."""
    late_s = _late(few, many, incident, measure)
    walks = pair.scenario.crowd == "walks" and pair.scenario.demand is None
    who = _decider(many, incident, measure)
    if walks and who and late_s <= _rests_s(pair, who, shared=True) + LEAST_S:
        return RESTS
    if _is_taken_away(few, many, incident, measure):
        return PRE_EMPTION
    if walks and _is_later_by_order(pair, incident, measure, few, many):
        return ORDER
    if walks and _late(*pair.quiet, incident, measure) <= LEAST_S:
        return DOOR if who and late_s <= _rests_s(pair, who, shared=False) + LEAST_S else QUEUE
    if _is_later_by_search(pair, incident, measure, few, many):
        return SEARCH
    if _differ_before(few, many, incident):
        return EARLIER
    before = _decider(few, incident, measure)
    if before and before not in _sent(many, incident):
        return WRONG
    return QUEUE if _waits(many, incident) > _waits(few, incident) else UNKNOWN


def _late(few: ds.Trace, many: ds.Trace, incident: str, measure: str) -> float:
    values = [value_s(_row(trace, incident), measure, trace.horizon_s) for trace in (few, many)]
    return 0.0 if None in values else float(np.subtract(values[1], values[0]))  # type: ignore[arg-type]


def _row(trace: ds.Trace, incident: str) -> Mapping[str, Value]:
    return next(row for row in trace.rows if row["incident"] == incident)


def _of(trace: ds.Trace, incident: str, *words: str) -> list[Event]:
    return [e for e in trace.events if e.incident == incident and e.what in words]


def _decider(trace: ds.Trace, incident: str, measure: str) -> str:
    """Return whose arrival decides a measure, '' for measures without a responder or where nobody came."""
    what = DECIDES.get(measure)
    events = [e for e in _of(trace, incident, what or "") if e.why != "stays-away"]
    for service, name in (("ems", "ems_"), ("fire-service", "fire_service_")):
        if measure.startswith(name):
            events = [e for e in events if e.who.startswith(service)]
    return events[0].who if events else ""


def _sent(trace: ds.Trace, incident: str) -> set[str]:
    return {e.who for e in _of(trace, incident, ev.WORD)}


def _waits(trace: ds.Trace, incident: str) -> float:
    return float(_row(trace, incident)["waited_s"] or 0.0)


def _is_taken_away(few: ds.Trace, many: ds.Trace, incident: str, measure: str) -> bool:
    """Return whether more people were called off, or whoever decided it without the unit was with another incident."""
    off = [Counter(e.who for e in t.events if e.what == ev.CALLED_OFF and e.incident == incident) for t in (few, many)]
    if off[1] - off[0]:
        return True
    before = _decider(few, incident, measure)
    elsewhere = {e.incident for e in many.events if e.what == ev.WORD and e.who == before} - {incident}
    return bool(elsewhere) and before not in _sent(many, incident)


def _is_later_by_order(pair: Pair, incident: str, measure: str, few: ds.Trace, many: ds.Trace) -> bool:
    """Return whether, without the unit but with the order at the time it has with it, the measure is as late."""
    orders = [next((e.time_s for e in t.events if e.what == ev.ORDER), None) for t in (few, many)]
    if orders[1] is None or (orders[0] is not None and orders[1] >= orders[0] - LEAST_S):
        return False
    return _late(pair.ordered_at(orders[1]), many, incident, measure) <= LEAST_S


def _is_later_by_search(pair: Pair, incident: str, measure: str, few: ds.Trace, many: ds.Trace) -> bool:
    """Return whether the search found the place later, or with a report that says where the measure is not later."""
    if _of(many, incident, ev.SEARCHES) and _late(few, many, incident, "place_known_s") > LEAST_S:
        return True
    if not _of(few, incident, ev.PLACE_UNKNOWN):
        return False
    return _late(*pair.told, incident, measure) <= LEAST_S


def _differ_before(few: ds.Trace, many: ds.Trace, incident: str) -> bool:
    """Return whether an earlier incident was answered by others."""
    onsets = {e.incident: e.time_s for e in few.events if e.what == ev.ONSET}
    earlier = [other for other, time_s in onsets.items() if time_s < onsets[incident]]
    return any(_sent(few, other) != _sent(many, other) for other in earlier)


def _rests_s(pair: Pair, who: str, *, shared: bool) -> float:
    """Return the rests of the openings to which a responder was sent, doubled as after two passes at once (rule A5).

    shared
        Only openings to which some other unit was sent, too.
    """
    world, sent = world_of(pair.plan, pair.scenario), pair.sent_through
    mine = sent.get(who, set())
    others: set[int] = set().union(*(ways for unit, ways in sent.items() if unit != who))
    ways = mine & others if shared else mine
    return sum(2.0 / float(world.cells.capacity_ps[way]) for way in ways if way < world.network.openings)
