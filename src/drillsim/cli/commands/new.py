"""`drillsim new`: write a complete project to change, with JSON Schemas for editors."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click

from drillsim import shipped
from drillsim.cli import terminal
from drillsim.cli.schemas import schemas
from drillsim.documents.files import shown as shown_path

SCHEMAS = ".drillsim"
TEACHING = "three_rooms"


@click.command(short_help="Write a complete project to start from.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--plan", default=TEACHING, show_default=True, help="Shipped plan to start from: three_rooms, primary or secondary."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
def new(folder: Path, plan: str, as_json: bool) -> None:
    """Write FOLDER with a plan, a scenario, a mixes file, and schemas for editors; it checks and runs as it stands.

    Nothing is ever overwritten: a folder that holds anything is refused.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise click.UsageError(f"{folder} exists and is not empty; nothing was written. Choose another name")
    if plan not in (TEACHING, *shipped.PLANS):
        from drillsim.errors import closest

        raise click.UsageError(f"no shipped plan called '{plan}'.{closest(plan, [TEACHING, *shipped.PLANS])}")
    texts = _texts(plan)
    try:
        for name, text in texts.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as e:
        raise click.UsageError(f"{folder} cannot be written: {e.strerror or e}") from e
    shown = shown_path(folder)
    visible = [n for n in texts if not n.startswith(".")]
    terminal.say(f"{shown}: wrote {', '.join(visible)}, and schemas for your editor in {SCHEMAS}/.", err=as_json)
    terminal.say("Next:", err=as_json)
    for line in (
        f"drillsim check {shown}",
        f"drillsim run {shown}/scenario.yaml",
        f"drillsim compare {shown}/scenario.yaml --mixes {shown}/mixes.yaml",
    ):
        terminal.say(f"  {line}", err=as_json)
    terminal.json_line({"folder": str(folder), "files": list(texts)}, wanted=as_json)


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
        ".gitignore": "# results stay on this machine, and so should a real plan\n*INTERNAL*/\ndrillsim-crash-*.txt\n",
    }
    return texts | {f"{SCHEMAS}/{kind}.schema.json": json.dumps(s, indent=1) + "\n" for kind, s in schemas().items()}


def _with_schema(text: str, kind: str) -> str:
    """Return the text with a first line that names its schema for editors."""
    lines = [line for line in text.splitlines() if not line.startswith("# yaml-language-server:")]
    return "\n".join([f"# yaml-language-server: $schema={SCHEMAS}/{kind}.schema.json", *lines]) + "\n"
