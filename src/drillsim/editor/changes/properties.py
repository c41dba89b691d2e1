"""Properties of things as a form shows them: name, kind of field, choices, help, and the value in the words of the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from drillsim.documents.document import told_of_code
from drillsim.editor.changes.draft import Draft, Thing, find, replaced
from drillsim.errors import PlanError
from drillsim.notation import length_text
from drillsim.plan.model import Assembly, Camera, Equipment, FloorPlan, Level, Opening, Post, Ramp, Space, Stair

MODELS: dict[str, type[BaseModel]] = {
    "levels": Level, "spaces": Space, "openings": Opening, "stairs": Stair, "ramps": Ramp, "posts": Post,
    "cameras": Camera, "equipment": Equipment, "assembly": Assembly,
}  # fmt: skip
DRAWN = frozenset({"id", "polygon", "holes", "line", "at", "spaces", "space", "level", "lower", "upper"})
"""Fields that are drawn, or that say where something is; a form does not show them."""
LABELS = {
    "pa": "Announcements are heard here", "radio": "Radio works here", "through": "A way for people who do not belong here",
    "supervised": "An adult is normally here", "landing": "Standing area of a stair room", "alarm": "Opening it rings at the front office",
    "wide_on_purpose": "Unusual width is meant", "locked": "Locked at the start", "lower_opening": "Door at the foot",
    "upper_opening": "Door at the head", "watches": "Watches these spaces", "exits": "Exits that lead here",
}  # fmt: skip
"""What a form calls fields whose name says too little."""
LENGTHS = frozenset({"elevation", "width", "length", "rise", "riser", "tread"})
"""Fields that are lengths, shown in the unit of the file."""


def fields() -> dict[str, list[dict[str, Any]]]:
    """Return the fields of a form for each section: name, label, kind ('text', 'number', 'choice', 'yes', 'names'), choices, help."""
    return {section: list(_fields(model)) for section, model in MODELS.items()}


def _fields(model: type[BaseModel]) -> Iterator[dict[str, Any]]:
    for name, field in model.model_fields.items():
        kind, choices = _kind(name, field)
        if name not in DRAWN and kind:
            help_ = " ".join((field.description or "").split(" Source:")[0].split())
            label = LABELS.get(name, name[0].upper() + name[1:].replace("_", " "))
            yield {"name": name, "label": label, "kind": kind, "choices": choices, "help": help_}


def _kind(name: str, field: FieldInfo) -> tuple[str, list[str]]:
    """Return the kind of a form's field and its choices; '' for values that only the file can hold."""
    if name in LENGTHS or name in ("landing", "slope"):
        return "text", []
    parts = [field.annotation, *get_args(field.annotation)]
    words = [w for part in parts if get_origin(part) is Literal for w in get_args(part)]
    if words:
        return "choice", [*([""] if not field.is_required() and field.default is None else []), *words]
    if bool in parts:
        return ("choice", ["", "yes", "no"]) if type(None) in parts else ("yes", [])
    if int in parts or float in parts:
        return "number", []
    if str in parts:
        return "text", []
    if get_origin(field.annotation) is tuple and get_args(field.annotation)[0] is str:
        return "names", []
    return "", []


def shown(section: str, thing: Thing, unit: str | None) -> dict[str, Any]:
    """Return the values of a thing for its form."""
    model = MODELS[section]
    values: dict[str, Any] = {}
    for field in _fields(model):
        name = field["name"]
        value = thing.get(name, model.model_fields[name].default)
        if name in LENGTHS and isinstance(value, int | float):
            value = length_text(value, unit)
        elif name == "landing" and value is not None and not isinstance(value, str):
            value = f"{value:g} m2"
        elif field["kind"] == "choice" and isinstance(value, bool):
            value = "yes" if value else "no"
        values[name] = (
            [*value] if field["kind"] == "names" else value if isinstance(value, str | int | float | bool) else ""
        )
    return values


def set_property(draft: Draft, section: str, id_: str, name: str, value: Any) -> Draft:
    """Return the draft with one property of a thing changed, as somebody writes it: '36 in', 'yes', 24; '' is the default.

    Raises PlanError with what is wrong about the value.
    """
    thing, model = find(draft, section, id_), MODELS[section]
    field = next((f for f in _fields(model) if f["name"] == name), None)
    if field is None:
        raise PlanError(f"'{name}' is no property that can be changed here")
    if value in ("", None) or (field["kind"] == "names" and not value):
        return replaced(draft, section, [{k: v for k, v in thing.items() if k != name}])
    return replaced(draft, section, [_checked(model, thing, name, _meant(field, name, value, draft.get("units")))])


def _meant(field: dict[str, Any], name: str, value: Any, unit: str | None) -> Any:
    if isinstance(value, str):
        value = value.strip()
        if field["kind"] == "choice" and field["choices"] == ["", "yes", "no"]:
            return value == "yes"
        if field["kind"] == "number":
            return float(value) if "." in value else int(value) if value.lstrip("-").isdigit() else value
        if name in LENGTHS and unit and value.replace(".", "", 1).isdigit():
            return f"{value} {unit}"
    return value


def _checked(model: type[BaseModel], thing: Thing, name: str, value: Any) -> Thing:
    try:
        new = model.model_validate({**thing, name: value}, context={"si": True})
    except ValidationError as e:
        raise PlanError(faults=told_of_code(e, model, {**thing, name: value}).faults) from None
    return new.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def set_of_plan(draft: Draft, name: str, value: Any) -> Draft:
    """Return the draft with its name or true north changed."""
    if name == "name" and isinstance(value, str) and value.strip():
        return {**draft, "name": value.strip()[:200]}
    if name == "grid_north_deg":
        try:
            return {**draft, name: float(value) % 360.0}
        except (TypeError, ValueError):
            raise PlanError("true north is a number of degrees, clockwise from the top of the plan") from None
    raise PlanError(
        f"'{name}' of the plan cannot be set to this; known: {', '.join(n for n in ('name', 'grid_north_deg') if n in FloorPlan.model_fields)}"
    )
