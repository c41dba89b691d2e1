"""`drillsim export aar` and `drillsim export kit`: the draft of an after-action report, and the kit for a real drill."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drillsim.cli import terminal
from drillsim.cli.handouts import predictions
from drillsim.cli.handouts.one_drill import chosen_mix
from drillsim.cli.terminal import OutPath
from drillsim.record.marker import is_results_folder

if TYPE_CHECKING:
    from drillsim.study.results import Results

OUT = click.option("--out", type=OutPath(path_type=Path, file_okay=False), help="Folder to write to.")


@click.command(short_help="Draft an after-action report of one drill of a study.")
@click.argument("folder", type=click.Path(path_type=Path))
@predictions.SCENARIO
@predictions.MIX
@OUT
@predictions.AS_JSON
def aar(folder: Path, scenario: str, mix: str, out: Path | None, as_json: bool) -> None:
    """Write the draft of an after-action report of one drill of a results FOLDER, in the sections of the HSEEP template.

    Overview, objectives with the measured share, strengths and areas for improvement, the chronology of the median drill, and an
    improvement plan with the best change that the study has tested. Ratings, owners and dates stay marked blanks. A simulation is
    not a drill of record and rates nobody. Default folder: drillsim-after-action-INTERNAL.
    """
    from drillsim.study.handouts.after_action import after_action_files
    from drillsim.study.handouts.prediction import mix_of, results_of, scenario_of

    results = results_of(folder)
    files, missing = after_action_files(results, scenario_of(results, scenario), mix_of(results, mix))
    home = _write(files, out, "drillsim-after-action-INTERNAL", "Draft", as_json=as_json)
    if missing:
        terminal.complain(missing)
    terminal.json_line({"folder": str(home), "files": sorted(files)}, wanted=as_json)


@click.command(short_help="Write a kit for a real drill.")
@click.argument("source", type=click.Path(path_type=Path), metavar="FOLDER|SCENARIO")
@predictions.SCENARIO
@predictions.MIX
@click.option(
    "--mixes", type=click.Path(path_type=Path), help="With a scenario file: mixes; default: the only one beside it."
)
@click.option(
    "--plan", type=click.Path(path_type=Path), help="With a scenario file: plan; default: the scenario's own."
)
@click.option(
    "--runs", type=click.IntRange(10, 10_000), default=100, show_default=True, help="With a scenario file: drills."
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="With a scenario file: root of all random numbers.",
)
@OUT
@predictions.AS_JSON
def kit(
    source: Path,
    scenario: str,
    mix: str,
    mixes: Path | None,
    plan: Path | None,
    runs: int,
    seed: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Write a kit for a real drill from a results FOLDER, or from a SCENARIO file, which is then played first.

    \b
    kit.html         to print: first page, events list with expected times, evaluation guide, observer cards
    events.csv       the master scenario events list; evaluation.csv: the rows of the guide
    observed.csv     to fill in with what observers timed
    prediction.json  what is expected, sealed; its hash stands on the first page

    After the drill: drillsim open prediction.json --observed observed.csv --hash "...". Default folder: drillsim-kit-INTERNAL.
    """
    from drillsim.study.handouts.kit import kit_files
    from drillsim.study.handouts.prediction import mix_of, results_of, scenario_of

    results = (
        results_of(source)
        if is_results_folder(source)
        else _played(source, mix, mixes, plan, runs=runs, seed=seed, quiet=as_json)
    )
    files, prediction = kit_files(results, scenario_of(results, scenario), mix_of(results, mix))
    home = _write(files, out, "drillsim-kit-INTERNAL", "Kit", as_json=as_json)
    terminal.say(f"Hash of the prediction: {prediction.seal}", err=as_json)
    terminal.say(
        "It stands on the first page of kit.html. Print it, date it, and let somebody else keep a copy.", err=as_json
    )
    terminal.json_line({"folder": str(home), "files": sorted(files), "hash": prediction.seal}, wanted=as_json)


def _played(
    scenario: Path, mix: str, mixes: Path | None, plan: Path | None, *, runs: int, seed: int, quiet: bool
) -> Results:  # seven arguments: three files, the staffing, and the size of the study
    """Play a scenario with one staffing of its mixes file, and return the results."""
    from drillsim.cli import inputs
    from drillsim.study.design import Study
    from drillsim.study.runner import run

    given = inputs.load([scenario], plan, mixes, ())
    terminal.faults(given.warnings, err=True)
    chosen = chosen_mix(given.mixes, mix)
    alone = given.mixes.model_copy(update={"present": chosen.name, "mixes": {chosen.name: chosen}})
    study = Study(given.scenarios, given.plan, alone, runs=runs, seed=seed)
    with terminal.progress(len(study), "drills", quiet=quiet) as tell:
        return run(study, progress=tell)


def _write(files: Mapping[str, bytes], out: Path | None, name: str, what: str, *, as_json: bool) -> Path:
    """Write files into a folder of ours, marked INTERNAL and kept out of git, and say where."""
    from drillsim.cli.results_folder import results_folder, say_kept
    from drillsim.record.store import write_folder

    home = results_folder(out, name)
    write_folder(home, files, {"drillsim_handout": 1, "files": sorted(files)})
    say_kept(what, home, err=as_json)
    return home
