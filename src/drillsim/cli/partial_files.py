"""Reading of the well-formed parts of a faulty file, so that its names are checked together with its form."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from drillsim.documents.document import Document, Model
    from drillsim.errors import Fault
    from drillsim.plan.model import FloorPlan
    from drillsim.scenario.model import Scenario
    from drillsim.scenario.staffing import Mixes

NAMES = ("DS202", "DS203", "DS204", "DS206", "DS207")
"""Codes of unknown names; other checks could be wrong about a file that is read in part."""
_ROUNDS = 6


@dataclass
class Rest:
    """Well-formed part of a file."""

    scenario: Scenario | None = None
    mixes: Mixes | None = None
    plan: FloorPlan | None = None
    unread: set[str] = field(default_factory=set)
    """Ids of the objects that were left out; names that refer to them are not faults."""


def rest_of(path: Path, kind: str) -> Rest:
    """Read the well-formed part of a plan, scenario or mixes file; an empty Rest if there is none."""
    from drillsim.documents.document import read_document
    from drillsim.errors import DrillsimError, ScenarioError
    from drillsim.plan.model import FloorPlan
    from drillsim.scenario.model import Scenario
    from drillsim.scenario.read import mixes_of, scenario_of
    from drillsim.scenario.staffing import Mixes

    rest = Rest()
    models: dict[str, type[Model]] = {"plan": FloorPlan, "scenario": Scenario, "mixes": Mixes}
    try:
        written = read_document(path, ScenarioError)
        document = _formed(written, models[kind], rest, keep_lists=kind != "plan")
        if document is None:
            return rest
        if kind == "plan":
            bare = {"bare_lengths": written.data.get("units")}  # also where no such unit is known
            rest.plan = FloorPlan.model_validate(document.data, context=bare)
        elif kind == "scenario":
            document.data.pop("overrides", None)
            rest.scenario = scenario_of(document)
        else:
            rest.mixes = mixes_of(_with_known_roles(document))
    except DrillsimError:
        return rest
    return rest


def named_wrongly(rests: Sequence[Rest]) -> list[Fault]:
    """Return the names in scenario and mixes that are unknown in the plan, for files some of which may be faulty."""
    from drillsim.engine.check import check_names

    parts = {name: next((v for r in rests if (v := getattr(r, name))), None) for name in ("scenario", "plan", "mixes")}
    if parts["scenario"] is None or parts["plan"] is None:
        return []
    unread = {f"'{id_}'" for r in rests for id_ in r.unread}
    found = check_names(parts["scenario"], parts["plan"], parts["mixes"])
    return [f for f in found if f.code in NAMES and not any(id_ in f.message.split(" in ")[0] for id_ in unread)]


def _formed(document: Document, model: type[Model], rest: Rest, *, keep_lists: bool) -> Document | None:
    """Return the document without its ill-formed parts; None if nothing usable is left.

    keep_lists
        Never take an entry out of a list, since the entries behind it would lose their place in the file.
    """
    from pydantic import ValidationError

    from drillsim.documents.document import take_as_written
    from drillsim.documents.malformed import steps_in_file

    data = deepcopy(document.data)
    bare = {"bare_lengths": data.get("units")}
    for _ in range(_ROUNDS):
        try:
            model.model_validate(data, context=bare)
            return replace(document, data=data)
        except ValidationError as e:
            if take_as_written(data, document.spot, e):
                continue
            wrong = [steps_in_file(data, one["loc"]) for one in e.errors(include_url=False)]
        for path in sorted(set(wrong), key=lambda p: [(isinstance(s, int), s) for s in p], reverse=True):
            if not path or (keep_lists and isinstance(path[-1], int)):
                return None
            _take_out(data, path, rest)
    return None


def _with_known_roles(document: Document) -> Document:
    """Return a mixes document with known roles, so that only its places are checked; its roles were checked before."""
    mixes = document.data["mixes"]
    document.data.update(roles={}, present=next(iter(mixes)))
    for mix in mixes.values():
        for number, unit in enumerate(mix.get("units") or ()):
            unit.update(role="teacher", id=str(number))
    return document


def _take_out(data: Any, path: Sequence[int | str], rest: Rest) -> None:
    try:
        node = data
        for step in path[:-1]:
            node = node[step]
        gone = node.pop(path[-1])
    except (KeyError, IndexError, TypeError, AttributeError):
        return
    if isinstance(gone, dict) and "id" in gone:
        rest.unread.add(str(gone["id"]))
