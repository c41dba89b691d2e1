"""What is wrong with values that have not the form of a model, in the words of the file and with what to write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from drillsim.documents.yaml_source import Spot
from drillsim.errors import closest
from drillsim.escape import quoted

Steps = tuple[int | str, ...]
_BOUNDS = {
    "greater_than_equal": ("ge", "greater than or equal to"),
    "greater_than": ("gt", "greater than"),
    "less_than_equal": ("le", "less than or equal to"),
    "less_than": ("lt", "less than"),
}
_FORMS = {
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "is larger than any number that is read",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "string_type": "must be a text",
}
_LISTS = ("list_type", "tuple_type")
_SECTIONS = ("model_type", "model_attributes_type", "dict_type")
MOST_WORDS = 20
"""Most allowed words that a message lists."""
MOST_SHOWN = 40
"""Most characters of a value that a message repeats."""


@dataclass(frozen=True)
class Malformed:
    """A value of the wrong form: code, message, and where it stands."""

    code: str
    message: str
    path: Steps
    at_key: bool = False


def worded(errors: Sequence[Mapping[str, Any]], model: type[BaseModel], data: Any, spot: Spot) -> list[Malformed]:
    """Return the errors of pydantic as messages, one for each cause.

    errors
        What `ValidationError.errors` returns.
    data, spot
        The file as it was read, and the positions of its parts.
    """
    # pydantic counts only valid entries, so it also calls a list with faulty entries too short
    inner = {one["loc"][:i] for one in errors for i in range(len(one["loc"]))}
    told: list[Malformed] = []
    lacking: set[Steps] = set()
    for one in _one_alternative(errors, data):
        path = tuple(one["loc"])
        if one["type"] == "too_short" and path in inner:
            continue
        if one["type"] == "missing" and isinstance(path[-1], int):
            if path[:-1] in lacking:
                continue
            lacking.add(path[:-1])
        told.append(_message(one, model, data, spot))
    return told


def _one_alternative(errors: Sequence[Mapping[str, Any]], data: Any) -> list[Mapping[str, Any]]:
    """Return the errors without those of the alternatives of a union that the value was not meant for.

    A key may take a word or a section ('locked: outside', 'locked: {keeps_out_of: room}'); pydantic reports both.
    """
    places = [(steps_in_file(data, one["loc"]), one["type"] in ("literal_error", "enum")) for one in errors]
    words = {at for at, is_word in places if is_word}
    others = [at for at, is_word in places if not is_word]
    sections = {
        at for at in words if isinstance(_value(data, at), Mapping) and any(other[: len(at)] == at for other in others)
    }
    kept = []
    for one, (at, is_word) in zip(errors, places, strict=True):
        if not (is_word and at in sections) and not (one["type"] in _SECTIONS and at in words):
            kept.append(one)
    return kept


def _message(one: Mapping[str, Any], model: type[BaseModel], data: Any, spot: Spot) -> Malformed:
    path: Steps = tuple(one["loc"])
    kind, context = str(one["type"]), one.get("ctx", {})
    name = str(path[-1]) if path else ""
    label = ".".join(str(s) for s in _named(data, path))
    value = one.get("input")
    written = value if isinstance(value, str) else _text_at(spot, steps_in_file(data, path)) or quoted(value)
    if kind == "extra_forbidden":
        return Malformed(
            "DS101", _unknown_key(name, closest(name, _fields(model, path[:-1])), value), path, at_key=True
        )
    if kind == "missing":
        inside = _named(data, path[:-1])
        if isinstance(path[-1], int):
            owner = ".".join(map(str, inside))
            return Malformed(
                "DS102", f"{owner}: an entry is missing. Two entries are written [a, b], with a comma", path[:-1]
            )
        owner = f" in '{inside[-1]}'" if inside and isinstance(inside[-1], str) else ""
        return Malformed("DS102", f"'{name}' is missing{owner}", path[:-1], at_key=True)
    if kind in ("literal_error", "enum"):
        words = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        key = next((s for s in reversed(_named(data, path)) if isinstance(s, str)), name)
        if value is None:
            return Malformed("DS104", f"{label}: the value is missing.{closest('', words, most=MOST_WORDS)}", path)
        near = closest(written, words, most=MOST_WORDS)
        return Malformed("DS103", f"{key}: '{quoted(written)}' is not one of the words allowed here.{near}", path)
    if kind in _BOUNDS:
        bound, words_ = context.get(_BOUNDS[kind][0]), _BOUNDS[kind][1]
        if written.rstrip().endswith("%") and isinstance(bound, int | float):
            bound = f"{100 * bound:g} %"
        elif isinstance(bound, int | float):
            bound = f"{bound:.10g}"
        return Malformed("DS105", f"{label}: must be {words_} {bound}, found {quoted(written)}", path)
    code = kind if kind.startswith("DS") and value is not None else "DS104"
    plain = _form(kind, context, value, written, _field(model, path)) or _plainly(str(one["msg"]))
    return Malformed(code, f"{label}: {plain}" if label else plain, path)


def _unknown_key(name: str, near: str, value: Any) -> str:
    if "Closest" in near:
        near = near.replace(" Closest:", " Did you mean").replace("'.", "'?")
    elif value is None:  # {label: Room 1, north wing} holds a key 'north wing' without a value
        near = " Does it belong to the text before the comma? A text with a comma stands in quotes, a number has none"
    return f"unknown key '{quoted(name)}'.{near}"


def _form(kind: str, context: Mapping[str, Any], value: Any, written: str, key: FieldInfo | None) -> str:
    """Return what is wrong with the form of a value, and what to write; '' where the error's own words say it.

    written
        The value as the file has it.
    key
        The key of a model that has the value; None for an entry of a list.
    """
    if kind.startswith("DS") and value is not None:
        return ""
    if kind == "too_long":
        return f"at most {context.get('max_length')} entries, found {context.get('actual_length')}. Remove the surplus"
    if kind == "too_short":
        least = context.get("min_length")
        entries = "entry" if least == 1 else "entries"
        return f"needs at least {least} {entries}, found {context.get('actual_length')}"
    if value is None or kind == "string_too_short":
        return f"the value is missing. Write one{'' if key is None or key.is_required() else ', or remove the key'}"
    found = (
        f", found '{quoted(written)}'" if len(written) <= MOST_SHOWN and not isinstance(value, (list, Mapping)) else ""
    )
    if kind in _FORMS:
        return _FORMS[kind] + found
    if kind in _LISTS:
        is_word = (
            key and ... in get_args(key.annotation) and isinstance(value, str) and re.fullmatch(r"[\w .-]+", value)
        )
        remedy = f". Write [{value}]" if found and is_word else ", in brackets: [a, b]"
        return f"must be a list{remedy}"
    if kind in _SECTIONS:
        return f"must be a section of 'key: value' lines{found}"
    return ""


def _plainly(message: str) -> str:
    """Return a message of pydantic without Python terms."""
    message = re.sub(r" or instance of \w+|^Value error, ", "", message).replace("Input should be", "must be")
    return message.replace("dictionary", "mapping ('key: value' lines)").replace("valid tuple", "list")


def steps_in_file(data: Any, path: Iterable[int | str]) -> Steps:
    """Return the steps of an error's path that exist in the file; pydantic adds the alternatives of unions."""
    kept: list[int | str] = []
    node = data
    for step in path:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            continue
        kept.append(step)
    return tuple(kept)


