"""The numbers a study was played with: every key of its scenarios and mixes with its value, whose it is, and its source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel, ValidationError, WithJsonSchema

from drillsim.documents.document import Model
from drillsim.errors import DrillsimError
from drillsim.notation import UNITS
from drillsim.quantities import Spread, written
from drillsim.report.workbook.table import Row, SheetTable, columns
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mixes, Role

SOURCE = re.compile(r"docs/sources\.md#[a-z0-9-]+|\bA:[a-z_]+\.[a-z0-9_]+")
_NOT_NUMBERS = frozenset(
    {"drillsim", "drillsim_mixes", "name", "title", "family", "plan", "overrides", "kinds", "like"}
)
DEFAULT, YOURS = "default", "yours"


@dataclass(frozen=True)
class Setting:
    """One key with its value: whether it is the shipped default or the user's, what it means, and its source."""

    key: str
    value: str
    whose: str
    meaning: str
    sources: str


def settings_of(model: Model, prefix: str = "", base: Model | None = None) -> Iterator[Setting]:
    """Yield the keys of a scenario or mixes below a prefix.

    base
        The same section with nothing but defaults; None where it has required keys, so that all of it is the user's.
    """
    for name, field in type(model).model_fields.items():
        if name in _NOT_NUMBERS:
            continue
        key, value = f"{prefix}{field.alias or name}", getattr(model, name)
        is_given = base is None or field.is_required()
        usual = getattr(base, name) if base is not None else None
        if isinstance(value, Model):
            yield from settings_of(value, f"{key}.", usual if type(usual) is type(value) else pristine(value))
            continue
        parts = list(_parts(value, key))
        if parts:
            for place, part in parts:
                yield from settings_of(part, f"{place}.", pristine(part))
            continue
        if value in (None, "", (), {}) and (is_given or value == usual):
            continue
        meaning = " ".join((field.description or "").split())
        sources = ", ".join(dict.fromkeys(SOURCE.findall(meaning)))
        whose = DEFAULT if not is_given and value == usual else YOURS
        unit = _unit(field.annotation, *field.metadata)
        yield Setting(key, _with_unit(value, unit), whose, meaning, sources)


def _parts(value: Any, key: str) -> Iterable[tuple[str, Model]]:
    """Yield the models that a list or mapping holds, each with its key."""
    if isinstance(value, Mapping):
        yield from ((f"{key}.{name}", part) for name, part in value.items() if isinstance(part, Model))
    elif isinstance(value, tuple):
        yield from (
            (f"{key}[{getattr(part, 'id', '') or place}]", part)
            for place, part in enumerate(value, 1)
            if isinstance(part, Model)
        )


def pristine(section: Model) -> Model | None:
    """Return a section with nothing but defaults beside the keys that must be given; None where these do not stand alone."""
    sort = type(section)
    needed = {f.alias or n: getattr(section, n) for n, f in sort.model_fields.items() if f.is_required()}
    try:
        return sort.model_validate(needed, context={"si": True})
    except (DrillsimError, ValidationError):
        return None


@cache
def _units() -> dict[str, str]:
    """Return the SI unit of a quantity by the regular expression of its written form; '%' for shares."""
    return {
        str(written(kind, bare=bare)["pattern"]): "%" if kind == "share" else next(iter(units))
        for kind, units in UNITS.items()
        for bare in (False, True)
    }


def _unit(annotation: Any, *metadata: Any) -> str:
    """Return the SI unit of a field, found in its annotation; '' for words and plain numbers."""
    for part in metadata:
        if isinstance(part, WithJsonSchema) and isinstance(part.json_schema, dict):
            found = _units().get(str(part.json_schema.get("pattern")))
            if found:
                return found
    inside = (_unit(part, *getattr(part, "__metadata__", ())) for part in get_args(annotation))
    return next((unit for unit in inside if unit), "")


def _with_unit(value: Any, unit: str) -> str:
    """Return a value as text with its unit; shares in per cent, in lists and mappings too."""
    if isinstance(value, float) and unit:
        return f"{100 * value:g} %" if unit == "%" else f"{value:g} {unit}"
    if isinstance(value, Mapping):
        return ", ".join(f"{k}: {_with_unit(v, unit)}" for k, v in value.items())
    return _text(value)


def _text(value: Any) -> str:
    """Return a value in SI units as text; a spread by its parameters."""
    if isinstance(value, Spread):
        return str(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{k}: {_text(v)}" for k, v in value.items())
    if isinstance(value, (tuple, list)):
        return ", ".join(map(_text, value))
    return str(value.model_dump(mode="json")) if isinstance(value, BaseModel) else str(value)


def assumption_rows(scenarios: Mapping[str, Scenario], mixes: Mixes) -> Iterator[Row]:
    """Yield one row per key and value of a study: those of the user first, in the order of the files, then the defaults.

    scenarios
        By the title that people know. Keys that have one value in several scenarios stand once, with their names.
    """
    minimal = Scenario.model_validate({"name": "x", "incidents": [{"kind": "fire", "where": "x"}]})
    where: dict[tuple[str, str, str], tuple[Setting, list[str]]] = {}
    for title, scenario in scenarios.items():
        for one in settings_of(scenario, base=minimal):
            where.setdefault((one.key, one.value, one.whose), (one, []))[1].append(title)
    rows = [(one, _titles(found, scenarios)) for one, found in where.values()]
    rows += [(one, "staffing") for one in _of_mixes(mixes)]
    for whose in (YOURS, DEFAULT):
        yield from ((x.key, x.value, x.whose, at, x.meaning, x.sources) for x, at in rows if x.whose == whose)


def _titles(found: Sequence[str], scenarios: Mapping[str, Scenario]) -> str:
    return "every scenario" if len(found) == len(scenarios) > 1 else ", ".join(found)


def _of_mixes(mixes: Mixes) -> Iterator[Setting]:
    """Yield the units of every mix, and the figures of the roles that they have, held against the shipped ones."""
    shipped = Mixes.model_validate({"present": "x", "mixes": {"x": {}}}).roles
    used: dict[str, Any] = {}
    for name in mixes:
        for unit in mixes[name].units:
            yield from settings_of(unit, f"mixes.{name}.{unit.id}.", pristine(unit))
            used[unit.role] = mixes[name].roles.get(unit.role)
    for name, role in used.items():
        if isinstance(role, Role):
            yield from settings_of(role, f"roles.{name}.", shipped.get(name) or shipped.get(role.like or ""))


def assumptions_table(scenarios: Mapping[str, Scenario], mixes: Mixes | None) -> SheetTable:
    """Return every number of a study with its source; empty without the files."""
    note = (
        "Every setting of the study, lengths in m and times in s: yours first, then the shipped defaults. Sources "
        "'A:...' are numbered assumptions (docs/assumptions.md), others stand in docs/sources.md."
        if mixes is not None
        else "The files of this study are not at hand; its folder keeps them in inputs/."
    )
    head = columns(
        ("Key in the file", "words"), ("Value, with unit", "words"), ("Whose", "text"), ("Where", "words"), ("Meaning", "long"),
        ("Source or assumption", "words"),
    )  # fmt: skip
    return SheetTable("Assumptions", note, head, assumption_rows(scenarios, mixes) if mixes is not None else ())


__all__ = ["Setting", "assumption_rows", "assumptions_table", "settings_of"]
