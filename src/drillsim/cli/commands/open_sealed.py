"""`drillsim open`: open a sealed prediction after a real drill, and hold what was observed against it."""

from __future__ import annotations

from pathlib import Path

import click

from drillsim.cli import terminal
from drillsim.cli.handouts import predictions


@click.command("open", short_help="Open a sealed prediction after the drill, with what was observed.")
@click.argument("prediction", type=click.Path(path_type=Path))
@click.option("--observed", type=click.Path(path_type=Path), help="The observed.csv of the kit, filled in.")
@click.option(
    "--hash", "printed", metavar="HASH", help="The hash on the kit: all 32 digits, in quotes where they have spaces."
)
@predictions.AS_JSON
def open_sealed(prediction: Path, observed: Path | None, printed: str | None, as_json: bool) -> None:
    """Open a sealed PREDICTION and tell which observed times lie inside the simulated bands.

    A file of which one byte is not as it was sealed is refused, and with --hash one that is not the file whose hash stands on the
    kit (exit code 2). Without --hash a prediction that was made anew, with a seal of its own, is not noticed.
    """
    from drillsim.quantities import clock
    from drillsim.study.handouts.prediction import read_prediction

    one = read_prediction(prediction, printed)
    judged = one.judge(observed) if observed is not None else None
    agreed = "as it was sealed, and the one whose hash is printed" if printed else "as it was sealed"
    terminal.say(f"The prediction is {agreed}: {one.seal}", err=as_json)
    if printed is None:
        terminal.complain("Compare this hash with the one on the kit, or give that one with --hash.")
    if judged is not None:
        predictions.show_judged(one, judged, as_json=as_json)
        return
    late = f"> {clock(float(one.data['horizon_s']))}"
    for band in one.bands:
        low, high = (late if t is None else clock(t) for t in (band.low_s, band.high_s))
        terminal.say(f"{low:>7} to {high:>7}  {band.what}", err=as_json)
    terminal.json_line({"hash": one.seal, "prediction": dict(one.data)}, wanted=as_json)
