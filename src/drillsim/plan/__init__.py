"""Building: floor plan, checks, network and routes."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from drillsim.plan.checks import check_plan
    from drillsim.plan.model import OUTSIDE, FloorPlan, Opening, Ramp, Space, Stair
    from drillsim.plan.network import Network, build
    from drillsim.plan.read import check_plan_file, read_plan
    from drillsim.plan.routes import Path, Routes, TravelTimes, nearest_exit_m

_HOME = {
    "checks": ("check_plan",),
    "model": ("OUTSIDE", "FloorPlan", "Opening", "Ramp", "Space", "Stair"),
    "network": ("Network", "build"),
    "read": ("check_plan_file", "read_plan"),
    "routes": ("Path", "TravelTimes", "Routes", "nearest_exit_m"),
}

__all__ = [
    "OUTSIDE",
    "FloorPlan",
    "Network",
    "Opening",
    "Path",
    "Ramp",
    "Routes",
    "Space",
    "Stair",
    "TravelTimes",
    "build",
    "check_plan",
    "check_plan_file",
    "nearest_exit_m",
    "read_plan",
]  # fmt: skip


if not TYPE_CHECKING:  # a type checker sees the imports above, and refuses every other name

    def __getattr__(name: str) -> Any:
        """Return a public name, importing its module only now: shapely and scipy cost a third of a second."""
        for module, names in _HOME.items():
            if name in names:
                return getattr(import_module(f"drillsim.plan.{module}"), name)
        raise AttributeError(f"module 'drillsim.plan' has no attribute '{name}'")
