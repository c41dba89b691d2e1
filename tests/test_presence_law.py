"""States of presence, their exact probabilities, and drills that are forced to one."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import drillsim as ds
from depth import plays_of
from drillsim.errors import ScenarioError
from drillsim.record.presence import Chances, State, joint_states, presence_from, presence_text
from drillsim.streams.streams import Streams
from plays import mix, scenario
from protocol_plays import GUARD, SRO, wing

FIGHT = scenario("behaviour", "hall", crowd="stays")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
LIKELY = {"sro": {"presence": "85 %"}, "unarmed_guard": {"presence": "90 %"}}


def play(*units: dict[str, Any], presence: dict[str, bool | str] | None = None, number: int = 0) -> ds.Trace:
    return ds.simulate(FIGHT, wing(), mix(*units, **LIKELY), seed=3, replication=number, presence=presence)


def there(trace: ds.Trace) -> set[str]:
    return {e.who for e in trace.events if e.what == "present"}


def test_states_of_one_mix_have_the_product_of_their_chances() -> None:
    found = joint_states([Chances({"sro-1": 0.85, "guard-1": 0.9})], least=0.0)
    assert {str(state): round(p, 12) for (state,), p in found} == {
        "all here": 0.765, "away: sro-1": 0.135, "away: guard-1": 0.085, "away: guard-1, sro-1": 0.015,
    }  # fmt: skip
    assert [p for _, p in found] == sorted((p for _, p in found), reverse=True)


def test_one_person_with_two_chances_is_away_in_both_or_in_the_one_of_the_smaller() -> None:
    found = joint_states([Chances({"sro-1": 0.3}), Chances({"sro-1": 0.85})], least=0.0)
    words = {tuple(map(str, states)): p for states, p in found}
    assert words == {
        ("all here", "all here"): pytest.approx(0.3),
        ("away: sro-1", "all here"): pytest.approx(0.55),
        ("away: sro-1", "away: sro-1"): pytest.approx(0.15),
    }


def test_the_weekday_is_a_state_only_where_a_calendar_is_in_play() -> None:
    found = joint_states([Chances({"a": 0.5}, DAYS), Chances({})], least=0.0)
    assert len(found) == 10
    assert {states[1] for states, _ in found} == {State("", frozenset())}
    assert str(found[0][0][0]).split(", ")[0] in DAYS


def test_there_are_few_states_however_many_units() -> None:
    many = Chances({f"u{i}": 0.99 for i in range(500)})
    assert joint_states([many], least=0.01) == []
    assert len(joint_states([Chances({f"u{i}": 0.99 for i in range(40)})], least=0.001)) == 41


@given(
    st.dictionaries(st.sampled_from("abcd"), st.integers(1, 99).map(lambda percent: percent / 100), max_size=4),
    st.dictionaries(st.sampled_from("abcd"), st.integers(1, 99).map(lambda percent: percent / 100), max_size=4),
    st.booleans(),
)
@plays_of(60)
def test_states_are_apart_and_their_probabilities_add_up(
    one: dict[str, float], other: dict[str, float], calendar: bool
) -> None:
    pair = [Chances(one, DAYS if calendar else ()), Chances(other)]
    found = joint_states(pair, least=0.0)
    assert sum(p for _, p in found) == pytest.approx(1.0)
    alone = Counter[State]()
    for states, p in found:
        alone[states[0]] += p  # type: ignore[assignment]
    assert dict(alone) == {s[0]: pytest.approx(p, abs=1e-12) for s, p in joint_states(pair[:1], least=0.0)}


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.booleans(), max_size=4), st.sampled_from(["", *DAYS]))
@plays_of(60)
def test_a_presence_is_read_as_it_was_written(units: dict[str, bool], day: str) -> None:
    units.pop("weekday", None)
    forced: dict[str, bool | str] = {**units, **({"weekday": day} if day else {})}
    assert presence_from(presence_text(forced)) == forced


@pytest.mark.parametrize("text", ["sro-1", "sro-1=gone", "=", "a=here b=away", "a=here,,b=away"])
def test_another_text_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ScenarioError, match="write UNIT=here or UNIT=away"):
        presence_from(text)


def test_a_forced_unit_is_there_or_away() -> None:
    for here in (True, False):
        for number in range(5):
            assert ("sro" in there(play(SRO, GUARD, presence={"sro": here}, number=number))) is here


def test_who_is_not_forced_keeps_the_chance() -> None:
    seen = sum("guard" in there(play(SRO, GUARD, presence={"sro": False}, number=k)) for k in range(60))
    assert 45 <= seen <= 60


def test_drills_of_a_presence_are_numbered_by_themselves_and_share_no_draw() -> None:
    drawn = {
        Streams(1, "f", number, presence=told).uniform("x", "y")
        for told in ("", "a=here", "a=away")
        for number in (0, 1)
    }
    assert len(drawn) == 6
    assert Streams(1, "f", 0, presence="").uniform("x", "y") == Streams(1, "f", 0).uniform("x", "y")


def test_a_mix_without_the_unit_meets_the_same_drill() -> None:
    forced: dict[str, bool | str] = {"sro": False}
    alone, both = play(GUARD, presence=forced), play(SRO, GUARD, presence=forced)
    assert alone.row["able_on_scene_s"] == both.row["able_on_scene_s"]
    assert (alone.forced, both.row["forced"]) == ("sro=away", "sro=away")


def test_the_weekday_can_be_forced() -> None:
    week = {**GUARD, "calendar": {"thursday": "here"}}
    for day, here in (("thursday", True), ("monday", False)):
        assert ("guard" in there(play(week, presence={"weekday": day}))) is here


@pytest.mark.parametrize("sure", [{"presence": "100 %"}, {"presence": "0 %"}, {"calendar": {"thursday": "here"}}])
def test_a_presence_that_a_mix_leaves_nothing_to_chance_about_is_not_forced(sure: dict[str, Any]) -> None:
    for number in range(5):
        found = [there(play({**GUARD, **sure}, presence={"guard": here}, number=number)) for here in (True, False)]
        wanted = {"100 %": [True, True], "0 %": [False, False]}.get(str(sure.get("presence")))
        assert found[0] == found[1] or wanted is None
        assert wanted is None or ["guard" in one for one in found] == wanted


def test_what_cannot_be_forced_is_refused() -> None:
    with pytest.raises(ScenarioError, match="no weekday"):
        play(GUARD, presence={"weekday": "someday"})
    monday = scenario("behaviour", "hall", crowd="stays", weekday="monday")
    with pytest.raises(ScenarioError, match="played on a monday"):
        ds.simulate(monday, wing(), mix(GUARD), seed=1, presence={"weekday": "friday"})


def test_forcing_changes_nothing_but_the_presence() -> None:
    """Days on which the unit is there anyway and those forced to it have one law: same people, place and delays."""
    drawn = [play(SRO, number=k) for k in range(150)]
    times = [float(t.row["able_on_scene_s"] or 0) for t in drawn if "sro" in there(t)]
    forced = [float(play(SRO, presence={"sro": True}, number=k).row["able_on_scene_s"] or 0) for k in range(150)]
    assert sum(times) / len(times) == pytest.approx(sum(forced) / len(forced), rel=0.1)


def test_every_pair_of_states_is_listed_once() -> None:
    units = {"a": 0.2, "b": 0.5, "c": 0.7}
    found = joint_states([Chances(units)], least=0.0)
    wanted = {
        frozenset(u for u, gone in zip(units, flags, strict=True) if gone) for flags in product((True, False), repeat=3)
    }
    assert {state.away for (state,), _ in found} == wanted
