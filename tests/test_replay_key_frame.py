"""The moment of a replay that paper shows stands where the drill had everybody."""

from __future__ import annotations

import re
from functools import cache

import pytest

import drillsim as ds
from drillsim.report.replay.key_frame import key_frame
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
