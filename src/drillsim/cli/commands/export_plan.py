"""`drillsim export plan`: a floor plan, or its network, as a file of another program."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drillsim.cli.handouts import one_file
from drillsim.cli.terminal import OutPath

if TYPE_CHECKING:
    from drillsim.plan.model import FloorPlan

Anchor = tuple[float, float] | None


def _dxf(plan: FloorPlan, level: str, anchor: Anchor) -> bytes:
    from drillsim.exchange.dxf.write import dxf

    return dxf(plan)


def _geojson(plan: FloorPlan, level: str, anchor: Anchor) -> bytes:
    from drillsim.exchange.geojson.write import geojson

    return geojson(plan, level=level or None, anchor=anchor)


def _imdf(plan: FloorPlan, level: str, anchor: Anchor) -> bytes:
    from drillsim.exchange.geojson.write_imdf import imdf

    if anchor is None:
        raise click.UsageError("IMDF places a building on the globe: add --anchor LAT,LON of the plan's point (0, 0)")
    return imdf(plan, anchor)


def _wkt(plan: FloorPlan, level: str, anchor: Anchor) -> bytes:
    from drillsim.exchange.jupedsim.write import wkt

    return wkt(plan, level)


def _jupedsim(plan: FloorPlan, level: str, anchor: Anchor) -> bytes:
    from drillsim.exchange.jupedsim.write import level_json

    return level_json(plan, level)


def _graphml(plan: FloorPlan, level: str, anchor: Anchor) -> bytes:
    from drillsim.exchange.graph.write import graphml

    return graphml(plan)


def _node_link(plan: FloorPlan, level: str, anchor: Anchor) -> bytes:
    from drillsim.exchange.graph.write import node_link_json

    return node_link_json(plan)


FORMS: dict[str, tuple[str, Callable[[FloorPlan, str, Anchor], bytes]]] = {
    "dxf": (".dxf", _dxf),
    "geojson": (".geojson", _geojson),
    "imdf": (".zip", _imdf),
    "wkt": (".wkt", _wkt),
    "jupedsim": (".json", _jupedsim),
    "graphml": (".graphml", _graphml),
    "node-link": (".json", _node_link),
}
"""Form to the ending of its files and its writer, which is given a level, '' for all, and an anchor."""
BY_ENDING = {ending: form for form, (ending, _) in FORMS.items() if ending != ".json"}
LEVELS = {"geojson": False, "wkt": True, "jupedsim": True}
"""Forms that can hold one level alone, and whether they must."""


@click.command("plan", short_help="A floor plan for CAD, GIS, JuPedSim or networkx.")
@click.argument("plan", type=click.Path(path_type=Path))
@click.argument("file", type=OutPath(path_type=Path))
@click.option("--as", "form", type=click.Choice(list(FORMS)), help="Form of the file; default: by its ending.")
@click.option("--level", metavar="ID", default="", help="One level only, for geojson, wkt and jupedsim.")
@click.option(
    "--anchor", metavar="LAT,LON", help="For geojson and imdf: where the plan's point (0, 0) lies on the globe."
)
@one_file.OVERWRITE
def plan_file(plan: Path, file: Path, form: str | None, level: str, anchor: str | None, overwrite: bool) -> None:
    """Write a floor PLAN to FILE for another program, in the form that its ending tells.

    \b
    .dxf      a drawing to correct in CAD and import again (extra [dxf])
    .geojson  rooms, doors, stairs for GIS; in metres, or on the globe with --anchor
    .zip      an IMDF archive for map viewers; needs --anchor
    .wkt      the walkable area of a level for JuPedSim and PedPy
    .graphml  the network of ways for Gephi and yEd
    .json     --as jupedsim: walkable area, exits and stairs of a level
              --as node-link: the network for networkx

    JuPedSim knows one level: a plan with several becomes FILE-LEVEL.wkt for each, or one file with --level.
    """
    from drillsim.plan.read import read_plan

    chosen = _form(file, form)
    if level and chosen not in LEVELS:
        raise click.UsageError(f"--level is for {', '.join(LEVELS)}: {chosen} holds all levels")
    if anchor is not None and chosen not in ("geojson", "imdf"):
        raise click.UsageError("--anchor is for geojson and imdf")
    place = _anchor(anchor)
    building = read_plan(plan)
    files = _files(building, file, chosen, level)
    one_file.refuse_existing(list(files), overwrite=overwrite)
    written = {path: FORMS[chosen][1](building, part, place) for path, part in files.items()}
    one_file.write_files(written, overwrite=overwrite)


def _form(file: Path, form: str | None) -> str:
    """Return the form asked for, else that of the ending; a usage error where neither tells."""
    found = form or BY_ENDING.get(file.suffix.lower())
    if found is not None:
        return found
    if file.suffix.lower() == ".json":
        raise click.UsageError(f"'{file.name}': add --as jupedsim or --as node-link; JSON is written in both forms")
    raise click.UsageError(f"'{file.name}': a plan is written as {', '.join(BY_ENDING)}. Or name the form with --as")


def _files(plan: FloorPlan, file: Path, form: str, level: str) -> dict[Path, str]:
    """Return the files to write, and the level of each, '' for all."""
    from drillsim.errors import closest

    levels = [one.id for one in plan.levels]
    if level and level not in levels:
        raise click.UsageError(f"no level called '{level}' in the plan.{closest(level, levels)}")
    if level or not LEVELS.get(form):
        return {file: level}
    return level_files(file, levels)


def level_files(file: Path, levels: list[str]) -> dict[Path, str]:
    """Return a file for each level: FILE for one, FILE-LEVEL for several, with a number where two would be equal."""
    if len(levels) == 1:
        return {file: levels[0]}
    found: dict[Path, str] = {}
    for number, level in enumerate(levels):
        word = re.sub(r"[^\w.-]+", "_", level, flags=re.ASCII)[:40].strip(".")
        path = file.with_name(f"{file.stem}-{word or number}{file.suffix}")
        while path in found:
            path = path.with_name(f"{path.stem}-{number}{path.suffix}")
        found[path] = level
    return found


def _anchor(text: str | None) -> Anchor:
    """Return latitude and longitude of an option; a usage error for anything else."""
    if text is None:
        return None
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        raise click.UsageError("--anchor is latitude and longitude in degrees, such as 41.88,-87.63") from None
    if not (-89.0 <= latitude <= 89.0 and -180.0 <= longitude <= 180.0):
        raise click.UsageError("--anchor: latitudes lie between -89 and 89 degrees, longitudes between -180 and 180")
    return latitude, longitude
