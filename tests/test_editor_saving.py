"""Saving of drawn plans: only what was drawn differently changes in the text, and nothing is ever lost."""

from __future__ import annotations

import difflib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from drillsim.editor.plan_file import alike, by_id, read_plan_file
from drillsim.editor.session import Session, StaleError
from drillsim.errors import PlanError
from shipped import ROOT

PLANS = ("three_rooms", "corridor_school", "courtyard_school", "village_school", "doe_secondary")


def opened(name: str, tmp_path: Path) -> Session:
    shutil.copy(ROOT / "floorplans" / f"{name}.yaml", tmp_path / "plan.yaml")
    return Session(tmp_path / "plan.yaml")


def change(session: Session, what: str, /, **given: Any) -> None:
    session.change(session.version, what, given)


def moved_lines(before: str, after: str) -> list[str]:
    """The lines that differ, without their numbers."""
    return [
        d for d in difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="") if d[:1] in "+-"
    ][2:]


@pytest.mark.parametrize("name", PLANS)
def test_a_changed_room_is_the_only_line_that_changes(name: str, tmp_path: Path) -> None:
    session = opened(name, tmp_path)
    text = session.path.read_text("utf-8")
    room = next(s for s in session.draft["spaces"] if s["use"] == "classroom")
    change(session, "set", section="spaces", id=room["id"], name="people", value="7")
    session.save(session.version)
    lines = moved_lines(text, session.path.read_text("utf-8"))
    assert len(lines) == 2
    assert lines[1].count("people: 7") == 1
    assert (tmp_path / "plan.yaml.bak").read_text("utf-8") == text


