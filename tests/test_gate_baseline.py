"""The file of a baseline: sealed, refused with the remedy when damaged, and never a pass that differs in silence."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from depth import cases, numbers_up_to
from drillsim.errors import ResultError
from drillsim.gate.baseline import Accepted, Baseline, NotComparableError, baseline_from, baseline_text, with_goals
from drillsim.gate.goals import goal_from, margin_from, measure_named
from drillsim.gate.inputs import InputFiles
from drillsim.gate.judge import judge
from drillsim.gate.play import Terms, accepted, make_baseline
from drillsim.record.store import content_sha256
from gate_plays import gated


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    return baseline_text(gated(tmp_path_factory.mktemp("gate"))[0])


def test_a_reformatted_file_is_the_same_baseline(text: str) -> None:
    assert baseline_from(json.dumps(json.loads(text))) == baseline_from(text)


def sealed_again(text: str, **changed: Any) -> str:
    told = json.loads(text) | changed
    told.pop("content_sha256")
    mark = told.pop("drillsim_baseline")
    return json.dumps({"drillsim_baseline": mark, "content_sha256": content_sha256(told), **told})


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda t: t[: len(t) // 2], "cut off or damaged.*git checkout"),
        (lambda t: t.replace('"runs": 50', '"runs": 49'), "changed by hand.*accept --goal"),
        (lambda t: t.replace('"drillsim_baseline": 1', '"drillsim_baseline": 2'), "Install the drillsim that wrote it"),
        (lambda t: t.replace('"seed": 1', '"seed": 1, "seed": 1'), "a key stands twice"),
        (lambda t: t.replace('"seed": 1', '"seed": NaN'), "NaN is no number"),
        (lambda _: "[" * 100_000, "cut off or damaged"),
        (lambda _: "{}", "no baseline"),
        (lambda _: "", "cut off or damaged"),
        (lambda t: sealed_again(t, runs="50"), "no whole number"),
        (lambda t: sealed_again(t, goals=["p90 unknown <= 3 min"]), "no measure is called 'unknown'"),
        (lambda t: sealed_again(t, scenarios={}), "no scenario"),
        (lambda t: sealed_again(t, scenarios=[]), "wrong"),
    ],
)
def test_a_damaged_baseline_is_refused_with_the_remedy(text: str, change: Any, why: str) -> None:
    with pytest.raises(NotComparableError, match=why):
        baseline_from(change(text))


def read_or_refused(text: str) -> Baseline | None:
    """Return the baseline that a text holds, None where it is refused with a message."""
    try:
        return baseline_from(text)
    except NotComparableError as problem:
        return None if str(problem) else baseline_from(text)


def mutated(text: str, rng: random.Random) -> str:
    """Return the text with one to three bytes, words or lines changed, removed, doubled or swapped."""
    for _ in range(rng.randint(1, 3)):
        at, end = sorted(rng.randrange(len(text) + 1) for _ in range(2))
        how = rng.randrange(6)
        if how == 0:
            text = text[:at] + rng.choice('0123456789"{}[],:-.eE\n\\ntfN\u202e') + text[at + 1 :]
        elif how == 1:
            text = text[:at] + text[min(end, at + rng.randint(1, 40)) :]
        elif how == 2:
            text = text[:end] + text[at:end][:80] + text[end:]
        elif how == 3:
            rows = text.split("\n")
            i, j = rng.randrange(len(rows)), rng.randrange(len(rows))
            rows[i], rows[j] = rows[j], rows[i]
            text = "\n".join(rows)
        elif how == 4:
            text = text[:at]
        else:
            text = text.replace(str(rng.randint(0, 99)), str(rng.randint(0, 999)), 1)
        if not text:
            return text
    return text


@numbers_up_to(200, 10_000)
def test_a_mutated_baseline_is_refused_or_is_the_same(text: str, count: int) -> None:
    rng, original = random.Random(5), baseline_from(text)
    for _ in range(count):
        read = read_or_refused(mutated(text, rng))
        assert read in (None, original)


def test_what_a_sealed_file_may_hold_is_checked_too(text: str) -> None:
    rng = random.Random(6)
    for _ in range(cases(60)):
        told = json.loads(text)
        place: Any = told
        while isinstance(place, (dict, list)) and place:
            key = rng.choice(list(place) if isinstance(place, dict) else range(len(place)))
            if not isinstance(place[key], (dict, list)) or rng.random() < 0.2:
                place[key] = rng.choice([None, -1, 1e308, "x", [], {}, True, 7])
                break
            place = place[key]
        told.pop("content_sha256", None)
        mark = told.pop("drillsim_baseline", None)
        read_or_refused(json.dumps({"drillsim_baseline": mark, "content_sha256": content_sha256(told), **told}))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("p90 able <= 3 min", ("p90", "able_on_scene_s", 180.0, "", "", 30)),
        (
            "mean secured_p50 ≤ 90 s in lockdown with one-sro",
            ("mean", "secured_p50_s", 90.0, "lockdown", "one-sro", 30),
        ),
        ("p50 able_on_scene_s <= 2 min 30 s, 100 drills", ("p50", "able_on_scene_s", 150.0, "", "", 100)),
        ("mean still_inside <= 0", ("mean", "still_inside", 0.0, "", "", 30)),
    ],
)
def test_a_goal_is_read_as_people_write_it(told: str, expected: tuple[object, ...]) -> None:
    goal = goal_from(told)
    assert (goal.statistic, goal.measure, goal.most, goal.scenario, goal.mix, goal.least) == expected


@pytest.mark.parametrize(
    "told",
    [
        "p90 able",
        "p91 able <= 3 min",
        "p90 abel <= 3 min",
        "p90 able <= 3",
        "mean police_called <= 3 min",
        "",
        "p90 secured <= 3 min",
    ],
)
def test_a_goal_that_cannot_be_read_says_what_to_write(told: str) -> None:
    with pytest.raises(ResultError, match=r"Write|none of|Closest|Known|outcome"):
        goal_from(told)


def test_a_goal_for_a_mix_that_is_not_there_is_refused(text: str) -> None:
    with pytest.raises(ResultError, match="Closest: 'one'"):
        with_goals(baseline_from(text), ["p90 able <= 3 min with onee"])


def test_a_margin_names_a_measure_by_its_first_word() -> None:
    assert margin_from("able=10s") == ("able_on_scene_s", 10.0)
    assert measure_named("rooms_failed") == "rooms_failed"


def test_small_steps_that_add_up_fail_by_drift(tmp_path: Path) -> None:
    baseline, path = gated(tmp_path, scenario=("radio: {low: 3 s, high: 8 s}", "radio: {low: 4.9 s, high: 9.9 s}"))
    found = judge(baseline, path)
    assert found.exit_code() == 0
    files = gated_files(path)
    new = make_baseline([files], path.parent, Terms(runs=50, margins={"able_on_scene_s": 2.0}))
    renewed = accepted(baseline, new, reason="new radios", slower={})
    (tmp_path / "scenario.yaml").write_text(
        (tmp_path / "scenario.yaml").read_text().replace("low: 4.9 s, high: 9.9 s", "low: 6.8 s, high: 11.8 s")
    )
    drifted = judge(renewed, path)
    assert [t.has_drifted for t in drifted.tests if t.mix == "one"] == [True]
    allowed = Accepted("2026-01-01", "meant", "x", {"gated/one/able_on_scene_s": 3.0, "gated/two/able_on_scene_s": 3.0})
    assert judge(replace(renewed, history=(allowed,)), path).exit_code() == 0


def gated_files(path: Path) -> InputFiles:
    return InputFiles(path.parent / "scenario.yaml", path.parent / "plan.yaml", path.parent / "mixes.yaml")
