"""`drillsim verify`: compare this installation with published cases and closed forms."""

from __future__ import annotations

import os
from pathlib import Path

import click

from drillsim.cli import terminal
from drillsim.cli.terminal import WORKERS, OutPath

SURPRISE = 1


@click.command(short_help="Check the engine against published cases.")
@click.option(
    "--suite",
    required=True,
    metavar="NAME",
    help="The cases to run: crowd, response, record (a part of response), or statistics.",
)
@click.option("--deep", is_flag=True, help="Play many more drills, with tighter tolerances.")
@click.option(
    "--seed", type=terminal.WholeNumber(min=0), default=1, show_default=True, help="Root of all random numbers."
)
@click.option("--workers", type=WORKERS, help="Processes; default: one per processor. Never changes a result.")
@click.option("--out", type=OutPath(path_type=Path, dir_okay=False), help="Also write the cases as a Markdown page.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
def verify(suite: str, deep: bool, seed: int, workers: int | None, out: Path | None, as_json: bool) -> int:
    """Compare closed forms, shipped numbers and played drills with the numbers that others published.

    A case passes, or is outside for a reason that it states, or is not modelled. Exit code 1 when one is outside for
    no stated reason. Verified is not validated: no simulated drill is a prediction.
    """
    from drillsim.errors import closest
    from drillsim.shipped import shelf
    from drillsim.verify.harness.case import Harness
    from drillsim.verify.harness.workers import pool
    from drillsim.verify.suite import SUITES, as_data, as_markdown, cells, collect, notes, tally

    if suite not in SUITES:
        raise click.UsageError(f"--suite {suite}: no suite has this name.{closest(suite, SUITES)}")
    if out is not None and not out.resolve().parent.is_dir():
        raise click.UsageError(f"--out {out}: there is no such folder. Make it, or name another file")
    cases = []
    with pool(workers or os.cpu_count() or 1) as executor, terminal.only_for_readers(out is None):
        harness = Harness(shelf(), deep=deep, seed=seed, executor=executor, progress=terminal.progress)
        for case in collect(suite, harness):
            cases.append(case)
            name, kind, expected, measured, tolerance, verdict = cells(case)
            line = f"{verdict:<13}{name:<44}{kind:<10}{measured:>12}  expected {expected}, tolerance {tolerance}"
            terminal.say(line, err=as_json)
    if out is not None:
        out.write_text(as_markdown(suite, cases), encoding="utf-8")
    terminal.say(err=as_json)
    for note in notes(cases):
        terminal.say(terminal.wrapped(note), err=as_json)
    terminal.say(f"{tally(cases)}.", err=as_json)
    if out is not None:
        terminal.say(f"Page: {out}", err=as_json)
    terminal.json_line(as_data(cases), wanted=as_json)
    return SURPRISE if any(case.is_surprise for case in cases) else 0
