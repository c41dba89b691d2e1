"""A sketch becomes a plan that is sound, that a drill runs on, or a fault with its line and what to write."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import drillsim as ds
from depth import plays_of
from drillsim.analysis.measures import measure
from drillsim.errors import PlanError, only_errors
from drillsim.plan.model import FloorPlan
from drillsim.plan.read import check_plan_file
from drillsim.plan.sketch import read_sketch, sketch_document
from drillsim.plan.writing import plan_text
from drillsim.record.columns import status_name
from hostile_text import hostile
from shipped import ROOT

EXAMPLE = re.findall(r"```text\n(School.*?)```", (ROOT / "docs" / "own_plan.md").read_text(encoding="utf-8"), re.S)[0]
EVACUATION = """drillsim: 1
name: out
time_of_day: "10:00"
horizon: 60 min
incidents: [{id: main, kind: fire, where: {use: classroom}}]
protocol: {action: evacuate, announced_by: alarm}
"""


def sketched(text: str) -> tuple[FloorPlan, list[str]]:
    """The plan of a sketch as read from its file, and the messages of `check`."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sketch.txt"
        path.write_text(text, encoding="utf-8")
        plan_path = Path(folder) / "plan.yaml"
        plan_path.write_text(plan_text(sketch_document(read_sketch(path))), encoding="utf-8")
        plan, faults = check_plan_file(plan_path)
    assert plan is not None, faults
    assert only_errors(faults) == [], text
    return plan, [str(f) for f in faults]


def refusal(text: str) -> list[str]:
    with pytest.raises(PlanError) as caught:
        sketched(text)
    assert all(f.line > 0 or not text.strip() for f in caught.value.faults)
    return [f"{f.line}: {f.message}" for f in caught.value.faults]


def everybody_is_out(plan: FloorPlan, folder: Path) -> ds.Trace:
    (folder / "s.yaml").write_text(EVACUATION, encoding="utf-8")
    (folder / "m.yaml").write_text("drillsim_mixes: 1\npresent: none\nmixes: {none: {units: []}}\n", encoding="utf-8")
    mixes = ds.read_mixes(folder / "m.yaml")
    trace = ds.simulate(ds.read_scenario(folder / "s.yaml"), plan, mixes["none"], seed=1, replication=0)
    (row,) = measure(trace.events, horizon_s=3600.0)
    assert row[status_name("evacuated_all_s")] == "reached"
    return trace


def test_the_example_of_the_docs_has_forty_rooms_and_no_fault(tmp_path: Path) -> None:
    plan, faults = sketched(EXAMPLE)
    rooms = [s for s in plan.spaces if s.use not in ("corridor", "passage", "stair")]
    assert len(EXAMPLE.splitlines()) <= 25
    assert len(rooms) >= 40
    assert faults == []
    assert plan.provenance.source.startswith("sketch: distances ± 3 ft")
    assert {(s.lower, s.upper) for s in plan.stairs} == {("stair-a-1", "stair-a-2"), ("stair-b-1", "stair-b-2")}
    everybody_is_out(plan, tmp_path)


