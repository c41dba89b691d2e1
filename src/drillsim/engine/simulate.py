"""Simulation of one drill: from scenario, plan and mix to its trace."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from drillsim.analysis.measures import count_curve, measure
from drillsim.crowd.geometry.way_uses import WayNames
from drillsim.engine.arguments import CheckedInputs
from drillsim.engine.drill import Drill
from drillsim.engine.state.drill_state import DrillState, Process
from drillsim.engine.state.whereabouts import whereabouts
from drillsim.errors import ScenarioError, closest, whole_number
from drillsim.plan.model import FloorPlan
from drillsim.record import events as ev
from drillsim.record.presence import NOTHING_FORCED, WEEKDAY, ForcedPresence, presence_text
from drillsim.record.trace import Trace, Value
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mix
from drillsim.scenario.vocabulary import WEEKDAYS
from drillsim.streams.streams import Streams


def simulate(
    scenario: Scenario,
    plan: FloorPlan,
    mix: Mix,
    *,
    seed: int,
    replication: int = 0,
    record_legs: bool = False,
    queue_step_s: float | None = None,
    presence: ForcedPresence | None = None,
) -> Trace:
    """Return the trace of one drill: its events, one outcome row per incident, and its curves.

    The result depends on the arguments alone. Drills may run in any number of threads and processes: what they share is
    constant once built. Whoever plays many drills in one process collects their garbage in between, see
    `drillsim.study.garbage`.

    seed, replication
        Name the random draws together with the scenario's family; the mix is in no draw, so the same seed and
        replication play the same day with another staffing.
    record_legs
        Keep every stretch of movement, and where everybody else is, for `drillsim.replay`.
    queue_step_s
        Seconds between two looks at every queue (`Trace.queues`); none where absent.
    presence
        Who is on campus when the drill begins, such as {"sro-1": False, "weekday": "thursday"}; units that are not named are
        drawn by their chance. Drills of one presence are numbered by themselves: the drill of a study whose row has
        'forced' and 'replication'. Units of other mixes may be named, so that mixes are compared on one drill; for the same
        reason a unit that this mix has on campus for sure, never, or by a calendar keeps its own presence.

    Raises ScenarioError before the drill begins, with every place, role or period that the plan or the mix lacks, for a seed
    that is no whole number from 0 up, and for a presence that cannot be forced. `drillsim.check` tells more, such as needs that
    nobody meets.
    """
    seed, replication = whole_number(seed, "seed"), whole_number(replication, "replication")
    plan.derived(CheckedInputs).refuse_unknown(scenario, mix)
    forced = dict(presence or NOTHING_FORCED)
    refuse_presence(scenario, forced)
    told = presence_text(forced)
    streams = Streams(seed, scenario.draws, replication, presence=told)
    drill = DrillState(scenario, plan, mix, streams, record_legs=record_legs, presence=forced)
    looks: list[NDArray[np.int64]] = []
    if queue_step_s is not None:
        drill.env.process(_watch_queues(drill, queue_step_s, looks))
    events = Drill(drill).play()
    horizon = scenario.horizon
    heads: dict[str, Value] = {"scenario": scenario.name, "mix": mix.name, "replication": replication}
    heads |= {"forced": told} if told else {}
    rows = tuple({**heads, **row} for row in measure(events, horizon_s=horizon, kinds=scenario.kind_rows))
    curves: dict[str, tuple[float, ...]] = {}
    onset_s = scenario.incidents[scenario.protected].at if scenario.incidents else 0.0
    if scenario.protocol.action == "evacuate":
        out_s = [d.times_s[d.are(ev.OUT)] for d in events.departures]
        curves[ev.OUT] = count_curve(np.concatenate([np.zeros(0), *out_s]) - onset_s, horizon_s=horizon)
    elif scenario.protocol.action == "lockdown":
        secured_s = [e.time_s for e in events.others if e.what == ev.SECURED]
        curves[ev.SECURED] = count_curve(np.array(secured_s) - onset_s, horizon_s=horizon)
    return Trace(
        scenario=scenario.name,
        mix=mix.name,
        seed=seed,
        replication=replication,
        horizon_s=horizon,
        events=events,
        rows=rows,
        **(_movement(drill) if record_legs else {}),
        curves=curves,
        kinds=scenario.own_kinds,
        ways=drill.crowd.ways(),
        queues=_queues(drill, looks),
        forced=told,
    )


def _movement(drill: DrillState) -> dict[str, Any]:
    """Return legs, whereabouts and plan of a drill, as fields of its trace."""
    legs = drill.crowd.legs()
    return {"legs": legs, "whereabouts": whereabouts(drill, legs), "plan": drill.world.plan}


def refuse_presence(scenario: Scenario, presence: ForcedPresence) -> None:
    """Raise ScenarioError for a presence that cannot be forced: an unknown weekday, or another than the scenario's."""
    day = presence.get(WEEKDAY)
    if day is not None and day not in WEEKDAYS:
        raise ScenarioError(f"presence: '{day}' is no weekday.{closest(str(day), WEEKDAYS)}")
    if day is not None and scenario.weekday not in (None, day):
        raise ScenarioError(f"presence: the scenario is played on a {scenario.weekday}, not on a {day}")


def _watch_queues(drill: DrillState, step_s: float, looks: list[NDArray[np.int64]]) -> Process:
    while True:
        looks.append(drill.crowd.queues())
        yield drill.env.timeout(step_s)


def _queues(drill: DrillState, looks: list[NDArray[np.int64]]) -> dict[tuple[str, str], tuple[int, ...]]:
    """Return the looks by way and direction, without those at which nobody waited."""
    if not looks:
        return {}
    table, labels = np.array(looks), drill.world.cells.derived(WayNames).labels
    used = np.flatnonzero(table.any(axis=0)).tolist()
    return {(labels[d][0], labels[d][2]): tuple(table[:, d].tolist()) for d in used}
