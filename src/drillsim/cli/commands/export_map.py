"""`drillsim export map`: the map of a building to print, on a grid, true north up."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, cast

import click

from drillsim.cli.commands.export_plan import level_files
from drillsim.cli.handouts import one_file
from drillsim.cli.terminal import OutPath

FORMS = (".pdf", ".png", ".svg")


@click.command("map", short_help="The map of a building to print, on a grid.")
@click.argument("plan", type=click.Path(path_type=Path))
@click.argument("file", type=OutPath(path_type=Path))
@click.option("--paper", type=click.Choice(["letter", "a3"]), help="Default: letter with --units us, else a3.")
@click.option(
    "--units", type=click.Choice(["us", "metric"]), help="Default: us where the plan is in feet, else metric."
)
@click.option("--level", metavar="ID", default="", help="One level only; default: all.")
@one_file.OVERWRITE
def map_file(plan: Path, file: Path, paper: str | None, units: str | None, level: str, overwrite: bool) -> None:
    """Write the map of a PLAN to FILE, which ends in .pdf (a page for each level), .png or .svg (a file for each level).

    Letters and numbers of a grid that is the same on all levels, true north up (grid_north_deg of the plan), a scale to measure
    by, rooms and outer doors by name or number, equipment. No text covers another: a name without room is told in the foot.
    """
    from drillsim.errors import closest
    from drillsim.plan.read import read_plan
    from drillsim.report.map_sheet.write import map_sheets

    form = file.suffix.lower()
    if form not in FORMS:
        raise click.UsageError(f"'{file.name}': a map ends in {', '.join(FORMS[:-1])} or {FORMS[-1]}")
    building = read_plan(plan)
    levels = [one.id for one in building.levels]
    if level and level not in levels:
        raise click.UsageError(f"no level called '{level}' in the plan.{closest(level, levels)}")
    system = cast(Literal["us", "metric"], units or ("us" if building.units in ("ft", "in") else "metric"))
    sheet = paper or ("letter" if system == "us" else "a3")
    files = {file: level} if level or form == ".pdf" else level_files(file, levels)
    one_file.refuse_existing(list(files), overwrite=overwrite)
    written = {
        path: map_sheets(building, form[1:], level=part or None, paper=sheet, units=system)
        for path, part in files.items()
    }  # fmt: skip
    one_file.write_files(written, overwrite=overwrite)
