"""Plan as the data of its file: keys in order, what is as by default left out, lengths in the file's own unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from drillsim.documents.document import Model
from drillsim.plan.model import FloorPlan
from drillsim.plan.writing import lengths
from drillsim.quantities import Area, Length, Share, Slope, parse

Write = Callable[[Any], Any]


def plan_document(plan: FloorPlan) -> dict[str, Any]:
    """Return the data of a plan file from which `read_plan` makes an equal plan: plain mappings, lists, numbers, texts.

    Keys stand in the order of the reference, lists in the order of the plan; ids are texts, those made of digits too. Short
    forms are written out.
    """
    return {"drillsim_plan": 1, **_section(plan, plan.units)}


def _section(model: Model, unit: str | None) -> dict[str, Any]:
    """Return a model as `key: value` pairs without what is as by default."""
    data: dict[str, Any] = {}
    for name, hint in _hints(type(model)).items():
        field = type(model).model_fields[name]
        value = getattr(model, name)
        if field.is_required() or value != _default(type(model), name):
            data[field.alias or name] = _value(value, hint, unit)
    return data


@cache
def _hints(model: type[Model]) -> Mapping[str, Any]:
    """Return the type of every key with its quantity, which pydantic's own table of fields has dropped."""
    hints = get_type_hints(model, include_extras=True)
    return {name: hints[name] for name in model.model_fields}


@cache
def _default(model: type[Model], name: str) -> Any:
    """Return the default of a key as a model holds it, in SI units."""
    value = model.model_fields[name].get_default(call_default_factory=True)
    is_length = _hints(model)[name] == Length
    return parse(value, "length") if is_length and isinstance(value, str) else value


def _value(value: Any, hint: Any, unit: str | None) -> Any:
    if value is None or isinstance(value, Model):
        return None if value is None else _section(value, unit)
    write = _writer(hint, unit)
    if write is not None:
        return write(value)
    inner = [kind for kind in get_args(hint) if kind is not type(None)]
    if get_origin(hint) in (Union, UnionType):
        return _value(value, inner[0] if len(inner) == 1 else Any, unit)
    if isinstance(value, Mapping):
        return {str(key): _value(part, inner[1] if len(inner) > 1 else Any, unit) for key, part in value.items()}
    if isinstance(value, tuple):
        kinds = [inner[0]] * len(value) if inner[-1:] == [...] else inner
        return [_value(part, kind, unit) for part, kind in zip(value, kinds, strict=True)]
    return lengths.plain(value) if isinstance(value, float) else value


def _writer(hint: Any, unit: str | None) -> Write | None:
    """Return how a quantity of this type is written; None for anything that is no quantity."""
    if get_origin(hint) is not Annotated:
        return None
    table: tuple[tuple[Any, Write], ...] = (
        (Length, partial(lengths.length, unit=unit)),
        (Area, partial(lengths.area, unit=unit)),
        (Share, lengths.share),
        (Slope, lengths.slope),
    )
    return next((write for kind, write in table if hint == kind), None)
