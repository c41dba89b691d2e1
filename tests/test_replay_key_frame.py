"""The moment of a replay that paper shows stands where the drill had everybody."""

from __future__ import annotations

import re
from functools import cache

import pytest

import drillsim as ds
from drillsim.report.replay.key_frame import key_frame
from drillsim.report.replay.plan_drawing import draw_plan
from drillsim.report.replay.side import Side, side_of
from plays import mix, scenario
from shipped import plan_named


@cache
def side() -> Side:
    officer = {"id": "sro-1", "role": "sro", "post": "front-desk", "label": "<b>"}
    trace = ds.simulate(
        scenario("behaviour", "hall-1"), plan_named("three_rooms"), mix(officer), seed=1, record_legs=True
    )
    return side_of(trace, "One officer")


@pytest.mark.parametrize("time_s", [0.0, 26.0, 47.3])
def test_every_dot_is_where_the_drill_had_a_person(time_s: float) -> None:
    for level in side().plan.levels:
        drawn = key_frame(side(), level.id, time_s, (0.0, 0.0, 60.0, 40.0))
        x = y = 0.0
        dots = []
        for dx, dy in re.findall(r"m(-?[\d.]+) ?(-?[\d.]+)h0", drawn):
            x, y = x + float(dx), y + float(dy)
            dots.append((round(x, 1), round(y, 1)))
        there = [at for track in side().people if (at := track.at(time_s)) is not None and at[0] == level.id]
        assert sorted(dots) == sorted((round(px, 1), round(-py, 1)) for _, px, py in there)
        units = [u for u in side().units if (at := u.track.at(time_s)) is not None and at[0] == level.id]
        assert drawn.count("<circle") == len(units)


def test_it_stands_in_the_page_without_a_script() -> None:
    page = ds.replay(side().trace).html
    body = page.split("<script")[0]
    assert body.count('<g class="replay-frame">') == len(side().plan.levels)
    assert "<b>" not in re.sub(r"<b>\d", "", body.split('<g class="replay-frame">')[1].split("</g>")[0])


def test_paper_shows_the_rooms_that_are_secured_by_then_and_their_doors() -> None:
    trace = ds.simulate(
        scenario("hostile", "hall-1", protocol={"action": "lockdown"}),
        plan_named("three_rooms"),
        mix(),
        seed=1,
        record_legs=True,
    )
    locked = side_of(trace, "Nobody")
    moments = sorted({change.time_s for change in locked.rooms})
    assert moments
    for time_s in (0.0, *moments, locked.until_s):
        states = {change.id: change.state for change in locked.rooms if change.time_s <= time_s}
        drawn = "".join(key_frame(locked, one.id, time_s, (0.0, 0.0, 60.0, 40.0)) for one in locked.plan.levels)
        framed = sum(part.count("M") for part in re.findall(r'"replay-frame-(?:secured|failed)" d="([^"]*)"', drawn))
        assert framed == sum(bool(state) for state in states.values())
        doors = {change.id: change.state for change in locked.doors if change.time_s <= time_s}
        assert ("replay-frame-locked" in drawn) == ("locked" in doors.values())


def test_names_of_units_at_one_place_stand_apart_and_on_the_drawing() -> None:
    officers = [{"id": f"guard-{i}", "role": "unarmed-guard", "post": "front-desk"} for i in range(5)]
    trace = ds.simulate(
        scenario("behaviour", "hall-1"), plan_named("three_rooms"), mix(*officers), seed=1, record_legs=True
    )
    several = side_of(trace, "Five")
    left, top, wide, high = draw_plan(several.plan).view
    drawn = key_frame(several, several.plan.levels[0].id, 0.0, (left, top, wide, high))
    tags = [
        tuple(map(float, found))
        for found in re.findall(r'tag" x="(\S+)" y="(\S+)" width="(\S+)" height="(\S+)"', drawn)
    ]
    assert len(tags) == 5
    for i, (x, y, w, h) in enumerate(tags):
        assert left - 0.1 <= x
        assert x + w <= left + wide + 0.1
        assert all(abs(y - other[1]) > h - 0.2 or abs(x - other[0]) >= w - 0.2 for other in tags[:i])
