"""The timeline tells the whole drill in words: every event has its sentence, or a line that says the same."""

# mypy: disable-error-code="union-attr"
# (a None where a value is expected fails the test by itself)

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import drillsim as ds
from drillsim.quantities import clock
from drillsim.record.trace import Event, Trace
from drillsim.report.timeline import DAY_ID, Teller, tell
from drillsim.report.timeline_sentences import ENDS, RUNS, SENTENCES
from plays import mix, scenario
from shipped import CASES, IDS, ROOT, plan_named, played

TOLD_OTHERWISE = {
    "role": "in the name of the unit",
    "present": "in the first lines",
    "absent": "in the first lines",
    "inside": "in the first line",
    "at-horizon": "in the last line",
    "unit-ends": "in the last lines",
    "accounted": "by 'Half of ... roll calls' and 'Everybody is accounted for'",
    "unlockable": "as the order is given",
    "lockable": "in the total of the milestones",
    "protocol": "by the order",
    "police-wanted": "by 'Police are called'",
    "walked": "a figure of the legs",
    "doors": "a figure of the legs",
    "exposure": "a figure of the counts",
}


def words_of_the_docs() -> set[str]:
    """The column 'what' of the event table in docs/outcomes.md."""
    section = (ROOT / "docs" / "outcomes.md").read_text(encoding="utf-8").partition("## The event table")[2]
    cells = re.findall(r"(?m)^\| (`[^|]+) \|", section)
    return {word for cell in cells for word in re.findall(r"`([a-z-]+)`", cell)}


def story(path: Path, plan: str) -> list[tuple[Trace, list[str]]]:
    return [(trace, [str(line) for line in tell(trace, plan_named(plan))]) for trace in played(path, plan)]


def event(what: str, who: str = "sro", where: str = "hall-1", why: str = "", **more: Any) -> Event:
    return Event(more.pop("time_s", 5.0), who, what, where, why, more.pop("incident", "main"), more.pop("value", None))


def told(plan: ds.FloorPlan, *events: Event) -> str:
    """The story of a drill of which only these events are known, besides an onset and one unit."""
    begin = [
        event("role", why="School Resource Officer", time_s=0.0),
        event("onset", who="main", why="behaviour", time_s=0.0),
    ]
    row: dict[str, Any] = {"incident": "main", "ends_as": "resolved", "over_before_anyone_came": 0}
    end = event("at-horizon", who="people", why="waiting", value=5.0, time_s=1800.0)
    trace = Trace("s", "m", 1, 0, 1800.0, (*begin, *events, end), (row,))
    return "\n".join(str(line) for line in tell(trace, plan))


@pytest.mark.parametrize(("path", "plan"), CASES, ids=IDS)
def test_every_event_has_a_sentence_or_another_line_that_says_the_same(path: Path, plan: str) -> None:
    words = {e.what for trace in played(path, plan) for e in trace.events}
    assert words - set(SENTENCES) - set(RUNS) - set(TOLD_OTHERWISE) == set()


def test_every_event_of_the_docs_has_a_sentence_or_an_equivalent_line() -> None:
    assert len(words_of_the_docs()) > 60
    assert words_of_the_docs() - set(SENTENCES) - set(RUNS) - set(TOLD_OTHERWISE) == set()


def test_no_sentence_is_left_of_an_event_that_the_docs_do_not_know() -> None:
    assert {*SENTENCES, *RUNS, *TOLD_OTHERWISE} - words_of_the_docs() == set()


@pytest.mark.parametrize(("path", "plan"), CASES, ids=IDS)
def test_places_services_and_cameras_are_called_by_their_names(path: Path, plan: str) -> None:
    building = plan_named(plan)
    things: list[Any] = [*building.spaces, *building.openings, *building.stairs, *building.posts, *building.assembly]
    ids = {t.id for t in things if "-" in t.id or t.id[-1].isdigit()} | {c.id for c in building.cameras}
    ids |= {"ems", "fire-service"} | {f"police-{n}" for n in range(2, 7)}
    for _, lines in story(path, plan):
        found = set(re.findall(r"[A-Za-z0-9-]+", " ".join(lines)))
        assert found & ids == set()


@pytest.mark.parametrize(("path", "plan"), CASES, ids=IDS)
def test_every_line_is_a_sentence_without_gaps(path: Path, plan: str) -> None:
    for trace, lines in story(path, plan):
        assert not re.search(r"[{}_@]|None| [.,;:]|[.,;:]{2}", "\n".join(lines)), trace.mix
        if DAY_ID.fullmatch(str(trace.row.get("incident", ""))) is None:
            assert all(re.fullmatch(r" *[\d:]+  (\[.+\] )?[A-Z0-9].*\.", line) for line in lines)


@pytest.mark.parametrize(("path", "plan"), CASES, ids=IDS)
def test_a_story_is_short_enough_to_read(path: Path, plan: str) -> None:
    assert max(len(lines) for _, lines in story(path, plan)) <= 110


