"""The gate: what it passes, what it fails, and what it says about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from drillsim.engine.work import counted_work
from drillsim.gate.baseline import NotComparableError, baseline_from, baseline_text
from drillsim.gate.decision import GateState
from drillsim.gate.judge import judge
from drillsim.gate.verdict import GateTest, GateVerdict
from gate_plays import gated, gated_back, school

EASY = ("p50 able <= 10 min",)
"""A goal that is always met: without any, no gate is a plain pass."""


def verdict(home: Path, *, goals: tuple[str, ...] = EASY, runs: int = 50, **changed: tuple[str, str]) -> GateVerdict:
    baseline, path = gated(home, goals=goals, runs=runs, **changed)
    return judge(baseline, path)


def of_mix(found: GateVerdict, mix: str) -> GateTest:
    return next(t for t in found.tests if t.mix == mix and t.measure == "able_on_scene_s")


def test_unchanged_files_are_identical_and_pass(tmp_path: Path) -> None:
    found = verdict(tmp_path)
    assert (found.is_identical, found.state, found.exit_code(strict=True), found.changed) == (True, "passed", 0, ())
    assert all(t.decided.state is GateState.SAME for t in found.tests)


def test_a_value_that_differs_behind_the_same_digest_is_not_identical(tmp_path: Path) -> None:
    baseline, path = gated(tmp_path, goals=EASY)
    one = baseline.scenarios["gated"]
    mix = one.mixes["one"]
    drills = (mix.drills[0]._replace(values=(1.0,)), *mix.drills[1:])
    mixes = {**one.mixes, "one": replace(mix, drills=drills)}
    found = judge(replace(baseline, scenarios={"gated": replace(one, mixes=mixes)}), path, first=20)
    assert (found.is_identical, found.changed_drills) == (False, 1)


def test_other_labels_titles_and_costs_change_nothing(tmp_path: Path) -> None:
    found = verdict(
        tmp_path, plan=("Secret lab", "Lab 2"), scenario=("A quarrel", "Trouble"), mixes=("Secret two", "Two")
    )
    assert (found.is_identical, found.changed) == (True, ())


SLOWER_RADIO = ("radio: {low: 3 s, high: 8 s}", "radio: {low: 13 s, high: 18 s}")
LOCKED_SHORTCUT = ("[[9, 2], [9, 3]], lock: key}", "[[9, 2], [9, 3]], lock: key, locked: both}")
GUARD_GONE = (",\n    {id: guard-2, role: walker, post: corner, presence: 90 %}", "")


@pytest.mark.parametrize("slow", [{"scenario": SLOWER_RADIO}, {"plan": LOCKED_SHORTCUT}, {"mixes": GUARD_GONE}])
def test_a_slowing_that_is_undone_passes(tmp_path: Path, slow: dict[str, tuple[str, str]]) -> None:
    baseline, path = gated_back(tmp_path, **slow)
    found = judge(baseline, path)
    assert found.exit_code(strict=True) == 0
    assert {t.decided.state for t in found.tests} <= {GateState.PASSED, GateState.SAME}
    assert min(t.decided.difference or 0.0 for t in found.tests) < -2.0


def test_a_radio_slower_by_ten_seconds_fails_with_mix_and_interval(tmp_path: Path) -> None:
    found = verdict(tmp_path, scenario=SLOWER_RADIO)
    test = of_mix(found, "one")
    assert (found.exit_code(), test.decided.state) == (10, GateState.FAILED)
    assert test.decided.difference == pytest.approx(10.0, abs=1.0)
    assert test.explanation is not None
    assert test.explanation.interval == "word to the unit"
    assert found.changed == ("gated: scenario.reporting",)


def test_the_means_that_are_told_differ_by_the_difference_that_is_told(tmp_path: Path) -> None:
    found = verdict(tmp_path, runs=60, scenario=SLOWER_RADIO)
    for test in found.tests:
        assert test.before is not None
        assert test.now is not None
        assert test.now - test.before == pytest.approx(test.decided.difference)


def test_the_interval_is_told_over_the_drills_that_were_played(tmp_path: Path) -> None:
    baseline, path = gated(tmp_path, runs=120, scenario=(SLOWER_RADIO[0], "radio: {low: 43 s, high: 48 s}"))
    found = judge(baseline, path)
    assert found.played == 50
    told = of_mix(found, "one").explanation
    assert told is not None
    assert told.interval == "word to the unit"
    assert told.interval_s == pytest.approx(40.0, abs=0.001)
    assert told.before is not None
    assert told.now is not None
    assert told.now > told.before


def test_the_change_in_the_good_direction_passes(tmp_path: Path) -> None:
    found = verdict(tmp_path, scenario=("radio: {low: 3 s, high: 8 s}", "radio: {low: 0 s, high: 1 s}"))
    assert (found.exit_code(strict=True), of_mix(found, "one").decided.state) == (0, GateState.PASSED)


def test_a_locked_shortcut_fails_with_the_way_that_paths_avoid(tmp_path: Path) -> None:
    found = verdict(tmp_path, plan=LOCKED_SHORTCUT)
    told = of_mix(found, "one").explanation
    assert told is not None
    assert (told.interval, told.avoids, told.uses) == ("travel", ("d-near",), ("d-far", "d-office"))
    assert "--replication" in told.command


def test_a_guard_removed_fails_in_its_mix_only(tmp_path: Path) -> None:
    found = verdict(tmp_path, mixes=GUARD_GONE)
    assert [t.mix for t in found.tests if t.fails] == ["two"]
    assert of_mix(found, "one").decided.state is GateState.SAME


@pytest.mark.parametrize(
    ("name", "old", "new", "why"),
    [
        ("scenario", "horizon: 20 min", "horizon: 25 min", "horizon"),
        ("scenario", "name: gated", "name: other", "name"),
        ("scenario", "name: gated", "name: gated\nfamily: another", "family"),
    ],
)
def test_other_terms_are_not_comparable(tmp_path: Path, name: str, old: str, new: str, why: str) -> None:
    with pytest.raises(NotComparableError, match=why):
        verdict(tmp_path, **{name: (old, new)})  # type: ignore[arg-type]


def test_new_and_vanished_mixes_are_told(tmp_path: Path) -> None:
    found = verdict(tmp_path, mixes=("  two: {", "  three: {"))
    assert found.notes == ("gated: mix three is new, and not judged", "gated: mix two is no longer there")


def test_a_baseline_reads_back_as_it_was_written(tmp_path: Path) -> None:
    baseline, _ = gated(tmp_path, goals=("p90 able <= 3 min, 40 drills",))
    assert baseline_from(baseline_text(baseline)) == baseline


def test_work_counts_alike_in_the_process_that_compiled_the_crowd(tmp_path: Path) -> None:
    jit = pytest.importorskip("drillsim.jit", exc_type=ImportError)
    scenario, plan, mixes = school(tmp_path).read()
    before = counted_work(scenario, plan, mixes["one"], seed=1)
    not_compiled = SimpleNamespace(_cache=SimpleNamespace(_cache_file=SimpleNamespace(_load_index=dict)))
    jit.announce(not_compiled, "the crowd")
    assert counted_work(scenario, plan, mixes["one"], seed=1) == before


def moved(plan: Any, move: Callable[[float, float], list[float]]) -> None:
    for shape in (*plan["spaces"], *plan["openings"]):
        key = "polygon" if "polygon" in shape else "line"
        shape[key] = [move(x, y) for x, y in shape[key]]
    for post in plan["posts"]:
        post["at"] = move(*post["at"])


def in_feet(plan: Any) -> None:
    plan["units"] = "ft"
    moved(plan, lambda x, y: [x / 0.3048, y / 0.3048])


def other_doors(plan: Any) -> None:
    for door in plan["openings"]:
        door["id"] = {"e-main": "e-main"}.get(door["id"], f"door {door['id'][2:]}")


HARMLESS: dict[str, Callable[[Any], None]] = {
    "mirrored": lambda plan: moved(plan, lambda x, y: [60 - x, y]),
    "turned": lambda plan: moved(plan, lambda x, y: [-y, x]),
    "shifted": lambda plan: moved(plan, lambda x, y: [x + 1000, y - 500]),
    "in feet": in_feet,
    "doors called otherwise": other_doors,
}


@pytest.mark.parametrize("how", HARMLESS)
def test_a_plan_that_is_drawn_otherwise_is_told_and_identical(tmp_path: Path, how: str) -> None:
    baseline, path = gated(tmp_path)
    plan = yaml.safe_load((tmp_path / "plan.yaml").read_text(encoding="utf-8"))
    HARMLESS[how](plan)
    (tmp_path / "plan.yaml").write_text(yaml.safe_dump(plan), encoding="utf-8")
    found = judge(baseline, path, first=25)
    assert found.is_identical
    assert "gated: plan.openings" in found.changed


def test_work_counts_alike_whatever_else_the_process_has_read(tmp_path: Path) -> None:
    found = []
    for _ in range(3):
        scenario, plan, mixes = school(tmp_path).read()
        found += [counted_work(scenario, plan, mixes[mix], seed=1) for mix in ("one", "two", "one")]
    assert found[::3] == found[2::3] == [found[0]] * 3