ODD: tuple[tuple[str, str, int], ...] = (
    ("one room", "Wing A: east\nnorth: 1\nexits: west", 2),
    ("metres", "Units: m\nHall: 3\nRooms: 9 x 8\nWing A: 40 long, north\nwest: 1-4\neast: 5-7\nexits: north, south", 8),
    ("other units", "Units: m\nWing A: 100 ft long, east\nnorth: 1-3\nexits: south at 10, east", 4),
    ("hall alone", "Wing A: 90 long, west\nexits: west, east", 1),
    ("cross", ("Wing A: 200 long, east\nWing B: north from A at 100\nwest: 1-3\neast: 4-6\nWing C: south from A at 100\n"
     "west: 7-9\neast: 10-12\nexits: south"), 15),
    ("comb", ("Wing A: 400 long, east\nexits: west\nWing B: north from A at 50\nwest: 1-2\nWing C: north from A at 200\neast: 3-9\n"
     "Wing D: north from A at 350\neast: 11-15\nexits: north"), 18),
    ("ring of three", "Wing A: east\nsouth: 1-4\nexits: west\nWing B: north from A\neast: 11-14\nWing C: west from B\nnorth: 21-24\nexits: west", 15),
    ("start", "Wing A: east\nnorth: 1-4\nexits: east\nWing B: south from A at start\nwest: 5-6\neast: gap 40, 7\nexits: south", 9),
    ("longer and narrower", "Wing A: 12 wide, east\nnorth: 1-3\nWing B: 8 wide, east from A\nnorth: 4-6\nexits: east", 8),
    ("three floors", ("Floor 1\nWing A: east\nnorth: 101-105, stair A\nsouth: stair B, gym\nexits: west\nFloor 2: like floor 1\n"
     "Floor 3: like floor 2, 4 m up"), 25),
    ("own upper floor", ("Floor 1\nWing A: east\nnorth: 1-5, stair A\nexits: west, east\nFloor 2: 14 ft up\nWing A:\n"
     "north: gap 150, stair A\nsouth: 21-25"), 14),
    ("entrances", "Wing A: east\nnorth: 1-2, exit, 3-4, entrance 16 wide\nsouth: 5-9\nexits: east", 12),
)  # fmt: skip


@pytest.mark.parametrize(("text", "spaces"), [c[1:] for c in ODD], ids=[c[0] for c in ODD])
def test_odd_sketches_are_sound(text: str, spaces: int) -> None:
    plan, _ = sketched(text)
    assert len(plan.spaces) == spaces


OUTDOORS = (
    ("Wing A: east\nnorth: 1-3\nexits: west, east\nOutside: yard 60 x 40 east", {"exit-2": "yard"}),
    ("Wing A: east\nnorth: 1-2, exit, 3-4\nexits: west\nOutside: yard 200 x 90 north", {"exit-1": "yard"}),
    ("Units: m\nWing A: 60 long, north\nwest: 1\nexits: north, east at 9\nOutside: yard 9 x 4 east, bus loop 30 x 20 12 people north",
     {"exit-1": "bus-loop", "exit-2": "yard"}),
    ("Wing A: 90 long, east\nexits: south at 20, south at 60, west\nOutside: yard 90 x 50 south", {"exit-1": "yard", "exit-2": "yard"}),
    ("Wing A: 90 long, west\nexits: west, east\nOutside: yard 8 x 8 west, yard 9 x 9 east", {"exit-1": "yard", "exit-2": "yard-2"}),
    ("Wing A: east\nnorth: 1-2\nexits: west\nWing B: north from A\neast: 3-4\nexits: north\nOutside: room 1 50 x 50 west of A, b 8 x 99 north of B",
     {"exit-1": "room-1-2", "exit-2": "b"}),
)  # fmt: skip
"""Sketches with outdoor places, and where their exits lead."""


@pytest.mark.parametrize(("text", "leads"), OUTDOORS)
def test_an_outdoor_place_is_gone_through_from_its_exit_to_its_gate(
    text: str, leads: dict[str, str], tmp_path: Path
) -> None:
    plan, faults = sketched(text)
    assert faults == []
    assert {o.id: o.spaces[1] for o in plan.openings if o.id in leads} == leads
    for place in set(leads.values()):
        assert next(o for o in plan.openings if o.id == f"gate-{place}").spaces == (place, "outside")
        assert place in {a.id for a in plan.assembly}
    if any(s.use == "classroom" for s in plan.spaces):
        everybody_is_out(plan, tmp_path)


def test_people_of_a_playground_are_there_during_class(tmp_path: Path) -> None:
    plan, _ = sketched(EXAMPLE)
    everybody_is_out(plan, tmp_path)
    assert plan.spaces[plan.space_index["playground"]].people == 24
    assert all(("outdoors" in p.share) == (p.period == "class") for p in plan.timetable)


