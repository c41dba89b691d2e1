"""PlanParts of a plan file while its short forms are written out: data with the place in the file that each came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from drillsim.documents.document import Document, Model, faults_of, take_as_written
from drillsim.documents.yaml_source import Spot
from drillsim.errors import Fault
from drillsim.notation import UNITS
from drillsim.plan.model import Point

XY = tuple[float, float]
M = TypeVar("M", bound=Model)
SECTIONS = ("spaces", "openings", "stairs", "ramps", "posts", "cameras", "equipment")
"""Lists whose objects short forms stand for or copy."""
_RING: TypeAdapter[tuple[XY, ...]] = TypeAdapter(tuple[Point, ...])


@dataclass(frozen=True)
class FormOrigin:
    """The short form that an object came from."""

    form: str
    """row, between, mirror or repeat."""
    path: tuple[int | str, ...]
    """Its place in the file as written, such as ('spaces', 3)."""


@dataclass
class PlanPart:
    """An object of a section: its data, the positions of its keys, and the short form it came from."""

    data: Any
    spot: Spot
    origin: FormOrigin | None = None

    @property
    def id(self) -> str:
        """Its id as text; '' where it has none."""
        return self.name("id")

    def name(self, key: str) -> str:
        """Return a name that stands under a key, as the file has it: 0123 for the number 123."""
        return text_of(self.data.get(key), self.spot.inside.get(key)) if isinstance(self.data, Mapping) else ""

    def names(self, key: str) -> list[str]:
        """Return the names of a list."""
        values, spot = self.data.get(key), self.spot.inside.get(key)
        if not isinstance(values, list):
            return []
        return [text_of(v, spot.inside.get(i) if spot else None) for i, v in enumerate(values)]


@dataclass
class PlanParts:
    """All parts of a plan file by section, and the faults of its short forms."""

    document: Document
    context: dict[str, Any]
    lists: dict[str, list[PlanPart]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    """Ids of objects that could not be made."""

    def metres(self, points: Iterable[XY]) -> list[list[str]]:
        """Return points in metres as this file has them."""
        unit = self.context["bare_lengths"]
        return written_points(points, unit if unit in UNITS["length"] else None)

    def space(self, id_: str) -> PlanPart | None:
        """Return the space of this id."""
        return next((p for p in self.lists["spaces"] if p.id == id_), None)

    def ring(self, part: PlanPart, key: str = "polygon") -> tuple[XY, ...] | None:
        """Return corners in metres; None where they are malformed, which the reader of the plan tells."""
        return self.points(part.data.get(key)) if isinstance(part.data, Mapping) else None

    def points(self, value: Any) -> tuple[XY, ...] | None:
        """Return a list of points in metres; None where it is malformed."""
        try:
            return _RING.validate_python(value, context=self.context)
        except ValidationError:
            return None

    def read(self, part: PlanPart, model: type[M], path: tuple[int | str, ...]) -> M | None:
        """Return the keys of a short form, or None and its faults."""
        own = {f.alias or name for name, f in model.model_fields.items()}
        data = {key: value for key, value in part.data.items() if key in own}
        inside = Document(self.document.file, data, part.spot)
        while True:
            try:
                return model.model_validate(data, context=self.context)
            except ValidationError as e:
                if not take_as_written(data, part.spot, e):
                    self.faults += [replace(f, path=(*path, *f.path)) for f in faults_of(e, inside, model)]
                    return None

    def refuse(self, message: str, part: PlanPart, key: str, path: tuple[int | str, ...]) -> None:
        """Note that a short form cannot be written out."""
        inside = Document(self.document.file, part.data, part.spot)
        self.faults.append(replace(inside.fault("DS316", message, (key,)), path=(*path, key)))


def text_of(value: Any, spot: Spot | None) -> str:
    """Return a name as the file has it."""
    if value is None or isinstance(value, (str, list, Mapping)):
        return value if isinstance(value, str) else ""
    return (spot.text if spot else "") or str(value)


def at_one_place(spot: Spot, place: Spot) -> Spot:
    """Return positions of a copied object: all at the short form, with the texts of the copied one."""
    inside = {key: at_one_place(one, place) for key, one in spot.inside.items()}
    return Spot(place.line, place.column, inside, dict.fromkeys(spot.keys, (place.line, place.column)), spot.text)


def rest_of(part: PlanPart, form: type[Model], more: Iterable[str] = ()) -> tuple[dict[str, Any], dict[Any, Spot]]:
    """Return the keys of a short form that belong to what it stands for, with their positions."""
    own = {f.alias or name for name, f in form.model_fields.items()} | set(more)
    return (
        {k: deepcopy(v) for k, v in part.data.items() if k not in own},
        {k: spot for k, spot in part.spot.inside.items() if k not in own},
    )


def written_points(points: Iterable[XY], unit: str | None) -> list[list[str]]:
    """Return points as the file has them, in its unit, to a billionth: 68 ft are no 67.999999999999."""
    unit = unit or "m"
    size = UNITS["length"][unit]
    return [[f"{round(float(v) / size, 9) + 0.0!r} {unit}" for v in point] for point in points]
