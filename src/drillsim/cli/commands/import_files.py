"""`drillsim import`: a plan from a drawing, model, GIS layer or room list; or a delay law from a dispatch log."""

from __future__ import annotations

from pathlib import Path

import click

from drillsim.cli.commands.import_log import import_log
from drillsim.cli.commands.import_plan import ENDINGS, import_plan

LISTS = (".csv", ".tsv", ".txt")
"""Endings of files that may be a dispatch log; with a plan file beside them they are a room list."""


class ByFile(click.Group):
    """Group whose verb may be left out: a CSV file alone is a dispatch log, anything else a plan."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the verb, or the one that the files ask for."""
        if args and args[0] not in self.commands and self.get_command(ctx, args[0]) is None:
            names = [Path(a).suffix.lower() for a in args]
            verb = "plan" if any(n in ENDINGS for n in names[1:]) else "log"
            if names[0] not in LISTS and not any(n in LISTS for n in names):
                verb = "plan"
            return super().resolve_command(ctx, [verb, *args])
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take options before the file as those of the verb that is left out."""
        if args and args[0].startswith("-") and args[0] not in ("-h", "--help"):
            names = [Path(a).suffix.lower() for a in args]
            args = ["plan" if any(n in ENDINGS for n in names) else "log", *args]
        return super().parse_args(ctx, args)


@click.group("import", cls=ByFile, short_help="Import a floor plan, or fit delays to a dispatch log.")
def import_files() -> None:
    """Import a floor plan from DXF, IFC, GeoJSON, IMDF or a room list, or fit a delay law to your own dispatch log.

    The verb may be left out: `drillsim import school.dxf plan.yaml`, `drillsim import log.csv`.
    """


for verb in (import_plan, import_log):
    import_files.add_command(verb)
