"""What a baseline keeps of the drills of one scenario: values per drill rounded to 1 ms, digests, intervals, routes, work."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from drillsim.record.columns import COUNTS, LEGS, MEASURES, TIMES, status_name
from drillsim.record.outline import MixLine, Outline, ScenarioLine
from drillsim.record.presence import Chances
from drillsim.record.store import STRATUM
from drillsim.record.trace import Value

DECIMALS = 3
"""Decimals to which values are kept: 1 ms, below what a change of platform moves."""
NOT_REACHED, NOT_APPLICABLE = None, "-"
"""How a value is kept that has not been reached by the horizon, or that has no meaning in its drill."""
FAILED = "failed"
"""Digest of a drill that failed."""
_NO_PART = frozenset({"scenario", "mix", "replication", "forced", "presence", STRATUM})
"""Columns of a row that name the drill."""


class DrillValues(NamedTuple):
    """One drill as it is kept, of a school day one incident.

    digest
        First digits of the SHA-256 of all its rows, rounded; FAILED for a drill that failed, '' after the first incident of a day.
    values
        Of each judged measure: a number, NOT_REACHED or NOT_APPLICABLE.
    """

    replication: int
    forced: str
    presence: str
    digest: str
    values: tuple[float | str | None, ...]


@dataclass(frozen=True)
class MixRecord:
    """The drills of one mix in one scenario.

    inputs
        Digest of what the mix says, without names, labels and costs.
    means
        Mean of every column that applies, over the drills of the seed: what tells which interval moved.
    means_at
        The same over the drills 0 … n - 1 of each earlier look n, at which a gate may decide.
    routes
        Id of each way on the paths of units to the number of drills in which it was on one, of `routed` drills.
    """

    inputs: str
    chances: Chances
    drills: tuple[DrillValues, ...]
    means: Mapping[str, float] = field(default_factory=dict)
    means_at: Mapping[int, Mapping[str, float]] = field(default_factory=dict)
    routes: Mapping[str, int] = field(default_factory=dict)
    routed: int = 0

    @property
    def failed(self) -> int:
        """Number of drills that failed."""
        return sum(one.digest == FAILED for one in self.drills)

    def means_over(self, runs: int) -> Mapping[str, float]:
        """Return the means over the drills 0 … runs - 1 of the seed; empty where they were not kept."""
        whole = len({one.replication for one in self.of_seed()})
        return self.means if runs == whole else self.means_at.get(runs, {})

    def of_seed(self, first: int | None = None) -> tuple[DrillValues, ...]:
        """Return the drills 0, 1, 2 … of the seed, or the first of them."""
        return tuple(d for d in self.drills if not d.forced and (first is None or d.replication < first))


@dataclass(frozen=True)
class ScenarioRecord:
    """The drills of one scenario.

    file, plan, mixes_file
        Where the inputs lie, relative to the folder of the baseline, with forward slashes.
    measures
        Columns whose mean is judged, the primary one first.
    margins
        Least slowing that counts, by measure, in its unit.
    inputs
        Digest of each part of scenario and plan, such as 'scenario.protocol' and 'plan.openings'.
    work
        Counted work of one drill of the present mix (`engine.work`).
    """

    name: str
    family: str
    horizon_s: float
    is_day: bool
    present: str
    file: str
    plan: str
    mixes_file: str
    measures: tuple[str, ...]
    margins: Mapping[str, float]
    inputs: Mapping[str, str]
    mixes: Mapping[str, MixRecord]
    work: Mapping[str, int] = field(default_factory=dict)


def drills_of(
    rows: Sequence[Mapping[str, Value]], line: ScenarioLine, measures: Sequence[str]
) -> tuple[DrillValues, ...]:
    """Return what is kept of the rows of one scenario and mix, in their order."""
    return tuple(_drills(rows, line, measures))


def _drills(rows: Sequence[Mapping[str, Value]], line: ScenarioLine, measures: Sequence[str]) -> Iterator[DrillValues]:
    together: dict[tuple[str, int], list[Mapping[str, Value]]] = {}
    for row in rows:
        together.setdefault((str(row.get("forced") or ""), int(row["replication"] or 0)), []).append(row)
    for (forced, number), mine in together.items():
        presence = str(mine[0].get("presence") or "")
        if mine[0].get("status") != "done":
            yield DrillValues(number, forced, presence, FAILED, ())
            continue
        told, digest = [r for r in mine if not line.incident or r.get("incident") == line.incident], digest_of(mine)
        for place, row in enumerate(told):
            values = tuple(_value(row, measure) for measure in measures)
            yield DrillValues(number, forced, presence, "" if place else digest, values)


def digest_of(rows: Sequence[Mapping[str, Value]]) -> str:
    """Return the first digits of the SHA-256 of rows whose numbers are rounded to 1 ms."""
    told = [{k: _rounded(v) for k, v in row.items() if k not in _NO_PART and v is not None} for row in rows]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:8]


def _rounded(value: Value) -> Value:
    return round(value, DECIMALS) + 0.0 if isinstance(value, float) else value


def _value(row: Mapping[str, Value], measure: str) -> float | str | None:
    found = row.get(measure)
    if measure in TIMES:
        status = row.get(status_name(measure))
        if status != "reached":
            return NOT_REACHED if status == "not-reached" else NOT_APPLICABLE
    return round(float(found), DECIMALS) + 0.0 if isinstance(found, (int, float)) else NOT_APPLICABLE


def means_of(runs: pd.DataFrame, line: ScenarioLine) -> dict[str, float]:
    """Return the mean of every column that applies over the finished drills of the seed; what was not reached counts as the horizon."""
    rows = runs[(runs["status"] == "done") & (runs["forced"].fillna("") == "")]
    if line.incident:
        rows = rows[rows["incident"] == line.incident]
    found = {}
    for column in (*MEASURES, *LEGS, *COUNTS):
        if column.name not in rows:
            continue
        values, status = rows[column.name], status_name(column.name)
        if column.name in TIMES and status in rows:
            values = (
                values[rows[status].isin(["reached", "not-reached"])].fillna(line.horizon_s).clip(upper=line.horizon_s)
            )
        values = values.dropna()
        if len(values):
            found[column.name] = round(float(values.mean()), DECIMALS) + 0.0
    return found


@dataclass(frozen=True)
class BothRows:
    """Rows of a scenario as it was and as it is now, as `analysis` reads results: scenarios BEFORE and NOW."""

    runs: pd.DataFrame
    outline: Outline


BEFORE, NOW = "before", "now"


def both(before: ScenarioRecord, now: ScenarioRecord, *, seed: int, runs: int) -> BothRows:
    """Return the drills of both records as rows of two scenarios, of which the drills of the seed below `runs` count."""
    mixes = [name for name in now.mixes if name in before.mixes]
    frames, lines = [], {}
    for which, record in ((BEFORE, before), (NOW, now)):
        frames += [_frame(which, name, record, runs) for name in mixes]
        forced = {one.forced for name in mixes for one in record.mixes[name].drills if one.forced}
        lines[which] = ScenarioLine(
            "", record.measures[0], record.horizon_s, day=record.is_day,
            chances={name: record.mixes[name].chances for name in mixes}, added=dict.fromkeys(sorted(forced), 1),
        )  # fmt: skip
    outline = Outline(seed, runs, now.present, lines, {name: MixLine("") for name in mixes})
    return BothRows(pd.concat(frames, ignore_index=True), outline)


def _frame(scenario: str, mix: str, record: ScenarioRecord, runs: int) -> pd.DataFrame:
    drills = [one for one in record.mixes[mix].drills if one.forced or one.replication < runs]
    columns: dict[str, object] = {
        "replication": pd.array([one.replication for one in drills], dtype="int64"),
        "forced": pd.array([one.forced for one in drills], dtype="object"),
        "presence": pd.array([one.presence for one in drills], dtype="object"),
        "status": pd.array(["failed" if one.digest == FAILED else "done" for one in drills], dtype="object"),
    }
    for place, measure in enumerate(record.measures):
        values = [_at(one, place) for one in drills]
        columns[measure] = pd.array([v if isinstance(v, float) else float("nan") for v in values], dtype="float64")
        if measure in TIMES:
            columns[status_name(measure)] = pd.array([_status(v) for v in values], dtype="object")
    frame = pd.DataFrame(columns)
    frame.insert(0, "mix", mix)
    frame.insert(0, "scenario", scenario)
    return frame


def _status(value: float | str | None) -> str:
    return "not-reached" if value is NOT_REACHED else "reached" if isinstance(value, float) else "not-applicable"


def _at(drill: DrillValues, place: int) -> float | str | None:
    *_, told = drill
    return told[place] if told else NOT_APPLICABLE
