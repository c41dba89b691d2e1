"""Figures of results folders, recomputed from their rows by a script that imports nothing of drillsim."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

import drillsim as ds
import recompute
from drillsim.study.results import read_results, write_results
from plays import mix, scenario
from protocol_plays import GUARD, SRO, wing
from recompute import Folder, differing

ROOT = Path(__file__).resolve().parents[1]
DOE = ds.read_plan(ROOT / "floorplans" / "doe_secondary.yaml")


def played(tmp: Path, name: str, mixes: tuple[str, ...], runs: int) -> Path:
    file = ROOT / "scenarios" / f"{name}.yaml"
    given = ds.read_mixes(file.parent / "mixes.yaml")
    some = given.model_copy(update={"mixes": {m: given.mixes[m] for m in mixes}, "present": mixes[0]})
    return write_results(ds.run(ds.Study(ds.read_scenario(file), DOE, some, runs=runs, seed=3)), tmp / "out")


@pytest.fixture(scope="module")
def fight(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return played(tmp_path_factory.mktemp("fight"), "fight", ("one-sro", "part-time-sro", "two-guards"), 24)


def test_nothing_of_drillsim_is_behind_the_other_figures() -> None:
    tree = ast.parse(Path(recompute.__file__).read_text("utf-8"))
    names = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name for name in names if "drillsim" in name} == set()


def test_a_shipped_drill_has_the_figures_that_its_rows_give(fight: Path) -> None:
    assert differing(fight) == []


def test_school_days_have_the_figures_that_their_rows_give(tmp_path: Path) -> None:
    assert differing(played(tmp_path, "real-days/school-day", ("full-time", "shared"), 21)) == []


def test_rare_states_have_the_weights_that_their_law_gives(tmp_path: Path) -> None:
    """Three guards at 93 %: four states below 1 % that are weighed together."""
    guards = [{**GUARD, "id": f"g{k}"} for k in range(3)]
    goal = {"measure": "able_on_scene_s", "at_most": "40 s", "in": "90 %"}
    staff = {"sro": mix(SRO, sro={"presence": "85 %"}), "three": mix(*guards, unarmed_guard={"presence": "93 %"})}
    given = ds.Mixes.model_validate({"present": "sro", "mixes": {"sro": {}}}).model_copy(update={"mixes": staff})
    drill = scenario("behaviour", "hall", crowd="stays", goals=[goal])
    results = ds.run(ds.Study(drill, wing(), given, runs=40, seed=5))
    assert any(
        text.count("away") > 1 for text in results.runs["presence"].str.removeprefix("rare: ").str.replace(",", " away")
    )
    assert differing(write_results(results, tmp_path / "out")) == []


def test_the_tables_hold_the_same_figures(fight: Path) -> None:
    it, frame = Folder(fight), ds.compare(read_results(fight)).frame.set_index("mix")
    for name in it.design["mixes"]:
        ours, told = it.measure("fight", name, "able_on_scene_s"), frame.loc[name]
        assert told[["mean_s", "ci95_low_s", "ci95_high_s"]].tolist() == pytest.approx(
            [ours["mean"], *ours["ci95"]], abs=1e-6
        )
        assert told["p90_s"] == pytest.approx(ours["p90"], abs=1e-6)
    for one in it.differences("fight", "able_on_scene_s"):
        told = frame.loc[one["mix"]]
        assert told["difference_s"] == pytest.approx(one["mean_difference"], abs=1e-6)
        assert (told["p_holm"], told["share_faster"]) == pytest.approx((one["p_holm"], one["share_faster"]), abs=1e-6)


def test_a_figure_that_is_not_of_the_rows_is_told(fight: Path, tmp_path: Path) -> None:
    data = json.loads((fight / "summary.json").read_text("utf-8"))
    data["scenarios"]["fight"]["mixes"]["one-sro"]["measures"]["able_on_scene_s"]["mean"] += 0.01
    data["scenarios"]["fight"]["comparisons"][1]["p_holm"] = 0.5
    for name in ("runs.csv", "manifest.json"):
        (tmp_path / name).write_bytes((fight / name).read_bytes())
    (tmp_path / "summary.json").write_text(json.dumps(data), "utf-8")
    found = differing(tmp_path)
    assert [line.split(":")[0] for line in found] == [
        "fight.one-sro.able_on_scene_s.mean",
        "fight.comparisons[1].p_holm",
    ]
