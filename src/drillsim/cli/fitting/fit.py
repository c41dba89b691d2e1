"""Replace what a shipped file names and a plan lacks, one name after the other, until `check` finds no error."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from drillsim.cli.fitting.substitutes import substitute
from drillsim.documents.yaml_text import scalar_text
from drillsim.errors import DrillsimError, Fault, only_errors
from drillsim.plan.model import FloorPlan

MOST_ROUNDS = 80
"""Most replacements in one file."""


@dataclass(frozen=True)
class Substitution:
    """A name of a shipped file and what stands in its place now.

    why
        What the new name is, in a few words.
    """

    old: str
    new: str
    why: str
    written: str = ""
    """The new name as the file has it, in quotes where it needs them."""
    code: str = ""
    """Code of the fault that it mends."""

    def __str__(self) -> str:
        return f"{self.old} → {self.new} ({self.why})"


def fitted_scenario(scenario: str, mixes: str, plan: FloorPlan) -> tuple[str, str, list[Substitution]]:
    """Return the texts of a scenario and a mixes file with names of this plan, and every choice.

    Raises DrillsimError with the faults that no other name can mend.
    """
    choices: dict[str, Substitution] = {}
    with TemporaryDirectory() as folder:
        files = {"scenario": Path(folder) / "scenario.yaml", "mixes": Path(folder) / "mixes.yaml"}
        texts = {"scenario": scenario, "mixes": mixes}
        for _ in range(MOST_ROUNDS):
            for kind, path in files.items():
                path.write_text(texts[kind], encoding="utf-8", newline="\n")
            faults = _faults(files["scenario"], files["mixes"], plan)
            if not faults:
                return texts["scenario"], texts["mixes"], list(choices.values())
            if not any(_mend(texts, kind, path, faults, plan, choices) for kind, path in files.items()):
                break
        raise DrillsimError(faults=faults)


def texts_for(
    scenario: str, plan: FloorPlan, *, named: str = "plan.yaml", mixes_text: str | None = None
) -> tuple[str, str, list[Substitution]]:
    """Return the fitted texts of a shipped scenario and of a mixes file; see `fitted_scenario`.

    named
        The plan as the scenario names it.
    mixes_text
        A mixes file that is there already; default: the shipped one of the scenario.
    """
    from drillsim import shipped

    path = shipped.scenario_path(scenario)
    beside = path.parent / "mixes.yaml"
    mixes = beside if beside.exists() else shipped.mixes_path()
    told = re.sub(r"(?m)^plan:.*$", lambda _: f"plan: {scalar_text(named)}", path.read_text(encoding="utf-8"))
    return fitted_scenario(told, mixes_text or mixes.read_text(encoding="utf-8"), plan)


def _faults(scenario: Path, mixes: Path, plan: FloorPlan) -> list[Fault]:
    from drillsim.engine.check import check
    from drillsim.scenario.read import read_mixes, read_scenario

    try:
        drill = read_scenario(scenario)
        return list(only_errors(check(drill, plan, read_mixes(mixes))))
    except DrillsimError as e:
        return list(only_errors(e.faults))


def _mend(
    texts: dict[str, str],
    kind: str,
    path: Path,
    faults: Sequence[Fault],
    plan: FloorPlan,
    choices: dict[str, Substitution],
) -> bool:
    """Replace the name that the first mendable fault of this file is about; return whether there was one."""
    for fault in faults:
        if not fault.file.endswith(path.name):
            continue
        lines = texts[kind].splitlines(keepends=True)
        line = lines[fault.line - 1]
        cut = _without_entry(lines, kind, fault)
        if cut is not None:
            texts[kind] = cut
            return True
        found = _name_at(line, fault)
        if not found:
            continue
        start, old = found
        taken = set(re.findall(r"[\w-]+", line))
        before = next((c for c in choices.values() if c.old == old.strip("\"'") and c.code == fault.code), None)
        if before is not None and before.new not in taken:
            new: tuple[str, str] | None = (before.written, before.why)
        else:
            new = substitute(fault, old, plan, taken)
        if new is None or new[0] == old:
            continue
        lines[fault.line - 1] = line[:start] + new[0] + line[start + len(old) :]
        texts[kind] = "".join(lines)
        choice = Substitution(old.strip("\"'"), new[0].strip('"'), new[1], new[0], fault.code)
        choices.setdefault(str(choice), choice)
        return True
    return False


def _name_at(line: str, fault: Fault) -> tuple[int, str] | None:
    """Return the column and the text of the name that a fault is about: where it stands, or the name that it quotes."""
    here = line[fault.column - 1 :]
    match = re.match(r'"[^"]*"|\'[^\']*\'|[^\s,\[\]{}:#][^,\[\]{}:#\n]*', here)
    quoted = re.findall(r"'([^']+)'", fault.message)
    if match and match[0].strip(" \"'") in quoted:
        return fault.column - 1, match[0].rstrip()
    for name in quoted:
        at = re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", here) or re.search(
            rf"(?<![\w-]){re.escape(name)}(?![\w-])", line
        )
        if at is not None:
            return at.start() + (fault.column - 1 if at.string is here else 0), name
    return None


def _without_entry(lines: list[str], kind: str, fault: Fault) -> str | None:
    """Return the text without the part that no other name can mend, or None.

    A duty in a bell period that the plan lacks, or at the time of another one, is left out; a share that a mapping names
    twice is added to the first.
    """
    k = fault.line - 1
    line, at = lines[k], fault.column - 1
    if fault.code == "DS005":
        key = re.match(r"\"?([\w-]+)\"?:\s*([0-9.]+) %,?\s*", line[at:])
        first = key and re.search(rf"(?<![\w-])(\"?{re.escape(key[1])}\"?:\s*)([0-9.]+)( %)", line[:at])
        if not key or not first:
            return None
        rest = line[:at].rstrip(", ") + (", " if key[0].rstrip().endswith(",") else "") + line[at + len(key[0]) :]
        total = f"{float(first[2]) + float(key[2]):g}"
        return "".join([*lines[:k], rest[: first.start(2)] + total + rest[first.end(2) :], *lines[k + 1 :]])
    if kind != "mixes" or not (fault.code == "DS507" or fault.code == "DS209" or "bell period" in fault.message):
        return None
    if re.match(r"\s*- \{", line):
        rest_of_file = "".join([*lines[:k], *lines[k + 1 :]])
        return re.sub(r"(?m)^( *)timetable:\s*\n(?!\1 +\S)", "", rest_of_file)
    opened = line.rfind("{", 0, at + 1)
    closed = line.find("}", opened)
    if opened < 0 or closed < 0 or "duty" not in line[opened:closed]:
        return None
    cut = line[:opened].rstrip(" ,") + line[closed + 1 :]
    return "".join([*lines[:k], re.sub(r"\[\s*,\s*", "[", cut), *lines[k + 1 :]])
