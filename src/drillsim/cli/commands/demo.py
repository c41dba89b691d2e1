"""`drillsim demo`: compare six staffing mixes on a shipped plan, from any folder, without input."""

from __future__ import annotations

from pathlib import Path

import click

from drillsim import shipped
from drillsim.cli import inputs, terminal
from drillsim.cli.comparison import Kept, play
from drillsim.cli.results_folder import results_folder, resume_or_overwrite
from drillsim.cli.terminal import WORKERS, OutPath

SCENARIOS = ("fight", "medical", "lockdown", "evacuation")


@click.command(short_help="See six staffing mixes compared on a shipped school.")
@click.option(
    "--runs",
    type=terminal.WholeNumber(1, 1_000_000),
    default=100,
    show_default=True,
    help="Random drills per scenario and mix.",
)
@click.option(
    "--plan", type=click.Choice(["secondary", "primary"]), default="secondary", show_default=True, help="Which school."
)
@click.option(
    "--seed", type=terminal.WholeNumber(min=0), default=1, show_default=True, help="Root of all random numbers."
)
@click.option("--workers", type=WORKERS, help="Processes; default: one per processor.")
@click.option("--out", type=OutPath(path_type=Path), help="Results folder; default: drillsim-demo-INTERNAL.")
@resume_or_overwrite
@click.option("--no-open", is_flag=True, help="Do not show the results folder when done.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
def demo(
    runs: int,
    plan: str,
    seed: int,
    workers: int | None,
    out: Path | None,
    resume: bool,
    overwrite: bool,
    no_open: bool,
    as_json: bool,
) -> int:
    """Compare six staffing mixes on a shipped school: a fight, a medical emergency, a lockdown, an evacuation.

    The plan is an archetype of the US Department of Energy's reference buildings, not a real school. Nothing is fetched
    and nothing is asked.
    """
    given = inputs.load(
        [shipped.scenario_path(s) for s in SCENARIOS], shipped.plan_path(plan), shipped.mixes_path(), ()
    )
    kept = Kept(results_folder(out, "drillsim-demo-INTERNAL", again=resume or overwrite), resume, overwrite)
    code = play(given, kept, runs=runs, seed=seed, workers=workers, show=not no_open, as_json=as_json)
    terminal.say("Next: 'drillsim new my-school' writes a project of your own to start from.", err=as_json)
    return code