def _named(data: Any, path: Iterable[int | str]) -> list[int | str]:
    """Return these steps as messages name them: an entry of a list by its id, if it has one."""
    kept: list[int | str] = []
    node = data
    for step in steps_in_file(data, path):
        node = node[step]
        id_ = node.get("id") if isinstance(node, Mapping) and isinstance(step, int) else None
        kept.append(step if id_ in (None, "") or isinstance(id_, (list, Mapping)) else id_)
    return kept


def _value(data: Any, path: Steps) -> Any:
    for step in path:
        data = data[step]
    return data


def _text_at(spot: Spot, path: Steps) -> str:
    """Return the scalar that the file has at a place, as it is written."""
    for step in path:
        if step not in spot.inside:
            return ""
        spot = spot.inside[step]
    return spot.text


def _field(model: Any, path: Steps) -> FieldInfo | None:
    """Return the key of a model at the end of a path; None for an entry of a list."""
    owner = _model_at(model, path[:-1])
    field = owner.model_fields.get(path[-1]) if path and _is_model(owner) else None
    return field if isinstance(field, FieldInfo) else None


def _fields(model: Any, path: Iterable[int | str]) -> list[str]:
    owner = _model_at(model, path)
    return [f.alias or n for n, f in owner.model_fields.items()] if _is_model(owner) else []


def _model_at(model: Any, path: Iterable[int | str]) -> Any:
    for step in path:
        found = _models(model.model_fields[step].annotation) if _is_model(model) and step in model.model_fields else []
        if found:
            model = found[0]
    return model


def _is_model(thing: Any) -> bool:
    return isinstance(thing, type) and issubclass(thing, BaseModel)


def _models(annotation: Any) -> list[Any]:
    if _is_model(annotation):
        return [annotation]
    return [m for a in get_args(annotation) for m in _models(a)]
