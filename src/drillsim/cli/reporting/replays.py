"""Replays of the command line: drills played again with their legs, alone or with two staffings side by side."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
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


def say_written(path: Path, *, err: bool) -> None:
    """Say where a replay is, and who should see it."""
    terminal.say(f"Replay: {shown(path)} (INTERNAL: it shows rooms, doors and staff; open it in a browser)", err=err)


def telling_replays(
    played: ResultRows, scenarios: Sequence[Scenario], plan: FloorPlan, mixes: Mixes
) -> dict[str, Replay]:
    """Return a replay, by scenario, for each of the first scenarios of a study: of the two mixes that differ most in its primary measure,
    the drill that shows their difference best, with the command that plays it.

    Where no staffing differs it is the first drill with the present mix alone. Whole days have none.
    """
    from drillsim.errors import SimulationError

    found: dict[str, Replay] = {}
    for scenario in scenarios:
        line = played.outline.scenarios.get(scenario.name)
        if line is None or line.day or len(found) == MOST:
            continue
        with suppress(SimulationError):  # a drill that cannot be played is counted in the tables, and has no replay
            found[scenario.name] = _telling(played, scenario, plan, mixes)
    return found


def _telling(played: ResultRows, scenario: Scenario, plan: FloorPlan, mixes: Mixes) -> Replay:
    """Return the drill of a scenario that shows its widest difference best; without one the first, with the present mix."""
    from drillsim.analysis.telling_drill import telling_drill, widest_difference
    from drillsim.analysis.wording import question

    seed, measure = played.outline.seed, played.outline.scenarios[scenario.name].primary
    widest = widest_difference(played, scenario.name)
    told = widest and telling_drill(played, scenario.name, widest.mix, widest.versus, widest.measure)
    names = [told.versus, told.mix] if told else [mixes.present]
    number = told.replication if told else 0
    why = told.sentence if told else f"No staffing differs here in {question(measure)}: the first drill is shown."
    traces = [play(scenario, plan, mixes[name], seed=seed, replication=number) for name in names]
    versus = f" --versus {names[1]}" if told else ""
    command = (
        f"Play it again with the files of this study: drillsim run {scenario.name}.yaml --mix {names[0]}{versus} --seed {seed} --replication {number} "
        f"--replay {scenario.name}.html"
    )
    return replay_of(traces, scenario, [mixes[name] for name in names], [why, command])
