"""Checked what-ifs: a copy of a scenario, mixes file or plan with some of its keys changed, read as the edited file would be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from drillsim.documents.document import Document, Model, faults_of
from drillsim.documents.frozen import thawed
from drillsim.documents.yaml_source import Spot
from drillsim.errors import DrillsimError, Fault, closest, only_errors
from drillsim.escape import quoted
from drillsim.notation import Written
from drillsim.plan.checks import check_plan
from drillsim.plan.model import FloorPlan
from drillsim.quantities import Spread
from drillsim.scenario.defaults import ANNOUNCE_DELAY, POLICE_LAWS, REPORT_DELAY, SHIPPED, TARGET_RESPONSE
from drillsim.scenario.model import GUARD, Scenario
from drillsim.scenario.staffing import Mixes, role_values

M = TypeVar("M", bound=Model)
Key = str | Sequence[str]
"""A key by its path in the file, such as 'police.law.median' or 'mixes.one-sro.units.sro-1.post'; entries of a list by id, name
or number. A sequence of the steps where ids hold dots."""
Place = tuple[int | str, ...]
Changes = Mapping[str, Any] | Mapping[tuple[str, ...], Any] | Mapping[Key, Any]
"""Value by key."""
RELATIVE = re.compile(r"\s*([+-])\s*(\d+(?:\.\d+)?)\s*%\s*")
"""A change against what holds now: '+30 %' or '-10 %'."""
NAMES = ("id", "name", "measure", "kind", "period")
"""Fields by which an entry of a list is named, in this order."""


def vary(thing: M, changes: Changes, *, name: str | None = None) -> M:
    """Return a copy of a scenario, mixes or plan with some keys changed, checked as the edited file would be.

    changes
        Value by key. Keys and values are those of the file: `{"police.law.median": "5 min", "dispatch.back_up": False}`,
        `{"mixes.one-sro.units.sro-1.post": "library"}`, `{"openings.d-101.lock": "key"}`. '+30 %' and '-10 %' change what
        holds now, all quantities of a spread alike.
    name
        Name of the changed scenario; default: the old name and the changes.

    The family of draws stays, so that the copy meets the same drills. Raises ScenarioError (PlanError for a plan) with every
    fault, each naming its key. The place, script and time of a hostile incident are refused.
    """
    edit = _Edit(thing)
    edit.refuse_lost(list(changes))
    for key, value in changes.items():
        edit.change(key, value)
    edit.refuse()
    given = {k if isinstance(k, str) else ".".join(k): v for k, v in changes.items()}
    if isinstance(thing, Scenario):
        told = label_of(given)
        edit.data["name"] = name or given.get("name") or (f"{thing.name}+{told}" if told else thing.name)
    made: M = edit.read()
    edit.refuse()
    return made


def label_of(changes: Mapping[str, Any]) -> str:
    """Return changes in a few words, such as 'police.law.median=5 min'; without the keys that only name things."""
    parts = [f"{key}={_short(value)}" for key, value in changes.items() if key not in ("name", "title", "family")]
    return ", ".join(parts)


def _short(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = quoted(f"{value:g}" if isinstance(value, float) else value)
    return text if len(text) <= 40 else f"{text[:39]}…"


class _Edit:
    """The data of an object under change, in SI units, and the faults found so far."""

    def __init__(self, thing: Model) -> None:
        self.thing = thing
        self.data: dict[str, Any] = thawed(thing.model_dump(by_alias=True))
        self.what = str(getattr(thing, "name", "")) or type(thing).__name__.lower()
        self.faults: list[Fault] = []
        if isinstance(thing, Mixes):
            own = thing._document.data.get("roles") if thing._document else None
            self.data["roles"] = thawed(own) or {} if thing._document else self.data["roles"]
            for mix in self.data["mixes"].values():
                mix["roles"] = {n: r for n, r in mix["roles"].items() if n not in thing.roles}

    def refuse(self) -> None:
        """Raise the faults found so far, if there are any."""
        if self.faults:
            raise self.thing.refusal(faults=self.faults)

    def fault(self, code: str, key: str, message: str, path: Place) -> None:
        """Add a fault of a key."""
        self.faults.append(Fault(code, self.what, 0, 0, f"{key}: {message}", path=path))

    def refuse_lost(self, keys: Sequence[Key]) -> None:
        """Add a fault for each key that a later one would write over, since it holds it: the change would be told and not made."""
        parts = [tuple(key.split(".") if isinstance(key, str) else map(str, key)) for key in keys]
        for i, inner in enumerate(parts):
            for outer in parts[i + 1 :]:
                if inner[: len(outer)] == outer:
                    told, over = ".".join(inner), ".".join(outer)
                    message = f"'{quoted(over)}' is changed after it, and as a whole. Name '{quoted(over)}' first, or leave one out"
                    self.fault("DS104", told, message, inner)

    # ------------------------------------------------------------------ one key

    def change(self, key: Key, value: Any) -> None:
        """Change one key of the data, or add the fault that keeps it from being changed."""
        steps = key.split(".") if isinstance(key, str) else [str(step) for step in key]
        told = ".".join(steps)
        if isinstance(self.thing, Scenario):
            for top in self.thing.guarded({steps[0]: None}):
                self.fault("DS506", told, GUARD, (top,))
                return
        node: Any = self.data
        owner: Any = self.thing
        path: list[int | str] = []
        while True:
            found = self._step(node, owner, steps, told, tuple(path))
            if found is None:
                return
            step, used = found
            path.append(step)
            inside, steps = _inside(owner, step), steps[used:]
            if not steps:
                node[step] = self._value(value, inside, told, tuple(path))
                return
            node[step] = node = self._opened(node, step, inside, tuple(path))
            if not isinstance(node, (dict, list)):
                self.fault("DS101", told, f"'{path[-1]}' has no keys inside it", tuple(path))
                return
            owner = inside

    def _step(self, node: Any, owner: Any, steps: list[str], key: str, path: Place) -> tuple[int | str, int] | None:
        """Return the next step of a path, and how many parts of the key it takes; None after adding a fault.

        Five arguments: where one is in data and object, what is left of the key, and its place for a fault.
        """
        names: list[str]
        if isinstance(node, list):
            field = next((f for f in NAMES if any(isinstance(e, dict) and e.get(f) for e in node)), "")
            names = [str(e.get(field, "")) if isinstance(e, dict) else "" for e in node]
            for used in range(1, len(steps) + 1):
                token = ".".join(steps[:used])
                if token in names:
                    return names.index(token), used
            if steps[0].isdigit() and int(steps[0]) < len(node):
                return int(steps[0]), 1
            known = [n for n in names if n] or [str(i) for i in range(len(node))]
            message = f"no entry called '{quoted(steps[0])}'.{closest(steps[0], known)}"
            self.fault("DS206", key, message, (*path, steps[0]))
            return None
        if isinstance(owner, Model) and not (isinstance(owner, Mixes) and path):
            names = [f.alias or n for n, f in type(owner).model_fields.items()]
        else:
            names = [str(k) for k in {**node, **(owner if isinstance(owner, dict) else {})}]
        for used in range(1, len(steps) + 1):
            if (token := ".".join(steps[:used])) in names:
                return token, used
        if isinstance(owner, Model):
            near = closest(steps[0], names).replace(" Closest:", " Did you mean")
            near = near.replace("'.", "'?") if "Did you" in near else near
            self.fault("DS101", key, f"unknown key '{quoted(steps[0])}'.{near}", (*path, steps[0]))
            return None
        if path == ("mixes",) and len(steps) > 1:
            self.fault(
                "DS206", key, f"no mix called '{quoted(steps[0])}'.{closest(steps[0], names)}", (*path, steps[0])
            )
            return None
        return steps[0], 1

    def _opened(self, node: Any, step: int | str, inside: Any, path: Place) -> Any:
        """Return the value at a step as data whose keys can be changed."""
        value = node[step] if isinstance(step, int) else node.get(step)
        if not isinstance(inside, Spread):
            inside = inside if isinstance(value, (dict, list)) else self._in_force(inside, path)
        if isinstance(inside, Spread):
            if isinstance(value, dict) and "form" not in value:
                return value
            written = inside.written()
            return written if isinstance(written, dict) else {}
        return {} if value is None else value

    def _in_force(self, value: Any, path: Place) -> Any:
        """Return the shipped law that holds where a scenario names a preset, or writes nothing."""
        drill = self.thing
        if not isinstance(drill, Scenario) or isinstance(value, (Model, Spread)):
            return value
        if path == ("police", "law"):
            laws = {value} if isinstance(value, str) else {i.row.police_law for i in drill.incidents}
            return POLICE_LAWS[laws.pop()] if len(laws) == 1 else value
        if value is None and path[:1] == ("incidents",) and path[-1] in ("lasts", "act") and isinstance(path[1], int):
            return getattr(drill.incidents[path[1]].row, str(path[-1]))
        shipped: dict[Place, Callable[[], Any]] = {
            ("ems", "law"): lambda: TARGET_RESPONSE,
            ("fire-service", "law"): lambda: TARGET_RESPONSE,
            ("reporting", "delay"): lambda: REPORT_DELAY[drill.reporting.by],
            ("protocol", "announce_delay"): lambda: ANNOUNCE_DELAY.get(
                (drill.protocol.action, drill.protocol.announced_by)
            ),
        }
        return shipped[path]() if value is None and path in shipped else value

    def _value(self, value: Any, inside: Any, key: str, path: Place) -> Any:
        """Return a value as data; a relative one as what follows from the value that holds now."""
        match = RELATIVE.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            return _as_written(value)
        factor = 1.0 + float(f"{match[1]}{match[2]}") / 100.0
        now = self._in_force(inside, path)
        if isinstance(now, Spread):
            return now.written(factor)
        if isinstance(now, (int, float)) and not isinstance(now, bool):
            scaled = now * factor
            return round(scaled) if isinstance(now, int) and abs(scaled - round(scaled)) < 1e-9 else scaled
        if isinstance(now, Model) and all(isinstance(v, (int, float, str, type(None))) for _, v in now):
            return {k: v * factor if isinstance(v, float) else v for k, v in now}
        self.fault("DS104", key, f"there is no number to be changed by {value.strip()}. Write the whole value", path)
        return value

    # ------------------------------------------------------------------ the whole

    def read(self) -> Any:
        """Return the changed object, or add its faults."""
        model, data = type(self.thing), self.data
        document = Document(self.what, data, Spot(-1, -1))
        context: dict[str, Any] = {"si": True}
        if isinstance(self.thing, FloorPlan):
            context["bare_lengths"] = data.get("units")
        while True:
            self.faults = []
            try:
                made = model.model_validate(self._with_roles(data), context=context)
                if isinstance(made, Mixes):
                    made.complete()
                break
            except ValidationError as e:
                if not _take_as_text(data, e):
                    self.faults += faults_of(e, document, model)
                    return None
        if isinstance(made, FloorPlan):
            self.faults += only_errors(check_plan(made))
        if isinstance(made, Scenario) and isinstance(self.thing, Scenario):
            made._document = self.thing._document
            self._try_overrides(made)
        if isinstance(made, Mixes) and isinstance(self.thing, Mixes) and (old := self.thing._document):
            made._document = Document(old.file, {**old.data, "roles": data["roles"]}, old.spot)
        return made

    def _with_roles(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the data with whole roles, where a mixes file writes only what differs from a shipped one."""
        if not (isinstance(self.thing, Mixes) and self.thing._document and isinstance(data["roles"], dict)):
            return data
        roles = {}
        for name, role in data["roles"].items():
            like = role.get("like") if isinstance(role, dict) else None
            if isinstance(like, str) and like not in SHIPPED:
                self.fault(
                    "DS205",
                    f"roles.{name}.like",
                    f"no role called '{quoted(like)}'.{closest(like, SHIPPED)}",
                    ("roles", name),
                )
            whole = role is None or (
                isinstance(role, dict) and (like is None or (isinstance(like, str) and like in SHIPPED))
            )
            roles[name] = role_values(name, role) if whole else role
        return {**data, "roles": roles}

    def _try_overrides(self, made: Scenario) -> None:
        """Try every named override of the changed scenario, as its file would be."""
        for name in made.overrides:
            try:
                made.with_override(name)
            except DrillsimError as e:
                self.faults += e.faults or (Fault("DS506", self.what, 0, 0, f"overrides.{name}: {e}"),)
            except ValidationError as e:
                self.faults += faults_of(e, Document(f"{self.what}+{name}", {}, Spot(-1, -1)), Scenario)


