"""`drillsim compare`: play many random drills, the same ones with every staffing mix."""

from __future__ import annotations

from pathlib import Path

import click

from drillsim.cli import inputs, terminal, what_ifs
from drillsim.cli.comparison import Kept, play
from drillsim.cli.results_folder import results_folder, resume_or_overwrite
from drillsim.cli.terminal import WORKERS, OutPath, seconds_of

MOST_RUNS = 1_000_000


@click.command(short_help="Compare staffing mixes on the same random drills.")
@click.argument("scenarios", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SCENARIO...")
@click.option(
    "--mixes", type=click.Path(path_type=Path), help="Mixes file; default: the only one beside the scenarios."
)
@click.option(
    "--plan",
    "plans",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Plan to play them on; default: the scenarios' own. A second one is compared with the first.",
)
@what_ifs.SET
@what_ifs.SWEEP
@click.option(
    "--runs",
    type=terminal.WholeNumber(1, MOST_RUNS),
    default=200,
    show_default=True,
    help="Random drills per scenario and mix.",
)
@click.option(
    "--seed", type=terminal.WholeNumber(min=0), default=1, show_default=True, help="Root of all random numbers."
)
@click.option("--workers", type=WORKERS, help="Processes; default: one per processor. Never changes a result.")
@click.option("--out", type=OutPath(path_type=Path), help="Results folder; default: drillsim-results-INTERNAL.")
@resume_or_overwrite
@click.option("--executor", type=click.Choice(["dask"]), help="Play on a Dask cluster; needs the extra [cluster].")
@click.option("--scheduler", metavar="ADDRESS", help="Scheduler of the cluster; default: processes of this machine.")
@click.option(
    "--override", "overrides", multiple=True, metavar="NAME", help="A named what-if of the scenarios; may be repeated."
)
@click.option(
    "--pick",
    "pick_s",
    callback=seconds_of,
    metavar="TIME",
    help="Play until one mix is chosen with 95 % confidence, within this of the best; --runs is not used.",
)
@click.option("--budget", type=click.FloatRange(min=0), metavar="USD", help="Mark the mixes that so much a year buys.")
@click.option(
    "--portfolio",
    type=click.Path(path_type=Path),
    help="File of incidents a year: adds the expected line of each mix, and what the best one hangs on.",
)
@click.option(
    "--sensitivity",
    is_flag=True,
    help="Also move every assumption and law alone, and tell what the choice and the goals depend on.",
)
@click.option(
    "--morris",
    type=click.IntRange(2, 1000),
    metavar="N",
    help="Also move all assumptions at once, by N trajectories of Morris' design; 10 tell what matters. Implies --sensitivity.",
)
@click.option(
    "--longer",
    is_flag=True,
    help="Also watch drills that did not get there for twice the horizon, and tell the order of the mixes then.",
)
@click.option(
    "--audience",
    type=click.Choice(["internal", "public"]),
    default="internal",
    show_default=True,
    help="public: also a report and pictures without plan, place, post, camera, lock, route or uncovered time.",
)
@click.option("--quiet", is_flag=True, help="No progress and no tables.")
@click.option("--no-open", is_flag=True, help="Do not show the results folder when done.")
@click.option("--fail-on-goals", is_flag=True, help="Exit with 10 when a goal is missed by the present staffing.")
@click.option(
    "--strict",
    is_flag=True,
    help="Exit with 4 where something is left open: failed drills, a goal too close to call, a difference that needs more drills.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
def compare(
    scenarios: tuple[Path, ...],
    mixes: Path | None,
    plans: tuple[Path, ...],
    sets: tuple[str, ...],
    sweeps: tuple[str, ...],
    runs: int,
    seed: int,
    workers: int | None,
    out: Path | None,
    resume: bool,
    overwrite: bool,
    executor: str | None,
    scheduler: str | None,
    overrides: tuple[str, ...],
    pick_s: float | None,
    budget: float | None,
    portfolio: Path | None,
    sensitivity: bool,
    morris: int | None,
    longer: bool,
    audience: str,
    quiet: bool,
    no_open: bool,
    fail_on_goals: bool,
    strict: bool,
    as_json: bool,
) -> int:
    """Play every SCENARIO with every mix on the same random drills; print tables, write figures and a folder.

    All scenarios are played on one plan. The same files and seed give the same rows, whatever the workers. Drills are
    stored as they are finished: after an interruption --resume plays what is missing, and more --runs or mixes can be
    added to a study in the same way.

    With --set, --sweep or a second --plan every scenario is also played with these changes, and one table tells before and
    after: the same mix on the same drills.
    """
    if scheduler is not None and executor is None:
        raise click.UsageError("--scheduler is the address of a cluster: add --executor dask")
    given = inputs.with_portfolio(inputs.load(scenarios, plans[0] if plans else None, mixes, overrides), portfolio)
    if sets or sweeps or plans[1:]:
        if pick_s is not None:
            raise click.UsageError(
                "--pick chooses a mix for one scenario as it is; leave --set, --sweep and further plans out"
            )
        given = what_ifs.with_variants(given, sets, sweeps, plans[1:])
    terminal.faults(given.warnings, err=True)
    folder = results_folder(out, "drillsim-results-INTERNAL", again=resume or overwrite)
    kept = Kept(folder, resume, overwrite, public=audience == "public")
    return play(
        given,
        kept,
        runs=runs,
        seed=seed,
        workers=workers,
        dask=(scheduler or "") if executor == "dask" else None,
        quiet=quiet,
        show=not no_open,
        fail_on_goals=fail_on_goals,
        strict=strict,
        as_json=as_json,
        pick_s=pick_s,
        budget=budget,
        longer=longer,
        tried=(morris or 0) if sensitivity or morris else None,
    )
