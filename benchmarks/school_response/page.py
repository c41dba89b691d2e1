"""The page docs/school_response.md: what the benchmark is, and its table by building."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from drillsim.plan.read import read_plan
from drillsim.quantities import clock
from drillsim.record.columns import BY_NAME
from drillsim.scenario.read import read_mixes, read_scenario
from measure import ROOT
from school_response.cases import BUILDINGS, DRILLS, INCIDENTS, MIXES, Row, files

PAGE = ROOT / "docs" / "school_response.md"
_HEAD = f"""\
# School Response Benchmark

Nobody seems to have published response times by staffing on plans that can be rebuilt. Here is a table of ours, to be played again,
argued with, and compared with what other tools say: five buildings, eight incidents, six staffings, {DRILLS} drills each, seed 1.

* **Buildings** are shipped plans (`floorplans/`): archetypes, no real schools.
* **Incidents and staffings** are small files of their own (`benchmarks/school_response/`), the same for all buildings. Whatever a file does
  not say is a default with its source ([assumptions](assumptions.md), [sources](sources.md)).
* **The table** is `benchmarks/school_response/table.csv`: a row per building, incident, staffing and measure with mean, 95 % interval,
  median, 90th percentile, and two hashes: of what the drills depend on, and of every drill's outcome to 1 ms. A time that is not
  reached counts as the horizon.

```bash
PYTHONPATH=src:benchmarks python -m school_response play --out ours.csv
PYTHONPATH=src:benchmarks python -m school_response score theirs.csv
```

`play` plays all {DRILLS} × 240 drills, two to three minutes on one core; `--building`, `--incident` and `--drills` narrow it. `score` sets another
tool's table beside ours; it needs the columns `plan`, `scenario`, `mix`, `measure` and `mean_s`, and uses `ci95_low_s` and
`ci95_high_s` where it has them. It tells the rows within the interval, the bias, the mean absolute difference, and whether both order the
staffings alike. A difference is a question to both models, and rates neither. The intervals say how much the luck of {DRILLS} drills
moves a mean, and nothing about how true the model is ([evidence](evidence.md)).
"""


def page(rows: Sequence[Row]) -> str:
    """Return the page of a table."""
    return "\n".join([_HEAD, *_incidents(), *(line for name in BUILDINGS for line in _building(name, rows))])


def _incidents() -> Iterator[str]:
    yield "## The incidents"
    yield ""
    yield "| incident | what happens | told below | horizon |"
    yield "|---|---|---|--:|"
    for name in INCIDENTS:
        one = read_scenario(files(BUILDINGS[0], name).file)
        told = BY_NAME[one.primary].short or one.primary
        yield f"| {name} | {one.title} | {told} (`{one.primary}`) | {clock(one.horizon)} |"
    yield ""


def _building(name: str, rows: Sequence[Row]) -> Iterator[str]:
    plan, mixes = read_plan(files(name, INCIDENTS[0]).plan), read_mixes(MIXES)
    rooms, people = len(plan.spaces), sum(space.people or 0 for space in plan.spaces)
    yield f"## {plan.name}"
    yield ""
    levels = f"{len(plan.levels)} level{'s' if len(plan.levels) > 1 else ''}"
    yield f"{rooms} spaces on {levels}, {people:,.0f} people. Mean and 95 % interval, in minutes and seconds."
    yield ""
    yield f"| incident | {' | '.join(mixes[mix].label or mix for mix in mixes)} |"
    yield f"|---|{'--:|' * len(mixes)}"
    for incident in INCIDENTS:
        primary = read_scenario(files(name, incident).file).primary
        mine = {
            row["mix"]: row
            for row in rows
            if (row["plan"], row["scenario"], row["measure"]) == (name, incident, primary)
        }
        yield f"| {incident} | {' | '.join(_cell(mine.get(mix)) for mix in mixes)} |"
    yield ""


def _cell(row: Row | None) -> str:
    if row is None:
        return "–"
    mean, low, high = (clock(max(0.0, float(row[key]))) for key in ("mean_s", "ci95_low_s", "ci95_high_s"))
    return f"{mean} ({low}–{high})" if low != high else mean


def write_page(rows: Sequence[Row], path: Path = PAGE) -> None:
    """Write the page."""
    path.write_text(page(rows), encoding="utf-8", newline="\n")
