"""Values of the wrong form: one sentence for each cause, in the words of the file, at its place, with what to write."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from drillsim.plan.read import check_plan_file

PLAN = """drillsim_plan: 1
name: Little school
units: m
levels: [{id: L0, elevation: 0}]
spaces:
  - {id: room, level: L0, use: classroom, polygon: [[0, 0], [8, 0], [8, 6], [0, 6]], people: 20}
  - {id: hall, level: L0, use: corridor, polygon: [[0, 6], [20, 6], [20, 8], [0, 8]]}
openings:
  - {id: d, kind: door, spaces: [room, hall], line: [[5, 6], [6, 6]], lock: key}
  - {id: x, kind: exit, spaces: [hall, outside], line: [[20, 6.5], [20, 7.5]]}
cameras: [{id: cam, watches: [hall]}]
"""
PYDANTIC = ("valid ", "Input should", "dictionary", "unable to", "instance of", "integer", "tuple", "boolean", "None")
"""Words of pydantic and Python that tell a planner nothing."""


def said(text: str, folder: Path, name: str = "plan.yaml") -> list[str]:
    plan = folder / name
    plan.write_text(text, encoding="utf-8")
    return [str(f).partition(name)[2] for f in check_plan_file(plan)[1]]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("people: 20", "people: twenty", ["people: must be a whole number, found 'twenty'"]),
        ("people: 20", "people: 2.5", ["people: must be a whole number, found '2.5'"]),
        ("people: 20", "people: 1,000", ["unknown key '000'. Does it belong to the text before the comma?"]),
        ("people: 20", "label: Room 1, north wing", ["unknown key 'north wing'. Does it belong to the text before"]),
        ("people: 20", "pa: maybe", ["pa: must be true or false, found 'maybe'"]),
        ("people: 20", "label: [a]", ["label: must be a text"]),
        ("people: 20", "people: ", ["people: the value is missing. Write one, or remove the key"]),
        ("{id: cam,", "{id: ,", ["cameras.0.id: the value is missing. Write one"]),
        ("{id: cam,", '{id: "",', ["cameras.0.id: the value is missing. Write one"]),
        ("name: Little school", 'name: ""', ["name: the value is missing. Write one"]),
        ("lock: key", "locked: on", ["locked: 'on' is not one of the words allowed here. Closest: 'no'"]),
        ("lock: key", "locked: [a]", ["locked: '['a']' is not one of the words allowed here"]),
        ("lock: key", "one_way: {too: hall}", ["'to' is missing in 'one_way'", "unknown key 'too'. Did you mean 'to'?"]),
        ("use: corridor", "use: hallway", ["use: 'hallway' is not one of the words allowed here. Known: 'classroom',"]),
        ("[20, 8]", "[20.8]", ["hall.polygon.2: an entry is missing. Two entries are written [a, b], with a comma"]),
        ("[20, 8]", "[]", ["hall.polygon.2: an entry is missing. Two entries are written [a, b], with a comma"]),
        ("[20, 8]", "{x: 20, y: 8}", ["hall.polygon.2: must be a list, in brackets: [a, b]"]),
        ("watches: [hall]", "watches: hall", ["cam.watches: must be a list. Write [hall]"]),
        ("spaces: [room, hall]", "spaces: room", ["d.spaces: must be a list, in brackets: [a, b]"]),
        ("[[5, 6], [6, 6]]", "[[5, 6], [6, 6], [7, 6]]", ["d.line: at most 2 entries, found 3. Remove the surplus"]),
        ("[[0, 0], [8, 0], [8, 6], [0, 6]]", "[]", ["room.polygon: needs at least 3 entries, found 0"]),
        ("cameras:", "groups: {primary: 150 %}\ncameras:", ["must be less than or equal to 100 %, found 150 %"]),
        ("cameras:", "entries: x\ncameras:", ["entries: must be a section of 'key: value' lines, found 'x'"]),
        ("people: 20", "landing: 50 ft", ["'50 ft' is a length; an area is needed here, like '35 ft2'"]),
        ("drillsim_plan: 1", "drillsim_plan: true", ["is a version this drillsim cannot read. Write 'drillsim_plan: 1'"]),
        ("drillsim_plan: 1", 'drillsim_plan: "1"', ["Write 'drillsim_plan: 1', without quotes"]),
        ("cameras:", "---\ncameras:", ["a second document begins here ('---'), and a file holds one"]),
        ("use: corridor", "use: corridor, label: Hall: north", ["a text that holds ': ' or ' #' stands in quotes"]),
    ],
)  # fmt: skip
def test_a_malformed_value_is_told_once_and_with_what_to_write(
    tmp_path: Path, old: str, new: str, words: list[str]
) -> None:
    """Before, `locked: on` was told twice, `[20.8]` as "'1' is missing" and `people: twenty` in pydantic's words."""
    told = said(PLAN.replace(old, new, 1), tmp_path)
    assert len(told) == len(words), told
    for one, wanted in zip(told, words, strict=True):
        assert wanted in one


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a file but its marker."""
    if path not in ((), ("drillsim_plan",)):
        yield path
    for step in node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
        yield from places(node[step], (*path, step))


FILE: dict[str, Any] = {
    "drillsim_plan": 1, "name": "Little school", "units": "m",
    "levels": [{"id": "L0", "elevation": 0}, {"id": "L1", "elevation": 4}],
    "spaces": [{"id": "room", "label": "Room", "level": "L0", "use": "classroom", "people": 20, "pa": True, "through": False,
                "polygon": [[0, 0], [8, 0], [8, 6], [0, 6]], "holes": [[[1, 1], [2, 1], [2, 2]]], "landing": "20 m2"}],
    "openings": [{"id": "x", "kind": "exit", "spaces": ["room", "outside"], "line": [[8, 1], [8, 2]], "lock": "key",
                  "locked": {"keeps_out_of": "room"}, "one_way": "out", "width": "36 in", "alarm": False}],
    "stairs": [{"id": "s", "lower": "room", "upper": "room", "rise": 4, "width": 1.2, "length": 9, "lower_opening": "x"}],
    "ramps": [{"id": "r", "lower": "room", "upper": "room", "width": 1.2, "length": 9, "slope": "1:12"}],
    "cameras": [{"id": "c", "watches": ["room"]}],
    "entries": {"police": ["x"]},
    "timetable": [{"period": "class", "from": "8:00", "to": "9:00", "share": {"classroom": "100 %"},
                   "moves": [{"share": "50 %", "home": "classroom", "to": "gym"}]}],
    "groups": {"primary": "100 %"},
    "provenance": {"source": "drawn"},
}  # fmt: skip
JUNK: tuple[Any, ...] = (None, "", "x", True, -1, 2.5, 1e300, [], ["x"], {}, {"x": 1}, [[]], "1,5 m", "5 parsecs")


def test_every_value_of_a_plan_may_be_junk_and_is_told_in_plain_words_once(tmp_path: Path) -> None:
    for path in places(FILE):
        for junk in JUNK:
            data = deepcopy(FILE)
            owner: Any = data
            for step in path[:-1]:
                owner = owner[step]
            owner[path[-1]] = junk
            told = said(json.dumps(data), tmp_path, "plan.json")
            form = [one for one in told if any(f"error DS1{k}" in one for k in ("03", "04", "10", "11"))]
            assert len({one.partition(" error")[0] for one in form}) == len(form), (path, junk, form)
            assert not [one for one in told for word in PYDANTIC if word in one], (path, junk, told)
