"""A unit notices where it is: not from its post while it is called away, and again once it is back (rule B22)."""

from __future__ import annotations

from typing import Any

import pytest

import drillsim as ds
from plays import mix, scenario, stamps
from protocol_plays import wing

NO_HANDLING = {
    "handling": {"behaviour": "0 s", "unwanted-person": "0 s"},
    "arrests": {"behaviour": "0 %"},
    "back_up": False,
}
GUARD = {"id": "guard", "role": "unarmed-guard", "post": "b"}


def store() -> ds.FloorPlan:
    """The wing whose room b is a store where nobody is."""
    plan = wing()
    spaces = tuple(s.model_copy(update={"use": "storage"}) if s.id == "b" else s for s in plan.spaces)
    return plan.model_copy(update={"spaces": spaces})


def play(*units: dict[str, Any], fight: str = "c", at: str = "60 s", **changes: Any) -> ds.Trace:
    first = {"id": "fight", "kind": "behaviour", "where": fight, "act": "2 min", "lasts": "29 min"}
    second = {"id": "intruder", "kind": "unwanted-person", "where": "b", "at": at}
    drill = scenario(
        "behaviour", fight, incidents=[first, second], noticing={"witness": "10 s", "unsupervised": "29 min"},
        dispatch=NO_HANDLING, **{"crowd": "stays", **changes},
    )  # fmt: skip
    return ds.simulate(drill, store(), mix(*units), seed=1)


def noticed(trace: ds.Trace, incident: str) -> list[tuple[float, str]]:
    return [(e.time_s, e.who) for e in trace.events if e.what == "noticed" and e.incident == incident]


def test_who_is_called_away_sees_nothing_at_its_post() -> None:
    trace = play(GUARD)
    (free,) = [e.time_s for e in trace.events if e.what == "free" and e.incident == "fight"]
    (seen_s, who) = noticed(trace, "intruder")[0]
    assert who == "guard"
    assert free + 10 < seen_s < free + 60  # back at its post, and ten seconds to understand


def test_who_was_not_called_sees_it_at_once() -> None:
    trace = play(GUARD, {"id": "other", "role": "unarmed-guard", "post": "c"})
    assert noticed(trace, "intruder")[0] == (70.0, "guard")


@pytest.mark.parametrize("crowd", ["stays", "walks"])
def test_who_stands_at_its_post_again_does_not_see_where_it_was(crowd: str) -> None:
    """The second incident is where the first was; the guard is back in room b by then, as a walker of the crowd, too."""
    trace = play(GUARD, fight="b", at="25 min", crowd=crowd)
    away = play({**GUARD, "post": "a"}, fight="b", at="25 min", crowd=crowd)
    assert noticed(trace, "intruder")[0] == (1510.0, "guard")
    assert noticed(away, "intruder")[0][1] == "people"


def test_the_first_to_see_it_answers_once() -> None:
    trace = play(GUARD)
    assert len(stamps(trace, "on-scene", "guard")) == 2
