"""`drillsim new`: write a complete project to change, with JSON Schemas for editors."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import click

from drillsim import shipped
from drillsim.cli import terminal
from drillsim.cli.schemas import schemas
from drillsim.documents.files import shown as shown_path
from drillsim.escape import one_line

SCHEMAS = ".drillsim"
TEACHING = "three_rooms"
GITIGNORE = "# results stay on this machine, and so should a real plan\n*INTERNAL*/\ndrillsim-crash-*.txt\n"


@click.command(short_help="Write a complete project to start from.")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option(
    "--plan", default=TEACHING, show_default=True,
    help="Shipped plan to start from: three_rooms, primary or secondary. With --scenario: your plan file.",
)  # fmt: skip
@click.option(
    "--sketch", type=click.Path(path_type=Path), help="Text file that describes a school: wings, rooms, stairs, exits."
)
@click.option("--scenario", help="Shipped scenario, fitted to your plan: fight, medical, hold, lockdown, evacuation …")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
def new(folder: Path | None, plan: str, sketch: Path | None, scenario: str | None, as_json: bool) -> None:
    """Write FOLDER with a plan, a scenario, a mixes file, and schemas for editors; it checks and runs as it stands.

    With --sketch the plan is made of a short text; name a file PLAN.yaml instead of FOLDER to write the plan alone. With
    --scenario a shipped scenario is fitted to FOLDER/plan.yaml or to --plan FILE and written into FOLDER.
    Nothing is ever overwritten.
    """
    if sketch is not None:
        _new_of_sketch(sketch, folder, scenario or "lockdown", as_json=as_json)
    elif scenario is not None:
        _new_scenario(scenario, folder or Path(), None if plan == TEACHING else Path(plan), as_json=as_json)
    elif folder is None:
        raise click.UsageError("Missing argument 'FOLDER'. `drillsim new my-school` writes a complete example")
    else:
        _new_project(folder, plan, as_json=as_json)


def _new_project(folder: Path, plan: str, *, as_json: bool) -> None:
    """Write a shipped plan with its scenario, mixes and schemas."""
    _refuse_full(folder)
    if plan not in (TEACHING, *shipped.PLANS):
        from drillsim.errors import closest

        raise click.UsageError(f"no shipped plan called '{plan}'.{closest(plan, [TEACHING, *shipped.PLANS])}")
    texts = _texts(plan)
    _write(folder, texts)
    _say_project(folder, texts, "scenario.yaml", as_json=as_json)


def _new_of_sketch(sketch: Path, target: Path | None, scenario: str, *, as_json: bool) -> None:
    """Write the plan of a sketch, alone or with a scenario and mixes that fit it."""
    from drillsim.plan.sketch import read_sketch, sketch_document
    from drillsim.plan.writing import plan_text

    document = sketch_document(read_sketch(sketch))
    accuracy = document["provenance"]["source"]
    text = plan_text(
        document, heading=f"Made of {sketch.name}. {accuracy[:1].upper()}{accuracy[1:]}: correct what you measure."
    )
    target = target or Path(sketch.stem)
    if target.suffix.lower() in (".yaml", ".yml"):
        if target.exists():
            raise click.UsageError(f"{target} exists; nothing was written. Choose another name")
        _write(target.parent, {target.name: text})
        terminal.say(f"{shown_path(target)}: wrote the plan. {accuracy[:1].upper()}{accuracy[1:]}.", err=as_json)
        terminal.say(f"Next:\n  drillsim check {shown_path(target)} --draw plan.png", err=as_json)
        terminal.json_line({"folder": str(target.parent), "files": [target.name]}, wanted=as_json)
        return
    _refuse_full(target)
    _write(target, {"plan.yaml": _with_schema(text, "plan"), ".gitignore": GITIGNORE, **_schema_texts()})
    terminal.say(f"{shown_path(target)}: wrote plan.yaml. {accuracy[:1].upper()}{accuracy[1:]}.", err=as_json)
    _new_scenario(scenario, target, None, as_json=as_json)


def _new_scenario(name: str, folder: Path, plan_file: Path | None, *, as_json: bool) -> None:
    """Write a shipped scenario, and mixes where there are none, with the names of a plan."""
    from drillsim.cli import inputs
    from drillsim.cli.fitting import texts_for
    from drillsim.errors import DrillsimError

    known = _scenario_names()
    if name not in known:
        from drillsim.errors import closest

        raise click.UsageError(f"no shipped scenario called '{name}'.{closest(name, known, most=30)}")
    path = folder / f"{name.rpartition('/')[2]}.yaml"
    if path.exists():
        raise click.UsageError(f"{path} exists; nothing was written. Choose another folder")
    plan_path = plan_file or folder / "plan.yaml"
    if not plan_path.exists():
        raise click.UsageError(f"there is no {plan_path}. Name your plan with --plan FILE")
    plan, _ = inputs.load_plan(plan_path)
    mixes = folder / "mixes.yaml"
    there = mixes.read_text(encoding="utf-8") if mixes.exists() else None
    named = Path(os.path.relpath(plan_path, folder)).as_posix()
    try:
        told, staff, choices = texts_for(name, plan, named=named, mixes_text=there)
    except DrillsimError as e:
        raise click.UsageError(f"'{name}' does not suit this plan: {e}. Nothing was written") from e
    texts = {path.name: _with_schema(told, "scenario")}
    if there is None:
        texts[mixes.name] = _with_schema(staff, "mixes")
    elif staff != there:
        names = ", ".join(str(c) for c in choices)
        raise click.UsageError(
            f"{mixes} names what the plan lacks ({names}); nothing was written. Correct it, or choose another folder"
        )
    if not (folder / SCHEMAS).exists():
        texts |= _schema_texts()
    _write(folder, texts)
    visible = [n for n in texts if not n.startswith(".")]
    shown = shown_path(folder)
    terminal.say(f"{shown}: wrote {', '.join(visible)}, fitted to {plan.name}.", err=as_json)
    for choice in choices:
        terminal.say(f"  {one_line(str(choice))}", err=as_json)
    terminal.say("Next:", err=as_json)
    prefix = "" if shown == "." else f"{shown}/"
    for line in (
        f"drillsim check {prefix}{path.name}",
        f"drillsim run {prefix}{path.name}",
        f"drillsim compare {prefix}{path.name} --mixes {prefix}mixes.yaml",
    ):
        terminal.say(f"  {line}", err=as_json)
    chosen = [{"instead_of": c.old, "name": c.new, "why": c.why} for c in choices]
    terminal.json_line({"folder": str(folder), "files": list(texts), "choices": chosen}, wanted=as_json)


def _scenario_names() -> list[str]:
    folder = shipped.shelf() / "scenarios"
    found = (p.relative_to(folder).with_suffix("").as_posix() for p in sorted(folder.rglob("*.yaml")))
    return sorted((n for n in found if n.rpartition("/")[2] != "mixes"), key=lambda n: ("/" in n, n))


def _refuse_full(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise click.UsageError(f"{folder} exists and is not empty; nothing was written. Choose another name")


def _write(folder: Path, texts: dict[str, str]) -> None:
    try:
        for name, text in texts.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as e:
        raise click.UsageError(f"{folder} cannot be written: {e.strerror or e}") from e


def _say_project(folder: Path, texts: dict[str, str], scenario: str, *, as_json: bool) -> None:
    shown = shown_path(folder)
    visible = [n for n in texts if not n.startswith(".")]
    terminal.say(f"{shown}: wrote {', '.join(visible)}, and schemas for your editor in {SCHEMAS}/.", err=as_json)
    terminal.say("Next:", err=as_json)
    for line in (
        f"drillsim check {shown}",
        f"drillsim run {shown}/{scenario}",
        f"drillsim compare {shown}/{scenario} --mixes {shown}/mixes.yaml",
    ):
        terminal.say(f"  {line}", err=as_json)
    terminal.json_line({"folder": str(folder), "files": list(texts)}, wanted=as_json)


def _schema_texts() -> dict[str, str]:
    return {f"{SCHEMAS}/{kind}.schema.json": json.dumps(s, indent=1) + "\n" for kind, s in schemas().items()}


def _texts(plan: str) -> dict[str, str]:
    """Return the text of every file to write, by name. The teaching plan comes with the scenario that shows every key."""
    scenario, mixes = shipped.scenario_path("lockdown"), shipped.mixes_path()
    if plan == TEACHING:
        scenario, mixes = shipped.scenario_path("teaching/lockdown"), shipped.scenario_path("teaching/mixes")
    told = re.sub(r"(?m)^plan:.*$", "plan: plan.yaml", scenario.read_text(encoding="utf-8"))
    texts = {
        "plan.yaml": _with_schema(shipped.plan_path(plan).read_text(encoding="utf-8"), "plan"),
        "scenario.yaml": _with_schema(told, "scenario"),
        "mixes.yaml": _with_schema(mixes.read_text(encoding="utf-8"), "mixes"),
        ".gitignore": GITIGNORE,
    }
    return texts | _schema_texts()


def _with_schema(text: str, kind: str) -> str:
    """Return the text with a first line that names its schema for editors."""
    lines = [line for line in text.splitlines() if not line.startswith("# yaml-language-server:")]
    return "\n".join([f"# yaml-language-server: $schema={SCHEMAS}/{kind}.schema.json", *lines]) + "\n"
