"""`drillsim export`: what others read of a study, of a plan and of a drill, each as a file of their own programs."""

from __future__ import annotations

from pathlib import Path

import click

from drillsim.cli import terminal
from drillsim.cli.commands.export_handouts import aar, kit
from drillsim.cli.commands.export_map import map_file
from drillsim.cli.commands.export_plan import plan_file
from drillsim.cli.commands.export_trajectories import trajectories
from drillsim.documents.files import shown

TABLES = (".parquet", ".xlsx", ".csv")


@click.group(short_help="Take a study or a plan into Word, into a real drill, or into other programs.")
def export() -> None:
    """Write what others read of a results folder, of a floor plan or of a drill. Nothing that is read is changed."""


@export.command("results", short_help="The rows of a study as Parquet, Excel or CSV.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(path_type=Path))
def results(folder: Path, file: Path) -> None:
    """Write the rows of a results FOLDER to FILE, which ends in .parquet, .xlsx or .csv.

    Parquet keeps the types of the columns; it needs the extra [parquet].
    """
    from drillsim.study.handouts.tables import write_table
    from drillsim.study.results import read_results

    if file.suffix.lower() not in TABLES:
        raise click.UsageError(f"'{file.name}': a table ends in {', '.join(TABLES[:-1])} or {TABLES[-1]}")
    written = write_table(read_results(folder), file)
    terminal.say(f"Written: {shown(written)} (INTERNAL: keep it where only safety planners read)")


@export.command("checklist", short_help="The reporting checklist STRESS-DES, filled in.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("file", required=False, type=click.Path(path_type=Path))
def checklist(folder: Path, file: Path | None) -> None:
    """Write the checklist STRESS-DES of the study in FOLDER to FILE; by default beside the folder, as FOLDER-stress.md.

    What the folder knows is filled in; what only the author of a report knows is marked.
    """
    from drillsim.study.handouts.stress_des import write_stress_des

    terminal.say(f"Written: {shown(write_stress_des(folder, file))} (INTERNAL: it tells the staffing)")


for handout in (aar, kit, plan_file, trajectories, map_file):
    export.add_command(handout)
