"""Paths of the shipped plans and scenarios, in the installed package or in the checkout."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

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
