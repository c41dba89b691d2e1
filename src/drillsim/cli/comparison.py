"""Run a study of the command line into its results folder, print its comparison, and draw its figures."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from drillsim.cli import terminal
from drillsim.cli.results_folder import command_line, open_folder, say_kept
from drillsim.documents.files import shown

if TYPE_CHECKING:
    from drillsim.cli.inputs import Inputs
    from drillsim.record.content import Content
    from drillsim.study.design import Study
    from drillsim.study.results import Results
    from drillsim.study.runner import StudyFolder
    from drillsim.study.selection.pick import Pick
    from drillsim.study.sensitivity.play import Sensitivity

GOAL_MISSED = 10
OPEN = 4
"""Exit code with --strict where something is left open."""

LOOKED_AT = "Drills were added until it was decided: for figures to publish, compare the mixes that matter once more with another --seed."
MOST_TOLD = 6
"""Open points that are told on the terminal; all stand in --json."""
WORTH_A_POOL = 200
"""Least number of drills for which several processes are started; each takes about a second to start."""


@dataclass(frozen=True)
class Kept:
    """Where a study is kept, and what becomes of one that is kept there already."""

    folder: Path
    resume: bool = False
    overwrite: bool = False
    public: bool = False
    """Whether a report and pictures that the public may see are kept beside those for inside."""


def play(
    given: Inputs,
    kept: Kept,
    *,
    runs: int,
    seed: int,
    workers: int | None,
    dask: str | None = None,
    quiet: bool = False,
    show: bool = True,
    fail_on_goals: bool = False,
    strict: bool = False,
    as_json: bool = False,
    pick_s: float | None = None,
    budget: float | None = None,
    tried: int | None = None,
    longer: bool = False,
) -> int:
    """Run a study, store and print its results, and return the exit code.

    dask
        Address of the scheduler of a Dask cluster to play on, '' for one of processes on this machine; None for none.
    pick_s
        Play until one mix is chosen within this of the best, instead of `runs` drills.
    budget
        USD a year, to mark what it buys.
    strict
        Return 4 where something is left open (`open_points`), and tell it.
    longer
        Also watch the drills that did not get there for twice the horizon, and tell the order of the mixes then.
    tried
        Also move every assumption and law alone, and all at once by so many trajectories; None for neither.
    """
    from drillsim.study.design import Study
    from drillsim.study.runner import StudyFolder
    from drillsim.study.selection.pick import refuse_unfit
    from drillsim.study.sensitivity.play import depends_on, goal_lines

    study = Study([*given.scenarios, *given.variants], given.plan, given.mixes, runs=runs, seed=seed)
    if given.portfolio is not None:
        given.portfolio.refuse_unknown(study.outline.scenarios)
    if pick_s is not None:
        refuse_unfit(study, pick_s)
    if workers is None:
        workers = (os.cpu_count() or 1) if pick_s is not None or len(study) >= WORTH_A_POOL else 1
    if not quiet:
        numbers = (
            terminal.counted(len(study.scenarios), "scenario"),
            terminal.counted(len(given.mixes), "mix", "mixes"),
            "drills until one is chosen" if pick_s is not None else terminal.counted(runs, "drill"),
        )
        processes = terminal.counted(workers, "process", "processes")
        terminal.say(f"{given.plan.name}: {' x '.join(numbers)}, seed {seed}, {processes}", err=as_json)
    claimed = StudyFolder.claim(
        kept.folder, study, resume=kept.resume, overwrite=kept.overwrite, given=given.files, command=command_line()
    )
    with claimed as folder:
        drawn = _beside(lambda: _map(given))  # this process is idle while the workers play
        results, picked = _run(study, folder, workers=workers, dask=dask, pick_s=pick_s, quiet=quiet)
        moved = _moved(study, workers, tried, quiet=quiet) if tried is not None else []
        results = results.with_portfolio(given.portfolio)
        if longer:
            results = _watched_longer(results, workers, quiet=quiet)
        if tried is not None:
            results = replace(results, depends_on=depends_on(moved, results))
        if not quiet:
            terminal.complain("Drawing the figures and the report.")
        _store(results, drawn, folder, moved, public=kept.public)
    if not quiet and len(results.failed) < len(results.runs):
        _print(results, err=as_json, budget=budget)
    if not quiet:
        for line in [line for one in moved for line in one.lines(results.outline)] + goal_lines(moved, results):
            terminal.say(line, err=as_json)
        _say_orders(results, err=as_json)
    if picked is not None:
        terminal.say(terminal.wrapped(f"Chosen: {picked.words()} {LOOKED_AT}"), err=as_json)
    _say_failures(results)
    say_kept("Results", kept.folder, err=as_json)
    if show:
        open_folder(kept.folder)
    still = _still_open(results, picked) if strict else []
    asked = _finish(
        results, kept.folder, fail_on_goals=fail_on_goals, as_json=as_json, picked=picked, budget=budget, still=still
    )
    if not asked and still:
        terminal.complain(
            "Left open: "
            + "; ".join(still[:MOST_TOLD])
            + (f"; and {len(still) - MOST_TOLD} more" if still[MOST_TOLD:] else "")
            + "."
        )
        return OPEN
    return asked


def _run(
    study: Study, folder: StudyFolder, *, workers: int, dask: str | None, pick_s: float | None, quiet: bool
) -> tuple[Results, Pick | None]:
    """Run a study into its folder, or pick a mix; whatever ends it, tell how many drills are stored."""
    from drillsim.study.runner import dask_executor, run
    from drillsim.study.selection.pick import pick

    try:
        with dask_executor(dask, workers=workers) if dask is not None else nullcontext() as executor:
            if pick_s is not None:
                tell_round = _round_teller(quiet)
                picked = pick(study, delta_s=pick_s, workers=workers, executor=executor, tell=tell_round, store=folder)
                return picked.results, picked
            with terminal.progress(len(study), "drills", quiet=quiet) as tell:
                return run(study, workers=workers, executor=executor, store=folder, progress=tell), None
    except BaseException:
        terminal.complain(
            f"{len(folder.store):,} drills are kept in {shown(folder.home)}. The same command with "
            f"--out {shown(folder.home)} --resume goes on from there."
        )
        raise


def _moved(study: Study, workers: int, trajectories: int, *, quiet: bool) -> list[Sensitivity]:
    """Play every assumption and law moved alone, and all at once by some trajectories."""
    from drillsim.study.sensitivity.play import sensitivity

    with terminal.progress(1, "sensitivity", quiet=quiet) as tell:
        return sensitivity(study, trajectories=trajectories, workers=workers, progress=tell)


def _watched_longer(results: Results, workers: int, *, quiet: bool) -> Results:
    """Return the results with the orders at twice the horizon; drills that did not get there are played again."""
    from drillsim.study.sensitivity.longer import watch_longer

    with terminal.progress(1, "drills watched longer", quiet=quiet) as tell:
        return watch_longer(results, workers=workers, progress=tell)


def _say_orders(results: Results, *, err: bool) -> None:
    """Print the order of the mixes as watched to the horizon, to half of it and to twice."""
    from drillsim.analysis.compare import order_words
    from drillsim.analysis.contrasts import orders

    for name in results.twice_horizon or {}:
        found = orders(results, name, results.outline.scenarios[name].primary)
        if found is not None:
            terminal.say(
                terminal.wrapped(f"{results.outline.title(name)}: {order_words(results, name, *found)}"), err=err
            )


def _round_teller(quiet: bool) -> Callable[[int, int], None]:
    """Return the callback that tells on stderr how far the rounds of a choice are."""

    def tell(played: int, wanted: int) -> None:
        if not quiet:
            terminal.complain(f"drills {played + 1:,} to {wanted:,} of every mix that is still in")

    return tell


def _map(given: Inputs) -> dict[str, bytes]:
    from drillsim.cli.maps import mix_map
    from drillsim.cli.reporting.gather import kinds_of

    kinds = [kind for scenario in given.scenarios for kind in kinds_of(scenario)]
    return mix_map(given.plan, given.mixes[given.mixes.present], kinds, mark=f"INTERNAL · {given.plan.name}")


def _beside(work: Callable[[], dict[str, bytes]]) -> Future[dict[str, bytes]]:
    """Run a function in a daemon thread and return its future."""
    future: Future[dict[str, bytes]] = Future()

    def go() -> None:
        try:
            future.set_result(work())
        except Exception as problem:
            future.set_exception(problem)

    Thread(target=go, daemon=True).start()
    return future


def _store(
    results: Results,
    drawn: Future[dict[str, bytes]],
    folder: StudyFolder,
    moved: Sequence[Sensitivity] = (),
    *,
    public: bool = False,
) -> None:
    """Write tables and summary, then the figures; what goes wrong with these costs only them."""
    from drillsim.cli.reporting.pictures import internal_pictures, public_pictures
    from drillsim.errors import ResultError
    from drillsim.record.store import SUMMARY
    from drillsim.study.results import result_files, write_files
    from drillsim.study.sensitivity.play import SENSITIVITY, sensitivity_csv

    files = result_files(results)
    if moved:
        files[SENSITIVITY] = sensitivity_csv(moved)
    write_files(results, folder, files, command=command_line())
    more: dict[str, bytes] = {}
    try:
        reach = (
            drawn.result()
        )  # before the other figures: matplotlib's style is global, so two threads must not draw at once
        more = {**internal_pictures(results), **reach}
        if public and results.study is not None:
            more |= public_pictures(results, results.study)
    except Exception as problem:
        _complain("The figures could not be drawn", problem)
    more |= _workbook(results, files[SUMMARY]) | _report(results, files, public=public)
    if not more:
        return
    try:
        write_files(results, folder, {**files, **more}, command=command_line())
    except ResultError as problem:
        terminal.complain(f"Figures and workbook could not be stored. Tables and rows are complete. {problem}")


def _workbook(results: Results, summary: Content) -> dict[str, bytes]:
    """Return the workbook by its name, made with summary.json; nothing, and one sentence, where it cannot be made."""
    from drillsim.record.content import parts_of
    from drillsim.report.workbook.workbook import MOST_ROWS, WORKBOOK
    from drillsim.study.handouts.workbook import workbook_of

    try:
        return {WORKBOOK: workbook_of(results, summary=json.loads(b"".join(parts_of(summary))), most_rows=MOST_ROWS)}
    except Exception as problem:
        _complain("The workbook could not be made", problem)
        return {}


def _complain(what: str, problem: Exception) -> None:
    told = " ".join(str(problem).split())[:200]
    terminal.complain(f"{what} ({type(problem).__name__}: {told}). Tables and rows are complete.")


def _report(results: Results, files: Mapping[str, Content], *, public: bool) -> dict[str, bytes]:
    """Return report.html, and the public one if wanted, by name; nothing, and one sentence, where it cannot be made."""
    from drillsim.cli.reporting.gather import PUBLIC_REPORT, REPORT, report_page
    from drillsim.record.content import parts_of
    from drillsim.record.store import SUMMARY, manifest
    from drillsim.study.sensitivity.play import SENSITIVITY

    study = results.study
    try:
        told = manifest(results.outline, study.hashes() if study else {}, {}, command=command_line())
        read = {name: b"".join(parts_of(files[name])) for name in (SUMMARY, SENSITIVITY) if name in files}
        page = {REPORT: report_page(results, read, told)}
        return page | ({PUBLIC_REPORT: report_page(results, read, told, audience="public")} if public else {})
    except Exception as problem:
        _complain("The report could not be made", problem)
        return {}


def _print(results: Results, *, err: bool, budget: float | None = None) -> None:
    from drillsim.report.tables import print_tables

    terminal.draw(lambda page: print_tables(page, results, budget=budget), err=err)


def _say_failures(results: Results) -> None:
    failed = results.failed
    if len(failed):
        first = failed.iloc[0]
        terminal.complain(
            f"Of {len(results.runs):,} drills {len(failed):,} failed; no figure counts them, and rows with status "
            f"'failed' in runs.csv say why. The first: {first['stage']}: {first['reason']}"
        )


def _finish(
    results: Results,
    folder: Path,
    *,
    fail_on_goals: bool,
    as_json: bool,
    picked: Pick | None = None,
    budget: float | None = None,
    still: Sequence[str] = (),
) -> int:
    """Print the JSON object and return the exit code: a bug when every drill failed, 10 for a missed goal if asked."""
    from drillsim.analysis.summary import summarise

    missed = _missed(results)
    if as_json:
        summary: dict[str, Any] = summarise(results, seconds=results.seconds, budget=budget)
        chosen: dict[str, Any] = {} if picked is None else {"picked": picked.as_dict()}
        chosen |= {"open": list(still)} if still else {}
        terminal.json_line(
            {**summary, **chosen, "folder": str(folder), "failed_runs": len(results.failed), "goals_missed": missed}
        )
    if len(results.failed) == len(results.runs):
        return 1
    if fail_on_goals and missed:
        terminal.complain(
            "Goals missed by the present staffing: " + "; ".join(f"{m['scenario']}: {m['measure']}" for m in missed)
        )
        return GOAL_MISSED
    return 0


def _still_open(results: Results, picked: Pick | None) -> list[str]:
    """Return what a study leaves open, one sentence each; where a mix was picked, whether it is decided instead of differences."""
    from drillsim.analysis.summary import open_points

    if picked is None:
        return open_points(results)
    return [*([] if picked.chosen else ["no mix is chosen yet"]), *open_points(results, contrasts=False)]


def _missed(results: Results) -> list[dict[str, str]]:
    from drillsim.analysis.contrasts import goal_results

    present = results.outline.present
    judged = [(name, goal) for name in results.outline.scenarios for goal in goal_results(results, name)]
    return [
        {"scenario": n, "measure": g.goal.measure, "mix": g.mix}
        for n, g in judged
        if g.mix == present and g.verdict == "missed"
    ]
