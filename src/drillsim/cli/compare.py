"""`drillsim compare`: many drills, every staffing mix on the same ones."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import click

from drillsim.cli import inputs, screen

if TYPE_CHECKING:
    from drillsim.cli.inputs import Wish
    from drillsim.study.results import Results

MOST_RUNS = 1_000_000
GOAL_MISSED = 10
WORTH_A_POOL = 200
"""Drills from which on starting further processes (about a second each) pays."""


@click.command(short_help="Compare staffing mixes on the same random drills.")
@click.argument("scenarios", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SCENARIO...")
@click.option(
    "--mixes", type=click.Path(path_type=Path), help="Mixes file; the only one beside the scenarios where absent."
)
@click.option("--plan", type=click.Path(path_type=Path), help="Plan to play them on; the scenarios' own where absent.")
@click.option(
    "--runs",
    type=click.IntRange(1, MOST_RUNS),
    default=200,
    show_default=True,
    help="Random drills per scenario and mix.",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Root of all random numbers.")
@click.option(
    "--workers", type=click.IntRange(min=1), help="Processes; one per processor where absent. Never changes a result."
)
@click.option("--out", type=click.Path(path_type=Path), help="Results folder; drillsim-results-INTERNAL where absent.")
@click.option(
    "--override", "overrides", multiple=True, metavar="NAME", help="A named what-if of the scenarios; may be repeated."
)
@click.option("--quiet", is_flag=True, help="No progress and no tables.")
@click.option("--no-open", is_flag=True, help="Do not show the results folder when done.")
@click.option("--fail-on-goals", is_flag=True, help="Exit with 10 when a goal is missed by the present staffing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
def compare(
    scenarios: tuple[Path, ...],
    mixes: Path | None,
    plan: Path | None,
    runs: int,
    seed: int,
    workers: int | None,
    out: Path | None,
    overrides: tuple[str, ...],
    quiet: bool,
    no_open: bool,
    fail_on_goals: bool,
    as_json: bool,
) -> int:
    """Play every SCENARIO with every mix on the same random drills; print tables, write figures and a folder.

    All scenarios are played on one plan. The same files and seed give the same rows, whatever the workers.
    """
    wish = inputs.load(scenarios, plan, mixes, overrides)
    screen.faults(wish.warnings, err=True)
    folder = results_folder(out, "drillsim-results-INTERNAL")
    return play(
        wish,
        folder,
        runs=runs,
        seed=seed,
        workers=workers,
        quiet=quiet,
        show=not no_open,
        strict=fail_on_goals,
        as_json=as_json,
    )


def play(
    wish: Wish,
    folder: Path,
    *,
    runs: int,
    seed: int,
    workers: int | None,
    quiet: bool = False,
    show: bool = True,
    strict: bool = False,
    as_json: bool = False,
) -> int:
    """Play a study, print and store what it found, and return the exit code."""
    from drillsim.study.design import Study
    from drillsim.study.runner import run

    study = Study(wish.scenarios, wish.plan, wish.mixes, runs=runs, seed=seed)
    if workers is None:
        workers = (os.cpu_count() or 1) if len(study) >= WORTH_A_POOL else 1
    if not quiet:
        numbers = (
            screen.counted(len(study.scenarios), "scenario"),
            screen.counted(len(wish.mixes), "mix", "mixes"),
            screen.counted(runs, "drill"),
        )
        processes = screen.counted(workers, "process", "processes")
        screen.say(f"{wish.plan.name}: {' x '.join(numbers)}, seed {seed}, {processes}", err=as_json)
    probe(folder)
    drawn = _beside(lambda: _map(wish))  # processes that play leave this one idle, most of all while one compiles
    with screen.progress(len(study), "drills", quiet=quiet) as tell:
        results = run(study, workers=workers, progress=tell)
    if not quiet:
        screen.complain("Drawing the figures.")
    _store(results, drawn, folder)
    if not quiet and len(results.failed) < len(results.runs):
        _print(results, err=as_json)
    _say_failures(results)
    screen.say(f"Results: {inputs.shown(folder)} (INTERNAL: keep it where only safety planners read)", err=as_json)
    if show:
        open_folder(folder)
    return _finish(results, folder, strict=strict, as_json=as_json)


def results_folder(out: Path | None, name: str) -> Path:
    """Return the folder to write to: the one asked for, or the first free of name, name-2, name-3 here.

    A folder that was asked for must be new, empty, or hold earlier results, which are then replaced.
    """
    if out is not None:
        if out.is_file():
            raise click.UsageError(f"--out {out}: this is a file. Name a folder")
        if out.is_dir() and any(out.iterdir()) and not (out / inputs.RESULTS).exists():
            raise click.UsageError(
                f"--out {out}: this folder holds other files. Name a new folder, or one with earlier results"
            )
        return out
    number = 1
    while (folder := Path(name if number == 1 else f"{name}-{number}")).exists():
        number += 1
    return folder


def probe(folder: Path) -> None:
    """Find out before the first drill whether results can be written; raises ResultError where they cannot."""
    from drillsim.errors import ResultError

    new = [f for f in (folder, *folder.parents) if not f.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        for made in new:
            made.rmdir()
    except OSError as problem:
        why = problem.strerror or str(problem)
        raise ResultError(
            f"{folder}: no results can be written here: {why}. Choose another folder with --out"
        ) from problem


def open_folder(folder: Path) -> None:
    """Show the results folder on a desktop; nowhere else, and never as a reason to fail."""
    desktop = sys.platform in ("win32", "darwin") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
    if desktop and sys.stdout.isatty():
        with contextlib.suppress(Exception):
            click.launch(str(folder.resolve()))


def _map(wish: Wish) -> dict[str, bytes]:
    from drillsim.cli.maps import mix_map

    return mix_map(wish.plan, wish.mixes[wish.mixes.present])


def _beside(work: Callable[[], dict[str, bytes]]) -> Future[dict[str, bytes]]:
    """Do some work in a thread of its own, which ends with the program."""
    future: Future[dict[str, bytes]] = Future()

    def go() -> None:
        try:
            future.set_result(work())
        except Exception as problem:
            future.set_exception(problem)

    Thread(target=go, daemon=True).start()
    return future


def _store(results: Results, drawn: Future[dict[str, bytes]], folder: Path) -> None:
    from drillsim.report.figures import draw_all
    from drillsim.study.results import result_files, write_files

    files = result_files(results)
    write_files(results, folder, files, command=command_line())
    try:
        reach = drawn.result()  # first, for two threads must not draw at once: the style is the process's
        figures = {**draw_all(results), **reach}
    except Exception as problem:
        told = " ".join(str(problem).split())[:200]
        screen.complain(
            f"The figures could not be drawn ({type(problem).__name__}: {told}). Tables and rows are complete."
        )
        return
    write_files(results, folder, {**files, **figures}, command=command_line())


def command_line() -> Sequence[str]:
    """Return the words of this command without the folders of this machine."""
    return ["drillsim", *(Path(a).name if os.sep in a else a for a in sys.argv[1:])]


def _print(results: Results, *, err: bool) -> None:
    from drillsim.report.tables import print_tables

    screen.draw(lambda page: print_tables(page, results), err=err)


def _say_failures(results: Results) -> None:
    failed = results.failed
    if len(failed):
        first = failed.iloc[0]
        screen.complain(
            f"Of {len(results.runs):,} drills {len(failed):,} failed; no figure counts them, and rows with status "
            f"'failed' in runs.csv say why. The first: {first['stage']}: {first['reason']}"
        )


def _finish(results: Results, folder: Path, *, strict: bool, as_json: bool) -> int:
    """Print the JSON object and return the exit code: a bug when every drill failed, 10 for a missed goal if asked."""
    from drillsim.analysis.summary import summarise

    missed = _missed(results)
    if as_json:
        summary: dict[str, Any] = summarise(results, seconds=results.seconds)
        screen.json_line({**summary, "folder": str(folder), "failed_runs": len(results.failed), "goals_missed": missed})
    if len(results.failed) == len(results.runs):
        return 1
    if strict and missed:
        screen.complain(
            "Goals missed by the present staffing: " + "; ".join(f"{m['scenario']}: {m['measure']}" for m in missed)
        )
        return GOAL_MISSED
    return 0


def _missed(results: Results) -> list[dict[str, str]]:
    from drillsim.analysis.contrast import judge

    present = results.outline.present
    judged = [(name, goal) for name in results.outline.scenarios for goal in judge(results, name)]
    return [
        {"scenario": n, "measure": g.goal.measure, "mix": g.mix}
        for n, g in judged
        if g.mix == present and g.verdict == "missed"
    ]
