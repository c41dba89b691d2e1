"""`drillsim seal`: write the prediction of a real drill so that no change of it goes unnoticed."""

from __future__ import annotations

from pathlib import Path

import click

from drillsim.cli import terminal
from drillsim.cli.handouts import predictions
from drillsim.cli.terminal import OutPath
from drillsim.documents.files import shown


@click.command(short_help="Seal what is expected of a real drill, before it.")
@click.argument("folder", type=click.Path(path_type=Path))
@predictions.SCENARIO
@predictions.MIX
@click.option("--out", type=OutPath(path_type=Path, dir_okay=False), help="File; default: prediction-INTERNAL.json.")
@predictions.AS_JSON
def seal(folder: Path, scenario: str, mix: str, out: Path | None, as_json: bool) -> None:
    """Write the prediction of one drill of a results FOLDER into a file, and print its hash.

    The file holds, for every interval that observers can time, by when 1, 5 and 9 of 10 simulated drills were there, and the
    hashes of plan, scenario and staffing. Write the hash on the kit, and give a copy to somebody else, before the drill; after it,
    'drillsim open' refuses any file whose hash is another.

    What this protects: nobody can fit the prediction to what was observed. What it does not: a prediction that was never
    given to anybody, and two that were both sealed, of which only one is shown.
    """
    one = predictions.prediction_of(folder, scenario, mix)
    target = out or Path("prediction-INTERNAL.json")
    predictions.write_new(target, one.content)
    terminal.say(f"Sealed: {shown(target)} (INTERNAL), {len(one.bands)} intervals", err=as_json)
    terminal.say(f"Hash:   {one.seal}", err=as_json)
    terminal.say("Write this hash on paper before the drill, and let somebody else keep a copy.", err=as_json)
    terminal.json_line({"file": str(target), "hash": one.seal, "intervals": len(one.bands)}, wanted=as_json)
