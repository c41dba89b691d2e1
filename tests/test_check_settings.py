"""The check warns of settings that contradict each other, and of injects that nothing can follow."""

from __future__ import annotations

from typing import Any

import pytest

import drillsim as ds
from plays import scenario
from shipped import plan_named


def warnings(**changes: Any) -> list[str]:
    kind = changes.pop("kind", "medical")
    found = ds.check(scenario(kind, "room-101", **changes), plan_named("three_rooms"))
    return [f.message for f in found if f.code == "DS504"]


LOCKDOWN = {"protocol": {"action": "lockdown"}}
EVACUATE = {"protocol": {"action": "evacuate"}}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"protocol": {"action": "lockdown", "announced_by": "badge"}}, "no adult wears one"),
        ({"protocol": {"announced_by": "teacher"}}, "nobody announces"),
        ({"protocol": {"zones": [{"name": "up", "spaces": ["hall-1"], "after": "1 min"}]}}, "no zone is told"),
        ({"protocol": {"action": "hold", "shelter_in": ["hall-0"]}}, "nobody shelters"),
        ({"dispatch": {"queue": False, "wait_at_most": "1 min"}}, "do not wait"),
        ({"dispatch": {"preference": [{"units": ["sro"]}]}}, "no kind is dispatched by this table"),
        ({"kind": "disorder", "incidents": [{"kind": "disorder", "where": "room-101", "quorum": 3, "participants": 9}]}, "decide nothing"),
        ({"incidents": [{"kind": "medical", "where": "room-101", "through": "e-main"}]}, "has no alarm"),
        ({"incidents": [{"kind": "medical", "where": "room-101", "through": "e-east", "noticed_after": "1 s"}]}, "notice is fixed"),
    ],
)  # fmt: skip
def test_settings_that_contradict_each_other_are_told(changes: dict[str, Any], told: str) -> None:
    (message,) = warnings(**changes)
    assert told in message


@pytest.mark.parametrize(
    "changes",
    [
        {"protocol": {"action": "lockdown", "announced_by": "badge"}, "noticing": {"badges": "50 %"}},
        {"protocol": {"action": "lockdown", "announced_by": "badge"}, "reporting": {"by": "badge"}},
        {"dispatch": {"medical": "preference", "preference": [{"units": ["sro"]}]}},
        {"incidents": [{"kind": "medical", "where": "room-101", "through": "e-east"}]},
        {"dispatch": {"queue": False}},
    ],
)
def test_settings_that_go_together_are_not_told(changes: dict[str, Any]) -> None:
    assert warnings(**changes) == []


@pytest.mark.parametrize(
    ("injects", "changes", "told"),
    [
        ([{"at": "31 min", "close": "s-0"}], {}, "the drill ends at 30:00"),
        ([{"at": "1 min", "alarm": "fire"}], {}, "nobody leaves at an alarm"),
        ([{"at": "1 min", "alarm": "fire"}], {"protocol": {"action": "hold"}}, "nobody leaves at an alarm"),
        ([{"at": "1 min", "alarm": "fire"}, {"at": "2 min", "alarm": "fire"}], EVACUATE, "is given by then"),
        ([{"at": "1 min", "order": "lockdown"}, {"at": "2 min", "order": "lockdown"}], LOCKDOWN, "given once"),
        ([{"at": "1 min", "order": "none"}], {}, "orders nothing"),
        ([{"at": "1 min", "reopen": "s-0"}], {}, "is not closed by then"),
        ([{"at": "2 min", "close": "s-0"}, {"at": "1 min", "reopen": "s-0"}], {}, "is not closed by then"),
        ([{"at": "1 min", "close": "s-0"}, {"at": "2 min", "close": "s-0"}], {}, "closed already"),
        ([{"at": "1 min", "prop": "s-0"}], {}, "neither lock nor alarm"),
        ([{"at": "1 min", "prop": "e-east"}, {"at": "2 min", "prop": "e-east"}], {}, "propped open already"),
        ([{"at": "1 min", "radio_back": ["hall-0"]}], {}, "radio works there"),
        ([{"at": "1 min", "radio_out": ["everywhere"]}, {"at": "2 min", "radio_out": ["hall-0"]}], {}, "no radio by then"),
    ],
)  # fmt: skip
def test_an_inject_that_nothing_can_follow_is_told(
    injects: list[dict[str, Any]], changes: dict[str, Any], told: str
) -> None:
    (message,) = warnings(injects=injects, **changes)
    assert told in message


@pytest.mark.parametrize(
    ("injects", "changes"),
    [
        ([{"at": "30 min", "close": "s-0"}], {}),
        ([{"at": "1 min", "close": "s-0"}, {"at": "2 min", "reopen": "s-0"}, {"at": "3 min", "close": "s-0"}], {}),
        ([{"at": "2 min", "reopen": "s-0"}, {"at": "1 min", "close": "s-0"}], {}),
        ([{"at": "1 min", "alarm": "fire"}], EVACUATE),
        ([{"at": "1 min", "alarm": "fire"}, {"at": "2 min", "order": "lockdown"}], LOCKDOWN),
        ([{"at": "1 min", "radio_out": ["corridor"]}, {"at": "2 min", "radio_back": ["hall-1"]}], {}),
        ([{"at": "1 min", "prop": "e-east"}, {"at": "1 min", "prop": "e-main"}], {}),
    ],
)
def test_an_inject_that_something_follows_is_not_told(injects: list[dict[str, Any]], changes: dict[str, Any]) -> None:
    assert warnings(injects=injects, **changes) == []
