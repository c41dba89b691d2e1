"""The shipped plans, scenarios and mixes: their paths, in the installed package or in the checkout, and whole examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drillsim.plan.model import FloorPlan
    from drillsim.scenario.model import Scenario
    from drillsim.scenario.staffing import Mixes

PLANS = {"secondary": "doe_secondary.yaml", "primary": "doe_primary.yaml"}


def shelf() -> Path:
    """Return the folder that holds floorplans/ and scenarios/, in the installed package or in the checkout."""
    package = Path(str(files("drillsim")))
    for folder in (package / "examples", package.parent.parent):
        if (folder / "floorplans").is_dir() and (folder / "scenarios").is_dir():
            return folder
    from drillsim.errors import ResultError

    raise ResultError("the shipped plans and scenarios are missing from this installation. Install drillsim again")


def plan_path(name: str) -> Path:
    """Return the path of a shipped plan: 'secondary', 'primary', or the name of a file without its suffix."""
    return shelf() / "floorplans" / PLANS.get(name, f"{name}.yaml")


def scenario_path(name: str) -> Path:
    """Return the path of a shipped scenario, such as 'fight'."""
    return shelf() / "scenarios" / f"{name}.yaml"


def mixes_path() -> Path:
    """Return the path of the shipped mixes file."""
    return shelf() / "scenarios" / "mixes.yaml"


@dataclass(frozen=True)
class Example:
    """A shipped school with its staffings and drills."""

    plan: FloorPlan
    mixes: Mixes
    drills: Mapping[str, Scenario]
    """The shipped scenarios that are made for it, by name."""


def example(name: str = "secondary") -> Example:
    """Return a shipped school, 'secondary' or 'primary', with the shipped mixes and drills, to try things on.

    Raises ScenarioError for a name that is not shipped.
    """
    from drillsim.errors import ScenarioError, closest
    from drillsim.plan.read import read_plan
    from drillsim.scenario.read import read_mixes, read_scenario

    if name not in PLANS:
        raise ScenarioError(f"no example is called '{name}'.{closest(name, PLANS)}")
    found = [read_scenario(path) for path in sorted((shelf() / "scenarios").glob("*.yaml")) if path != mixes_path()]
    return Example(read_plan(plan_path(name)), read_mixes(mixes_path()), {drill.name: drill for drill in found})
