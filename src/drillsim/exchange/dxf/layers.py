"""Layers of a plan in a DXF drawing, and the record that an object of the plan carries there; writer and reader share them.

The drawing is in metres ($INSUNITS 6). Level number n, from 0 in the order of the plan's file, has the layers ``DS-n-…``:

=============  ==================================================================================================
layer          holds
=============  ==================================================================================================
DS-PLAN        one TEXT with the plan's name; its record holds every section that has no place of its own
DS-n-LEVEL     one TEXT with the label of the level; its record is the level
DS-n-ROOMS     one closed LWPOLYLINE per space, its outline
DS-n-HOLES     one closed LWPOLYLINE per hole of a space
DS-n-NAMES     one TEXT per space, inside it: its label, for people
DS-n-DOORS     one LINE per door, leafless opening or stair door: its threshold
DS-n-EXITS     one LINE per exit
DS-n-FLIGHTS   one LINE per stair or ramp, from the opening at its foot to the one at its head, on the level of its foot
DS-n-POINTS    one POINT per post, equipment or assembly place (assembly places on level 0)
=============  ==================================================================================================

A *record* is the object as `plan.writing.plan_document` gives it (lengths in metres), without the keys that the drawing
shows (polygon, holes, line, at), and with `section`: the key under which the object stands in a plan file. It is written
as JSON into extended data (application DRILLSIM). What is drawn counts, also where it was moved after; an object without
a record, such as a room that somebody added in CAD, is read by its layer alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

APPLICATION = "DRILLSIM"
"""Name under which extended data is registered (APPID)."""
METRES = 6
"""$INSUNITS of a drawing in metres."""
PLAN = "DS-PLAN"
LEVEL, ROOMS, HOLES, NAMES, DOORS, EXITS, FLIGHTS, POINTS = (
    "LEVEL", "ROOMS", "HOLES", "NAMES", "DOORS", "EXITS", "FLIGHTS", "POINTS",
)  # fmt: skip
SECTION = "section"
"""Key of a record that names the section of the plan file."""
DRAWN = ("polygon", "holes", "line", "at")
"""Keys that the drawing shows, so that no record holds them."""
CHUNK = 250
"""Longest string of extended data, in ASCII characters; the format allows 255 bytes."""
STRING = 1000
"""Group code of a string in extended data."""
_NAME = re.compile(r"DS-(\d{1,3})-([A-Z]+)", re.IGNORECASE)


def layer_name(level: int, kind: str) -> str:
    """Return the layer of one kind of object on a level, such as 'DS-0-ROOMS'."""
    return f"DS-{level}-{kind}"


def layer_parts(name: str) -> tuple[int, str] | None:
    """Return level number and kind of a layer of ours, None for any other layer."""
    match = _NAME.fullmatch(name.strip())
    return (int(match[1]), match[2].upper()) if match else None


def to_xdata(section: str, thing: Mapping[str, Any]) -> list[tuple[int, str]]:
    """Return the record of an object as extended data, to be set with ``entity.set_xdata(APPLICATION, …)``."""
    record = {SECTION: section, **{k: v for k, v in thing.items() if k not in DRAWN}}
    text = json.dumps(record, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return [(STRING, text[i : i + CHUNK]) for i in range(0, len(text), CHUNK)]


def from_xdata(tags: Iterable[tuple[int, Any]]) -> dict[str, Any] | None:
    """Return the record in extended data, with its section; None where it is no record."""
    text = "".join(str(value) for code, value in tags if code == STRING)
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) and isinstance(record.get(SECTION), str) else None
