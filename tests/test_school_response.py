"""School Response Benchmark: its files, its table, its page, and the score of another table."""

from __future__ import annotations

from pathlib import Path
from statistics import mean

import pytest

from drillsim.errors import ResultError
from drillsim.gate.record import ScenarioRecord
from school_response.cases import BUILDINGS, COLUMNS, DRILLS, INCIDENTS, MIXES, Row, files, play, read, rows_of, write
from school_response.page import PAGE, page
from school_response.score import score


@pytest.fixture(scope="module")
def played() -> ScenarioRecord:
    return play("village_school", "fight", drills=4)


@pytest.fixture(scope="module")
def ours(played: ScenarioRecord, tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    path = tmp_path_factory.mktemp("benchmark") / "ours.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        write(rows_of(played, 4), file)
    return read(path)


def test_the_committed_table_has_every_building_incident_and_staffing() -> None:
    rows = read()
    assert {(r["plan"], r["scenario"]) for r in rows} == {(b, i) for b in BUILDINGS for i in INCIDENTS}
    assert len({(r["plan"], r["scenario"], r["mix"]) for r in rows}) == 5 * 8 * 6
    assert {int(r["drills"]) >= DRILLS for r in rows} == {True}
    assert all(float(r["ci95_low_s"]) <= float(r["mean_s"]) <= float(r["ci95_high_s"]) for r in rows)


def test_the_page_is_that_of_the_committed_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(read()), "PYTHONPATH=src:benchmarks python -m school_response page"


@pytest.mark.parametrize("building", BUILDINGS)
def test_every_incident_fits_every_building(building: str) -> None:
    for incident in INCIDENTS:
        scenario, _, mixes = files(building, incident).read()
        assert (scenario.name, len(mixes)) == (incident, 6)
    assert MIXES.is_file()


def test_inputs_that_the_table_was_made_of_are_those_of_today(ours: list[Row]) -> None:
    committed = {tuple(r[k] for k in COLUMNS[:4]): r["inputs_sha256"] for r in read()}
    assert all(committed[tuple(r[k] for k in COLUMNS[:4])] == r["inputs_sha256"] for r in ours)


def test_our_own_table_scores_full_marks(ours: list[Row]) -> None:
    found = score(ours, ours)
    assert (found.rows, found.within, found.bias_s, found.missing, found.unknown) == (len(ours), len(ours), 0.0, 0, 0)
    assert found.rank == pytest.approx(1.0)


def test_without_units_left_to_chance_the_means_are_those_of_the_drills(
    played: ScenarioRecord, ours: list[Row]
) -> None:
    for place, measure in enumerate(played.measures):
        for mix, kept in ((m, k) for m, k in played.mixes.items() if not k.chances.units):
            values = [played.horizon_s if d.values[place] is None else d.values[place] for d in kept.drills]
            told = next(r for r in ours if (r["mix"], r["measure"]) == (mix, measure))
            assert float(told["mean_s"]) == pytest.approx(mean(float(str(v)) for v in values), abs=1e-3)


def test_a_slower_tool_is_outside_and_keeps_the_order(ours: list[Row]) -> None:
    slower = [{k: r[k] for k in COLUMNS[:4]} | {"mean_s": str(float(r["mean_s"]) + 1e4)} for r in ours]
    other = {"plan": "village_school", "scenario": "other", "mix": "x", "measure": "y", "mean_s": "1"}
    found = score(ours, [*slower, other])
    assert (found.within, found.unknown) == (0, 1)
    assert found.bias_s == pytest.approx(1e4)
    assert found.rank == pytest.approx(1.0)


@pytest.mark.parametrize("rows", [[], [{"scenario": "fight"}], [{"tool": "other"}]])
def test_a_table_that_shares_nothing_is_refused(ours: list[Row], rows: list[Row]) -> None:
    with pytest.raises(ResultError, match="mean_s"):
        score(ours, rows)


def test_a_table_from_a_spreadsheet_is_read(ours: list[Row], tmp_path: Path) -> None:
    path = tmp_path / "theirs.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        write(ours, file)
    assert score(ours, read(path)).within == len(ours)
