"""Tables of whole school days: response to the incidents, and workload of each unit."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drillsim.cli import terminal

if TYPE_CHECKING:
    from drillsim.analysis.day import KindLine, UnitDay
    from drillsim.plan.model import FloorPlan
    from drillsim.scenario.model import Scenario
    from drillsim.scenario.staffing import Mix
    from drillsim.study.term import Term


def play_days(scenario: Scenario, plan: FloorPlan, mix: Mix, *, days: int, seed: int, quiet: bool) -> Term:
    """Play the days, with progress on stderr, and return their term."""
    from drillsim.study.term import play_term

    with terminal.progress(days, "school days", quiet=quiet or days < 5) as tell:
        return play_term(scenario, plan, mix, days=days, seed=seed, progress=lambda done: tell(done, days))


def show(term: Term, *, err: bool = False) -> None:
    """Print both tables of a term."""
    terminal.say(f"Incidents in {terminal.counted(term.days, 'school day')}", err=err)
    terminal.show(_kinds(term.kinds), err=err)
    terminal.say(
        "  by a unit: somebody of this staffing came first. by a service: nobody on site came before police, ambulance\n"
        "  or fire service. by nobody: mostly over before anyone came. half in: half of those reached, by then.",
        err=err,
    )
    for line in _estimates(term):
        terminal.say(f"  {line}", err=err)
    terminal.say("", err=err)
    terminal.say("Units", err=err)
    terminal.show(_units(term.units), err=err)
    terminal.say(
        "  busy: from the word until free again, handling and arrests included, as a share of the hours on campus.",
        err=err,
    )


def _estimates(term: Term) -> Iterator[str]:
    """Yield the primary measure over all incidents and every goal, with intervals; nothing without incidents."""
    from drillsim.analysis.contrasts import describe
    from drillsim.analysis.wording import drills, interval_words, quantile_words, shown, unit_of
    from drillsim.quantities import clock

    line = term.outline.scenarios[term.scenario]
    found, unit = describe(term, term.scenario, term.mix, line.primary), unit_of(line.primary)
    if not found.n:
        return
    mean = interval_words(found.mean, lambda value: shown(value, unit))
    many = quantile_words(found.p90, line.horizon_s, unit)
    yield f"{line.primary} of {drills(found.n, 'incident')}: {mean} on average, 9 of 10 by {many}."
    for one in term.goals:
        share = interval_words(one.met, lambda value: f"{100 * (value or 0.0):.0f} %")
        what = f"{one.goal.measure} at most {clock(one.goal.at_most_s)} in {100 * one.goal.in_share:.0f} % of incidents"
        yield f"goal: {what}: {share}, {one.verdict or 'no incident has it'}."
    yield "In brackets: 95 %. A day is one observation, since its incidents share who is there."


def _kinds(lines: Iterable[KindLine]) -> Any:
    from drillsim.quantities import clock

    table = _table(
        "kind", "incidents", "by a unit", "by a service", "by nobody", "over first", "waited", "mean wait", "half in"
    )
    for one in lines:
        half = clock(one.half_first_s) if one.half_first_s is not None else ""
        wait = clock(one.mean_wait_s) if one.waited else ""
        share = [
            f"{n} ({100 * n / one.incidents:.0f} %)" if n else "0"
            for n in (one.met_by_unit, one.met_by_service, one.met_by_nobody)
        ]
        table.add_row(f"  {one.kind}", f"{one.incidents}", *share, f"{one.over_first}", f"{one.waited}", wait, half)
    return table


def _units(units: Iterable[UnitDay]) -> Any:
    table = _table("unit", "on campus", "busy", "hours on duty, kept of planned", last="left")
    for one in units:
        share = "" if one.utilisation is None else terminal.percent(one.utilisation)
        duties = [
            f"{duty} {one.kept_s.get(duty, 0.0) / 3600:,.1f} of {s / 3600:,.1f}" for duty, s in one.planned_s.items()
        ]
        table.add_row(f"  {one.label} ({one.unit})", f"{one.present_s / 3600:,.1f} h", share, ", ".join(duties))
    return table


def _table(*heads: str, last: Any = "right") -> Any:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="")
    table.add_column("  " + heads[0], no_wrap=True)
    for head in heads[1:]:
        table.add_column(head, justify=last if head == heads[-1] else "right", no_wrap=head.startswith("by "))
    return table


def write(term: Term, folder: Path) -> Path:
    """Write runs.csv (one row per incident) and units.csv into a marked folder, and return it."""
    from drillsim.record.store import RUNS, runs_csv, write_folder

    done = [{**row, "status": "done", "stage": "", "reason": ""} for row in term.rows]
    files = {RUNS: runs_csv(done), "units.csv": _units_csv(term.units)}
    return write_folder(folder, files, {"drillsim_days": 1, "files": sorted(files)})


def _units_csv(units: Iterable[UnitDay]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["unit", "label", "duty", "planned_s", "kept_s", "present_s", "busy_s"])
    for one in units:
        for duty, planned in one.planned_s.items():
            figures = (planned, one.kept_s.get(duty, 0.0), one.present_s, one.busy_s)
            writer.writerow([one.unit, one.label, duty, *(f"{x:.3f}" for x in figures)])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def _figures(term: Term) -> dict[str, Any]:
    """Return measures by incident and goals, as in summary.json."""
    found = term.summary()["scenarios"][term.scenario]
    return {"measures": found["mixes"][term.mix]["measures"], "goals": found["goals"]}


def as_data(term: Term) -> Mapping[str, Any]:
    """Return a term as JSON-ready data."""
    return {
        "scenario": term.scenario,
        "mix": term.mix,
        "days": term.days,
        "incidents": len(term.rows),
        **_figures(term),
        "kinds": [vars(line) for line in term.kinds],
        "units": [
            {
                "unit": one.unit, "label": one.label, "present_s": one.present_s, "busy_s": one.busy_s,
                "utilisation": one.utilisation, "planned_s": dict(one.planned_s), "kept_s": dict(one.kept_s),
            }
            for one in term.units
        ],
    }  # fmt: skip
