"""One table for variants against their base: before and after on the same drills, with costs, from code and command line."""

from __future__ import annotations

import json
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import drillsim as ds
from drillsim.analysis.summary import summarise
from drillsim.analysis.variants.before_after import bases, variants_of
from drillsim.cli import main
from drillsim.record.trace import Trace
from drillsim.streams.streams import Streams
from drillsim.study.variants import factorial, variant
from plays import scenario
from shipped import ROOT, plan_named

PLAN = plan_named("three_rooms")
BASE = scenario(
    "behaviour",
    "hall-1",
    family="",
    police={"law": "300 s"},
    title="A fight",
    overrides={"quick": {"police": {"law": "60 s"}}},
)
MIXES = ds.Mixes(
    present="a",
    mixes={"a": {"label": "Guard", "units": [{"id": "g", "role": "unarmed-guard", "post": "front-desk"}]}, "b": {}},
)


def fake(scenario: ds.Scenario, plan: ds.FloorPlan, mix: ds.Mix, *, seed: int, replication: int = 0, **_: Any) -> Trace:
    """Return a drill that takes a drawn time and the police law, and half of it with a unit."""
    draw = Streams(seed, scenario.draws, replication).uniform("fake", "unit")
    law = scenario.police.law
    time_s = (draw + 0.1) * (law.a if law is not None and not isinstance(law, str) else 200.0) / (2 if mix.units else 1)
    row: dict[str, Any] = {
        "scenario": scenario.name,
        "mix": mix.name,
        "replication": replication,
        "able_on_scene_s": time_s,
    }
    return Trace(
        scenario.name, mix.name, seed, replication, scenario.horizon, (), ({**row, "able_on_scene_status": "reached"},)
    )


@pytest.fixture(scope="module")
def results() -> ds.Results:
    rows = [{"police.law": law} for law in ("150 s", "600 s")] + [
        {"roles.unarmed-guard.cost": "+10 %"},
        {"override": "quick"},
    ]
    made = [variant(BASE, PLAN, MIXES, row) for row in rows]
    return ds.run(ds.Study([BASE, *made], PLAN, MIXES, runs=12), simulate=fake)


def test_the_table_holds_before_after_difference_and_costs(results: ds.Results) -> None:
    frame = ds.compare(results).changes
    assert len(frame) == 4 * 2
    assert set(frame["base"]) == {BASE.name}
    wide = results.runs.pivot_table(index="replication", columns=["scenario", "mix"], values="able_on_scene_s")
    for row in frame.to_dict(orient="records"):
        before, after = wide[BASE.name, row["mix"]], wide[row["variant"], row["mix"]]
        assert row["before_s"] == pytest.approx(before.mean(), abs=1e-6)
        assert row["after_s"] == pytest.approx(after.mean(), abs=1e-6)
        assert row["difference_s"] == pytest.approx((after - before).mean(), abs=1e-6)
        assert row["pairs"] == 12
        low, high = stats.t.interval(0.95, 11, (after - before).mean(), stats.sem(after - before) or 1e-12)
        assert (row["difference_low_s"], row["difference_high_s"]) == pytest.approx((low, high), abs=1e-6)
    dearer = frame[frame["variant"].str.contains("cost") & (frame["mix"] == "a")].iloc[0]
    assert dearer["cost_after_usd_year"] == pytest.approx(1.1 * dearer["cost_before_usd_year"])
    assert dearer["verdict"] == "the same"


def test_the_printed_table_names_each_change_once(results: ds.Results) -> None:
    text = str(ds.compare(results))
    (table,) = [part for part in text.split("\n\n") if "before and after" in part][:1]
    assert "A fight, before and after" in table
    after = text[text.index("before and after") :]
    for told in ("police.law=150 s", "police.law=600 s", "override=quick", "46,000 → 50,600"):
        assert after.count(told) == 1 or told.startswith("46"), told
    assert "Holm over 8 contrasts" in after
    assert "<table>" in ds.compare(results)._repr_html_()


def test_the_summary_tells_of_each_variant_what_it_changes(results: ds.Results) -> None:
    told = json.loads(json.dumps(summarise(results, seconds=0.0)))["scenarios"]
    assert "variant_of" not in told[BASE.name]
    one = told[f"{BASE.name}+police.law=150 s"]
    assert (one["variant_of"], one["changes"]) == (BASE.name, {"police.law": "150 s"})
    assert [line["mix"] for line in one["before_after"]] == ["a", "b"]


