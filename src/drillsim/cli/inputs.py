"""Input files named on the command line: the kind of each, and which plan, scenarios and mixes belong together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drillsim.documents.files import is_folder, read_head, resolved, shown, why
from drillsim.record.marker import is_results_folder

if TYPE_CHECKING:
    from drillsim.analysis.portfolio.model import Portfolio
    from drillsim.errors import DrillsimError, Fault
    from drillsim.plan.model import FloorPlan
    from drillsim.scenario.model import Scenario
    from drillsim.scenario.staffing import Mixes
    from drillsim.study.variants import Variant

SUFFIXES = (".yaml", ".yml", ".json")
MOST_FILES, MOST_FOLDERS = 2000, 2000
"""Limits of a folder to check; they end `drillsim check /`, which would read for hours."""
_MARKER = re.compile(r"""(?m)^\s*\{?\s*["']?(drillsim_plan|drillsim_mixes|drillsim_portfolio|drillsim)["']?\s*:""")
_KINDS = {
    "drillsim_plan": "plan",
    "drillsim": "scenario",
    "drillsim_mixes": "mixes",
    "drillsim_portfolio": "portfolio",
}


@dataclass
class Sheet:
    """One file a user named or that lies beside it, with what was found in it."""

    path: Path
    kind: str = ""
    """plan, scenario, mixes or portfolio; '' when the file does not say."""
    faults: list[Fault] = field(default_factory=list)
    plan: FloorPlan | None = None
    scenario: Scenario | None = None
    mixes: Mixes | None = None
    portfolio: Portfolio | None = None

    @property
    def shown(self) -> str:
        """The path as messages show it: relative to the current folder if it is inside."""
        return shown(self.path)


def gather(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Return the files that the paths name, folders opened, each once; and the files that were passed over.

    Inside folders only YAML and JSON count; hidden folders and results folders are not entered, and a JSON file without
    a drillsim key belongs to somebody else. A folder that links lead back to is entered once.

    Raises UsageError for a folder that cannot be listed, or that holds more than anybody means to check.
    """
    found: dict[Path, Path] = {}
    passed: list[Path] = []
    entered: set[Path] = set()
    for path in paths:
        folder = is_folder(path)
        for file in _inside(path, entered) if folder else [path]:
            if folder and file.suffix.lower() == ".json" and not _marker(file):
                passed.append(file)
            else:
                found.setdefault(resolved(file), file)
            if len(found) > MOST_FILES:
                raise click.UsageError(f"{shown(path)}: more than {MOST_FILES:,} files. Name the folder of one school")
    return list(found.values()), passed


def _inside(folder: Path, entered: set[Path]) -> Iterable[Path]:
    if resolved(folder) in entered:
        return
    entered.add(resolved(folder))
    if len(entered) > MOST_FOLDERS:
        raise click.UsageError(f"{shown(folder)}: more than {MOST_FOLDERS:,} folders. Name the folder of one school")
    try:
        names = sorted(folder.iterdir())
    except OSError as e:
        raise click.UsageError(f"{shown(folder)}: the folder cannot be listed: {why(e)}") from None
    for path in names:
        if path.name.startswith("."):
            continue
        if is_folder(path):
            if not is_results_folder(path):
                yield from _inside(path, entered)
        elif path.suffix.lower() in SUFFIXES:
            yield path


def _marker(path: Path) -> str:
    """Return the kind that the first drillsim key of a file names, without parsing it; '' if it cannot be read."""
    try:
        head = read_head(path, 65536).decode("utf-8-sig", errors="replace")
    except (OSError, ValueError):
        return ""
    match = _MARKER.search(head)
    return _KINDS[match[1]] if match else ""


def read(path: Path) -> Sheet:
    """Read a file; return it with its kind, its content if valid, and every fault found without other files."""
    from drillsim.errors import DrillsimError, Fault, ScenarioError

    sheet = Sheet(path, _marker(path))
    try:
        if sheet.kind == "plan":
            from drillsim.plan.read import check_plan_file

            sheet.plan, sheet.faults = check_plan_file(path)
        elif sheet.kind == "scenario":
            from drillsim.scenario.read import read_scenario

            sheet.scenario = read_scenario(path)
        elif sheet.kind == "mixes":
            from drillsim.scenario.read import read_mixes

            sheet.mixes = read_mixes(path)
        elif sheet.kind == "portfolio":
            from drillsim.analysis.portfolio.model import read_portfolio

            sheet.portfolio = read_portfolio(path)
        else:
            from drillsim.documents.document import read_document

            document = read_document(path, ScenarioError)
            message = (
                "this file does not say what it is. A plan begins with 'drillsim_plan: 1', a scenario with "
                "'drillsim: 1', a mixes file with 'drillsim_mixes: 1', a portfolio with 'drillsim_portfolio: 1'"
            )
            sheet.faults = [Fault("DS006", document.file, 1, 1, message)]
    except DrillsimError as e:
        sheet.faults = list(_faults_of(e, sheet))
    return sheet


def _faults_of(e: DrillsimError, sheet: Sheet) -> Sequence[Fault]:
    from drillsim.errors import Fault

    return e.faults or (Fault("DS104", sheet.shown, 1, 1, str(e)),)


def plan_file(scenario: Scenario, path: Path) -> Path | None:
    """Return the path of a scenario's `plan:`, relative to the scenario's file; None if it names none."""
    return (path.parent / scenario.plan) if scenario.plan else None


def mixes_beside(path: Path) -> list[Path]:
    """Return the mixes files in the folder of a scenario."""
    try:
        beside = sorted(p for p in path.parent.iterdir() if p.suffix.lower() in SUFFIXES)
    except OSError:
        return []
    return [p for p in beside if _marker(p) == "mixes"]


def load_plan(path: Path) -> tuple[FloorPlan, list[Fault]]:
    """Return a plan and its warnings, or raise PlanError with every fault."""
    from drillsim.errors import PlanError, only_errors
    from drillsim.plan.read import check_plan_file

    plan, faults = check_plan_file(path)
    if plan is None or only_errors(faults):
        raise PlanError(faults=faults)
    return plan, [f for f in faults if f.severity == "warning"]


@dataclass(frozen=True)
class Inputs:
    """Inputs of a run: scenarios with one plan and one mixes file, all checked together."""

    scenarios: tuple[Scenario, ...]
    plan: FloorPlan
    mixes: Mixes
    files: tuple[Path, ...]
    """Every file that was read, for the manifest."""
    warnings: tuple[Fault, ...]
    variants: tuple[Variant, ...] = ()
    """Variants of the scenarios, to be compared with them (`cli.what_ifs`)."""
    portfolio: Portfolio | None = None
    """Incidents a year by which the scenarios are weighed."""


def load(scenarios: Sequence[Path], plan: Path | None, mixes: Path | None, overrides: Sequence[str]) -> Inputs:
    """Return scenarios, plan and mixes that fit each other, or raise with every fault of every file.

    The plan is the one given, else the one the scenarios name; the mixes those given, else the only file beside.
    """
    from drillsim.engine.check import check
    from drillsim.errors import ScenarioError, only_errors, order_faults
    from drillsim.scenario.read import read_mixes

    faults: list[Fault] = []
    drills = []
    for path in scenarios:
        sheet = read_as(path, "scenario")
        faults += sheet.faults
        if sheet.scenario:
            drills.append((sheet.scenario, path))
    plans = {resolved(p): p for p in ([plan] if plan else [plan_file(s, f) for s, f in drills]) if p}
    mixes = mixes or _only_mixes(scenarios, faults)
    the_mixes = None
    try:
        the_mixes = read_mixes(mixes)
    except ScenarioError as e:
        faults += e.faults
    the_plan = None
    if len(plans) == 1:
        from drillsim.plan.read import check_plan_file

        the_plan, found = check_plan_file(next(iter(plans.values())))
        faults += found
    elif not only_errors(faults):
        names = ", ".join(shown(p) for p in plans.values())
        why = (
            f"the scenarios name {len(plans)} plans ({names}); all must be played on one"
            if plans
            else "no scenario names a plan"
        )
        raise click.UsageError(f"{why}. Add --plan FILE")
    varied = [_with_overrides(s, overrides) for s, _ in drills]
    if the_plan and the_mixes and not only_errors(faults):
        for scenario in varied:
            faults += check(scenario, the_plan, the_mixes)
    if only_errors(faults) or the_plan is None or the_mixes is None:
        raise ScenarioError(faults=faults)
    files = (*scenarios, *plans.values(), mixes)
    return Inputs(tuple(varied), the_plan, the_mixes, files, tuple(order_faults(faults)))


def with_portfolio(given: Inputs, path: Path | None) -> Inputs:
    """Return inputs with the portfolio of a file, or raise ScenarioError with every fault of it."""
    from drillsim.errors import ScenarioError

    if path is None:
        return given
    sheet = read_as(path, "portfolio")
    if sheet.portfolio is None:
        raise ScenarioError(faults=sheet.faults)
    return replace(given, portfolio=sheet.portfolio, files=(*given.files, path))


def read_as(path: Path, kind: str) -> Sheet:
    """Read a file that must be of one kind; another kind is a fault of that file."""
    sheet = read(path)
    if sheet.kind and sheet.kind != kind:
        from drillsim.errors import Fault

        article = {"plan": "a plan", "scenario": "a scenario", "mixes": "a mixes file", "portfolio": "a portfolio"}
        message = f"this is {article[sheet.kind]}; {article[kind]} is needed here"
        return Sheet(path, sheet.kind, [Fault("DS006", sheet.shown, 1, 1, message)])
    return sheet


def _only_mixes(scenarios: Sequence[Path], faults: list[Fault]) -> Path:
    """Return the only mixes file in the folders of the scenarios; if there is not one, faults of the scenarios go first."""
    from drillsim.errors import ScenarioError, only_errors

    beside = {resolved(p): p for s in scenarios for p in mixes_beside(s)}
    if len(beside) == 1:
        return next(iter(beside.values()))
    if only_errors(faults):
        raise ScenarioError(faults=faults)
    if not beside:
        raise click.UsageError("there is no mixes file in the scenario's folder. Say who responds: --mixes FILE")
    names = ", ".join(shown(p) for p in beside.values())
    raise click.UsageError(f"there are several mixes files: {names}. Choose one with --mixes FILE")


def _with_overrides(scenario: Scenario, names: Sequence[str]) -> Scenario:
    from drillsim.errors import closest

    for name in names:
        if name not in scenario.overrides:
            known = closest(name, scenario.overrides) or " It has none."
            raise click.UsageError(f"'{scenario.name}' has no override called '{name}'.{known}")
        scenario = scenario.with_override(name)
    return scenario
