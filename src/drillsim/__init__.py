"""Simulate emergency drills in schools, and compare staffing mixes on the same random drills.

The public names are below; each is imported when it is first used, so that `import drillsim` stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from drillsim.analysis.compare import Comparison, compare
    from drillsim.analysis.portfolio.model import Portfolio, read_portfolio
    from drillsim.coverage.assess import assess
    from drillsim.engine.check import check
    from drillsim.engine.simulate import simulate
    from drillsim.errors import DrillsimError, PlanError, ResultError, ScenarioError, SimulationError
    from drillsim.plan.model import FloorPlan
    from drillsim.plan.network import build
    from drillsim.plan.networkx_graph import to_networkx
    from drillsim.plan.read import read_plan
    from drillsim.record.trace import Trace
    from drillsim.report.plan_figure import plot_plan
    from drillsim.report.replay.replay import Replay, replay
    from drillsim.report.timeline import tell
    from drillsim.scenario.model import Scenario
    from drillsim.scenario.read import read_mixes, read_scenario
    from drillsim.scenario.staffing import Mix, Mixes, Role, Unit
    from drillsim.shipped import Example, example
    from drillsim.study.design import Study
    from drillsim.study.handouts.stress_des import stress_des
    from drillsim.study.handouts.tables import write_table
    from drillsim.study.handouts.trajectories import write_trajectories
    from drillsim.study.handouts.workbook import write_workbook
    from drillsim.study.rerun import Rerun, rerun
    from drillsim.study.results import Results, read_results, write_results
    from drillsim.study.runner import run
    from drillsim.study.sensitivity.longer import watch_longer
    from drillsim.study.term import Term, play_term
    from drillsim.study.variants import Variant, factorial, variant
    from drillsim.study.vary import vary

__version__ = "0.1.0"

_HOMES = {
    "Comparison": "analysis.compare",
    "DrillsimError": "errors",
    "Example": "shipped",
    "FloorPlan": "plan.model",
    "Mix": "scenario.staffing",
    "Mixes": "scenario.staffing",
    "PlanError": "errors",
    "Portfolio": "analysis.portfolio.model",
    "ResultError": "errors",
    "Replay": "report.replay.replay",
    "Rerun": "study.rerun",
    "Results": "study.results",
    "Role": "scenario.staffing",
    "Scenario": "scenario.model",
    "ScenarioError": "errors",
    "SimulationError": "errors",
    "Study": "study.design",
    "Term": "study.term",
    "Trace": "record.trace",
    "Unit": "scenario.staffing",
    "Variant": "study.variants",
    "assess": "coverage.assess",
    "build": "plan.network",
    "check": "engine.check",
    "compare": "analysis.compare",
    "example": "shipped",
    "factorial": "study.variants",
    "play_term": "study.term",
    "plot_plan": "report.plan_figure",
    "read_mixes": "scenario.read",
    "read_plan": "plan.read",
    "read_portfolio": "analysis.portfolio.model",
    "read_results": "study.results",
    "read_scenario": "scenario.read",
    "replay": "report.replay.replay",
    "rerun": "study.rerun",
    "run": "study.runner",
    "simulate": "engine.simulate",
    "stress_des": "study.handouts.stress_des",
    "tell": "report.timeline",
    "to_networkx": "plan.networkx_graph",
    "variant": "study.variants",
    "vary": "study.vary",
    "watch_longer": "study.sensitivity.longer",
    "write_results": "study.results",
    "write_table": "study.handouts.tables",
    "write_trajectories": "study.handouts.trajectories",
    "write_workbook": "study.handouts.workbook",
}

__all__ = [
    "Comparison", "DrillsimError", "Example", "FloorPlan", "Mix", "Mixes", "PlanError", "Portfolio", "Replay", "Rerun", "ResultError", "Results", "Role",
    "Scenario", "ScenarioError", "SimulationError", "Study", "Term", "Trace", "Unit", "Variant", "assess", "build", "check",
    "compare", "example", "factorial", "play_term", "plot_plan", "read_mixes", "read_plan", "read_portfolio",
    "read_results", "read_scenario", "replay", "rerun", "run", "simulate", "stress_des", "tell", "to_networkx", "variant", "vary", "watch_longer",
    "write_results",
    "write_table", "write_trajectories", "write_workbook",
]  # fmt: skip


if not TYPE_CHECKING:  # a type checker knows the names above, and refuses any other

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"drillsim has no public name '{name}'")
        return getattr(import_module(f"drillsim.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
