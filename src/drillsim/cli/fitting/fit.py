"""Replace what a shipped file names and a plan lacks, one name after the other, until `check` finds no error."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from drillsim.cli.fitting.entries import without_entry
from drillsim.cli.fitting.substitutes import substitute
from drillsim.documents.yaml_text import scalar_text
from drillsim.errors import DrillsimError, Fault, only_errors
from drillsim.escape import one_line
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
    file: str = ""
    """Where it stands: scenario or mixes."""

    def __str__(self) -> str:
        return f"{self.old} → {self.new} ({self.why})"


def fitted_scenario(scenario: str, mixes: str, plan: FloorPlan) -> tuple[str, str, list[Substitution]]:
    """Return the texts of a scenario and a mixes file with names of this plan, and every choice.

    Raises DrillsimError with the reason, in one sentence, where no other name would do.
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
        raise DrillsimError(_refusal(faults))


def _refusal(faults: Sequence[Fault]) -> str:
    """Return in one sentence why no other name fits a scenario to a plan, and what would."""
    first = next((f for f in faults if f.code == "DS504"), faults[0])
    remedy = ""
    if first.code == "DS504" and "lock" in first.message:
        remedy = (
            ". Write 'lock: key' at the doors of its rooms, or choose a scenario without a lockdown, such as evacuation"
        )
    return f"{first.message.rstrip('.')}{remedy}"


def _heading(name: str, plan: FloorPlan, choices: Sequence[Substitution]) -> str:
    """Return the comment that tells what of a shipped file was replaced; '' where nothing was."""
    lines = [
        f"{name}, fitted to {plan.name}. Replaced in this file, since the plan lacks it:",
        *(f"  {c}" for c in choices),
    ]
    return "".join(f"# {one_line(line)}\n" for line in lines) if choices else ""


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
    told, staff, choices = fitted_scenario(told, mixes_text or mixes.read_text(encoding="utf-8"), plan)
    in_scenario, in_mixes = ([c for c in choices if c.file == kind] for kind in ("scenario", "mixes"))
    return _heading(scenario, plan, in_scenario) + told, _heading("Mixes", plan, in_mixes) + staff, choices


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
        cut = without_entry(texts[kind], kind, fault, no_periods=not plan.timetable)
        if cut is not None:
            texts[kind] = cut[0]
            if cut[1]:
                why = f"{plan.name} has no such bell period" if plan.timetable else f"{plan.name} has no bell periods"
                choice = Substitution(
                    cut[1], cut[2], "it is at the time of another" if fault.code == "DS507" else why, file=kind
                )
                choices.setdefault(kind + str(choice), choice)
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
        choice = Substitution(old.strip("\"'"), new[0].strip('"'), new[1], new[0], fault.code, kind)
        choices.setdefault(kind + str(choice), choice)
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
