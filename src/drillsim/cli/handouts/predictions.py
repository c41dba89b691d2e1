"""What the verbs export, seal, open and observed share: results of a folder, the chosen drill, and the table of observed times."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from drillsim.cli import terminal
from drillsim.documents.files import shown

if TYPE_CHECKING:
    from drillsim.analysis.prediction.observed import JudgedTime
    from drillsim.study.handouts.prediction import Prediction

SCENARIO = click.option(
    "--scenario", "scenario", metavar="NAME", default="", help="Which drill of the study; default: the only one."
)
MIX = click.option("--mix", "mix", metavar="NAME", default="", help="Which staffing; default: the present one.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")


def prediction_of(folder: Path, scenario: str, mix: str) -> Prediction:
    """Return the prediction of a results folder for a drill and a staffing by name."""
    from drillsim.study.handouts.prediction import mix_of, predict, results_of, scenario_of

    results = results_of(folder)
    return predict(results, scenario_of(results, scenario), mix_of(results, mix))


def write_new(path: Path, content: bytes, *, option: str = "--out") -> None:
    """Write a file that is not there yet; a usage error where it is, so that nothing sealed is ever replaced."""
    from drillsim.errors import ResultError

    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        raise click.UsageError(
            f"{shown(path)} is there already, and is not replaced. Name another file with {option}"
        ) from None
    except OSError as problem:
        raise ResultError(
            f"{shown(path)}: this cannot be written: {problem.strerror}. Name another file with {option}"
        ) from problem


def show_judged(prediction: Prediction, judged: Sequence[JudgedTime], *, as_json: bool) -> None:
    """Print observed times beside their bands, what that means, and what it does not."""
    from rich.table import Table

    from drillsim.analysis.prediction.observed import words_of
    from drillsim.quantities import clock

    told = prediction.data
    terminal.say(
        f"{told['scenario']['title']}, {told['staffing']['label']}: {told['drills']:,} simulated drills, seed {told['seed']}",
        err=as_json,
    )
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("from ... until", overflow="fold", min_width=28)
    for head in ("observed", "1 of 10 by", "half by", "9 of 10 by"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("", overflow="fold")
    horizon_s = float(told["horizon_s"])
    for one in judged:
        band = one.band
        limits = [f"> {clock(horizon_s)}" if t is None else clock(t) for t in (band.low_s, band.half_s, band.high_s)]
        seen = "not reached" if one.observed.seconds is None else clock(one.observed.seconds)
        at = f" ({one.observed.place})" if one.observed.place and not band.place else ""
        table.add_row(_text(band.what + at), seen, *limits, one.verdict)
    if judged:
        terminal.show(table, err=as_json)
    for sentence in words_of(judged):
        terminal.say(terminal.wrapped(sentence), err=as_json)
    terminal.json_line(judged_data(judged), wanted=as_json)


def _text(words: str) -> Any:
    from rich.text import Text

    from drillsim.escape import one_line

    return Text(one_line(words))


def judged_data(judged: Sequence[JudgedTime]) -> dict[str, Any]:
    """Return observed times beside their bands as plain data."""
    rows = [
        {
            "from": one.observed.start, "to": one.observed.end, "place": one.observed.place, "observed_s": one.observed.seconds,
            "low_s": one.band.low_s, "half_s": one.band.half_s, "high_s": one.band.high_s, "verdict": one.verdict,
            "line": one.observed.line,
        }
        for one in judged
    ]  # fmt: skip
    return {"observed": rows, "inside": sum(one.is_inside for one in judged), "times": len(judged)}


__all__ = ["AS_JSON", "MIX", "SCENARIO", "judged_data", "prediction_of", "show_judged", "write_new"]
