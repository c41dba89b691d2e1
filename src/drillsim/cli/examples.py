"""Where the shipped plans and scenarios lie: inside the wheel, or in the checkout that is being run."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

PLANS = {"secondary": "doe_secondary.yaml", "primary": "doe_primary.yaml"}


def shelf() -> Path:
    """Return the folder that holds floorplans/ and scenarios/; wheels are unpacked on disk, so it is a real one."""
    package = Path(str(files("drillsim")))
    for folder in (package / "examples", package.parent.parent):
        if (folder / "floorplans").is_dir() and (folder / "scenarios").is_dir():
            return folder
    from drillsim.errors import ResultError

    raise ResultError("the shipped plans and scenarios are missing from this installation. Install drillsim again")


def plan_path(name: str) -> Path:
    """Return the path of a shipped plan: 'secondary', 'primary', or a file's name without its ending."""
    return shelf() / "floorplans" / PLANS.get(name, f"{name}.yaml")


def scenario_path(name: str) -> Path:
    """Return the path of a shipped scenario, such as 'fight'."""
    return shelf() / "scenarios" / f"{name}.yaml"


def mixes_path() -> Path:
    """Return the path of the shipped mixes file."""
    return shelf() / "scenarios" / "mixes.yaml"
