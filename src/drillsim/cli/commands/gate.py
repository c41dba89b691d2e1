"""`drillsim gate`: play the drills of a committed baseline again, and fail where response became slower."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from drillsim.cli import terminal
from drillsim.cli.terminal import WORKERS, OutPath

if TYPE_CHECKING:
    from drillsim.gate.baseline import Baseline
    from drillsim.gate.verdict import GateVerdict

BASELINE = Path("baseline.json")


@click.command(short_help="Fail where response became slower than a committed baseline.")
@click.option(
    "--baseline", "baselines", multiple=True, type=click.Path(path_type=Path),
    help="Baseline file, or a folder of them; may be repeated. Default: baseline.json.",
)  # fmt: skip
@click.option("--junit", type=OutPath(path_type=Path), help="Also write JUnit XML (xunit2).")
@click.option("--md", type=OutPath(path_type=Path), help="Also write Markdown.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
@click.option(
    "--strict",
    is_flag=True,
    help="Exit with 4 where something is no plain pass: inconclusive, goals too close, failed drills.",
)
@click.option("--show-labels", is_flag=True, help="Show the labels of scenarios, mixes and rooms, not only their ids.")
@click.option(
    "--first", type=click.IntRange(min=1), metavar="N", help="Only the first N drills of each mix: a quick look."
)
@click.option(
    "--identical", is_flag=True, help="Fail where any drill is not as it was, better or worse; for few drills."
)
@click.option("--workers", type=WORKERS, help="Processes; default: as many as pay. Never changes a result.")
@click.option("--quiet", is_flag=True, help="No progress.")
def gate(
    baselines: tuple[Path, ...],
    junit: Path | None,
    md: Path | None,
    as_json: bool,
    strict: bool,
    show_labels: bool,
    first: int | None,
    identical: bool,
    workers: int | None,
    quiet: bool,
) -> int:
    """Play the drills of a committed baseline again, the same ones, and say whether response became slower.

    Drills that are identical to 1 ms pass at once. Where some changed, each measure of each mix is decided on the paired difference
    with a margin ('matters:' of the scenario): slower, not slower, or inconclusive; the chance of a false alarm is at most 1 %
    for the whole gate. What changed in plan, protocol, staffing or engine is listed and judged.

    Exit codes: 0 fine (warnings are told) | 2 bad input | 3 no baseline, or not comparable | 4 with --strict, no plain pass | 10
    slower, a goal missed, or more counted work. In GitHub Actions, annotations and a step summary are written as well.

    \b
    drillsim baseline write scenario.yaml --runs 200 --goal "p90 able <= 3 min"
    drillsim gate --junit gate.xml
    drillsim baseline accept --reason "second officer from August on"
    """
    from drillsim.errors import DrillsimError
    from drillsim.gate.baseline import NotComparableError, read_baseline
    from drillsim.gate.judge import judge
    from drillsim.gate.play import Player
    from drillsim.gate.verdict import NOT_COMPARABLE

    verdicts: list[GateVerdict] = []
    refused: list[tuple[Path, str]] = []
    files = _files(baselines or (BASELINE,))
    for path in files:
        try:
            with terminal.progress(1, path.stem, quiet=quiet) as tell:
                kept = read_baseline(path)
                processes = workers or workers_for(kept.runs if first is None else min(first, kept.runs), kept)
                found = judge(kept, path, Player(processes, tell=_teller(tell)), first=first, identical=identical)
        except NotComparableError as problem:
            told = str(problem) if str(problem).startswith(f"{path}: ") else f"{path}: {problem}"
            refused.append((path, told))
            terminal.complain(f"Error: {told}")
            continue
        except DrillsimError:
            terminal.complain(f"{path}: a file that this baseline names has faults")
            raise
        verdicts.append(found)
        _print(found, show_labels=show_labels, strict=strict, err=as_json, many=len(files) > 1)
    _write(verdicts, refused, junit, md, show_labels=show_labels)
    _github(verdicts, refused, show_labels=show_labels, err=as_json)
    codes = [v.exit_code(strict=strict) for v in verdicts] + [NOT_COMPARABLE] * bool(refused)
    code = max(codes, key=lambda one: (one == 10, one == NOT_COMPARABLE, one))
    terminal.json_line(_data(verdicts, refused, code, strict=strict, labels=show_labels), wanted=as_json)
    return code


def workers_for(runs: int, baseline: Baseline) -> int:
    """Return the processes for so many drills of each mix: one where starting more costs more than it saves."""
    from drillsim.cli.comparison import WORTH_A_POOL

    most = max(len(one.mixes) for one in baseline.scenarios.values())
    return (os.cpu_count() or 1) if runs * most >= WORTH_A_POOL else 1


def _teller(tell: Callable[[int, int], None]) -> Callable[[str, int, int], None]:
    return lambda _scenario, done, of: tell(done, of)


def _files(baselines: Sequence[Path]) -> list[Path]:
    """Return the files named, folders opened. Raises UsageError for a folder without any."""
    found: list[Path] = []
    for path in baselines:
        inside = sorted(path.glob("*.json")) if path.is_dir() else [path]
        if not inside:
            raise click.UsageError(f"{path}: no baseline is in this folder. Write one with 'drillsim baseline write'")
        found += inside
    return found


def _print(verdict: GateVerdict, *, show_labels: bool, strict: bool, err: bool, many: bool) -> None:
    from drillsim.gate.outputs.terminal import lines
    from drillsim.gate.outputs.words import remedy

    if many:
        terminal.say(f"{verdict.baseline}", err=err)
    for line in lines(verdict, verdict.labels if show_labels else {}):
        terminal.say(line, err=err)
    if told := remedy(verdict, strict=strict):
        terminal.say(told, err=err)


def _write(
    verdicts: Sequence[GateVerdict], refused: Sequence[tuple[Path, str]], junit: Path | None, md: Path | None, *, show_labels: bool
) -> None:  # fmt: skip
    from drillsim.gate.outputs.github import markdown
    from drillsim.gate.outputs.junit import junit as junit_xml

    if junit is not None:
        junit.write_bytes(junit_xml(verdicts, refused, show_labels=show_labels))
    if md is not None:
        md.write_text(markdown(verdicts, refused, show_labels=show_labels), encoding="utf-8")


def _github(
    verdicts: Sequence[GateVerdict], refused: Sequence[tuple[Path, str]], *, show_labels: bool, err: bool
) -> None:
    """Write the step summary and print annotations, where GitHub Actions runs this."""
    from drillsim.gate.outputs.github import markdown, workflow_commands

    if os.environ.get("GITHUB_ACTIONS") != "true":
        return
    for line in workflow_commands(verdicts, refused, show_labels=show_labels):
        terminal.say(line, err=err)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(markdown(verdicts, refused, show_labels=show_labels))


def _data(
    verdicts: Sequence[GateVerdict], refused: Sequence[tuple[Path, str]], code: int, *, strict: bool, labels: bool
) -> dict[str, Any]:
    from drillsim.gate.outputs.data import as_data

    return {
        "exit_code": code,
        "baselines": [as_data(one, strict=strict, labels=labels) for one in verdicts],
        "not_comparable": [{"baseline": str(path), "message": message} for path, message in refused],
    }
