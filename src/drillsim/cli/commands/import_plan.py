"""`drillsim import FILE PLAN.yaml`: a drawing, building model, GIS layer or room list as a plan file, and its check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from drillsim.cli import terminal
from drillsim.cli.terminal import OutPath
from drillsim.documents.files import is_there, shown

if TYPE_CHECKING:
    from drillsim.errors import Fault
    from drillsim.exchange.importing.draft import Draft, ImportFinding, Wishes
    from drillsim.plan.model import FloorPlan

ENDINGS = (".yaml", ".yml", ".json")
SHOWN = 12
"""Lines of one kind that are printed; the others are counted."""
HEADS = {
    "understood": "Understood",
    "guessed": "Guessed (marked as derived in the plan)",
    "left out": "Left out",
    "missing": "Missing",
}


@click.command("plan", short_help="Import a plan: DXF, IFC, GeoJSON, IMDF, or a room list.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.argument("plan", type=OutPath(path_type=Path))
@click.option(
    "--format", "form", metavar="NAME", help="dxf, ifc, geojson (also IMDF) or rooms; default: by ending and content."
)
@click.option(
    "--layers", metavar="KIND=LAYER,...", help="Layers of a drawing: rooms=A-AREA*,doors=A-DOOR*,exits=...,walls=..."
)
@click.option(
    "--levels", metavar="LEVEL=LAYERS,...", help="Floors of one drawing, lowest first: Ground=0-*,Upper=1-*+2-STAIR"
)
@click.option("--storey", metavar="LENGTH", help="Height of a storey of drawings; 4 m where it is not told.")
@click.option(
    "--snap", metavar="LENGTH", default="5cm", show_default=True, help="Largest gap of an outline that is closed."
)
@click.option(
    "--units", type=click.Choice(["m", "cm", "mm", "ft", "in"]), help="Unit of the coordinates, whatever the file says."
)
@click.option("--draw", type=OutPath(path_type=Path), help="Write a picture of the plan (.png, .svg), faults marked.")
@click.option("--overwrite", is_flag=True, help="Replace PLAN where it exists.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
def import_plan(
    files: tuple[Path, ...],
    plan: Path,
    form: str | None,
    layers: str | None,
    levels: str | None,
    storey: str | None,
    snap: str,
    units: str | None,
    draw: Path | None,
    overwrite: bool,
    as_json: bool,
) -> int:
    """Read FILE, write it as the plan file PLAN, and check that.

    Several drawings are the floors of one building, lowest first; --levels tells the floors that one drawing holds.
    It tells what it understood, what it guessed (marked as derived in the plan, with the rule), what it left out, and
    what is missing. A room list updates the people of PLAN where PLAN exists and --overwrite is given; its comments and short
    forms stay. Exit code 2 when
    the file cannot be read, or when the plan has errors; it is written all the same, to be corrected.
    """
    from drillsim.errors import only_errors
    from drillsim.plan.read import check_plan_file

    if plan.suffix.lower() not in ENDINGS:
        raise click.UsageError(f"'{plan.name}': a plan file ends in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}")
    if draw is not None and draw.suffix.lower() not in (".png", ".svg"):
        raise click.UsageError(f"--draw {draw}: name a file that ends in .png or .svg")
    if any(f.suffix.lower() in ENDINGS for f in files):
        raise click.UsageError(f"name one plan file to write, as the last: {', '.join(map(shown, (*files, plan)))}")
    if is_there(plan) and not overwrite:
        raise click.UsageError(f"{shown(plan)} exists and was not changed. Name another file, or add --overwrite")
    file = files[0]
    wishes = _wishes(layers, snap, units, plan)
    draft = _read(file, form, _with_floors(wishes, files[1:], levels, storey))
    if draft.people:
        _update(plan, draft.people)
    else:
        _write(draft, plan)
    _tell(draft, err=as_json)
    read, faults = check_plan_file(plan)
    terminal.say(f"Written: {shown(plan)} (a real plan is sensitive: keep it on this machine)", err=as_json)
    terminal.faults(faults, err=as_json)
    errors = only_errors(faults)
    _tell_check(plan, read, faults, err=as_json)
    if draw is not None:
        terminal.say(_draw(read, faults, draw), err=as_json)
    terminal.json_line(_data(files, plan, draft, faults), wanted=as_json)
    return 2 if errors else 0


def _wishes(layers: str | None, snap: str, units: str | None, plan: Path) -> Wishes:
    from drillsim.exchange.dxf.layer_map import parse_layers
    from drillsim.exchange.importing.draft import Wishes
    from drillsim.notation import value_of

    try:
        patterns = parse_layers(layers or "")
    except ValueError as e:
        raise click.UsageError(f"--layers {e}") from None
    gap_m = value_of(snap, "length")
    if gap_m is None or not 0 <= gap_m <= 2:
        raise click.UsageError(f"--snap {snap}: write a length from 0 to 2 m, such as 5cm or 2in")
    return Wishes(units=units, snap_m=gap_m, layers=patterns, plan=plan if is_there(plan) else None)


def _with_floors(wishes: Wishes, above: tuple[Path, ...], levels: str | None, storey: str | None) -> Wishes:
    """Return the wishes with what is said of the floors of drawings."""
    from drillsim.exchange.dxf.floors import parse_levels
    from drillsim.notation import value_of

    try:
        told = parse_levels(levels or "")
    except ValueError as e:
        raise click.UsageError(f"--levels {e}") from None
    if above and told:
        raise click.UsageError("name several drawings, or the floors of one with --levels, not both")
    height_m = None if storey is None else value_of(storey, "length")
    if storey is not None and (height_m is None or not 2 <= height_m <= 20):
        raise click.UsageError(f"--storey {storey}: write a height from 2 to 20 m, such as 13ft or 4m")
    return replace(wishes, above=above, levels=told, storey_m=height_m)


def _read(file: Path, form: str | None, wishes: Wishes) -> Draft:
    from drillsim.exchange.formats import SHIPPED, format_names, format_of, reader_of
    from drillsim.exchange.importing.sources import check_size, fault_of

    name = form or format_of(file)
    if name is None:
        check_size(file, 2**62)
        known = ", ".join(f.called for f in SHIPPED.values())
        raise fault_of(
            file, "DS901", f"this file is none of the formats that can be imported: {known}. Say which with --format"
        )
    if name not in format_names():
        from drillsim.errors import closest

        raise click.UsageError(f"--format {name}: no such format.{closest(name, format_names())}")
    if name != "dxf" and (wishes.above or wishes.levels or wishes.storey_m):
        what = "several files" if wishes.above else "--levels" if wishes.levels else "--storey"
        raise click.UsageError(
            f"{what}: for DXF drawings only; {SHIPPED[name].called if name in SHIPPED else name} holds its levels itself"
        )
    return reader_of(name)(file, wishes)


def _write(draft: Draft, plan: Path) -> None:
    """Write the plan beside its name and move it there, so that a failure leaves an older file as it was; that stays as .bak."""
    text = draft.text()
    fresh = plan.with_name(f".{plan.name}.new")
    try:
        fresh.write_text(text, encoding="utf-8", newline="\n")
        if is_there(plan):
            plan.with_name(f"{plan.name}.bak").write_bytes(plan.read_bytes())
        fresh.replace(plan)
    except OSError as e:
        fresh.unlink(missing_ok=True)
        raise click.UsageError(f"{shown(plan)} cannot be written: {e.strerror or e}") from None


def _update(path: Path, people: Mapping[str, int]) -> None:
    """Write the people of spaces into a plan file; its comments, short forms and everything else stay as they are written."""
    from drillsim.editor.plan_file import read_plan_file, save, with_people

    opened = read_plan_file(path)
    try:
        save(opened, with_people(opened.draft, people))
    except OSError as e:
        raise click.UsageError(f"{shown(path)} cannot be written: {e.strerror or e}") from None


def _tell(draft: Draft, *, err: bool) -> None:
    counts = ", ".join(terminal.counted(n, word.removesuffix("s"), word) for word, n in draft.counts.items())
    terminal.say(f"{draft.source}: {counts}.", err=err)
    for kind, head in HEADS.items():
        found = [f for f in draft.findings if f.kind == kind]
        if found:
            terminal.say(f"{head}:", err=err)
        for finding in found[:SHOWN]:
            terminal.say(terminal.wrapped(f"- {_line(finding)}", indent="  "), err=err)
        if len(found) > SHOWN:
            terminal.say(f"  - … and {len(found) - SHOWN} more (all with --json)", err=err)


def _line(finding: ImportFinding) -> str:
    from drillsim.escape import one_line

    near = f" near [{finding.point[0]:.2f}, {finding.point[1]:.2f}] m" if finding.point else ""
    return one_line(finding.text) + near


def _tell_check(path: Path, plan: FloorPlan | None, faults: list[Fault], *, err: bool) -> None:
    from drillsim.errors import only_errors
    from drillsim.plan.network import build

    errors = only_errors(faults)
    if plan is None or errors:
        terminal.say(
            f"Check: {terminal.tally(faults)}. Correct them in {shown(path)}, or in the file and import again.", err=err
        )
        return
    facts = build(plan).facts()
    parts = ", ".join(
        terminal.counted(facts[w], w.removesuffix("s")) for w in ("spaces", "openings", "exits", "stairs")
    )
    far = facts["worst_exit_m"]
    way = f"; from a door to the nearest exit it is at most {far:.1f} m" if far is not None else ""
    terminal.say(f"Check: OK: {parts}{way}; {terminal.tally(faults)}.", err=err)


def _draw(plan: FloorPlan | None, faults: list[Fault], path: Path) -> str:
    if plan is None:
        return "Nothing was drawn: the plan could not be read as far as its corners."
    from drillsim.report.chart_style import image
    from drillsim.report.fault_figure import plot_faults

    title = f"{plan.name}: the plan as imported"
    drawn = image(plot_faults(plan, faults), path.suffix.lower().removeprefix("."), title=title, description=title)
    try:
        path.write_bytes(drawn)
    except OSError as e:
        raise click.UsageError(f"--draw {path}: {e.strerror or e}") from None
    return f"Drawn: {shown(path)}"


def _data(files: tuple[Path, ...], plan: Path, draft: Draft, faults: list[Fault]) -> dict[str, Any]:
    from drillsim.errors import only_errors

    errors = len(only_errors(faults))
    return {
        "file": str(files[0]),
        "files": [str(f) for f in files],
        "plan": str(plan),
        "counts": draft.counts,
        "derived": draft.derived,
        "findings": [{"kind": f.kind, "text": f.text, "point_m": f.point} for f in draft.findings],
        "errors": errors,
        "warnings": len(faults) - errors,
        "faults": [terminal.fault_row(f) for f in faults],
    }
