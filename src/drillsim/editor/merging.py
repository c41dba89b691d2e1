"""Merging of a changed draft into the data of a plan file, touching only what differs."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, MutableSequence
from typing import Any

from drillsim.editor.changes.draft import SECTIONS, Draft, Thing
from drillsim.notation import UNITS

POINTS = frozenset({"polygon", "line"})
LENGTHS = frozenset({"width", "length", "rise", "riser", "tread", "elevation"})
WHOLE = ("name", "grid_north_deg", "entries")
"""Values of the plan itself that the editor changes."""
DECIMALS = {"m": 4, "cm": 2, "mm": 1, "ft": 4, "in": 3}
"""Decimals that are written, by unit: a tenth of a millimetre or less."""


def merge(data: Any, before: Draft, after: Draft) -> Any:
    """Return the data of a file, changed in place so that it says `after` where it said `before`."""
    unit = after.get("units")
    for key in WHOLE:
        if before.get(key) != after.get(key):
            if key in after:
                data[key] = plain(after[key], data)
            else:
                data.pop(key, None)
    data.pop("copies", None)
    for section in SECTIONS:
        if before[section] != after[section]:
            _merge_section(data, section, before[section], after[section], unit)
    return data


def _merge_section(data: Any, section: str, before: list[Thing], after: list[Thing], unit: str | None) -> None:
    if data.get(section) is None:
        data[section] = _sequence(data)
    rows: MutableSequence[Any] = data[section]
    old, new = {t["id"]: t for t in before}, {t["id"]: t for t in after}
    for i in range(len(rows) - 1, -1, -1):
        id_ = str(rows[i].get("id"))
        if id_ not in new or id_ not in old:  # gone, or a short form whose things are all written out
            del rows[i]
        elif old.get(id_) != new[id_]:
            merge_thing(rows[i], old[id_], new[id_], unit)
    for id_, thing in new.items():
        if id_ not in old:
            rows.append(new_thing(thing, unit, data))
    if not len(rows):
        del data[section]


def merge_thing(row: MutableMapping[str, Any], before: Thing, after: Thing, unit: str | None) -> None:
    """Change the row of a thing in place so that it says `after` where it said `before`."""
    for key in [k for k in before if k not in after]:
        row.pop(key, None)
    for key, value in after.items():
        if before.get(key) != value:
            row[key] = _value(key, value, unit, row, before.get(key), row.get(key))


def new_thing(thing: Thing, unit: str | None, data: Any) -> Any:
    """Return the row of a thing that the file does not hold yet; `data` tells whether the file is YAML."""
    new = _mapping(data)
    for key, value in thing.items():
        new[key] = _value(key, value, unit, data, None, None)
    return new


def _value(key: str, value: Any, unit: str | None, like: Any, before: Any, written: Any) -> Any:
    """Return a value as the file writes it; corners that did not move keep their way of writing."""
    if key in POINTS:
        return _points(value, unit, like, before, written)
    if key == "holes":
        return _flow([_points(r, unit, like, None, None) for r in value], like)
    if key == "at":
        return _flow([number(v, unit) for v in value], like)
    if key in LENGTHS:
        return number(value, unit)
    if key == "landing":
        return f"{value:g} m2"
    if key == "slope":
        return f"{value * 100:g} %"
    return plain(value, like)


def _points(value: Any, unit: str | None, like: Any, before: Any, written: Any) -> Any:
    kept = (
        {tuple(p): w for p, w in zip(before, written, strict=True)}
        if before and written and len(before) == len(written)
        else {}
    )
    return _flow([kept.get(tuple(p)) or _flow([number(v, unit) for v in p], like) for p in value], like)


def number(length_m: float, unit: str | None) -> int | float | str:
    """Return a length as a number of the file's unit, or with its own where the file has none."""
    if unit is None:
        return f"{round(length_m, 4):g} m"
    size = round(length_m / UNITS["length"][unit], DECIMALS[unit])
    return int(size) if size == int(size) else size


def plain(value: Any, like: Any) -> Any:
    """Return a value of a draft as a value of the file."""
    if isinstance(value, Mapping):
        new = _mapping(like)
        for k, v in value.items():
            new[k] = plain(v, like)
        return new
    if isinstance(value, list | tuple):
        return _flow([plain(v, like) for v in value], like)
    return value


def _is_yaml(data: Any) -> bool:
    return type(data).__module__.startswith("ruamel")


def _flow(items: list[Any], like: Any) -> Any:
    if not _is_yaml(like):
        return items
    from ruamel.yaml.comments import CommentedSeq

    row = CommentedSeq(items)
    row.fa.set_flow_style()
    return row


def _mapping(like: Any) -> Any:
    if not _is_yaml(like):
        return {}
    from ruamel.yaml.comments import CommentedMap

    new = CommentedMap()
    new.fa.set_flow_style()
    return new


def _sequence(like: Any) -> Any:
    if not _is_yaml(like):
        return []
    from ruamel.yaml.comments import CommentedSeq

    return CommentedSeq()
