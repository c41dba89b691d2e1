"""Score of another tool's table beside that of the benchmark: models are compared, nobody is rated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scipy.stats import spearmanr

from drillsim.errors import ResultError
from drillsim.escape import from_cell, quoted

KEY = ("plan", "scenario", "mix", "measure")
"""Columns that name a row."""
Row = Mapping[str, str]


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
        Mean of Spearman's rank correlation of the mixes over buildings, scenarios and measures with three mixes and more; None without any.
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
            f"no row has a plan, scenario, mix and measure of the benchmark. Write the columns {', '.join(KEY)}, mean_s"
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
    return {tuple(from_cell(row.get(name) or "") for name in KEY): row for row in rows}


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
    groups: dict[tuple[str, str, str], list[tuple[float, float]]] = {}
    for (plan, scenario, _mix, measure), pair in zip(shared, pairs, strict=True):
        groups.setdefault((plan, scenario, measure), []).append(pair)
    found = []
    for group in groups.values():
        a, b = zip(*group, strict=True)
        if len(group) >= 3 and len(set(a)) > 1 and len(set(b)) > 1:
            found.append(float(spearmanr(a, b).statistic))
    return sum(found) / len(found) if found else None