def test_variants_are_found_by_what_they_change_and_by_their_name(results: ds.Results) -> None:
    outline = results.outline
    assert bases(outline) == [BASE.name]
    assert len(variants_of(outline, BASE.name)) == 4
    plain = ds.Study(
        [BASE, BASE.with_override("quick"), scenario("medical", "hall-1", family="", name="other")], PLAN, MIXES
    )
    assert variants_of(plain.outline, BASE.name) == [f"{BASE.name}+quick"]


def test_any_scenario_of_the_family_can_be_the_base() -> None:
    other = scenario("behaviour", "hall-0", family="", name="other", police={"law": "100 s"})
    results = ds.run(ds.Study([BASE, other], PLAN, MIXES, runs=5), simulate=fake)
    assert ds.compare(results).changes.empty
    frame = ds.compare(results, base="other").changes
    assert frame["variant"].tolist() == [BASE.name] * 2
    assert (frame["difference_s"] > 0).all()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"family": "x"}, "are of two families"),
        ({"horizon": "20 min"}, "are watched for 30:00 and 20:00"),
        ({}, "Closest: 'play'"),
    ],
)
def test_what_cannot_be_compared_drill_by_drill_is_refused(changes: dict[str, Any], told: str) -> None:
    other = scenario("behaviour", "hall-0", name="other", **{"family": "", **changes})
    results = ds.run(ds.Study([BASE, other], PLAN, MIXES, runs=3), simulate=fake)
    with pytest.raises(ds.ResultError, match=told):
        ds.compare(results, base=BASE.name if changes else "plai")


def test_results_read_back_give_the_same_table(results: ds.Results, tmp_path: Path) -> None:
    again = ds.read_results(ds.write_results(results, tmp_path / "out"))
    pd.testing.assert_frame_equal(ds.compare(again).changes, ds.compare(results).changes)


def test_a_changed_chance_to_be_there_is_compared_on_the_drills_of_the_seed() -> None:
    staff = ds.vary(MIXES, {"mixes.a.units.g.presence": "95 %"})
    quick = ds.vary(BASE, {"crowd": "stays"}, name="play")
    less = variant(quick, PLAN, staff, {"mixes.a.units.g.presence": "60 %"})
    results = ds.run(ds.Study([quick, less], PLAN, staff, runs=40))
    frame = ds.compare(results).changes.set_index("mix")
    assert frame.loc["a", "pairs"] == 40
    assert float(frame["difference_s"]["a"]) >= 0.0
    assert frame.loc["b", "verdict"] == "the same"


def test_a_factorial_is_every_combination() -> None:
    rows = factorial({"a": [1, 2], "b": ["x", "y", "z"]})
    assert len(rows) == 6
    assert rows[:2] == [{"a": 1, "b": "x"}, {"a": 1, "b": "y"}]
    assert factorial({}) == [{}]
    assert np.array([len(row) for row in rows]).min() == 2


# ---------------------------------------------------------------------- command line

FILES = {
    "plan.yaml": (ROOT / "floorplans" / "three_rooms.yaml").read_text("utf-8"),
    "fight.yaml": "drillsim: 1\nname: fight\nplan: plan.yaml\ncrowd: stays\nhorizon: 20 min\n"
    "incidents: [{id: main, kind: behaviour, where: hall-1}]\npolice: {law: {median: 4 min, sigma: 0.4}}\n"
    "overrides: {slow: {police: {law: slow}}}\n",
    "mixes.yaml": "drillsim_mixes: 1\npresent: guard\nmixes:\n  guard: {units: [{id: g, role: unarmed-guard, post: front-desk}]}\n  nobody: {}\n",
}


def played(folder: Path, *words: str) -> tuple[int, str, dict[str, Any]]:
    """Run a command on the files; return exit code, everything it said, and the JSON of its last line."""
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "locked.yaml").write_text(
        FILES["plan.yaml"].replace("name: Three rooms", "name: Locked"), encoding="utf-8"
    )
    told = StringIO()
    with redirect_stdout(told), redirect_stderr(told):
        code = main([words[0], str(folder / "fight.yaml"), *words[1:]])
    last = told.getvalue().strip().splitlines()[-1] if told.getvalue().strip() else ""
    return code, " ".join(told.getvalue().split()), json.loads(last) if last.startswith("{") else {}


def compared(folder: Path, *words: str) -> tuple[int, str, dict[str, Any]]:
    return played(
        folder, "compare", "--runs", "3", "--workers", "1", "--no-open", "--json", "--out", str(folder / "out"), *words
    )


