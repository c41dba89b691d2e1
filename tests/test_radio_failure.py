"""A radio failure takes a means away: telephone, else on foot, and the log says by what; it never helps (rule B22)."""

# mypy: disable-error-code="operator"
# (values of rows are numbers, words or None; a comparison with None fails the test by itself)

from __future__ import annotations

from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import drillsim as ds
from depth import plays_of
from plays import mix, scenario, stamps
from protocol_plays import GUARD, SRO, wing

FIGHT = {"id": "main", "kind": "behaviour", "where": "a", "lasts": "29 min"}
OUT = [{"at": "0 s", "radio_out": ["everywhere"]}]


def play(*units: dict[str, Any], injects: Any = OUT, **changes: Any) -> ds.Trace:
    drill = scenario(
        "behaviour",
        "a",
        crowd="stays",
        injects=injects,
        incidents=[{**FIGHT, **changes.pop("incident", {})}],
        **changes,
    )
    return ds.simulate(drill, wing(), mix(*units), seed=1)


def words(trace: ds.Trace, what: str, who: str | None = None) -> list[str]:
    return [e.why for e in trace.events if e.what == what and who in (None, e.who)]


def test_with_radio_everything_goes_by_radio() -> None:
    trace = play(SRO, injects=[])
    assert (words(trace, "reported"), words(trace, "word", "sro")) == (["by radio"], ["by radio"])
    assert stamps(trace, "word", "sro") == [19.0]


@pytest.mark.parametrize(
    ("where", "post", "report", "word"),
    [
        ("a", "c", "by phone", "by phone"), ("a", "hall", "by phone", "on foot"),
        ("hall", "c", "in person", "by phone"), ("hall", "hall", "in person", "on foot"),
    ],
)  # fmt: skip
def test_without_radio_there_is_the_telephone_of_the_room_else_somebody_goes(
    where: str, post: str, report: str, word: str
) -> None:
    trace = play({"id": "far", "role": "monitor", "post": post}, incident={"where": where, "noticed_after": "10 s"})
    assert words(trace, "reported") == [report]
    assert words(trace, "word", "far") == [word]


def test_a_unit_reports_by_its_radio_whatever_others_use() -> None:
    seen = play({**SRO, "post": "a"}, injects=[], reporting={"by": "in-person", "delay": "10 min"})
    assert words(seen, "reported") == ["by radio"]
    silent = play({**SRO, "post": "a"}, reporting={"by": "in-person", "delay": "10 min"})
    assert words(silent, "reported") == ["by phone"]


@pytest.mark.parametrize(("out", "word"), [("b", "by radio"), ("c", "on foot"), ("hall", "on foot")])
def test_both_ends_need_cover(out: str, word: str) -> None:
    plan = wing()
    spaces = tuple(s.model_copy(update={"use": "office"}) if s.id == "c" else s for s in plan.spaces)
    drill = scenario("behaviour", "a", crowd="stays", injects=[{"at": "0 s", "radio_out": [out]}], incidents=[FIGHT])
    trace = ds.simulate(drill, plan.model_copy(update={"spaces": spaces}), mix(SRO), seed=1)
    assert words(trace, "word", "sro") == [word]


def test_a_call_is_repeated_until_there_is_cover_again() -> None:
    back = [*OUT, {"at": "40 s", "radio_back": ["everywhere"]}]
    reports = {"by": "phone", "delay": "5 s", "repeat": "30 s"}
    guard = {**GUARD, "post": "hall"}
    trace = play(guard, injects=back, reporting=reports)
    assert words(trace, "word", "guard") == ["by radio"]
    assert stamps(trace, "word", "guard") == [15.0 + 30.0 + 4.0]


def test_an_officer_who_sees_it_needs_no_means() -> None:
    trace = play({**SRO, "post": "a"})
    assert words(trace, "word", "sro") == ["noticed it"]


PLACES = ["a", "b", "c", "hall"]
CAST = [
    {**SRO, "role": role, "id": f"{role}-{post}", "post": post} for role in ("sro", "armed-guard") for post in PLACES
]


@given(
    units=st.lists(st.sampled_from(CAST), min_size=1, max_size=3, unique_by=lambda u: u["id"]),
    kind=st.sampled_from(["behaviour", "unwanted-person", "hostile", "medical", "fire"]), where=st.sampled_from(PLACES),
    by=st.sampled_from(["radio", "phone", "badge", "in-person"]), seed=st.integers(0, 5000),
    out=st.lists(st.sampled_from([*PLACES, "everywhere"]), min_size=1, max_size=3, unique=True),
    from_s=st.sampled_from([0, 0, 12, 20, 60]), to_s=st.sampled_from([None, 30, 90, 300]),
)  # fmt: skip
@plays_of(2_000)
def test_a_radio_failure_never_helps(
    units: list[dict[str, Any]],
    kind: str,
    where: str,
    by: str,
    seed: int,
    out: list[str],
    from_s: int,
    to_s: int | None,
) -> None:
    injects = [{"at": f"{from_s} s", "radio_out": out}]
    if to_s is not None:
        injects.append({"at": f"{from_s + to_s} s", "radio_back": out})
    settings = {
        "crowd": "stays", "incidents": [{"id": "main", "kind": kind, "where": where}], "dispatch": {kind: "all"},
        "reporting": {"by": by, "success": "80 %", "radio": {"low": "3 s", "high": "8 s"}, "delay": None},
    }  # fmt: skip
    rows = []
    for script in ([], injects):
        trace = ds.simulate(scenario(kind, where, **settings, injects=script), wing(), mix(*units), seed=seed)
        rows.append(trace.row)
    for column in ("noticed_s", "reported_s", "place_known_s", "first_on_scene_s", "able_on_scene_s"):
        usual, silent = (inf if row[column] is None else row[column] for row in rows)
        assert usual <= silent + 1e-9, column
