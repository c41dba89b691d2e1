"""Reader of plan files: a checked FloorPlan, or all faults at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from drillsim.documents.document import Document, read_document, validate
from drillsim.documents.fault_list import FaultList
from drillsim.documents.guard import located
from drillsim.errors import DrillsimError, Fault, PlanError, only_errors, order_faults
from drillsim.notation import NO_UNITS
from drillsim.plan.checks import check_plan, note_faults
from drillsim.plan.model import FloorPlan
from drillsim.plan.short_forms import expand


def read_plan(path: str | Path) -> FloorPlan:
    """Read a floor plan from YAML or JSON, in metres.

    Raises PlanError with every fault, of the file's form as well as of the building. Warnings alone do not raise.
    """
    plan, faults = check_plan_file(path)
    if plan is None or only_errors(faults):
        raise PlanError(faults=faults)
    return plan


def check_plan_file(path: str | Path) -> tuple[FloorPlan | None, list[Fault]]:
    """Return the plan of a file and all its faults; None as plan where the file does not have the form of one."""
    try:
        document = read_document(path, PlanError)
    except PlanError as e:
        return None, list(e.faults)
    context = {"bare_lengths": document.data.get("units")}
    expanded = expand(document)
    document = expanded.document
    try:
        plan = validate(document, FloorPlan, PlanError, marker="drillsim_plan", context=context)
    except PlanError as e:
        told = [*expanded.faults, *_units_once(_once(e.faults) if expanded.origins else e.faults)]
        return None, order_faults([*told, *_faults_of_the_rest(document, context, expanded.unread)])
    if expanded.faults:
        return None, order_faults([*expanded.faults, *_faults_of_the_rest(document, context, expanded.unread)])
    try:
        with located(document.file):
            return plan, check_plan(plan, document)
    except DrillsimError as e:
        return None, list(e.faults)


def _once(faults: Sequence[Fault]) -> list[Fault]:
    """Return one fault of each code for each place: all rooms of a row share their line."""
    first: dict[tuple[str, int, int], Fault] = {}
    for fault in faults:
        first.setdefault((fault.code, fault.line, fault.column), fault)
    return list(first.values())


def _units_once(faults: Sequence[Fault]) -> list[Fault]:
    """Return the faults with one in place of many numbers that lack a unit because the plan has no 'units'."""
    bare = [f for f in faults if f.code == "DS110" and NO_UNITS in f.message]
    if len(bare) < 2:
        return list(faults)
    first = order_faults(bare)[0]
    told = replace(first, message=f"{first.message}. So with {len(bare) - 1:,} more numbers")
    return [told, *(f for f in faults if f not in bare)]


def _faults_of_the_rest(document: Document, context: dict[str, Any], left: Collection[str] = ()) -> list[Fault]:
    """Return the faults of the well-formed objects of a file with malformed ones.

    Malformed objects are left out, and so are checks that need the whole building.

    left
        Ids of objects that were left out before.
    """
    data = deepcopy(document.data)
    wrong: set[tuple[int | str, ...]] = set()
    try:
        FloorPlan.model_validate(data, context=context)
        if not left:
            return []
    except ValidationError as e:
        wrong = {error["loc"][:2] for error in e.errors(include_url=False)}
    rows: dict[str, list[int]] = {}
    unread: set[str] = set(left)
    for section, things in list(data.items()):
        if not isinstance(things, list):
            if any(loc[:1] == (section,) for loc in wrong):
                del data[section]
            continue
        rows[section] = [i for i in range(len(things)) if (section, i) not in wrong]
        left_out = [thing for i, thing in enumerate(things) if i not in rows[section]]
        unread |= {str(thing["id"]) for thing in left_out if isinstance(thing, dict) and "id" in thing}
        data[section] = [things[i] for i in rows[section]]
    try:
        rest = FloorPlan.model_validate({"name": "plan", **data, "drillsim_plan": 1}, context=context)
    except ValidationError:
        return []
    return note_faults(rest, FaultList(document.file, document, rows=rows, unread=unread))
