"""A plan file with all its short forms written out, each object knowing its line and the form it came from."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from drillsim.documents.document import Document
from drillsim.documents.yaml_source import Spot
from drillsim.errors import Fault
from drillsim.plan.short_forms.copies import copy_spaces, copy_things
from drillsim.plan.short_forms.doors import write_doors
from drillsim.plan.short_forms.parts import SECTIONS, FormOrigin, PlanPart, PlanParts
from drillsim.plan.short_forms.rows import write_rows


@dataclass(frozen=True)
class Expanded:
    """A plan file written out.

    document
        The data as if every room and door had been written, with positions in the file as it is.
    faults
        What is wrong with the short forms; objects that could not be made are left out.
    origins
        The short form of each object that came from one, by section and id.
    unread
        Ids of the objects that could not be made.
    """

    document: Document
    faults: tuple[Fault, ...]
    origins: Mapping[tuple[str, str], FormOrigin]
    unread: frozenset[str]


def expand(document: Document) -> Expanded:
    """Write out the short forms of a plan file; a file without any is returned as it is."""
    if not _has_short_forms(document.data):
        return Expanded(document, (), {}, frozenset())
    parts = PlanParts(document, {"bare_lengths": document.data.get("units")})
    data = deepcopy(document.data)
    for section in SECTIONS:
        things = data.get(section)
        spot = document.spot.inside.get(section)
        read = isinstance(things, list) and spot is not None
        parts.lists[section] = [PlanPart(t, spot.inside[i]) for i, t in enumerate(things)] if read and spot else []
    write_rows(parts)
    copies = data.pop("copies", None) or []
    spot = document.spot.inside.get("copies", Spot(0, 0))
    listed = [PlanPart(c, spot.inside[i]) for i, c in enumerate(copies)] if isinstance(copies, list) else []
    if copies and not listed:
        parts.refuse(
            "must be a list of copies: [{mirror: …}, {repeat: …}]", PlanPart(data, document.spot), "copies", ()
        )
    wings = copy_spaces(parts, listed)
    write_doors(parts)
    for wing in wings:
        copy_things(parts, wing)
    return _written_out(document, data, parts)


def _has_short_forms(data: Mapping[str, Any]) -> bool:
    marks = (("spaces", "row"), ("openings", "between"))
    return "copies" in data or any(
        isinstance(thing, dict) and mark in thing for section, mark in marks for thing in _list(data.get(section))
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _written_out(document: Document, data: dict[str, Any], parts: PlanParts) -> Expanded:
    inside = {key: spot for key, spot in document.spot.inside.items() if key != "copies"}
    origins: dict[tuple[str, str], FormOrigin] = {}
    for section, things in parts.lists.items():
        if not things and not isinstance(data.get(section), list):
            continue
        data[section] = [part.data for part in things]
        was = inside.get(section) or (things[0].spot if things else Spot(0, 0))
        inside[section] = Spot(was.line, was.column, {i: part.spot for i, part in enumerate(things)}, was.keys)
        origins |= {(section, part.id): part.origin for part in things if part.origin is not None}
    spot = Spot(document.spot.line, document.spot.column, inside, document.spot.keys)
    faults = tuple(dict.fromkeys(parts.faults))
    return Expanded(Document(document.file, data, spot), faults, origins, frozenset(parts.unread))
