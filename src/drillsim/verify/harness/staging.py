"""Inputs of the engine cases: plans, scenarios and mixes from plain data, validated as user files are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from drillsim.documents.document import Document
from drillsim.documents.yaml_source import parse_text
from drillsim.plan.model import OUTSIDE, FloorPlan, KeepsOutOf, Opening
from drillsim.plan.network import network_of
from drillsim.plan.read import read_plan
from drillsim.record import events as ev
from drillsim.record.trace import Trace
from drillsim.scenario.model import Scenario
from drillsim.scenario.read import mixes_of, read_mixes, read_scenario, scenario_of
from drillsim.scenario.staffing import Mix, Mixes
from drillsim.verify.harness.shortest_paths import Location, PathOracle, build_oracle

STEADY: dict[str, Any] = {
    "noticing": {"witness": "10 s", "unsupervised": "10 s"},
    "reporting": {"delay": "5 s", "success": "100 %", "radio": "4 s", "place_known": {"radio": "100 %"}},
    "locks": {"card": "4 s", "key": "10 s"},
}
"""Deterministic settings: noticed after 10 s, reported 5 s later, received by radio after another 4 s."""
STEADY_ROLE: dict[str, Any] = {
    "like": "sro", "presence": "100 %", "acknowledge": "6 s", "duties": {}, "run": "2.5 m/s",
    "stair_up": "0.9 m/s", "stair_down": "1.2 m/s",
}  # fmt: skip
"""Deterministic officer: always present, sets off 6 s after notification, constant speeds."""
LEVEL_MPS, UP_MPS, DOWN_MPS = 2.5, 0.9, 1.2
"""The speeds of STEADY_ROLE."""


def scenario_from(data: Mapping[str, Any]) -> Scenario:
    """Return the scenario of a file with this content, its name as family. Raises ScenarioError with all faults."""
    return scenario_of(_document({"drillsim": 1, "family": data.get("name"), **data}))


def mix_from(units: Sequence[Mapping[str, Any]], roles: Mapping[str, Mapping[str, Any]] | None = None) -> Mix:
    """Return a mix of these units, as read from a mixes file.

    roles
        Roles of these names with values of their own, and those of STEADY_ROLE for the rest; default: 'steady'.
    """
    named = {name: {**STEADY_ROLE, **own} for name, own in (roles or {"steady": {}}).items()}
    mixes = {"case": {"units": list(units)}}
    return mixes_of(_document({"drillsim_mixes": 1, "present": "case", "roles": named, "mixes": mixes}))["case"]


def _document(data: dict[str, Any]) -> Document:
    return Document("case", *parse_text(json.dumps(data)))


@lru_cache(maxsize=8)
def shipped_plan(inputs: Path, name: str) -> FloorPlan:
    """Return a shipped plan, such as 'doe_secondary', read once."""
    return read_plan(inputs / "floorplans" / f"{name}.yaml")


@lru_cache(maxsize=8)
def empty_plan(inputs: Path, name: str) -> FloorPlan:
    """Return a shipped plan with nobody in it, made once."""
    plan = shipped_plan(inputs, name)
    return plan.model_copy(update={"spaces": tuple(s.model_copy(update={"people": 0}) for s in plan.spaces)})


@lru_cache(maxsize=4)
def with_automatic_locks(inputs: Path, name: str) -> FloorPlan:
    """Return a shipped plan with automatic locks in place of keys and push-buttons; cached."""
    plan = shipped_plan(inputs, name)
    openings = tuple(
        o.model_copy(update={"lock": "auto"}) if o.lock in ("key", "push-button") else o for o in plan.openings
    )
    return plan.model_copy(update={"openings": openings})


@lru_cache(maxsize=4)
def locked_beforehand(inputs: Path, name: str) -> FloorPlan:
    """Return a shipped plan with automatic locks, and every room's doors to circulation locked from the start; cached."""
    plan = with_automatic_locks(inputs, name)
    halls = {s.id for s in plan.spaces if s.is_circulation or s.use == "outdoors"}

    def locked(opening: Opening) -> Opening:
        rooms = [id_ for id_ in opening.spaces if id_ not in halls and id_ != OUTSIDE]
        if opening.lock == "none" or OUTSIDE in opening.spaces or len(rooms) != 1:
            return opening
        return opening.model_copy(update={"locked": KeepsOutOf(keeps_out_of=rooms[0])})

    return plan.model_copy(update={"openings": tuple(locked(o) for o in plan.openings)})


@lru_cache(maxsize=4)
def shipped_scenario(inputs: Path, name: str) -> Scenario:
    """Return a shipped scenario, such as 'lockdown', read once."""
    return read_scenario(inputs / "scenarios" / f"{name}.yaml")


def what_if(scenario: Scenario, patch: Mapping[str, Any]) -> Scenario:
    """Return a scenario with these values replaced, as by a named override."""
    return scenario.model_copy(update={"overrides": {"what-if": dict(patch)}}).with_override("what-if")


@lru_cache(maxsize=1)
def shipped_mixes(inputs: Path) -> Mixes:
    """Return the shipped mixes, read once."""
    return read_mixes(inputs / "scenarios" / "mixes.yaml")


def location_of(plan: FloorPlan, place: str) -> Location:
    """Return space and point of a post, or of the representative point of a space."""
    for post in plan.posts:
        if post.id == place:
            return plan.space_index[post.space], (float(post.at[0]), float(post.at[1]))
    index = plan.space_index[place]
    x, y = network_of(plan).representative_point(index)
    return index, (float(x), float(y))


def oracle_of(plan: FloorPlan) -> PathOracle:
    """Return the path oracle of a plan at the speeds of STEADY_ROLE."""
    return build_oracle(network_of(plan), level_mps=LEVEL_MPS, up_mps=UP_MPS, down_mps=DOWN_MPS)


def stamp(trace: Trace, what: str, who: str) -> float:
    """Return the time in s of the first event with this word and subject, NaN without one."""
    return next((e.time_s for e in trace.events if e.what == what and e.who == who), float("nan"))


def walk_s(trace: Trace, who: str) -> float:
    """Return the seconds from setting off to arrival on scene."""
    return stamp(trace, ev.ON_SCENE, who) - stamp(trace, ev.UNDER_WAY, who)
