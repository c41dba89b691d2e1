"""Variants of a study: a drill with some keys of its scenario, plan or staffing changed, one by one or in every combination."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError

from drillsim.errors import Fault, ScenarioError, closest
from drillsim.escape import quoted
from drillsim.plan.model import FloorPlan
from drillsim.quantities import parse
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mixes
from drillsim.study.vary import label_of, vary

if TYPE_CHECKING:
    import pandas as pd

OVERRIDE = "override"
"""Key that stands for the named overrides of a scenario."""
COST = "cost"
"""Key, and column of a frame, that says what a change costs a year in USD: a lock, a door, hours of staff."""
NAME = "name"
"""Key, and column of a frame, that names a variant."""
_OF_MIXES = ("mixes", "roles", "present")
_OF_PLAN = frozenset(FloorPlan.model_fields) - frozenset(Scenario.model_fields)


@dataclass(frozen=True)
class Variant:
    """One condition of a study: a scenario, and the plan and staffing it is played with where they are not those of the study."""

    scenario: Scenario
    plan: FloorPlan | None = None
    mixes: Mixes | None = None
    changes: Mapping[str, str] = field(default_factory=dict)
    """What differs from the base, in words, by key."""

    @property
    def cost_usd_year(self) -> float:
        """What the change itself costs a year, in USD, beside the staffing; 0 where it does not say."""
        return float(parse(self.changes[COST], "money", bare=True)) if COST in self.changes else 0.0


def file_of(key: str) -> str:
    """Return the file whose key this is: 'plan', 'mixes' or 'scenario'; a prefix such as 'plan:' decides."""
    head, colon, _ = key.partition(":")
    if colon and head in ("plan", "mixes", "scenario"):
        return head
    first = key.split(".", maxsplit=1)[0]
    return "mixes" if first in _OF_MIXES else "plan" if first in _OF_PLAN else "scenario"


def variant(
    scenario: Scenario, plan: FloorPlan, mixes: Mixes, changes: Mapping[str, Any], *, name: str | None = None
) -> Variant:
    """Return a drill with some keys of its three files changed, each checked like its file; see `vary`.

    changes
        Value by key. Keys of plan and mixes go to these (`openings.exit-4.lock`, `mixes.one-sro.units.sro-1.post`); 'override'
        takes the name of an override of the scenario, 'cost' what the change costs a year in USD, 'name' names the variant.

    Raises ScenarioError or PlanError with the faults of one file.
    """
    wanted = dict(changes)
    label = name or wanted.pop(NAME, None)
    cost = {COST: _cost(wanted.pop(COST))} if COST in wanted else {}
    told = label_of(wanted)
    drill = scenario
    if OVERRIDE in wanted:
        drill = _overridden(drill, str(wanted.pop(OVERRIDE)))
    parts: dict[str, dict[str, Any]] = {"scenario": {}, "plan": {}, "mixes": {}}
    for key, value in wanted.items():
        file = file_of(key)
        parts[file][key.removeprefix(f"{file}:")] = value
    new_name = label or (f"{scenario.name}+{told}" if told else scenario.name)
    drill = vary(drill, parts["scenario"], name=new_name) if parts["scenario"] else drill
    if drill.name != new_name:
        drill = drill.model_copy(update={"name": new_name})
    return Variant(
        drill,
        vary(plan, parts["plan"]) if parts["plan"] else None,
        vary(mixes, parts["mixes"]) if parts["mixes"] else None,
        {key: label_of({key: value}).partition("=")[2] for key, value in changes.items() if key not in (NAME, COST)}
        | cost,
    )


def _cost(value: Any) -> str:
    """Return a yearly cost in USD as text that is read back; raises ScenarioError where it is none."""
    try:
        return f"{parse(value, 'money', bare=True):.10g} USD/year"
    except PydanticCustomError as e:
        raise ScenarioError(faults=[Fault("DS104", COST, 0, 0, f"{COST}: {e}", path=(COST,))]) from None


def _overridden(scenario: Scenario, name: str) -> Scenario:
    if name not in scenario.overrides:
        known = closest(name, scenario.overrides) or " It has none."
        told = f"{OVERRIDE}: '{scenario.name}' has no override called '{name}'.{known}"
        raise ScenarioError(faults=[Fault("DS206", scenario.name, 0, 0, told, path=("overrides", name))])
    return scenario.with_override(name)


def factorial(axes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return every combination of some values, as changes by key: the last key moves fastest.

    axes
        By key its values; a single text or number is one value. A key without values leaves no combination.
    """
    levels = [v if isinstance(v, Iterable) and not isinstance(v, (str, bytes, Mapping)) else [v] for v in axes.values()]
    return [dict(zip(axes, values, strict=True)) for values in product(*levels)]


def rows_of_frame(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the changes of each row of a frame with a column for each key; empty cells change nothing.

    Raises ScenarioError for anything else than a frame, and for two columns of one key.
    """
    if not (hasattr(frame, "to_dict") and hasattr(frame, "columns")):
        raise ScenarioError(
            f"a pandas DataFrame is needed, not a {type(frame).__name__}: pd.DataFrame({{key: values}})"
        )
    keys = [str(key) for key in frame.columns]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise ScenarioError(f"two columns of the frame are called {quoted(twice[0])}; a key is changed once in a row")
    found = []
    for row in frame.to_dict(orient="records"):
        found.append({str(k): _plain(v) for k, v in row.items() if not _is_empty(v)})
    return found


def _is_empty(value: Any) -> bool:
    return (
        value is None
        or value == ""
        or (isinstance(value, float) and math.isnan(value))
        or type(value).__name__ in ("NAType", "NaTType")
    )


def _plain(value: Any) -> Any:
    """Return a cell as plain data; a whole number that a column of decimals holds becomes whole again."""
    if hasattr(value, "total_seconds"):  # a timedelta
        return f"{value.total_seconds():.10g} s"
    if hasattr(value, "item") and not isinstance(value, str):
        value = value.item()
    return int(value) if isinstance(value, float) and value.is_integer() else value
