"""Changes of a drawn plan, without a browser: rooms, rows, doors, corners, walls, levels, stairs, and their undoing."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import Polygon

from drillsim.editor.plan_file import alike, read_plan_file
from drillsim.editor.session import Session, StaleError
from drillsim.errors import PlanError


class Pen:
    """A session with a shorter way to draw."""

    def __init__(self, path: Path) -> None:
        self.session = Session(path, units="m")

    def draw(self, change: str, /, **given: Any) -> dict[str, Any]:
        return self.session.change(self.session.version, change, {"level": "L0", **given})

    def thing(self, section: str, id_: str) -> dict[str, Any]:
        return next(t for t in self.session.draft[section] if t["id"] == id_)

    def errors(self) -> list[str]:
        return [m["message"] for m in self.session.state()["messages"] if m["severity"] == "error"]


@pytest.fixture
def pen(tmp_path: Path) -> Pen:
    return Pen(tmp_path / "plan.yaml")


def hall_and_row(pen: Pen, count: int = 3) -> None:
    pen.draw("room", corners=[[0, 0], [30, 3]], use="corridor")
    pen.draw("row", corners=[[0, 3], [30, 10]], count=count, people=20)
    pen.draw("door", at=[0, 1.5])


def test_a_hall_a_row_and_an_exit_make_a_plan_that_checks(pen: Pen) -> None:
    hall_and_row(pen)
    assert pen.errors() == []
    assert [s["label"] for s in pen.session.draft["spaces"]] == ["Hall", "Room 101", "Room 102", "Room 103"]
    assert [o["kind"] for o in pen.session.draft["openings"]] == ["door", "door", "door", "exit"]
    assert pen.session.state()["summary"].endswith("a drill can run.")


def test_a_moved_corner_moves_in_every_room_that_has_it(pen: Pen) -> None:
    hall_and_row(pen)
    pen.draw("corner", **{"from": [10, 10], "to": [11, 10.5]})
    assert [11.0, 10.5] in pen.thing("spaces", "room-101")["polygon"]
    assert [11.0, 10.5] in pen.thing("spaces", "room-102")["polygon"]
    assert pen.errors() == []


def test_a_corner_on_the_wall_of_a_hall_takes_the_wall_along(pen: Pen) -> None:
    hall_and_row(pen)
    pen.draw("corner", **{"from": [10, 3], "to": [10, 4]})
    assert [10.0, 4.0] in pen.thing("spaces", "hall")["polygon"]
    assert pen.errors() == []


def test_a_pushed_wall_gives_one_room_what_the_other_loses(pen: Pen) -> None:
    hall_and_row(pen)
    pen.draw("wall", **{"from": [10, 6], "to": [12, 6]})
    assert max(x for x, _ in pen.thing("spaces", "room-101")["polygon"]) == 12
    assert min(x for x, _ in pen.thing("spaces", "room-102")["polygon"]) == 12
    assert pen.errors() == []


def test_a_door_goes_with_a_pushed_wall(pen: Pen) -> None:
    hall_and_row(pen)
    pen.draw("wall", **{"from": [15, 3], "to": [15, 4]})
    assert {y for _, y in pen.thing("openings", "door-102")["line"]} == {4.0}
    assert {y for _, y in pen.thing("openings", "door-101")["line"]} == {3.0}
    assert pen.errors() == []


def test_a_stair_joins_two_levels_and_a_copied_level_has_numbers_above(pen: Pen) -> None:
    hall_and_row(pen)
    made = pen.draw("copy-level", label="Second floor", elevation_m=4.0)["made"]
    assert [s["label"] for s in pen.session.draft["spaces"]][4:] == [
        "Hall, Second floor",
        "Room 201",
        "Room 202",
        "Room 203",
    ]
    pen.draw("stair", corners=[[30, 0], [33, 7]])
    for level in ("L0", made["ids"][0]):
        pen.draw("door", level=level, at=[30, 1.5])
    assert pen.errors() == []
    assert pen.session.draft["stairs"][0]["rise"] == 4.0
    pen.session.save(pen.session.version)
    text = pen.session.path.read_text("utf-8")
    pen.draw("set-plan", name="name", value="Another")
    pen.session.save(pen.session.version)
    assert pen.session.path.read_text("utf-8") == text.replace('"Plan"', "Another").replace('"School"', "Another")


def test_undo_and_redo_give_back_the_same_drafts(pen: Pen) -> None:
    seen = [pen.session.draft]
    pen.draw("room", corners=[[0, 0], [9, 3]], use="corridor")
    seen.append(pen.session.draft)
    pen.draw("door", at=[0, 1.5])
    seen.append(pen.session.draft)
    for draft in seen[1::-1]:
        pen.session.undo(pen.session.version)
        assert pen.session.draft == draft
    for draft in seen[1:]:
        pen.session.undo(pen.session.version, again=True)
        assert pen.session.draft == draft


def test_a_change_of_a_draft_that_was_not_seen_is_refused(pen: Pen) -> None:
    with pytest.raises(StaleError):
        pen.session.change(pen.session.version - 1, "room", {"level": "L0", "corners": [[0, 0], [9, 3]]})


@pytest.mark.parametrize(
    ("change", "values"),
    [
        ("room", {"corners": [[0, 0], [0, 3]]}),
        ("room", {"corners": [[0, 0], [9, 9], [9, 0], [0, 9]]}),
        ("room", {"corners": [[0, 0], ["x", 3]]}),
        ("room", {"corners": [[0, 0], [9, float("nan")]]}),
        ("room", {"corners": [[0, 0], [9, 3]], "level": "L9"}),
        ("row", {"corners": [[0, 0], [9, 3]], "count": 0}),
        ("door", {"at": [500, 500]}),
        ("stair", {"corners": [[0, 0], [3, 6]]}),
        ("fixture", {"at": [500, 500], "kind": "post"}),
        ("remove", {"section": "spaces", "id": "nobody"}),
        ("set", {"section": "spaces", "id": "hall", "name": "people", "value": "-3"}),
        ("set", {"section": "spaces", "id": "hall", "name": "polygon", "value": "[]"}),
        ("room", {"corners": [[0, 0], [9, 3]], "use": "ballroom"}),
        ("room", {"corners": [[0, 0], [9, 3]], "people": 1.5}),
        ("room", {}),
        ("door", {"at": [5, 3], "lock": "chewing gum"}),
        ("door", {"at": [0.5, 6], "width_m": -1.0}),
        ("row", {"corners": [[0, 0], [9, 3], [9, 9]], "count": 2}),
        ("nothing", {}),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_leaves_the_draft(pen: Pen, change: str, values: dict[str, Any]) -> None:
    hall_and_row(pen)
    before = pen.session.draft
    with pytest.raises(PlanError):
        pen.draw(change, **values)
    assert pen.session.draft is before


def neighbours(draft: dict[str, Any]) -> set[frozenset[str]]:
    """Pairs of spaces that share a piece of wall, found by shapely alone."""
    floors = {s["id"]: Polygon(s["polygon"]) for s in draft["spaces"]}
    pairs = combinations(floors, 2)
    return {frozenset(p) for p in pairs if floors[p[0]].buffer(0.002).intersection(floors[p[1]].boundary).length > 0.05}


@given(st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_neighbours_stay_neighbours_and_what_is_saved_is_what_was_drawn(
    tmp_path_factory: Any, data: st.DataObject
) -> None:
    pen = Pen(tmp_path_factory.mktemp("plan") / "plan.yaml")
    hall_and_row(pen)
    before = neighbours(pen.session.draft)
    for _ in range(data.draw(st.integers(1, 5))):
        spaces = pen.session.draft["spaces"]
        corner = data.draw(st.sampled_from([c for s in spaces for c in s["polygon"]]))
        by = data.draw(st.sampled_from([(0.4, 0.0), (-0.4, 0.3), (0.0, -0.3), (0.25, 0.25)]))
        to = [corner[0] + by[0], corner[1] + by[1]]
        try:
            pen.draw(data.draw(st.sampled_from(["corner", "wall"])), **{"from": corner, "to": to})
        except PlanError:
            continue
        assert before <= neighbours(pen.session.draft)
    pen.session.save(pen.session.version)
    assert alike(read_plan_file(pen.session.path).draft, pen.session.draft)