FAULTS = (
    ("", "the file is empty"),
    ("School: x", "the sketch has no wing"),
    ("Wing A: 100 long", "lacks its direction"),
    ("Wing A: east", "has no length"),
    ("Wing A: 100 long, east", "no wing of floor 1 has an exit"),
    ("Wing A: 100 long, up, east\nexits: west", "'up' is not understood"),
    ("Wing A: 50 long, east\nnorth: 1-9\nexits: west", "what lies along it needs 270"),
    ("Wing A: east\neast: 1-9\nexits: west", "its rooms lie north and south"),
    ("Wing A: east\nnorth: 9-1\nexits: west", "counts down"),
    ("Wing A: east\nnorth: 1, 1\nexits: west", "room 1 stands twice"),
    ("Wing A: east\nnorth: pool\nexits: west", "'pool' is nothing that stands beside a hall"),
    ("Wing A: east\nnorth: 1, stair A\nexits: west", "stair A leads nowhere: there is one floor"),
    ("Wing A: east\nnorth: 1-3\nexits: north at 15", "no outer wall at 15"),
    ("Wing A: east\nnorth: 1-3\nexits: west\nWing B: north from Q", "does not stand above it"),
    ("Wing A: east\nnorth: 1-3\nexits: west\nWing B: north", "begins nowhere"),
    ("Wing A: east\nnorth: 1-3\nexits: west\nWing B: north from A at 2\neast: 4", "no hall of 10 begins at 2"),
    ("Wing A: east\nnorth: 1-3\nexits: west\nWing B: west from A\nsouth: 4", "would run back over wing A"),
    (
        "Wing A: 300 long, east\nexits: west\nWing B: north from A at 50\neast: 1-4\nWing C: north from A at 80\neast: 5",
        "would lie over",
    ),
    ("Floor 1\nWing A: east\nnorth: 1-3\nexits: west\nFloor 2: like floor 1", "no stair joins floor 2 with floor 1"),
    ("Floor 2\nWing A: east", "floors are numbered from 1 upward"),
    ("Units: yards\nWing A: east", "units are ft or m"),
    ("Corridor A: east", "is no line of a sketch"),
    ("Wing A: east\nnorth: 1-99999\nexits: west", "more than 1,000 rooms"),
    ("Rooms: big\nWing A: east", "is no size of rooms"),
    ("Wing A: east\nnorth: 1-3\nexits: west\nOutside: yard 40 x 40", "'yard 40 x 40' is no place outside"),
    ("Wing A: east\nnorth: 1-3\nexits: west\nOutside: yard 40 x 40 north", "no exit leads north to the yard"),
    ("Wing A: east\nnorth: 1-3\nexits: west\nOutside: yard 5 x 40 west", "narrower than its door"),
    ("Wing A: east\nnorth: 1-3\nexits: west\nOutside: yard 40 x 40 west of B", "no exit of wing B leads west"),
    (
        "Wing A: east\nnorth: gym, exit, cafeteria\nOutside: yard 40 x 40 north",
        "the yard of 40 x 40 would lie over the building",
    ),
    (
        "Wing A: east\nnorth: 1-3\nexits: west\nOutside: yard 40 x 40 west, lot 9 x 9 west",
        "no exit leads west to the lot",
    ),
    ("Wing A: east\nnorth: 1-2, exit, 3\nexits: east\nOutside: yard 0 x 9 north", "is no length of a school"),
    ("north: 1-3", "stand below their wing"),
    ("Wing A east", "a colon is missing"),
)


@pytest.mark.parametrize(("text", "words"), FAULTS, ids=[f[1] for f in FAULTS])
def test_a_fault_of_a_sketch_names_its_line_and_what_to_write(text: str, words: str) -> None:
    told = refusal(text)
    assert any(words in line for line in told), told
    assert len(told) <= 3


JUNK = (
    "0",
    "-1",
    "1e9",
    "9'",
    "x",
    "from",
    "at",
    "A",
    "west",
    "north:",
    ",",
    "101-99999",
    "stair",
    "gap",
    "floor",
    "odd",
    "12 x",
    "±",
)
WAYS = ("north", "south", "east", "west")