def test_set_and_sweep_make_variants_of_every_combination(tmp_path: Path) -> None:
    code, said, told = compared(
        tmp_path, "--set", "reporting.radio=+30%", "--sweep", "police.law=2 min, {low: 3 min, high: 9 min}", "--sweep", "police.officers=1,2"
    )  # fmt: skip
    assert code == 0, said
    names = list(told["scenarios"])
    assert names[0] == "fight"
    assert len(names) == 1 + 4
    assert names[1] == "fight+reporting.radio=+30%, police.law=2 min, police.officers=1"
    assert told["scenarios"][names[1]]["variant_of"] == "fight"
    assert "before and after" in said


def test_further_plans_and_overrides_are_variants(tmp_path: Path) -> None:
    more = ["--plan", str(tmp_path / "plan.yaml"), "--plan", str(tmp_path / "locked.yaml"), "--sweep", "override=slow"]
    code, said, told = compared(tmp_path, *more)
    assert code == 0, said
    assert list(told["scenarios"]) == [
        "fight",
        "fight+override=slow",
        "fight+plan=locked",
        "fight+plan=locked, override=slow",
    ]
    lines = told["scenarios"]["fight+plan=locked"]["before_after"]
    assert [line["mean_difference"] for line in lines] == [0.0, 0.0]


def test_run_plays_a_drill_with_a_changed_key(tmp_path: Path) -> None:
    plain = played(tmp_path, "run", "--mix", "nobody", "--json")[2]["row"]["able_on_scene_s"]
    late = played(tmp_path, "run", "--mix", "nobody", "--json", "--set", "police.law=+100%")[2]["row"][
        "able_on_scene_s"
    ]
    assert late > plain


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--set", "polise.law=slow"), "unknown key 'polise'. Did you mean 'police'?"),
        (("--set", "police.law"), "write --set KEY=VALUE"),
        (("--set", "police.law=[1"), "the value is no YAML"),
        (("--set", "a.b=1", "--set", "a.b=2"), "a.b: the key is given twice"),
        (("--sweep", "police.law="), "name at least one value"),
        (("--sweep", "police.officers=1,99"), "police.officers: must be less than or equal to 20"),
        (("--sweep", "override=slaw"), "has no override called 'slaw'. Closest: 'slow'"),
        (("--set", "police.law=slow", "--pick", "10s"), "--pick chooses a mix for one scenario as it is"),
        (("--set", "mixes.guard.units.g.post=nowhere"), "no space or post called 'nowhere'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_wrong_what_if_is_refused_before_the_first_drill(words: tuple[str, ...], told: str, tmp_path: Path) -> None:
    code, said, _ = compared(tmp_path, *words)
    assert (code, told in said) == (2, True), said
    assert not (tmp_path / "out").exists()


def test_a_change_that_says_its_price_is_dearer_and_may_not_be_worth_it() -> None:
    priced = variant(BASE, PLAN, MIXES, {"police.law": "150 s", "cost": 12000})
    free = variant(BASE, PLAN, MIXES, {"police.law": "150 s"}, name="free")
    played = ds.run(ds.Study([BASE, priced, free], PLAN, MIXES, runs=8, seed=3), simulate=fake)
    outline, name = played.outline, priced.scenario.name
    before = outline.mix_line(BASE.name, "a")
    after = outline.mix_line(name, "a")
    assert [after.cost_low, after.cost_mid] == [before.cost_low + 12000, before.cost_mid + 12000]
    assert outline.mix_line("free", "a") == before
    told = summarise(played, budget=before.cost_high + 1)["scenarios"]
    assert told["free"]["worth"]["a"]["bought"] is True
    assert told[name]["worth"]["a"]["bought"] is (None if before.cost_low < before.cost_high - 12000 else False)
    assert "cost=12000 USD/year" in str(ds.compare(played))


@pytest.mark.parametrize("cost", ["dear", True, [1], "12 min"])
def test_a_price_that_is_none_is_refused(cost: object) -> None:
    with pytest.raises(ds.ScenarioError, match="cost"):
        variant(BASE, PLAN, MIXES, {"cost": cost})


def test_a_staffing_with_its_own_price_counts_with_it() -> None:
    cheap = variant(BASE, PLAN, MIXES, {"roles.unarmed-guard.cost": 1000}, name="cheap")
    played = ds.run(ds.Study([BASE, cheap], PLAN, MIXES, runs=8, seed=3), simulate=fake)
    told = summarise(played, budget=1500)["scenarios"]
    assert told["cheap"]["worth"]["a"]["bought"] is True
    assert told[BASE.name]["worth"]["a"]["bought"] is False
