"""`drillsim assess`: travel times and gaps of a plan, without simulation."""

from __future__ import annotations

from pathlib import Path

import click

from drillsim.cli import inputs, terminal
from drillsim.cli.terminal import OutPath


@click.command(short_help="Read a plan before staffing it: ways, times, gaps.")
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--post", "posts", multiple=True, metavar="ID", help="Post or space to start from; may be repeated.")
@click.option("--out", type=OutPath(path_type=Path), help="Folder for a map; default: nothing is written.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
def assess(plan: Path, posts: tuple[str, ...], out: Path | None, as_json: bool) -> None:
    """Show shortest times from posts and entries to every space, gaps in radio, PA and cameras, and doors that decide.

    Nothing is simulated: these are the fastest times in an empty building. All posts of the plan count, unless --post
    names some.
    """
    the_plan, warnings = inputs.load_plan(plan)
    from drillsim.cli.results_folder import results_folder, say_kept
    from drillsim.coverage.assess import assess as coverage_of

    folder = results_folder(out, "") if out else None
    coverage = coverage_of(the_plan, posts=list(posts) or None)
    if folder is not None:
        from drillsim.cli.maps import reach_map
        from drillsim.record.store import json_bytes, write_folder

        data = coverage.as_data()
        files = {**reach_map(coverage, "plan-reach"), "assessment.json": json_bytes(data)}
        listed = {"drillsim_assessment": 1, "plan": the_plan.name, "files": sorted(files)}
        write_folder(folder, files, listed)
    terminal.faults(warnings, err=True)
    terminal.say(str(coverage), err=as_json)
    if folder is not None:
        say_kept("Map", folder, err=as_json)
    terminal.json_line(coverage.as_data(), wanted=as_json)
