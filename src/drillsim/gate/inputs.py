"""Inputs of a gate: the files that a baseline names, and digests of their parts that tell which of them has changed."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath
from typing import Any

from drillsim.engine.check import check
from drillsim.errors import Fault, ScenarioError, only_errors
from drillsim.plan.model import FloorPlan
from drillsim.plan.read import read_plan
from drillsim.record.store import content_sha256
from drillsim.scenario.model import Scenario
from drillsim.scenario.read import read_mixes, read_scenario
from drillsim.scenario.staffing import Mix, Mixes

LIBRARIES = ("drillsim", "numpy", "scipy", "simpy", "numba", "shapely", "networkx")
_WORDS_ONLY = {
    "scenario": {"name", "title", "family", "plan", "primary", "goals", "matters", "overrides"},
    "plan": {"name", "provenance"},
    "mix": {"name", "label"},
}
"""Keys of each file that no drill depends on."""
_LABELS = frozenset({"label", "cost"})


@dataclass(frozen=True)
class InputFiles:
    """The files of one scenario of a baseline, by path."""

    file: Path
    plan: Path
    mixes: Path

    def read(self) -> tuple[Scenario, FloorPlan, Mixes]:
        """Return scenario, plan and mixes, checked together. Raises DrillsimError with every fault."""
        scenario, plan, mixes = read_scenario(self.file), _plan_of(self.plan), read_mixes(self.mixes)
        faults: list[Fault] = only_errors(check(scenario, plan, mixes))
        if faults:
            raise ScenarioError(faults=faults)
        return scenario, plan, mixes


def _plan_of(path: Path) -> FloorPlan:
    """Return the plan of a file; baselines of one school share it with its network, so long as the file has the same bytes."""
    try:
        return _plan_with(path, hashlib.sha256(path.read_bytes()).hexdigest())
    except OSError:
        return read_plan(path)


@lru_cache(maxsize=4)
def _plan_with(path: Path, _sha256: str) -> FloorPlan:
    return read_plan(path)


def relative(path: Path, folder: Path) -> str:
    """Return a path as a baseline in a folder keeps it: relative where that is possible, with forward slashes."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive of Windows
        return path.resolve().as_posix()


def located(kept: str, folder: Path) -> Path:
    """Return the path that `relative` kept, as short as it can be written."""
    return Path(os.path.normpath(folder / PurePosixPath(kept)))


def parts_of(scenario: Scenario, plan: FloorPlan) -> dict[str, str]:
    """Return a digest of every part of scenario and plan that a drill depends on, such as 'scenario.protocol'."""
    found: dict[str, str] = {}
    for sort, model in (("scenario", scenario), ("plan", plan)):
        content = _content(model, sort)
        found |= {f"{sort}.{key}": _digest(part) for key, part in content.items() if part not in (None, [], {}, "")}
    return found


def mix_digest(mix: Mix) -> str:
    """Return a digest of a mix without names, labels and costs."""
    return _digest(_content(mix, "mix"))


def _content(model: Any, sort: str) -> Any:
    return _without_labels(json.loads(model.model_dump_json(exclude=_WORDS_ONLY[sort])))


def _without_labels(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _without_labels(value) for key, value in part.items() if key not in _LABELS}
    return [_without_labels(one) for one in part] if isinstance(part, list) else part


def _digest(part: Any) -> str:
    return content_sha256(part)[:12]


def versions() -> dict[str, str]:
    """Return the versions of drillsim, Python and every library that computes something in a drill, and the platform."""
    found = {name: _version(name) for name in LIBRARIES}
    return {**found, "python": platform.python_version(), "platform": f"{sys.platform} {platform.machine()}"}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def differing(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return the names whose digests differ, or that stand on one side only."""
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
