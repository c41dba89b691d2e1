"""`drillsim baseline`: write, accept and show the drills that `drillsim gate` compares with."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drillsim.cli import inputs, terminal
from drillsim.cli.commands.gate import BASELINE
from drillsim.cli.terminal import WORKERS, OutPath

if TYPE_CHECKING:
    from drillsim.gate.baseline import Baseline
    from drillsim.gate.play import Player

GOAL = click.option(
    "--goal", "goals", multiple=True, metavar="TEXT",
    help="Absolute goal, such as 'p90 able <= 3 min', 'mean secured_p50 <= 90 s in lockdown with one-sro'; may be repeated.",
)  # fmt: skip
MARGIN = click.option(
    "--margin", "margins", multiple=True, metavar="MEASURE=VALUE",
    help="Least slowing that counts, such as able=10s; default: 'matters:' of the scenario. May be repeated.",
)  # fmt: skip
MEASURE = click.option(
    "--measure", "measures", multiple=True, metavar="NAME",
    help="Judge this measure too, besides the primary one and those of the scenario's goals; may be repeated.",
)  # fmt: skip
FILE = click.option(
    "--baseline", "path", type=click.Path(path_type=Path), default=BASELINE, show_default=True, help="The file."
)


@click.group(short_help="Write, accept and show the drills that the gate compares with.")
def baseline() -> None:
    """Keep drills in a file that is committed, so that `drillsim gate` can say what became slower.

    The file holds a few numbers per drill and no label of the plan; paths in it are relative to it.
    """


@baseline.command(short_help="Play scenarios, and write their drills into a new baseline.")
@click.argument("scenarios", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SCENARIO...")
@click.option(
    "--mixes", type=click.Path(path_type=Path), help="Mixes file; default: the only one beside the scenarios."
)
@click.option("--plan", type=click.Path(path_type=Path), help="Plan to play them on; default: the scenarios' own.")
@click.option(
    "--runs",
    type=click.IntRange(1, 100_000),
    default=200,
    show_default=True,
    help="Random drills per scenario and mix.",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Root of all random numbers.")
@click.option("--out", type=OutPath(path_type=Path), default=BASELINE, show_default=True, help="The file to write.")
@GOAL
@MARGIN
@MEASURE
@click.option("--workers", type=WORKERS, help="Processes; default: one per processor. Never changes a result.")
@click.option("--overwrite", is_flag=True, help="Replace a baseline, with its history. `accept` keeps the history.")
@click.option("--quiet", is_flag=True, help="No progress.")
def write(
    scenarios: tuple[Path, ...],
    mixes: Path | None,
    plan: Path | None,
    runs: int,
    seed: int,
    out: Path,
    goals: tuple[str, ...],
    margins: tuple[str, ...],
    measures: tuple[str, ...],
    workers: int | None,
    overwrite: bool,
    quiet: bool,
) -> int:
    """Play every SCENARIO with every mix, and write what the gate needs into a file to commit."""
    from drillsim.gate.goals import measure_named
    from drillsim.gate.inputs import InputFiles
    from drillsim.gate.play import Terms, make_baseline

    if out.exists() and not overwrite:
        raise click.UsageError(
            f"{out}: there is a file already. Renew a baseline with 'drillsim baseline accept', or add --overwrite"
        )
    given = inputs.load(scenarios, plan, mixes, ())
    the_plan, the_mixes = given.files[-2:]
    sources = [InputFiles(path, the_plan, the_mixes) for path in scenarios]
    named = tuple(measure_named(word) for word in measures)
    terms = Terms(seed, runs, named, _margins(margins))
    with terminal.progress(1, "drills", quiet=quiet) as tell:
        made = make_baseline(sources, out.parent, terms, _player(workers, tell), goals=goals)
    _save(made, out)
    return 0


def _player(workers: int | None, tell: Callable[[int, int], None]) -> Player:
    from drillsim.gate.play import Player

    return Player(workers or os.cpu_count() or 1, tell=lambda _scenario, done, of: tell(done, of))


def _margins(texts: tuple[str, ...]) -> dict[str, float]:
    from drillsim.gate.goals import margin_from

    return dict(margin_from(text) for text in texts)


def _save(made: Baseline, out: Path) -> None:
    from drillsim.gate.baseline import baseline_text

    text = baseline_text(made)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8", newline="\n")
    drills = sum(len(mix.drills) for one in made.scenarios.values() for mix in one.mixes.values())
    scenarios = terminal.counted(len(made.scenarios), "scenario")
    terminal.say(f"{out}: {drills:,} drills of {scenarios}, {len(text) / 1000:,.0f} kB. Commit it.")


@baseline.command(short_help="Renew a baseline by the files and the engine as they are now, with a reason.")
@FILE
@click.option("--reason", required=True, metavar="TEXT", help="Why what changed is right; kept in the file.")
@click.option("--runs", type=click.IntRange(1, 100_000), help="Random drills per scenario and mix; default: as before.")
@GOAL
@click.option("--no-goals", is_flag=True, help="Drop the goals; by default they stay, and --goal replaces them.")
@MARGIN
@click.option("--new-start", is_flag=True, help="Measure drift from here on, no longer from the oldest baseline.")
@click.option("--workers", type=WORKERS, help="Processes; default: one per processor. Never changes a result.")
@click.option("--quiet", is_flag=True, help="No progress.")
def accept(
    path: Path,
    reason: str,
    runs: int | None,
    goals: tuple[str, ...],
    no_goals: bool,
    margins: tuple[str, ...],
    new_start: bool,
    workers: int | None,
    quiet: bool,
) -> int:
    """Play a baseline anew, and take what it finds as right from now on.

    Reason, day and accepted slowing go into the history of the file. The oldest drills stay in it too, so that the gate fails
    where many small steps add up to more than a margin, beyond what was accepted.
    """
    from drillsim.gate.baseline import read_baseline
    from drillsim.gate.judge import renewed
    from drillsim.gate.play import accepted

    if not reason.strip():
        raise click.UsageError("--reason: write why the change is right, such as 'second officer from August on'")
    old = read_baseline(path)
    kept = () if no_goals else goals or tuple(goal.text for goal in old.goals)
    with terminal.progress(1, "drills", quiet=quiet) as tell:
        new, slower = renewed(
            old, path, _player(workers, tell), runs=runs or old.runs, goals=kept, margins=_margins(margins)
        )  # fmt: skip
    _save(accepted(old, new, reason=reason.strip(), slower=slower, from_here=new_start), path)
    for name, seconds in slower.items():
        terminal.say(f"  accepted: {name} {seconds:+.1f}")
    return 0


@baseline.command(short_help="Show what a baseline holds: terms, goals, history.")
@FILE
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
def show(path: Path, as_json: bool) -> int:
    """Show scenarios, mixes, measures with their margins, goals and history of a baseline."""
    from drillsim.gate.baseline import read_baseline
    from drillsim.gate.outputs.contents import contents, contents_data

    found = read_baseline(path)
    for line in contents(found):
        terminal.say(line, err=as_json)
    terminal.json_line(contents_data(found), wanted=as_json)
    return 0
