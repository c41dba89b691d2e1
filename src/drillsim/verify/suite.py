"""Verification suites: the cases of each, and their output as text, JSON and Markdown.

A suite is a list of functions that take a `Harness` and yield cases. Each case puts a figure of a named source beside
ours, in three kinds: the engine is run on an experiment of the source; a closed form of `verify/theory` is computed;
or a shipped input is looked up. `suite crowd` follows the test catalogues of IMO, NIST, RiMEA and ISO 20414 and the
SFPE hydraulic model; `suite response` follows hypercube queueing, EASI and published exercises; `suite record` is its part
that holds shipped figures against drills, ambulances and staffing on record. `suite statistics` holds constants of the
comparison at their published digits, the coverage of its intervals, and how often its choice is right. Case ids are stable:
docs/verification.md, the tests and CI refer to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from drillsim.verify.crowd.buildings import conserve_cases, office_cases, sweep_cases
from drillsim.verify.crowd.doors import bottleneck_cases, door_cases, two_way_cases
from drillsim.verify.crowd.inputs import drill_cases, mobility_cases, school_cases
from drillsim.verify.crowd.not_modelled import absent_cases
from drillsim.verify.crowd.premovement import delay_cases, start_cases
from drillsim.verify.crowd.queues import congested_cases, queue_cases
from drillsim.verify.crowd.rooms import exit_cases, jam_cases
from drillsim.verify.crowd.speeds import crossing_cases, curve_cases
from drillsim.verify.crowd.stairs import stair_cases
from drillsim.verify.crowd.walking import speed_cases, walk_cases, way_cases
from drillsim.verify.harness.case import Case, Harness, Value
from drillsim.verify.response.fire_drills import fire_drill_cases
from drillsim.verify.response.interruption import race_cases
from drillsim.verify.response.monotonicity import monotone_cases
from drillsim.verify.response.occupancy import duty_cases, exposure_cases
from drillsim.verify.response.on_record import record_cases
from drillsim.verify.response.published import (
    duty_chain_cases,
    easi_cases,
    line_cases,
    three_unit_cases,
    two_unit_cases,
)
from drillsim.verify.response.server_pools import hypercube_cases, pool_cases
from drillsim.verify.response.shipped_inputs import input_cases
from drillsim.verify.response.simex import simex_cases
from drillsim.verify.response.travel import arrival_cases, patrol_cases
from drillsim.verify.statistics.constants import constant_cases
from drillsim.verify.statistics.coverage import coverage_cases
from drillsim.verify.statistics.selection import selection_cases

Cases = Callable[[Harness], Iterable[Case]]

SUITES: dict[str, tuple[Cases, ...]] = {
    "crowd": (
        walk_cases,
        speed_cases,
        way_cases,
        start_cases,
        delay_cases,
        curve_cases,
        crossing_cases,
        stair_cases,
        door_cases,
        two_way_cases,
        bottleneck_cases,
        exit_cases,
        jam_cases,
        office_cases,
        sweep_cases,
        conserve_cases,
        queue_cases,
        congested_cases,
        school_cases,
        mobility_cases,
        drill_cases,
        absent_cases,
    ),
    "response": (
        easi_cases,
        line_cases,
        two_unit_cases,
        three_unit_cases,
        duty_chain_cases,
        input_cases,
        arrival_cases,
        patrol_cases,
        exposure_cases,
        duty_cases,
        race_cases,
        hypercube_cases,
        pool_cases,
        monotone_cases,
        simex_cases,
        record_cases,
        fire_drill_cases,
    ),
    "record": (record_cases, fire_drill_cases),
    "statistics": (constant_cases, coverage_cases, selection_cases),
}
"""Case functions of every suite, in the order of its rows."""
LEGEND = """\
*Kind*: `engine` drills were played; `function` a closed form was computed; `input` a number that drillsim ships was looked up.
*Verdict*: `pass`; `outside` the figure differs, for the reason below; `not-modelled` there is nothing to compare, for the
reason below. Rules are those of [model/crowd.md](model/crowd.md). The source says what was done and in which unit; tolerances are the
source's own. Verified is not validated: no simulated drill is a prediction."""
TITLES = {"record": "Held against what is on record"}
"""Titles of the pages, where the name of the suite does not make one."""
HEADS = ("case", "kind", "expected", "measured", "tolerance", "verdict")


def collect(suite: str, harness: Harness) -> Iterator[Case]:
    """Yield the cases of a suite as they are done. Raises KeyError for an unknown suite."""
    return (case for cases in SUITES[suite] for case in cases(harness))


def as_data(cases: Sequence[Case]) -> dict[str, Any]:
    """Return the cases as one JSON object."""
    return {"cases": [case.as_row() for case in cases]}


def cells(case: Case) -> tuple[str, ...]:
    """Return a case as one text per column of HEADS."""
    figures = (_shown(value, case.unit) for value in (case.expected, case.measured, case.tolerance))
    return (case.id, case.kind, *figures, case.verdict)


def tally(cases: Sequence[Case]) -> str:
    """Return the number of cases per verdict, in words."""
    counts = {word: sum(c.verdict == word for c in cases) for word in ("pass", "outside", "not-modelled")}
    return f"{len(cases)} cases: " + ", ".join(f"{n} {word}" for word, n in counts.items() if n or word == "pass")


def notes(cases: Sequence[Case]) -> list[str]:
    """Return one line per case that does not pass, with its reason or the lack of one."""
    return [
        f"{case.id}: {case.verdict}, {case.reason or 'for no reason that was stated: a fault of the engine or of the case'}"
        for case in cases
        if case.verdict != "pass"
    ]


def as_markdown(suite: str, cases: Sequence[Case]) -> str:
    """Return the cases as a Markdown page: table with sources, and notes on what does not pass."""
    heads = (*HEADS, "source")
    rows = [(*cells(case), case.source) for case in cases]
    table = [heads, tuple("---" for _ in heads), *rows]
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in table]
    told = [f"* {note}" for note in notes(cases)]
    head = [
        f"# {TITLES.get(suite, f'Verification of the {suite}')}",
        "",
        f"{tally(cases)}. Written by `drillsim verify --suite {suite}`.",
        "",
        LEGEND,
        "",
    ]
    return "\n".join([*head, *lines, *(["", "## What does not pass", "", *told] if told else []), ""])


def _shown(value: Value, unit: str) -> str:
    """Return a number with six significant digits and its unit; words unchanged."""
    return f"{value:.6g} {unit}".strip() if isinstance(value, (int, float)) else str(value or "")