@pytest.mark.parametrize("name", PLANS)
def test_what_is_drawn_is_what_is_read_back(name: str, tmp_path: Path) -> None:
    session = opened(name, tmp_path)
    level = session.draft["levels"][0]["id"]
    corners = [p for s in session.draft["spaces"] for p in s["polygon"]]
    far = max(x for x, _ in corners) + 5, max(y for _, y in corners) + 5
    change(
        session,
        "room",
        level=level,
        corners=[far, (far[0] + 10, far[1] + 3)],
        use="corridor",
        label="Äußere 'Halle': #1",
    )
    change(session, "door", level=level, at=[far[0], far[1] + 1.5])
    gone = next(s for s in session.draft["spaces"] if s["use"] == "classroom")
    change(session, "remove", section="spaces", id=gone["id"])
    change(session, "fixture", level=level, at=[far[0] + 1, far[1] + 1], kind="post", label="=1+1")
    change(session, "set-plan", name="name", value="A: new # name")
    session.save(session.version)
    assert alike(read_plan_file(session.path).draft, session.draft)
    assert session.is_saved


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_and_a_byte_order_mark_do_no_harm(end: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    text = (ROOT / "floorplans" / "three_rooms.yaml").read_text("utf-8").replace("\n", end)
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    session = Session(path)
    change(session, "set-plan", name="name", value="Another")
    session.save(session.version)
    assert path.read_bytes().count(b"\r\n") == (text.count("\r\n"))


def test_a_plan_in_json_stays_json(tmp_path: Path) -> None:
    session = Session(tmp_path / "plan.json", units="m")
    change(session, "room", level="L0", corners=[[0, 0], [30, 3]], use="corridor")
    change(session, "door", level="L0", at=[0, 1.5])
    session.save(session.version)
    assert json.loads(session.path.read_text("utf-8"))["spaces"][0]["polygon"] == [[0, 0], [30, 0], [30, 3], [0, 3]]


def test_everything_can_be_removed_and_drawn_again(tmp_path: Path) -> None:
    session = opened("three_rooms", tmp_path)
    for section in ("posts", "cameras", "equipment", "assembly"):
        for thing in session.draft[section]:
            change(session, "remove", section=section, id=thing["id"])
    session.save(session.version)
    assert read_plan_file(session.path).draft["posts"] == []
    change(session, "fixture", level=session.draft["levels"][0]["id"], at=[1, 1], kind="assembly")
    session.save(session.version)
    assert len(read_plan_file(session.path).draft["assembly"]) == 1


def test_a_file_that_another_program_changed_is_not_overwritten(tmp_path: Path) -> None:
    session = opened("three_rooms", tmp_path)
    change(session, "set-plan", name="name", value="Mine")
    theirs = session.path.read_text("utf-8") + "# theirs\n"
    session.path.write_text(theirs, encoding="utf-8")
    with pytest.raises(StaleError):
        session.save(session.version)
    assert session.path.read_text("utf-8") == theirs
    session.save(session.version, overwrite=True)
    assert (tmp_path / "plan.yaml.bak").read_text("utf-8") == theirs


def test_work_that_was_not_saved_is_kept_beside_the_file_and_offered(tmp_path: Path) -> None:
    session = opened("three_rooms", tmp_path)
    assert session.autosave() is None
    change(session, "set-plan", name="name", value="Mine")
    place = session.autosave()
    assert place is not None
    assert place.name == "plan.yaml.unsaved"
    later = Session(session.path)
    assert later.state()["unsaved_beside"]
    later.restore(later.version)
    assert later.draft["name"] == "Mine"
    later.save(later.version)
    assert not place.exists()


def test_an_empty_plan_is_not_saved_and_a_broken_file_not_opened(tmp_path: Path) -> None:
    session = Session(tmp_path / "new.yaml")
    with pytest.raises(PlanError, match="Draw a room first"):
        session.save(session.version)
    assert session.autosave() is None
    (tmp_path / "broken.yaml").write_text("drillsim_plan: 1\nname: [", encoding="utf-8")
    with pytest.raises(PlanError):
        Session(tmp_path / "broken.yaml")


def test_messages_carry_the_thing_its_level_its_point_and_its_line(tmp_path: Path) -> None:
    session = opened("three_rooms", tmp_path)
    door = next(o for o in session.draft["openings"] if o["kind"] == "door")
    change(session, "set", section="openings", id=door["id"], name="width", value="36 ft")
    told = next(m for m in session.state()["messages"] if m["id"] == door["id"])
    assert told["section"] == "openings"
    assert told["level"]
    assert told["at"]
    assert f"id: {door['id']}" in session.path.read_text("utf-8").splitlines()[told["line"] - 1]


SHORT = """\
# my school
drillsim_plan: 1
name: Short
units: ft
levels: [{id: L0, label: Ground floor, elevation: 0}]
spaces:
  - {id: hall, label: Main hall, level: L0, use: corridor, polygon: [[0, 0], [120, 0], [120, 10], [0, 10]]}
  # the south side
  - {row: 101 to 105 by 2, label: "Room {n}", level: L0, use: classroom, beside: hall, wall: south, size: [30, 30], people: 24, door: {lock: key}} # odd
  # the north side
  - {row: [102, 104], label: "Room {n}", level: L0, use: classroom, beside: hall, wall: north, size: [30, 28], people: 20, door: {}}
openings:
  - {between: [hall, outside], wall: west, kind: exit, width: 6 ft}  # way out
"""

COPIES = 'copies:\n  - {repeat: ["*"], level: L1, plus: 100, rename: {hall: upper-hall}}\n'


def short(tmp_path: Path) -> Session:
    (tmp_path / "plan.yaml").write_text(SHORT, encoding="utf-8")
    return Session(tmp_path / "plan.yaml")


def test_a_short_form_is_kept_until_one_of_its_rooms_changes(tmp_path: Path) -> None:
    session = short(tmp_path)
    change(session, "room", level="L0", corners=[[40, 0], [50, 3]], use="other", label="Shed")
    session.save(session.version)
    text = session.path.read_text("utf-8")
    assert "row: 101 to 105 by 2" in text
    assert "row: [102, 104]" in text
    assert [line for line in moved_lines(SHORT, text) if line.startswith("-")] == []
    change(session, "set", section="spaces", id="104", name="people", value="9")
    session.save(session.version)
    text = session.path.read_text("utf-8")
    assert "row: 101 to 105 by 2" in text
    assert "# the south side" in text
    assert "row: [102, 104]" not in text
    assert "people: 9" in text
    assert "between: [hall, outside]" in text
    assert alike(by_id(read_plan_file(session.path).draft), by_id(session.draft))


def test_a_row_is_written_out_where_its_wall_moved_or_its_hall_went(tmp_path: Path) -> None:
    session = short(tmp_path)
    change(session, "corner", level="L0", **{"from": [0, 3.048], "to": [0, 4.0]})
    session.save(session.version)
    assert alike(by_id(read_plan_file(session.path).draft), by_id(session.draft))
    change(session, "remove", section="spaces", id="hall")
    session.save(session.version)
    assert alike(by_id(read_plan_file(session.path).draft), by_id(session.draft))
    assert "row:" not in session.path.read_text("utf-8")


def test_a_copied_wing_is_written_out_where_one_of_its_rooms_changes(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text(
        SHORT.replace("elevation: 0}]", "elevation: 0}, {id: L1, elevation: 13 ft}]") + COPIES,
        encoding="utf-8",
    )
    session = Session(tmp_path / "plan.yaml")
    assert len(session.draft["spaces"]) == 12
    change(session, "set", section="spaces", id="203", name="people", value="9")
    session.save(session.version)
    text = session.path.read_text("utf-8")
    assert "row: 101 to 105 by 2" in text
    assert "repeat:" not in text
    assert alike(by_id(read_plan_file(session.path).draft), by_id(session.draft))


def test_short_forms_in_json_are_written_out(tmp_path: Path) -> None:
    import yaml

    (tmp_path / "plan.json").write_text(json.dumps(yaml.safe_load(SHORT)), encoding="utf-8")
    session = Session(tmp_path / "plan.json")
    change(session, "set", section="spaces", id="104", name="people", value="9")
    session.save(session.version)
    assert alike(by_id(read_plan_file(session.path).draft), by_id(session.draft))


ROOM_A = "{id: a, level: L0, use: corridor, polygon: [[0, 0], [9, 0], [9, 3], [0, 3]]}"
ODD = {
    "within braces": "{drillsim_plan: 1, name: x, units: m, levels: [{id: L0, elevation: 0}], spaces: [" + ROOM_A + "]}\n",
    "without units": "drillsim_plan: 1\nname: x\nlevels: [{id: L0, elevation: 0 m}]\nspaces:\n"
    "- {id: a, level: L0, use: corridor, polygon: [[0 m, 0 m], [9 m, 0 m], [9 m, 3 m], [0 m, 3 m]]}\n# end\n",
    "without a last line end": "drillsim_plan: 1\nname: x\nunits: m\nlevels: [{id: L0, elevation: 0}]\nspaces:\n  - " + ROOM_A,
    "with nothing under a key": "drillsim_plan: 1\nname: x\nunits: m\nposts:\nopenings: []\nlevels: [{id: L0, elevation: 0}]\nspaces: [" + ROOM_A + "]\n",
    "with marks and folds": "---\n# head\ndrillsim_plan: 1\nname: >-\n  long\n  name\nunits: m\nlevels:\n  - id: L0\n    elevation: 0\n"
    "spaces:\n  - id: a  # block\n    level: L0\n    use: corridor\n    polygon:\n      - [0, 0]\n      - [9, 0]\n      - [9, 3]\n      - [0, 3]\n...\n",
}  # fmt: skip


@pytest.mark.parametrize("text", ODD.values(), ids=list(ODD))
def test_plans_written_in_odd_ways_are_saved(text: str, tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text(text, encoding="utf-8")
    session = Session(tmp_path / "plan.yaml")
    change(session, "room", level="L0", corners=[[20, 20], [30, 23]], use="corridor")
    change(session, "door", level="L0", at=[20, 21.5])
    change(session, "fixture", level="L0", at=[21, 21], kind="key-box")
    change(session, "corner", level="L0", **{"from": [9, 3], "to": [10, 3]})
    change(session, "set-plan", name="name", value="New")
    session.save(session.version)
    change(session, "remove", section="equipment", id=session.draft["equipment"][0]["id"])
    session.save(session.version)
    assert alike(by_id(read_plan_file(session.path).draft), by_id(session.draft))
    assert session.path.read_text("utf-8").count("#") >= text.count("#")