@pytest.mark.parametrize(("path", "plan"), CASES, ids=IDS)
def test_every_incident_is_told_from_its_onset_to_how_it_ended(path: Path, plan: str) -> None:
    endings = ("It is over", "Somebody able to act is there", "Enough of those it needs are there", *ENDS.values())
    for trace, lines in story(path, plan):
        whole = "\n".join(lines)
        begun = sum(whole.count(text) for text in _onsets(trace, plan))
        assert begun >= len(trace.rows)
        assert sum(whole.count(text) for text in endings) >= len(trace.rows)


def _onsets(trace: Trace, plan: str) -> set[str]:
    teller = Teller(trace, plan_named(plan))
    return {teller.sentence(e) for e in trace.events if e.what == "onset"}


@pytest.mark.parametrize(("path", "plan"), CASES, ids=IDS)
def test_every_unit_of_the_mix_is_in_the_story(path: Path, plan: str) -> None:
    for trace, lines in story(path, plan):
        units = {e.who for e in trace.events if e.what == "role"}
        assert {u for u in units if not re.search(rf"\b{u}\)", "\n".join(lines))} == set()


def test_the_lines_of_a_drill_are_in_order_of_time() -> None:
    for path, plan in CASES:
        for trace in played(path, plan):
            lines = tell(trace, plan_named(plan))
            if not Teller(trace, plan_named(plan)).is_day:
                assert [x.time_s for x in lines] == sorted(x.time_s for x in lines), path.stem


# ------------------------------------------------------------------ several incidents, and whole days


def test_with_several_incidents_a_line_names_the_one_it_is_about() -> None:
    trace, lines = story(ROOT / "scenarios" / "two-at-once.yaml", "doe_primary")[-1]
    ids = {str(row["incident"]) for row in trace.rows}
    assert {i for line in lines for i in re.findall(r"\[(.+?)\]", line)} == ids
    assert any(re.match(r" +[\d:]+  \[\w+\] .*(breaks out|collapses)", line) for line in lines)


def test_a_unit_is_called_off_for_an_incident_by_its_name(three_rooms: ds.FloorPlan) -> None:
    text = told(three_rooms, event("called-off", why="for fight"))
    assert "School Resource Officer (sro) is called off, for 'fight'." in text


def day(*calls: dict[str, Any], plan: ds.FloorPlan, units: tuple[dict[str, Any], ...] = ()) -> Trace:
    wish = {"name": "day", "horizon": "30 min", "demand": {"from": "08:00", "lasts": "2 h", "calls": list(calls)}}
    return ds.simulate(ds.Scenario.model_validate(wish), plan, mix(*units), seed=2)


def test_a_day_is_told_incident_by_incident(three_rooms: ds.FloorPlan) -> None:
    trace = day({"kind": "behaviour", "rate": "6 /day", "where": "room-101"}, plan=three_rooms)
    lines = tell(trace, three_rooms)
    heads = [x for x in lines if not x.text.startswith(" ")]
    assert len(heads) == len(trace.rows) > 2
    assert all(x.text == "A fight breaks out in Room 101." for x in heads)


