"""`drillsim check`: read all files and report every fault at once; nothing is run."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from drillsim.cli import inputs, partial_files, terminal
from drillsim.cli.terminal import OutPath
from drillsim.documents.files import is_there, resolved, shown
from drillsim.escape import one_line, quoted

if TYPE_CHECKING:
    from drillsim.errors import Fault
    from drillsim.plan.model import FloorPlan


@click.command(short_help="Check plans, scenarios and mixes; nothing is run.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--list", "list_ids", is_flag=True, help="Print every id with its label.")
@click.option(
    "--map-list", is_flag=True, help="Print what each plan lacks of what state laws on school maps commonly ask."
)
@click.option("--draw", type=OutPath(path_type=Path), help="Write a picture of the plan (.png, .svg), faults marked.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
def check(paths: tuple[Path, ...], list_ids: bool, map_list: bool, draw: Path | None, as_json: bool) -> int:
    """Check plans, scenarios, mixes, or folders of them, and print every fault at once.

    A scenario is checked against its plan and with the mixes file in its folder. Exit code 2 when there are errors;
    warnings alone pass.
    """
    from drillsim.errors import only_errors, order_faults

    if draw is not None and draw.suffix.lower() not in (".png", ".svg"):
        raise click.UsageError(f"--draw {draw}: name a file that ends in .png or .svg")
    files, passed = inputs.gather(paths)
    if not files:
        raise click.UsageError(
            f"no plan, scenario or mixes file in {', '.join(map(str, paths))}. `drillsim new FOLDER` writes them"
        )
    sheets = _together(files)
    facts = {s.shown: _facts(s.plan) for s in sheets if s.plan and not only_errors(s.faults)}
    faults = order_faults(f for s in sheets for f in s.faults)
    drawn = "" if draw is None else _draw(sheets, draw)
    terminal.faults(faults, err=as_json)
    for sheet in sheets:
        if not only_errors(sheet.faults):
            terminal.say(_line(sheet, facts.get(sheet.shown)), err=as_json)
            if list_ids:
                _list(sheet, err=as_json)
            if map_list and sheet.plan:
                _map_list(sheet.plan, err=as_json)
    if passed:
        terminal.say(f"Skipped (no drillsim key inside): {', '.join(map(shown, passed))}", err=as_json)
    end = f"{terminal.counted(len(sheets), 'file')} checked, {terminal.tally(faults)}. Nothing was run."
    terminal.say(end, err=as_json)
    if drawn:
        terminal.say(drawn, err=as_json)
    data = _as_data(sheets, facts, faults)
    if map_list:
        from drillsim.coverage.map_list import map_items

        data["map_list"] = {s.shown: [vars(item) for item in map_items(s.plan)] for s in sheets if s.plan}
    terminal.json_line(data, wanted=as_json)
    return 2 if only_errors(faults) else 0


def _map_list(plan: FloorPlan, *, err: bool) -> None:
    from drillsim.coverage import map_list

    terminal.say(terminal.wrapped(map_list.HEAD, indent="  "), err=err)
    for item in map_list.map_items(plan):
        text = one_line(f"{'there' if item.there else 'lacks'}  {item.name}: {item.told}")
        terminal.say(terminal.wrapped(text, indent="    "), err=err)
    terminal.say(terminal.wrapped(map_list.FOOT, indent="  "), err=err)


def _draw(sheets: Sequence[inputs.Sheet], path: Path) -> str:
    """Draw the first plan with its faults into a file and return the line to print."""
    sheet = next((s for s in sheets if s.kind == "plan"), None)
    if sheet is None or sheet.plan is None:
        return "Nothing was drawn: no plan could be read as far as its corners."
    from drillsim.report.chart_style import image
    from drillsim.report.fault_figure import plot_faults

    title = f"{sheet.plan.name}: faults of the plan"
    form = path.suffix.lower().removeprefix(".")
    drawn = image(plot_faults(sheet.plan, sheet.faults), form, title=title, description=title)
    try:
        path.write_bytes(drawn)
    except OSError as e:
        raise click.UsageError(f"--draw {path}: {e.strerror or e}") from None
    return f"Drawn: {shown(path)}"


def _together(files: Sequence[Path]) -> list[inputs.Sheet]:
    """Read the files, and the plan and mixes of each scenario, check them against each other, and return them."""
    sheets = {resolved(f): inputs.read(f) for f in files}

    def fetch(path: Path) -> inputs.Sheet:
        if resolved(path) not in sheets:
            sheets[resolved(path)] = inputs.read(path)
        return sheets[resolved(path)]

    plans = [s for s in sheets.values() if s.kind == "plan"]
    for sheet in [s for s in sheets.values() if s.kind == "scenario"]:
        rest = (
            partial_files.Rest(scenario=sheet.scenario)
            if sheet.scenario
            else partial_files.rest_of(sheet.path, "scenario")
        )
        if rest.scenario is None:
            continue
        named = inputs.plan_file(rest.scenario, sheet.path)
        if named is not None and not is_there(named):
            sheet.faults.append(_no_plan(sheet, named))
            continue
        plan = fetch(named) if named is not None else plans[0] if len(plans) == 1 else None
        beside: list[inputs.Sheet | None] = [fetch(m) for m in inputs.mixes_beside(sheet.path)]
        if plan is None:
            continue
        for mixes in beside or [None]:
            sheet.faults += _beside_each_other(sheet, rest, plan, mixes)
    return sorted(
        sheets.values(),
        key=lambda s: (s.path.parent, ("plan", "scenario", "mixes", "portfolio", "").index(s.kind), s.path),
    )


def _beside_each_other(
    sheet: inputs.Sheet, rest: partial_files.Rest, plan: inputs.Sheet, mixes: inputs.Sheet | None
) -> list[Fault]:
    """Return the faults of a scenario against its plan and mixes; only unknown names where one file is faulty."""
    from drillsim.errors import only_errors

    sound = [s for s in (sheet, plan, mixes) if s and not only_errors(s.faults)]
    if len(sound) == 2 + (mixes is not None) and sheet.scenario and plan.plan:
        from drillsim.engine.check import check as check_together

        return check_together(sheet.scenario, plan.plan, mixes.mixes if mixes else None)
    plans = partial_files.Rest(plan=plan.plan) if plan.plan else partial_files.rest_of(plan.path, "plan")
    staff = partial_files.Rest()
    if mixes is not None:
        staff = partial_files.Rest(mixes=mixes.mixes) if mixes.mixes else partial_files.rest_of(mixes.path, "mixes")
    return partial_files.named_wrongly([rest, plans, staff])


def _no_plan(sheet: inputs.Sheet, named: Path) -> Fault:
    from drillsim.documents.document import near_name, read_document
    from drillsim.errors import ScenarioError

    near = near_name(named)
    message = f"plan: no such file '{quoted(shown(named))}'.{near}"
    return read_document(sheet.path, ScenarioError).fault("DS002", message, ("plan",))


def _facts(plan: FloorPlan) -> dict[str, Any]:
    from drillsim.plan.network import build

    began = time.perf_counter()
    network = build(plan)
    seconds = time.perf_counter() - began
    return {**network.facts(), "build_s": round(seconds, 4)}


def _line(sheet: inputs.Sheet, facts: dict[str, Any] | None) -> str:
    if sheet.plan and facts:
        counts = (
            ("space", facts["spaces"]),
            ("opening", facts["openings"]),
            ("exit", facts["exits"]),
            ("stair", facts["stairs"]),
            *([("ramp", facts["ramps"])] if "ramps" in facts else []),
        )
        parts = ", ".join(terminal.counted(n, word) for word, n in counts)
        ways = "Every space can reach an exit."
        lengths = (
            ("from a door to the nearest exit it is", facts["worst_exit_m"]),
            ("from one door to another", facts["diameter_m"]),
        )
        told = ", ".join(f"{words} at most {_length(metres)}" for words, metres in lengths if metres is not None)
        ways += f" {told[0].upper()}{told[1:]}." if told else ""
        if caution := sheet.plan.provenance.caution:
            ways += f" {one_line(caution)}"
        return f"{sheet.shown}: plan OK: {sheet.plan.name}: {parts}.\n{terminal.wrapped(ways, indent='  ')}"
    if sheet.scenario:
        scenario = sheet.scenario
        from drillsim.engine.world.clock import when

        happenings = scenario.demand.calls if scenario.demand else scenario.incidents
        kinds = ", ".join(dict.fromkeys(str(h.kind) for h in happenings))
        alone = "" if scenario.plan else " It names no plan, so its places were not checked."
        return f"{sheet.shown}: scenario OK: {scenario.name} ({kinds} at {when(scenario)}).{alone}"
    if sheet.mixes:
        return f"{sheet.shown}: mixes OK: {', '.join(sheet.mixes)}; present: {sheet.mixes.present}."
    return f"{sheet.shown}: nothing to use."


def _length(metres: float) -> str:
    return f"{metres:.1f} m ({metres / 0.3048:.0f} ft)"


def _list(sheet: inputs.Sheet, *, err: bool) -> None:
    rows: list[tuple[str, str, str]] = []
    if sheet.plan:
        plan = sheet.plan
        rows += [("space", s.id, f"{s.name}, {s.use}, level {s.level}") for s in plan.spaces]
        rows += [
            (o.kind.replace("_", " "), o.id, o.label or " to ".join(plan.label_of(s) for s in o.spaces))
            for o in plan.openings
        ]
        rows += [("stair", s.id, s.name) for s in plan.stairs]
        rows += [("ramp", r.id, r.name) for r in plan.ramps]
        rows += [("post", p.id, f"{p.name}, in {plan.label_of(p.space)}") for p in plan.posts]
        rows += [("camera", c.id, "watches " + ", ".join(map(plan.label_of, c.watches))) for c in plan.cameras]
        rows += [("equipment", e.id, f"{e.kind}, in {plan.label_of(e.space)}") for e in plan.equipment]
        rows += [("assembly", a.id, a.label or a.id) for a in plan.assembly]
    if sheet.scenario:
        rows += [("incident", i.id, i.kind) for i in sheet.scenario.incidents]
        rows += [("override", name, "--override " + name) for name in sheet.scenario.overrides]
    if sheet.mixes:
        for name in sheet.mixes:
            mix = sheet.mixes[name]
            rows += [("mix", name, mix.label), *(("  unit", u.id, u.label or u.role) for u in mix.units)]
    for kind, id_, label in rows:
        terminal.say(f"  {kind:<11} {one_line(id_):<22} {one_line(label)}", err=err)


def _as_data(
    sheets: Sequence[inputs.Sheet], facts: dict[str, dict[str, Any]], faults: Sequence[Fault]
) -> dict[str, Any]:
    """Return the JSON object; for a single plan its facts are at the top level."""
    from drillsim.errors import only_errors

    errors = len(only_errors(faults))
    data: dict[str, Any] = {
        "files": [{"file": s.shown, "kind": s.kind or None, **facts.get(s.shown, {})} for s in sheets],
        "errors": errors,
        "warnings": len(faults) - errors,
        "faults": [terminal.fault_row(f) for f in faults],
    }
    return {**next(iter(facts.values())), **data} if len(facts) == 1 and len(sheets) == 1 else data
