"""Every file in scenarios/ says what it shows, fits the plans it is made for, and plays."""

# mypy: disable-error-code="operator, union-attr"
# (values of rows are numbers, words or None; a comparison with None fails the test by itself; a None where a value is expected fails the test by itself)

import importlib.util
import re
from pathlib import Path

import pytest

import drillsim as ds

SCENARIOS = Path(__file__).parent.parent / "scenarios"
PLANS = SCENARIOS.parent / "floorplans"
DRILLS = sorted(p for p in SCENARIOS.rglob("*.yaml") if p.name != "mixes.yaml")
SCHOOLS = ("doe_secondary", "doe_primary")
FOR_SCHOOLS = sorted(p for p in SCENARIOS.glob("*.yaml") if p.name != "mixes.yaml")


def all_ways(path: Path) -> list[ds.Scenario]:
    """Return a scenario and its overrides."""
    scenario = ds.read_scenario(path)
    return [scenario, *(scenario.with_override(name) for name in scenario.overrides)]


@pytest.mark.parametrize(
    "path", sorted(p for p in SCENARIOS.rglob("*.*") if p.suffix in (".yaml", ".py")), ids=lambda p: p.name
)
def test_a_file_opens_with_what_it_shows_and_what_to_expect(path: Path) -> None:
    opening = re.split(r'(?m)^drillsim|"""\s*$', path.read_text(encoding="utf-8"), maxsplit=1)[0]
    assert "What it shows:" in opening
    assert "What to expect:" in opening


@pytest.mark.parametrize("path", DRILLS, ids=lambda p: p.stem)
def test_a_scenario_fits_its_own_plan_and_the_mixes_beside_it(path: Path) -> None:
    plan = ds.read_plan(path.parent / ds.read_scenario(path).plan)
    mixes = ds.read_mixes(path.parent / "mixes.yaml")
    assert [str(f) for one in all_ways(path) for f in ds.check(one, plan, mixes)] == []


@pytest.mark.parametrize("school", SCHOOLS)
@pytest.mark.parametrize("path", FOR_SCHOOLS, ids=lambda p: p.stem)
def test_a_scenario_fits_both_schools_unchanged(path: Path, school: str) -> None:
    plan = ds.read_plan(PLANS / f"{school}.yaml")
    mixes = ds.read_mixes(SCENARIOS / "mixes.yaml")
    assert [str(f) for one in all_ways(path) for f in ds.check(one, plan, mixes)] == []


@pytest.mark.parametrize("path", DRILLS, ids=lambda p: p.stem)
def test_a_scenario_has_a_goal_and_a_what_if(path: Path) -> None:
    scenario = ds.read_scenario(path)
    assert scenario.goals
    assert scenario.overrides


@pytest.mark.parametrize("path", DRILLS, ids=lambda p: p.stem)
def test_the_measure_that_decides_can_be_reached(path: Path) -> None:
    plan = ds.read_plan(path.parent / ds.read_scenario(path).plan)
    mixes = ds.read_mixes(path.parent / "mixes.yaml")
    for one in all_ways(path):
        rows = (ds.simulate(one, plan, mixes[mixes.present], seed=1, replication=r).row for r in range(5))
        assert any(row[one.primary] is not None for row in rows), one.name


def test_a_what_if_meets_the_same_days_as_what_it_varies(three_rooms: ds.FloorPlan) -> None:
    path = SCENARIOS / "teaching" / "lockdown.yaml"
    mix = ds.read_mixes(path.parent / "mixes.yaml")["part-time-sro"]
    days = [
        [ds.simulate(one, three_rooms, mix, seed=1, replication=r).row["units_present"] for r in range(8)]
        for one in all_ways(path)
    ]
    assert all(day == days[0] for day in days)


@pytest.mark.parametrize("name", ["compare_staffing", "locked_wing"])
def test_a_script_runs_from_anywhere(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    spec = importlib.util.spec_from_file_location(name, SCENARIOS / f"{name}.py")
    assert spec is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.main(2)
    assert "SRO and roving guard" in capsys.readouterr().out


def test_the_locked_wing_is_locked_where_one_walks_into_it() -> None:
    spec = importlib.util.spec_from_file_location("locked_wing", SCENARIOS / "locked_wing.py")
    assert spec is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    plan = ds.read_plan(PLANS / "doe_secondary.yaml")
    changed = script.locked(plan, script.WING)
    assert [o.id for o in changed.openings if o.state == "both"] == [
        "between-hall-west-3-0-and-passage-north-0",
        "between-hall-west-3-1-and-passage-north-1",
    ]


@pytest.mark.parametrize("name", ["compare_staffing", "locked_wing"])
def test_a_script_uses_only_the_public_names(name: str) -> None:
    text = (SCENARIOS / f"{name}.py").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^(?:import|from) .*drillsim.*$", text) == ["import drillsim as ds"]
    assert {n for n in re.findall(r"\bds\.(\w+)", text) if not hasattr(ds, n)} == set()
