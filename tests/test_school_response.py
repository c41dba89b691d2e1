"""The benchmark scores another tool's table as it should."""

from __future__ import annotations

from pathlib import Path
from statistics import mean

import pytest

from drillsim.errors import ResultError
from drillsim.gate.baseline import read_baseline
from school_response import COLUMNS, read, score, table, write

BASELINES = Path(__file__).resolve().parents[1] / "benchmarks" / "baselines"


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    path = tmp_path_factory.mktemp("benchmark") / "ours.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        write(table([read_baseline(BASELINES / "fight.json")]), file)
    return read(path)


def test_our_own_table_scores_full_marks(ours: list[dict[str, str]]) -> None:
    found = score(ours, ours)
    assert (found.rows, found.within, found.bias_s, found.missing, found.unknown) == (len(ours), len(ours), 0.0, 0, 0)
    assert found.rank == pytest.approx(1.0)


def test_without_units_left_to_chance_the_means_are_those_of_the_drills(ours: list[dict[str, str]]) -> None:
    record = read_baseline(BASELINES / "fight.json").scenarios["fight"]
    for place, measure in enumerate(record.measures):
        for mix, kept in ((m, k) for m, k in record.mixes.items() if not k.chances.units):
            values = [record.horizon_s if d.values[place] is None else d.values[place] for d in kept.drills]
            told = next(r for r in ours if (r["mix"], r["measure"]) == (mix, measure))
            assert float(told["mean_s"]) == pytest.approx(mean(float(str(v)) for v in values), abs=1e-3)


def test_a_slower_tool_is_outside_and_keeps_the_order(ours: list[dict[str, str]]) -> None:
    slower = [
        {k: r[k] for k in ("scenario", "mix", "measure")} | {"mean_s": str(float(r["mean_s"]) + 1e4)} for r in ours
    ]
    found = score(ours, [*slower, {"scenario": "other", "mix": "x", "measure": "y", "mean_s": "1"}])
    assert (found.within, found.unknown) == (0, 1)
    assert found.bias_s == pytest.approx(1e4)
    assert found.rank == pytest.approx(1.0)


@pytest.mark.parametrize("rows", [[], [{"scenario": "fight"}], [{"tool": "other"}]])
def test_a_table_that_shares_nothing_is_refused(ours: list[dict[str, str]], rows: list[dict[str, str]]) -> None:
    with pytest.raises(ResultError, match="mean_s"):
        score(ours, rows)


def test_the_table_has_a_hash_of_the_inputs(ours: list[dict[str, str]]) -> None:
    assert list(ours[0]) == list(COLUMNS)
    assert len({row["inputs_sha256"] for row in ours}) == len({row["mix"] for row in ours})
