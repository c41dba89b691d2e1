"""Replays of the command line: drills played again with their legs, alone or with two staffings side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from drillsim.cli import terminal
from drillsim.documents.files import shown

if TYPE_CHECKING:
    from drillsim.analysis.contrasts import ResultRows
    from drillsim.plan.model import FloorPlan
    from drillsim.record.presence import ForcedPresence
    from drillsim.record.trace import Trace
    from drillsim.report.replay.replay import Replay
    from drillsim.scenario.model import Scenario
    from drillsim.scenario.staffing import Mix, Mixes

MOST = 2
"""Replays that a report of several scenarios holds, so that it stays small enough to mail."""


def replay_of(traces: Sequence[Trace], scenario: Scenario, mixes: Sequence[Mix], why: Sequence[str] = ()) -> Replay:
    """Return the replay of drills played with their legs, one for each mix."""
    from drillsim.report.replay.replay import replay

    one = traces[0]
    number = f"drill {one.replication} of seed {one.seed}" + (f", forced to {one.forced}" if one.forced else "")
    title = f"{scenario.title or scenario.name}: {number}"
    return replay(*traces, labels=[m.label or m.name for m in mixes], title=title, why=why)


def play(
    scenario: Scenario,
    plan: FloorPlan,
    mix: Mix,
    *,
    seed: int,
    replication: int,
    presence: ForcedPresence | None = None,
) -> Trace:
    """Return a drill with its legs. Six arguments, as `simulate` has them."""
    from drillsim.engine.simulate import simulate

    return simulate(scenario, plan, mix, seed=seed, replication=replication, presence=presence, record_legs=True)


def write(replay: Replay, path: Path, *, err: bool) -> None:
    """Write a replay and say where it is."""
    replay.write(path)
    terminal.say(f"Replay: {shown(path)} (INTERNAL: it shows rooms, doors and staff; open it in a browser)", err=err)


def telling_replays(
    played: ResultRows, scenarios: Sequence[Scenario], plan: FloorPlan, mixes: Mixes
) -> dict[str, Replay]:
    """Return a replay, by scenario, for each of the first scenarios of a study: of the two mixes that differ most in its primary measure,
    the drill that shows their difference best, with the command that plays it.

    Scenarios of whole days, and those with one mix, have none.
    """
    from drillsim.analysis.telling_drill import telling_drill, widest_difference

    found: dict[str, Replay] = {}
    for scenario in scenarios:
        line = played.outline.scenarios.get(scenario.name)
        widest = None if line is None or line.day else widest_difference(played, scenario.name)
        if widest is None or len(found) == MOST:
            continue
        told = telling_drill(played, scenario.name, widest.mix, widest.versus, widest.measure)
        if told is None:
            continue
        both = [mixes[widest.versus], mixes[widest.mix]]
        traces = [play(scenario, plan, m, seed=told.seed, replication=told.replication) for m in both]
        command = (
            f"Play it again: drillsim run {scenario.name}.yaml --mix {widest.versus} --versus {widest.mix} "
            f"--seed {told.seed} --replication {told.replication} --replay {scenario.name}.html"
        )
        found[scenario.name] = replay_of(traces, scenario, both, [told.sentence, command])
    return found
