"""The cases of the benchmark: its files, how they are played, and the table of what came out."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TextIO

from drillsim.analysis.weights.samples import sample
from drillsim.escape import for_cell
from drillsim.gate.inputs import InputFiles
from drillsim.gate.play import ONE, Player, Terms, played_by, record_of, study_of
from drillsim.gate.record import NOW, ScenarioRecord, both
from drillsim.record.store import content_sha256
from measure import ROOT

HOME = Path(__file__).parent
TABLE = HOME / "table.csv"
BUILDINGS = ("village_school", "corridor_school", "courtyard_school", "doe_primary", "doe_secondary")
"""Shipped plans, from the smallest to the largest."""
INCIDENTS = ("fight", "disorder", "unwanted", "medical", "hold", "lockdown", "evacuation", "shelter")
MIXES = HOME / "mixes.yaml"
SEED, DRILLS = 1, 100
COLUMNS = (
    "plan", "scenario", "mix", "measure", "seed", "drills", "mean_s", "ci95_low_s", "ci95_high_s", "p50_s", "p90_s",
    "inputs_sha256", "drills_sha256",
)  # fmt: skip
Row = dict[str, str]


def files(building: str, incident: str) -> InputFiles:
    """Return the files of one case."""
    plan = ROOT / "floorplans" / f"{building}.yaml"
    return InputFiles(HOME / "incidents" / f"{incident}.yaml", plan, MIXES)


def play(building: str, incident: str, *, drills: int = DRILLS, player: Player = ONE) -> ScenarioRecord:
    """Play an incident in a building with every staffing."""
    source = files(building, incident)
    study = study_of(*source.read(), runs=drills, seed=SEED)
    return record_of(played_by(player, study, f"{building}, {incident}"), source, HOME, Terms(SEED, drills))


def rows_of(record: ScenarioRecord, drills: int) -> Iterator[Row]:
    """Yield one row per mix and judged measure."""
    kept = both(record, record, seed=SEED, runs=drills)
    for mix in record.mixes:
        for measure in record.measures:
            one = sample(kept, NOW, mix, measure)
            if one.numbers.size:
                mean = one.weighed.mean(one.numbers).interval()
                p50, p90 = (one.weighed.quantile(one.numbers, one.reached, q).value for q in (0.5, 0.9))
                told = ("" if v is None else f"{v:.3f}" for v in (mean.value, mean.low, mean.high, p50, p90))
                named = (Path(record.plan).stem, record.name, mix, measure, str(SEED), str(one.numbers.size))
                yield dict(zip(COLUMNS, (*named, *told, *_hashes(record, mix)), strict=True))


def _hashes(record: ScenarioRecord, mix: str) -> tuple[str, str]:
    """Return hashes of what the drills depend on, and of what came out of each to 1 ms."""
    kept = record.mixes[mix]
    inputs = content_sha256([record.family, dict(record.inputs), kept.inputs])
    drills = content_sha256([[d.replication, d.forced, d.digest] for d in kept.drills])
    return inputs[:16], drills[:16]


def write(rows: Iterable[Mapping[str, str]], file: TextIO) -> None:
    """Write a table as CSV."""
    out = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    out.writeheader()
    out.writerows({key: value if key.endswith("_s") else for_cell(value) for key, value in row.items()} for row in rows)


def read(path: Path = TABLE) -> list[Row]:
    """Read a table from CSV, with or without a byte order mark."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
