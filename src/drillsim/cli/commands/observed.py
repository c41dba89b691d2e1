"""`drillsim observed`: hold the times of a real drill against the simulated bands of a results folder."""

from __future__ import annotations

from pathlib import Path

import click

from drillsim.cli.handouts import predictions


@click.command(short_help="Hold the times of a real drill against the simulated ones.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("times", type=click.Path(path_type=Path), metavar="OBSERVED.CSV")
@predictions.SCENARIO
@predictions.MIX
@predictions.AS_JSON
def observed(folder: Path, times: Path, scenario: str, mix: str, as_json: bool) -> None:
    """Tell which times of OBSERVED.CSV lie inside the bands of one drill of a results FOLDER.

    'drillsim export kit' writes an observed.csv to fill in. A time is inside between the times by which 1 and 9 of 10 simulated
    drills were there. For a prediction that was sealed before the drill, use 'drillsim open'.
    """
    one = predictions.prediction_of(folder, scenario, mix)
    predictions.show_judged(one, one.judge(times), as_json=as_json)