@st.composite
def sketches(draw: st.DrawFn) -> str:
    """Random sketches of one or two floors, of one to four wings, most of which fit together."""
    lines = [f"Units: {draw(st.sampled_from(['ft', 'm']))}", "Floor 1"]
    number, names = 1, "ABCD"
    two = draw(st.booleans())
    for k in range(draw(st.integers(1, 4))):
        way = draw(st.sampled_from(WAYS))
        joins = "" if k == 0 else f" from {draw(st.sampled_from(names[:k]))}"
        joins += draw(st.sampled_from(["", " at end", " at 20", " at start"])) if k else ""
        lines.append(f"Wing {names[k]}: {way}{joins}")
        for side in ("north", "south") if way in ("east", "west") else ("east", "west"):
            items = []
            for _ in range(draw(st.integers(0, 3))):
                many = draw(st.integers(1, 4))
                items.append(
                    draw(
                        st.sampled_from(
                            [f"{number}-{number + many - 1}", "office", "gym", "gap 20", "restroom", "exit"]
                        )
                    )
                )
                number += many
            if side in ("north", "east") and two and k == 0:
                items.append("stair A")
            lines.append(f"{side}: {', '.join(items)}")
        if k == 0 or draw(st.booleans()):
            lines.append(
                f"exits: {way if k else {'north': 'south', 'south': 'north', 'east': 'west', 'west': 'east'}[way]}"
            )
    places = [
        f"place {k} {draw(st.integers(6, 200))} x {draw(st.integers(1, 200))} {draw(st.sampled_from(WAYS))}"
        for k in range(draw(st.sampled_from([0, 0, 1, 2])))
    ]
    lines += [f"Outside: {', '.join(places)}"] if places else []
    return "\n".join([*lines, *(["Floor 2: like floor 1"] if two else [])])


@plays_of(80)
@given(sketches())
def test_a_random_sketch_is_sound_or_told(text: str) -> None:
    try:
        plan, _ = sketched(text)
    except PlanError as e:
        told = {f.code for f in e.faults}
    else:
        told = {"DS317"}
        ds.build(plan)
    assert told == {"DS317"}


@plays_of(12)
@given(sketches())
def test_everybody_gets_out_of_a_random_sketch(text: str) -> None:
    try:
        plan, _ = sketched(text)
    except PlanError:
        return
    if any(s.use == "classroom" for s in plan.spaces):
        with TemporaryDirectory() as folder:
            everybody_is_out(plan, Path(folder))


@plays_of(60)
@given(st.data())
def test_a_sketch_with_mistakes_is_sound_or_told(data: st.DataObject) -> None:
    lines = EXAMPLE.splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        k = data.draw(st.integers(0, len(lines) - 1))
        words = lines[k].split(" ")
        words[data.draw(st.integers(0, len(words) - 1))] = data.draw(st.one_of(st.sampled_from(JUNK), hostile))
        lines[k] = data.draw(st.sampled_from([" ".join(words), "", lines[data.draw(st.integers(0, len(lines) - 1))]]))
    text = "\n".join(lines).encode("utf-8", "replace").decode().replace("\x00", "")
    try:
        sketched(text)
    except PlanError as e:
        told = {f.code for f in e.faults}
    else:
        told = {"DS317"}
    assert told == {"DS317"}


def test_new_makes_a_project_of_a_sketch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    from drillsim.cli import main

    monkeypatch.chdir(tmp_path)
    (tmp_path / "lincoln.txt").write_text(EXAMPLE, encoding="utf-8")
    assert main(["new", "--sketch", "lincoln.txt"]) == 0
    assert main(["new", "--sketch", "lincoln.txt", "own.yaml"]) == 0
    assert main(["new", "--sketch", "lincoln.txt", "own.yaml"]) == 2
    capsys.readouterr()
    assert main(["check", "lincoln"]) == 0
    assert "Sketch: distances ± 3 ft" in " ".join(capsys.readouterr().out.split())
    assert main(["assess", "lincoln/plan.yaml"]) == 0
    assert "Sketch: distances ± 3 ft" in " ".join(capsys.readouterr().out.split())
    assert (tmp_path / "own.yaml").read_text("utf-8").splitlines()[1] == "drillsim_plan: 1"
