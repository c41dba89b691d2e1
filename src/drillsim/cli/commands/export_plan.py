"""`drillsim export plan`: a floor plan, or its network, as a file of another program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drillsim.cli.handouts import one_file
from drillsim.cli.terminal import OutPath

if TYPE_CHECKING:
    from drillsim.plan.model import FloorPlan

Files = dict[Path, bytes]


def _graphml(plan: FloorPlan, file: Path) -> Files:
    from drillsim.exchange.graph.write import graphml

    return {file: graphml(plan)}


def _node_link(plan: FloorPlan, file: Path) -> Files:
    from drillsim.exchange.graph.write import node_link_json

    return {file: node_link_json(plan)}


FORMS: dict[str, tuple[str, Callable[[FloorPlan, Path], Files]]] = {
    "graphml": (".graphml", _graphml),
    "node-link": (".json", _node_link),
}
"""Form to the ending of its files and its writer."""


@click.command("plan", short_help="A floor plan for other programs.")
@click.argument("plan", type=click.Path(path_type=Path))
@click.argument("file", type=OutPath(path_type=Path))
@click.option("--as", "form", type=click.Choice(list(FORMS)), help="Form of the file; default: by its ending.")
@one_file.OVERWRITE
def plan_file(plan: Path, file: Path, form: str | None, overwrite: bool) -> None:
    """Write a floor PLAN to FILE for another program, in the form that its ending tells.

    \b
    .graphml   the network of ways for Gephi, yEd, networkx
    .json      the network as node-link JSON for networkx (the exact form)
    """
    from drillsim.plan.read import read_plan

    writer = _writer(file, form)
    one_file.refuse_existing([file], overwrite=overwrite)
    one_file.write_files(writer(read_plan(plan), file), overwrite=overwrite)


def _writer(file: Path, form: str | None) -> Callable[[FloorPlan, Path], Files]:
    """Return the writer of a form by name, else by the ending of the file; a usage error where neither tells."""
    if form is not None:
        return FORMS[form][1]
    for ending, writer in FORMS.values():
        if file.suffix.lower() == ending:
            return writer
    endings = sorted({ending for ending, _ in FORMS.values()})
    raise click.UsageError(f"'{file.name}': a plan is written as {', '.join(endings)}. Or name the form with --as")
