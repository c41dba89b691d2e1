"""School Response Benchmark: means with intervals of the shipped scenarios and mixes, and a score for another tool's table.

    python benchmarks/school_response.py table > ours.csv
    python benchmarks/school_response.py score theirs.csv

The table comes from baselines (by default those of benchmarks/baselines; `--baselines full` after `tools/write_baselines.py --runs 200
--out full` has narrow intervals): one row per scenario, mix and measure with plan, seed, drills, restricted mean, 95 % interval, median,
90th percentile, and the hashes of the inputs. Another tool's table needs the columns scenario, mix, measure and mean_s; its ci95_low_s
and ci95_high_s are used where it has them. Models are compared, nobody is rated: a difference is a question to both.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from scipy.stats import spearmanr

from drillsim.analysis.weights.samples import sample
from drillsim.errors import ResultError
from drillsim.escape import for_cell, from_cell, quoted
from drillsim.gate.baseline import Baseline, read_baseline
from drillsim.gate.record import NOW, ScenarioRecord, both
from drillsim.record.store import content_sha256
from measure import ROOT

COLUMNS = (
    "scenario", "plan", "mix", "measure", "seed", "drills", "mean_s", "ci95_low_s", "ci95_high_s", "p50_s", "p90_s", "inputs_sha256",
)  # fmt: skip
Row = Mapping[str, str]


def table(baselines: Iterable[Baseline]) -> Iterator[dict[str, object]]:
    """Yield one row per scenario, mix and judged measure."""
    for baseline in baselines:
        for record in baseline.scenarios.values():
            rows = both(record, record, seed=baseline.seed, runs=baseline.runs)
            for mix in record.mixes:
                for measure in record.measures:
                    one = sample(rows, NOW, mix, measure)
                    if one.numbers.size:
                        mean = one.weighed.mean(one.numbers).interval()
                        p50, p90 = (one.weighed.quantile(one.numbers, one.reached, q).value for q in (0.5, 0.9))
                        values = (mean.value, mean.low, mean.high, p50, p90)
                        told = [None if value is None else round(value, 3) for value in values]
                        named = (record.name, Path(record.plan).stem, mix, measure, baseline.seed, one.numbers.size)
                        yield dict(zip(COLUMNS, (*named, *told, _hash(record, mix)), strict=True))


def _hash(record: ScenarioRecord, mix: str) -> str:
    return content_sha256([record.family, dict(record.inputs), record.mixes[mix].inputs])[:16]


@dataclass(frozen=True)
class Score:
    """Another tool's table beside ours.

    within
        Rows whose interval meets ours, or whose mean lies in it where they have none.
    bias_s
        Mean of theirs minus ours over all rows, in seconds.
    error_share
        Mean of |theirs - ours| over the mean of ours.
    rank
        Mean of Spearman's rank correlation of the mixes over scenarios and measures with three mixes and more; None without any.
    missing, unknown
        Rows of ours that they lack, and rows of theirs that we do not have.
    """

    rows: int
    within: int
    bias_s: float
    error_share: float
    rank: float | None
    missing: int
    unknown: int

    def __str__(self) -> str:
        rank = "none" if self.rank is None else f"{self.rank:.2f}"
        return (
            f"{self.within} of {self.rows} rows within the interval, bias {self.bias_s:+.1f} s, mean absolute difference "
            f"{100 * self.error_share:.1f} % of ours, rank correlation of mixes {rank}; {self.missing} rows missing, {self.unknown} unknown"
        )


def score(ours: Sequence[Row], theirs: Sequence[Row]) -> Score:
    """Return the score of another table. Raises ResultError for a row without a mean, and where no row is shared."""
    mine, other = _by_key(ours), _by_key(theirs)
    shared = [key for key in mine if key in other]
    if not shared:
        raise ResultError(
            "no row has a scenario, mix and measure of the benchmark. Write the columns scenario, mix, measure, mean_s"
        )
    pairs = [(_number(mine[key], "mean_s"), _number(other[key], "mean_s")) for key in shared]
    within = sum(_meets(mine[key], other[key]) for key in shared)
    apart = [b - a for a, b in pairs]
    total = sum(a for a, _ in pairs)
    return Score(
        len(shared), within, sum(apart) / len(apart), sum(map(abs, apart)) / total if total else 0.0,
        _rank(shared, pairs), len(mine) - len(shared), len(other) - len(shared),
    )  # fmt: skip


def _by_key(rows: Sequence[Row]) -> dict[tuple[str, ...], Row]:
    return {tuple(from_cell(row.get(name) or "") for name in ("scenario", "mix", "measure")): row for row in rows}


def _number(row: Row, name: str) -> float:
    try:
        return float(row[name])
    except (KeyError, TypeError, ValueError):
        raise ResultError(f"a row has no number in '{name}': {quoted(dict(row))}") from None


def _meets(mine: Row, other: Row) -> bool:
    bounds = [other.get(name) or "" for name in ("ci95_low_s", "ci95_high_s")]
    mean = _number(other, "mean_s")
    low, high = (float(bounds[0]), float(bounds[1])) if all(bounds) else (mean, mean)
    if not mine.get("ci95_low_s") or not mine.get("ci95_high_s"):
        return low <= _number(mine, "mean_s") <= high
    return low <= _number(mine, "ci95_high_s") and high >= _number(mine, "ci95_low_s")


def _rank(shared: Sequence[tuple[str, ...]], pairs: Sequence[tuple[float, float]]) -> float | None:
    groups: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for (scenario, _mix, measure), pair in zip(shared, pairs, strict=True):
        groups.setdefault((scenario, measure), []).append(pair)
    found = []
    for group in groups.values():
        a, b = zip(*group, strict=True)
        if len(group) >= 3 and len(set(a)) > 1 and len(set(b)) > 1:
            found.append(float(spearmanr(a, b).statistic))
    return sum(found) / len(found) if found else None


def write(rows: Iterable[Mapping[str, object]], file: TextIO) -> None:
    """Write a table as CSV."""
    out = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    out.writeheader()
    out.writerows({k: for_cell(v) if isinstance(v, str) else v for k, v in row.items()} for row in rows)


def read(path: Path) -> list[dict[str, str]]:
    """Read a table from CSV, with or without a byte order mark."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["table", "score"])
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--baselines", type=Path, default=ROOT / "benchmarks" / "baselines")
    given = parser.parse_args()
    ours = table(map(read_baseline, sorted(given.baselines.glob("*.json"))))
    if given.what == "table":
        write(ours, sys.stdout)
    elif given.file is None:
        parser.error("score needs a CSV file")
    else:
        told = [{k: "" if v is None else str(v) for k, v in row.items()} for row in ours]
        print(score(told, read(given.file)))
