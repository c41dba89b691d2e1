"""`drillsim rerun`: play a stored study again from the inputs in its folder, and compare it row by row."""

from __future__ import annotations

import os
from pathlib import Path

import click

from drillsim.cli import terminal
from drillsim.cli.terminal import WORKERS

DIFFERENT = 10


@click.command(short_help="Play a stored study again, and compare it row by row.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--workers", type=WORKERS, help="Processes; default: one per processor. Never changes a result.")
@click.option("--quiet", is_flag=True, help="No progress.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
def rerun(folder: Path, workers: int | None, quiet: bool, as_json: bool) -> int:
    """Play the study of a results FOLDER again from the inputs that are kept in it; nothing in it is changed.

    Tells which versions are others than then, and whether every row is the same. Exits with 10 where one is not.
    """
    from drillsim.cli.comparison import WORTH_A_POOL
    from drillsim.study.rerun import read_study
    from drillsim.study.rerun import rerun as play_again

    drills = len(read_study(folder))
    if workers is None:
        workers = (os.cpu_count() or 1) if drills >= WORTH_A_POOL else 1
    with terminal.progress(drills, "drills", quiet=quiet) as tell:
        again = play_again(folder, workers=workers, progress=tell)
    terminal.say(str(again), err=as_json)
    terminal.json_line(
        {
            "same": again.is_same,
            "rows": again.stored,
            "differing": len(again.differing),
            "first": [dict(row) for row in again.differing[:20]],
            "changed": {name: list(both) for name, both in again.changed.items()},
        },
        wanted=as_json,
    )
    return 0 if again.is_same else DIFFERENT