def _inside(owner: Any, step: int | str) -> Any:
    """Return what an object holds at a step of a path in its file; None where it holds nothing."""
    if isinstance(owner, Model):
        fields = type(owner).model_fields
        name = next((n for n, f in fields.items() if step in (n, f.alias)), "")
        return getattr(owner, name, None)
    if isinstance(owner, dict):
        return owner.get(step)
    if isinstance(owner, (tuple, list)) and isinstance(step, int):
        return owner[step]
    return None


def _as_written(value: Any) -> Any:
    """Return a value with its numbers marked as a file's, which need their units."""
    if isinstance(value, Mapping):
        return {k: _as_written(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_as_written(v) for v in value]
    if hasattr(value, "item") and not isinstance(value, str):  # a number of numpy
        value = value.item()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Written(value, str(value)) if isinstance(value, float) else _whole(value)
    return value


def _whole(value: int) -> Any:
    try:
        return Written(value, str(value))
    except OverflowError:
        return value


def _take_as_text(data: Any, error: ValidationError) -> bool:
    """Replace numbers by their text wherever a name is needed; return whether there were any."""
    found = False
    for one in error.errors(include_url=False):
        number = one.get("input")
        if one["type"] not in ("string_type", "DS104") or not isinstance(number, Written):
            continue
        owner, node = None, data
        last: Any = None
        for step in one["loc"]:
            try:
                inside = node[step]
            except (KeyError, IndexError, TypeError):
                continue  # the alternative of a union
            owner, node, last = node, inside, step
        if owner is not None and node is number:
            owner[last], found = number.text, True
    return found
