"""Replays: packed tracks, people where the crowd had them, what happens to doors, and pages that stand without their script."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

import drillsim as ds
from drillsim.escape import one_line
from drillsim.plan.model import OUTSIDE
from drillsim.plan.outlines import floor_of
from drillsim.record.trace import Leg
from drillsim.report.replay.packing import pack, unpack
from drillsim.report.replay.page import asset, csp_hash
from drillsim.report.replay.tracks import ReplayTrack, Stretch, simplified, tracks_of
from plays import mix, scenario, stamps
from shipped import ROOT, SCENARIOS, plan_named

SRO = {"id": "sro-1", "role": "sro", "post": "front-desk"}
GUARD = {"id": "guard-1", "role": "unarmed-guard", "post": "front-desk"}
MIXES = ds.read_mixes(ROOT / "scenarios" / "mixes.yaml")
SCHOOLS = ("doe_secondary", "doe_primary")


@cache
def evacuation(school: str) -> ds.Trace:
    drill = ds.read_scenario(ROOT / "scenarios" / "evacuation.yaml")
    return ds.simulate(drill, plan_named(school), MIXES["one-sro"], seed=2, record_legs=True)


@cache
def shown_people(school: str) -> list[ReplayTrack]:
    """The people of an evacuation as a browser reads them."""
    people, levels = (
        [*map(simplified, tracks_of(evacuation(school))[0])],
        [level.id for level in plan_named(school).levels],
    )
    return unpack(pack(people, {level: i for i, level in enumerate(levels)}), levels, [t.who for t in people])


def fight(*units: dict[str, Any], plan: ds.FloorPlan | None = None, **changes: Any) -> ds.Trace:
    drill = scenario("behaviour", "hall-1", **changes)
    return ds.simulate(drill, plan or plan_named("three_rooms"), mix(*units), seed=1, record_legs=True)


def data_of(html: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', html, re.DOTALL)
    assert found
    return dict(json.loads(found[1]))


# ---------------------------------------------------------------------- packing

STEP = st.tuples(st.integers(0, 30_000), st.integers(-90_000, 90_000), st.integers(-90_000, 90_000))
STRETCH = st.tuples(st.integers(0, 2), st.lists(STEP, min_size=1, max_size=5), st.booleans())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(STRETCH, max_size=3), max_size=4))
@example([])
@example([[]])
def test_what_is_unpacked_is_what_was_packed(drawn: list[list[tuple[int, list[tuple[int, int, int]], bool]]]) -> None:
    levels, tracks = ["cellar", "ground", "top"], []
    for n, stretches in enumerate(drawn):
        now, made = 0, []
        for level, steps, goes in stretches:
            corners = []
            for more, x, y in steps:
                now += more + 1
                corners.append((now / 10, x / 100, y / 100))
            times, xs, ys = zip(*corners, strict=True)
            made.append(Stretch(levels[level], times, xs, ys, goes=goes))
        tracks.append(ReplayTrack(str(n), tuple(made)))
    packed = pack(tracks, {level: i for i, level in enumerate(levels)})
    assert unpack(packed, levels, [t.who for t in tracks]) == tracks


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(0.1, 30.0), st.floats(-20.0, 20.0)), min_size=2, max_size=12), st.booleans())
def test_a_simplified_track_is_within_a_centimetre_at_any_time(
    steps: list[tuple[float, float]], straight: bool
) -> None:
    times = np.cumsum([after_s for after_s, _ in steps])
    xs = times * 1.2 if straight else np.cumsum([x for _, x in steps])
    track = ReplayTrack("a", (Stretch("L0", tuple(times.tolist()), tuple(xs.tolist()), (2.0,) * len(times)),))
    short = simplified(track)
    assert len(short.stretches[0].times_s) == 2 or not straight
    for time_s in np.linspace(times[0], times[-1], 41).tolist():
        was, now = track.at(time_s), short.at(time_s)
        assert was is not None
        assert now is not None
        assert abs(was[1] - now[1]) <= 0.01 + 1e-9


# ---------------------------------------------------------------------- people are where the crowd had them


@pytest.mark.parametrize("school", SCHOOLS)
def test_everybody_is_on_the_recorded_leg_at_any_time(school: str) -> None:
    legs: dict[str, list[Leg]] = {}
    for leg in evacuation(school).legs:
        legs.setdefault(leg.who, []).append(leg)
    draws = np.random.Generator(np.random.Philox(5))
    people = shown_people(school)
    assert len(people) == next(e.value for e in evacuation(school).events if e.what == "inside")
    for track in people:
        for leg in legs[track.who]:
            time_s = float(draws.uniform(leg.times_s[0], leg.times_s[-1]))
            x, y = (float(np.interp(time_s, leg.times_s, of)) for of in (leg.x_m, leg.y_m))
            found = track.at(time_s)
            if found is None or found[0] != leg.level:  # within the tenth of a second in which it changes level
                assert time_s - leg.times_s[0] <= 0.05
                continue
            assert np.hypot(found[1] - x, found[2] - y) < 0.05 * 2.6 + 0.02  # half a tenth at the fastest, and rounding


@pytest.mark.parametrize("school", SCHOOLS)
def test_people_leave_by_the_exits_and_stairs_that_the_crowd_counted(school: str) -> None:
    plan, trace = plan_named(school), evacuation(school)
    outside = [o for o in plan.openings if OUTSIDE in o.spaces]
    left: dict[str, list[float]] = {}
    on_stairs = 0
    for track in shown_people(school):
        last = track.stretches[-1]
        assert last.goes
        apart = [np.hypot(last.x_m[-1] - o.middle[0], last.y_m[-1] - o.middle[1]) for o in outside]
        assert min(apart) < 0.011
        left.setdefault(outside[int(np.argmin(apart))].id, []).append(last.times_s[-1])
        on_stairs += sum(a.level != b.level for a, b in pairwise(track.stretches))
    counted = {w.way: w for w in trace.ways if w.kind == "exit" and w.direction == "outside"}
    assert {way: len(times) for way, times in left.items()} == {way: w.people for way, w in counted.items()}
    for way, times in left.items():
        assert min(times) == pytest.approx(counted[way].first_s, abs=0.051)
        assert max(times) == pytest.approx(counted[way].last_s, abs=0.051)
    assert on_stairs == sum(w.people for w in trace.ways if w.kind == "stair")


@pytest.mark.parametrize("school", SCHOOLS)
def test_people_sit_in_the_spaces_where_they_are_until_they_set_off(school: str) -> None:
    plan, trace = plan_named(school), evacuation(school)
    first = {leg.who: leg for leg in reversed(trace.legs)}
    for stay in trace.whereabouts:
        if stay.who in first:
            leg = first[stay.who]
            assert (stay.times_s[-1], stay.level) == (leg.times_s[0], leg.level)
            assert (stay.x_m[-1], stay.y_m[-1]) == pytest.approx((leg.x_m[0], leg.y_m[0]), abs=1e-9)
    assert {leg.level for leg in trace.whereabouts} <= {level.id for level in plan.levels}


def test_where_only_responders_walk_people_sit_where_they_would_set_off() -> None:
    drill = ds.read_scenario(ROOT / "scenarios" / "evacuation.yaml")
    quiet = ds.vary(drill, {"crowd": "stays", "protocol": {"action": "none"}})
    trace = ds.simulate(quiet, plan_named("doe_primary"), MIXES["one-sro"], seed=2, record_legs=True)

    def seats(played: ds.Trace) -> dict[str, tuple[str, float, float]]:
        return {w.who: (w.level, w.x_m[0], w.y_m[0]) for w in played.whereabouts if w.who.startswith("person-")}

    assert seats(trace) == seats(evacuation("doe_primary"))


# ---------------------------------------------------------------------- units and incidents


def test_a_unit_is_on_its_duty_until_it_sets_off() -> None:
    trace = fight(SRO)
    (post,) = [w for w in trace.whereabouts if w.who == "sro-1"]
    assert (post.times_s[0], post.times_s[-1]) == (0.0, stamps(trace, "under-way", "sro-1")[0])
    unit = ds.replay(trace).sides[0].units[0]
    at_the_scene = unit.track.at(stamps(trace, "on-scene", "sro-1")[0])
    (place,) = (w for w in trace.whereabouts if w.who == trace.rows[0]["incident"])
    assert at_the_scene is not None
    assert at_the_scene[1:] == pytest.approx((place.x_m[0], place.y_m[0]), abs=1e-6)


def test_a_unit_that_is_not_on_campus_is_not_on_the_plan() -> None:
    drill = scenario("behaviour", "hall-1")
    trace = ds.simulate(
        drill,
        plan_named("three_rooms"),
        mix(SRO, {**GUARD, "presence": "50 %"}),
        seed=1,
        record_legs=True,
        presence={"guard-1": False},
    )
    assert [mark.track.who for mark in ds.replay(trace).sides[0].units] == ["sro-1"]


def test_a_patrol_walks_its_round_until_it_is_called() -> None:
    patrol = {"id": "sro-1", "role": "sro", "patrol": ["room-101", "hall-0"]}
    trace = fight(patrol, noticing={"witness": "200 s", "unsupervised": "200 s"})
    walked = [w for w in trace.whereabouts if w.who == "sro-1"]
    assert len({xy for w in walked for xy in zip(w.x_m, w.y_m, strict=True)}) > 2
    for one, other in pairwise(walked):
        assert one.times_s[-1] <= other.times_s[0]


def test_an_incident_is_at_its_place_until_it_is_at_the_next() -> None:
    drill = {"kind": "unwanted-person", "where": "hall-1", "moves": [{"to": "hall-0", "after": "30 s"}]}
    trace = fight(incidents=[drill])
    (place,) = ds.replay(trace).sides[0].incidents
    (arrives_s,) = stamps(trace, "moves-to")
    before, after = place.track.at(arrives_s - 0.1), place.track.at(arrives_s + 0.1)
    assert place.track.at(1.0) == before != after


def test_nobody_at_all_has_a_replay() -> None:
    plan = plan_named("three_rooms")
    empty = plan.model_copy(update={"spaces": tuple(s.model_copy(update={"people": 0}) for s in plan.spaces)})
    replay = ds.replay(fight(plan=empty))
    assert replay.sides[0].people == []
    assert data_of(replay.html)["sides"][0]["counts"] == []


# ---------------------------------------------------------------------- rooms and doors


def test_rooms_and_doors_change_when_the_events_say_so() -> None:
    drill = ds.read_scenario(ROOT / "scenarios" / "teaching" / "lockdown.yaml")
    plan = ds.read_plan(ROOT / "scenarios" / "teaching" / str(drill.plan))
    mixes = ds.read_mixes(ROOT / "scenarios" / "teaching" / "mixes.yaml")
    trace = ds.simulate(drill, plan, mixes[mixes.present], seed=1, record_legs=True)
    side = ds.replay(trace).sides[0]
    secured = {e.where: e.time_s for e in trace.events if e.what == "secured"}
    assert {c.id: c.time_s for c in side.rooms if c.state == "secured"} == secured
    locked = {c.id: c.time_s for c in side.doors if c.state == "locked"}
    of_room = {e.where: e.time_s for e in trace.events if e.what == "locked"}
    for door in plan.openings:
        rooms = [s for s in door.spaces if s in of_room and door.lock != "none"]
        assert (door.id in locked) == bool(rooms)
        if rooms:
            assert locked[door.id] in {of_room[room] for room in rooms}


def test_a_closed_stair_is_closed_at_both_its_ends() -> None:
    plan = plan_named("doe_secondary")
    drill = scenario("fire", "kitchen", injects=[{"at": "5 s", "close": "stair-a"}])
    trace = ds.simulate(drill, plan, mix(), seed=1, record_legs=True)
    closed = [c for c in ds.replay(trace).sides[0].doors if c.state == "closed"]
    spaces = {s for c in closed for s in plan.openings[plan.opening_index[c.id]].spaces}
    assert {"stair-a-0", "stair-a-1"} <= spaces
    assert len(closed) == 2


# ---------------------------------------------------------------------- two staffings


def test_two_staffings_part_at_the_first_line_that_one_of_them_has_alone() -> None:
    one, two = fight(SRO), fight(SRO, GUARD)
    replay = ds.replay(one, two, labels=["One", "Two"])
    assert replay.parting is not None
    told = [Counter((line.time_s, line.text) for line in side.story if line.time_s > 0) for side in replay.sides]
    first = min(time_s for counts in (told[0] - told[1], told[1] - told[0]) for time_s, _text in counts)
    assert replay.parting.time_s == first
    assert replay.parting.sentence in one_line(replay.parting.sentence)
    assert "here they part" in replay.html


def test_the_same_staffing_twice_parts_nowhere_and_holds_its_people_once() -> None:
    twice = ds.replay(fight(SRO), fight(SRO))
    assert twice.parting is None
    assert "nothing differs" in twice.html
    single = data_of(ds.replay(fight(SRO)).html)
    assert data_of(twice.html)["people"] == single["people"]


def test_drills_that_are_not_the_same_one_stand_not_side_by_side() -> None:
    other = ds.simulate(scenario("behaviour", "hall-1"), plan_named("three_rooms"), mix(), seed=2, record_legs=True)
    with pytest.raises(ds.ResultError, match="two different drills: seed 1 and 2"):
        ds.replay(fight(), other)


def test_a_drill_without_legs_and_a_school_day_have_no_replay() -> None:
    plain = ds.simulate(scenario("behaviour", "hall-1"), plan_named("three_rooms"), mix(), seed=1)
    with pytest.raises(ds.ResultError, match="record_legs=True"):
        ds.replay(plain)
    day = ds.read_scenario(ROOT / "scenarios" / "real-days" / "school-day.yaml")
    mixes = ds.read_mixes(ROOT / "scenarios" / "real-days" / "mixes.yaml")
    trace = ds.simulate(day, plan_named("doe_secondary"), mixes[mixes.present], seed=1, record_legs=True)
    with pytest.raises(ds.ResultError, match="whole school day"):
        ds.replay(trace)


# ---------------------------------------------------------------------- the page

HOSTILE = st.sampled_from(["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', '=HYPERLINK("a")', "\u202egnp.exe",
                           "a\x1b[31mb\x00", "é 🏫 ‘’", "</script>", "x" * 10_000, "&lt;", "  ", "\u2028", "'"])  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(HOSTILE | st.text(min_size=1, max_size=12), HOSTILE | st.text(min_size=1, max_size=12))
def test_labels_of_any_kind_show_as_text(label: str, staffing: str) -> None:
    plan = plan_named("three_rooms")
    named = plan.model_copy(
        update={
            "name": label,
            "levels": tuple(level.model_copy(update={"label": label}) for level in plan.levels),
            "spaces": tuple(s.model_copy(update={"label": label}) for s in plan.spaces),
            "openings": tuple(o.model_copy(update={"label": label}) for o in plan.openings),
        }
    )
    html = ds.replay(fight({**SRO, "label": staffing}, plan=named), labels=[staffing], title=label, why=[label]).html
    plain = ds.replay(fight(SRO), labels=["x"], title="x", why=["x"]).html
    for sign in ("<script", "</script", "<img", "<section"):
        assert html.count(sign) == plain.count(sign)
    assert not re.search("[\x00-\x08\x0b-\x1f\u2028\u202e]", html)
    data_of(html)


def test_the_page_allows_its_own_script_and_style_and_nothing_else() -> None:
    html = ds.replay(fight(SRO)).html
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    assert policy[1].startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy[1]
    assert csp_hash(asset("replay.js")) in policy[1]
    assert csp_hash(asset("replay.css")) in policy[1]
    assert not re.search(r"\b(src|href)=\"(?!#)|\bstyle=\"|\bon\w+=\"|url\(|@import", html)


def test_the_story_and_the_handling_mark_stand_before_any_script() -> None:
    trace = fight(SRO)
    html = ds.replay(trace).html
    text = html[: html.index("<script")]
    assert "INTERNAL" in text
    for line in ds.tell(trace, plan_named("three_rooms")):
        assert line.text in text


def test_a_notebook_shows_a_replay_in_a_frame_of_its_own() -> None:
    shown = ds.replay(fight(SRO))._repr_html_()
    assert shown.startswith('<iframe srcdoc="&lt;!DOCTYPE html')
    assert 'sandbox="allow-scripts"' in shown
    assert "<script" not in shown


def test_two_replays_of_a_large_school_stay_small() -> None:
    trace = evacuation("doe_secondary")
    assert len(ds.replay(trace, trace).fragment().encode()) < 200_000


# ---------------------------------------------------------------------- levels


@pytest.mark.parametrize(
    "path", [p for p in SCENARIOS if p.stem in ("passing", "secure", "two-at-once")], ids=lambda p: p.stem
)
def test_everybody_on_the_plan_is_on_a_floor_of_the_level_that_is_shown(path: Path) -> None:
    drill, mixes = ds.read_scenario(path), ds.read_mixes(path.parent / "mixes.yaml")
    plan = plan_named(Path(str(drill.plan)).stem)
    trace = ds.simulate(drill, plan, mixes[mixes.present], seed=3, record_legs=True)
    side = ds.replay(trace).sides[0]
    floors = {
        level.id: shapely.union_all([floor_of(s.polygon, s.holes) for s in plan.spaces if s.level == level.id]).buffer(
            0.1
        )
        for level in plan.levels
    }
    doors = shapely.union_all([shapely.LineString(o.line) for o in plan.openings]).buffer(0.6)
    marks = [*side.people, *(mark.track for mark in (*side.units, *side.incidents))]
    for time_s in (0.0, side.until_s / 7, side.until_s / 3, side.until_s / 2):
        seen = [at for track in marks if (at := track.at(time_s)) is not None]
        assert seen
        for level, floor in floors.items():
            points = shapely.points([(x, y) for at_level, x, y in seen if at_level == level])
            lost = points[~(shapely.covers(floor, points) | shapely.covers(doors, points))]
            assert not len(lost), lost[:3]


def test_police_wait_at_their_entry_on_its_level() -> None:
    plan = plan_named("three_rooms")
    top = plan.model_copy(update={"levels": (*plan.levels, plan.levels[0].model_copy(update={"id": "roof"}))})
    drill = scenario("hostile", "room-201", protocol={"action": "lockdown"})
    trace = ds.simulate(drill, top, mix(), seed=1, record_legs=True)
    police = [leg for leg in trace.legs if leg.who == "police"]
    assert police[0].level == "L0"
    assert {leg.level for leg in police} <= {"L0", "L1"}