def test_a_day_is_told_by_the_time_of_day_where_its_opening_is_known(three_rooms: ds.FloorPlan) -> None:
    trace = day({"kind": "behaviour", "rate": "6 /day", "where": "room-101"}, plan=three_rooms)
    first = next(x for x in tell(trace, three_rooms, opens="08:00") if "breaks out" in x.text)
    hours, minutes = (int(part) for part in first.stamp.split(":"))
    assert hours * 60 + minutes == 8 * 60 + int(first.time_s // 60)


def test_what_follows_in_a_day_is_told_from_the_onset_of_its_incident(three_rooms: ds.FloorPlan) -> None:
    trace = day({"kind": "behaviour", "rate": "6 /day", "where": "room-101"}, plan=three_rooms)
    head, noticed, *_ = tell(trace, three_rooms)
    assert "It is noticed" in noticed.text
    assert noticed.stamp == f"+{clock(noticed.time_s - head.time_s)}"


def test_a_day_on_which_nothing_comes_up_says_so(three_rooms: ds.FloorPlan) -> None:
    trace = day({"kind": "behaviour", "rate": "0 /day", "where": "room-101"}, plan=three_rooms)
    assert [x.text for x in tell(trace, three_rooms)] == ["Nothing comes up that needs anybody."]


def test_a_day_tells_the_duties_of_each_unit_in_one_sentence(three_rooms: ds.FloorPlan) -> None:
    turn = {"from": "08:30", "to": "09:00", "duty": "mentoring", "at": "room-101"}
    unit = {"id": "sro", "role": "sro", "post": "front-desk", "timetable": [turn]}
    trace = day({"kind": "behaviour", "rate": "0 /day", "where": "room-101"}, plan=three_rooms, units=(unit,))
    text = " ".join(x.text.strip() for x in tell(trace, three_rooms, opens="08:00"))
    assert "8:00 on post in Main hall; 8:30 mentoring in Room 101; 9:00 on post in Main hall." in text


def test_a_rule_break_is_not_called_a_fight(three_rooms: ds.FloorPlan) -> None:
    call = {"kind": "behaviour", "rate": "6 /day", "where": "room-101", "discipline": True}
    text = "\n".join(x.text for x in tell(day(call, plan=three_rooms), three_rooms))
    assert "A rule is broken in Room 101." in text
    assert "fight" not in text


# ------------------------------------------------------------------ single sentences


@pytest.mark.parametrize("what", sorted(SENTENCES))
def test_a_sentence_can_be_said_of_a_bare_event(what: str, three_rooms: ds.FloorPlan) -> None:
    assert not re.search(r"[{}]|None", told(three_rooms, event(what, why="why", value=1.0)))


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (event("resolved", who="self"), "It is over by itself."),
        (event("resolved", who="unit"), "It is over: those on scene have ended it."),
        (event("on-scene", why="assists"), "School Resource Officer (sro) is on scene in Upper hall, to assist."),
        (event("on-scene", who="police-2@main", why="resolves"), "Police officer 2 is on scene in Upper hall."),
        (event("called", who="office", where="", why="fire-service"), "The fire service is called."),
        (event("leave-by-themselves", who="people", why="no room left to lock", value=1.0), "1 person in the halls leave"),
        (event("locked"), "School Resource Officer (sro) locks Upper hall."),
        (event("noticed", who="alarm", why="the alarm of Door 2 rings"), "It is noticed: the alarm of Door 2 rings."),
        (event("noticed", who="cam-hall", why="seen on a camera"), "It is noticed: the camera in Main hall shows it."),
        (event("radio-out", who="script", where="everywhere"), "No radio any more: everywhere."),
        (event("turned-back", who="police", why="it is over"), "The first police officer turns back: it is over."),
        (event("duty", where="", why="court"), "School Resource Officer (sro) is now in court."),
        (event("unit-ends", where="hall-1", why="on duty: patrol"), "At the end School Resource Officer (sro) is on patrol."),
        (event("script-done", who="main", where=""), "The incident's own script is over."),
    ],
    ids=lambda x: x.what if isinstance(x, Event) else "",
)  # fmt: skip
def test_a_sentence_says_what_happened(one: Event, sentence: str, three_rooms: ds.FloorPlan) -> None:
    assert sentence in told(three_rooms, one)


def test_a_label_in_parentheses_is_told_with_its_id_inside(three_rooms: ds.FloorPlan) -> None:
    text = told(three_rooms, event("role", who="g-1", why="Guard (unarmed)"), event("free", who="g-1"))
    assert "Guard (unarmed, g-1) is free again." in text


def test_the_office_learns_the_place_only_where_the_report_did_not_say(three_rooms: ds.FloorPlan) -> None:
    known = event("place-known", who="office")
    assert "knows the place" not in told(three_rooms, known)
    assert "knows the place" in told(three_rooms, event("place-unknown", who="office", where=""), known)


def test_a_unit_that_noticed_it_is_not_told_twice(three_rooms: ds.FloorPlan) -> None:
    word = event("word", why="noticed it")
    assert "comes upon it" in told(three_rooms, word)
    assert "comes upon it" not in told(three_rooms, event("noticed", why="was there"), word)


def test_a_fight_that_was_over_before_anyone_came_is_told_so(three_rooms: ds.FloorPlan) -> None:
    drill = scenario("behaviour", "room-101", incidents=[{"kind": "behaviour", "where": "room-101", "lasts": "5 s"}])
    text = "\n".join(str(x) for x in tell(ds.simulate(drill, three_rooms, mix(), seed=1), three_rooms))
    assert "It is over by itself, before anyone has come." in text


def test_a_single_roll_call_is_not_counted(three_rooms: ds.FloorPlan) -> None:
    assert "The roll call is reported." in told(three_rooms, event("accounted", who="room-101", time_s=60.0))


def test_milestones_of_the_same_second_are_one_line(three_rooms: ds.FloorPlan) -> None:
    rooms = [event("lockable", who=f"r-{i}", time_s=0.0) for i in range(8)]
    secured = [event("secured", who=f"r-{i}", time_s=9.0) for i in range(8)]
    protocol = event("protocol", who="school", why="lockdown", time_s=0.0)
    text = told(three_rooms, protocol, *rooms, *secured)
    assert re.findall(r"\d of 8 rooms.*", text) == ["8 of 8 rooms are secured."]


def test_what_nobody_could_do_is_said_at_the_horizon(three_rooms: ds.FloorPlan) -> None:
    drill = scenario("disorder", "room-101", police={"law": "1 h"}, horizon="10 min")
    text = "\n".join(str(x) for x in tell(ds.simulate(drill, three_rooms, mix(), seed=1), three_rooms))
    assert "Nobody has come: nobody on campus does this kind." in text
