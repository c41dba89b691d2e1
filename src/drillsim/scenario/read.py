"""Read scenario and mixes files: file to frozen object, or every fault at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from drillsim.documents.document import Document, faults_of, read_document, take_as_written, validate
from drillsim.documents.frozen import thawed
from drillsim.errors import Fault, ScenarioError, closest
from drillsim.scenario.defaults import SHIPPED
from drillsim.scenario.model import GUARD, Scenario, merge
from drillsim.scenario.staffing import FROM_FILE, Mix, Mixes, Role, role_values, shipped_role, unit_name_faults


def read_scenario(path: str | Path) -> Scenario:
    """Return the scenario of a file, or raise ScenarioError with every fault of its own.

    Whether its places exist is known only beside a plan: `drillsim.check`.
    """
    return scenario_of(read_document(path, ScenarioError))


def scenario_of(document: Document) -> Scenario:
    """Return an already parsed document as a scenario; see `read_scenario`."""
    scenario = validate(document, Scenario, ScenarioError, marker="drillsim")
    overrides = thawed(scenario.overrides)
    faults = _overrides(document, scenario, overrides)
    if faults:
        raise ScenarioError(faults=faults)
    scenario = scenario.unchecked_copy({"overrides": overrides})
    scenario._document = document
    return scenario


def _overrides(document: Document, scenario: Scenario, overrides: dict[str, dict[str, Any]]) -> list[Fault]:
    """Try every named override, so that a misspelt what-if is found before it is asked for.

    overrides
        Those of the scenario; names in them that look like numbers become texts in place.
    """
    faults: list[Fault] = []
    source = {k: v for k, v in document.data.items() if k != "overrides"}
    for name, patch in overrides.items():
        for key in scenario.guarded(patch):
            message = f"'{key}': {GUARD}"
            faults.append(document.fault("DS506", message, ("overrides", name, key), at_key=True))
        inside = document.inside("overrides", name)
        try:
            _try(source, patch, inside)
        except ValidationError as e:
            faults += [f for f in faults_of(e, inside, Scenario) if f not in faults]
    return faults


def _try(source: dict[str, Any], patch: dict[str, Any], inside: Document) -> None:
    """Validate a scenario with an override; names in it that look like numbers become texts."""
    while True:
        try:
            Scenario.model_validate(merge(source, patch))
            return
        except ValidationError as e:
            if not take_as_written(patch, inside.spot, e):
                raise


def read_mixes(path: str | Path) -> Mixes:
    """Return the staffing mixes of a file, or raise ScenarioError with every fault."""
    return mixes_of(read_document(path, ScenarioError))


def mixes_of(document: Document) -> Mixes:
    """Return an already parsed document as mixes with their roles filled in; see `read_mixes`."""
    mixes = validate(document, Mixes, ScenarioError, marker="drillsim_mixes", context=dict(FROM_FILE))
    faults: list[Fault] = []
    if mixes.present not in mixes.mixes:
        near = closest(mixes.present, mixes.mixes)
        faults.append(document.fault("DS206", f"no mix called '{mixes.present}'.{near}", ("present",)))
    roles = _roles(document, faults)
    filled: dict[str, Mix] = {}
    for name, mix in mixes.mixes.items():
        for key in {"name", "roles"} & set(mix.model_fields_set):
            message = f"unknown key '{key}'. A mix has a label and units; its name stands before it, roles stand above"
            faults.append(document.fault("DS101", message, ("mixes", name, key), at_key=True))
        for i, unit in enumerate(mix.units):
            place = ("mixes", name, "units", i)
            faults += [document.fault("DS201", message, (*place, "id")) for message in unit_name_faults(mix, i, name)]
            if unit.role not in roles:
                message = f"no role called '{unit.role}'.{closest(unit.role, roles)}"
                faults.append(document.fault("DS205", message, (*place, "role")))
        used = {u.role: roles[u.role] for u in mix.units if u.role in roles}
        filled[name] = mix.unchecked_copy({"name": name, "label": mix.label or name, "roles": used})
    if faults:
        raise ScenarioError(faults=faults)
    mixes = mixes.unchecked_copy({"mixes": filled, "roles": roles})
    mixes._document = document
    return mixes


def _roles(document: Document, faults: list[Fault]) -> dict[str, Role]:
    written: dict[str, dict[str, Any]] = document.data.get("roles") or {}
    roles = {name: shipped_role(name) for name in SHIPPED}
    for name, values in written.items():
        base = (values or {}).get("like") or (name if name in SHIPPED else None)
        if base is not None and base not in SHIPPED:
            faults.append(
                document.fault("DS205", f"no role called '{base}'.{closest(base, SHIPPED)}", ("roles", name, "like"))
            )
            continue
        if "name" in (values or {}):
            message = "unknown key 'name'. What people call a role is its 'label'"
            faults.append(document.fault("DS101", message, ("roles", name, "name"), at_key=True))
        roles[name] = Role.model_validate(role_values(name, written[name]))
    return roles
