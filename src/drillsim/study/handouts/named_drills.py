"""Drills of a study that stand for its scenarios, played again to tell them."""

from __future__ import annotations

from drillsim.analysis.prediction.typical import typical_drill
from drillsim.engine.simulate import simulate
from drillsim.report.workbook.drill_sheets import NamedDrill
from drillsim.study.design import Study
from drillsim.study.results import Results

MOST_DRILLS = 12
"""Scenarios of which a drill is told; variants beyond them are left out."""


def named_drills(results: Results, *, scenario: str = "", mix: str = "") -> list[NamedDrill]:
    """Return the typical drill of each scenario with the present mix, played again; none for whole days.

    scenario, mix
        Only this scenario; another mix than the present one.
    """
    if results.study is None:
        return []
    names = [scenario] if scenario else list(results.outline.scenarios)[:MOST_DRILLS]
    found = (named_drill(results, results.study, name, mix or results.outline.present) for name in names)
    return [one for one in found if one is not None]


def named_drill(results: Results, study: Study, scenario: str, mix: str) -> NamedDrill | None:
    """Return the typical drill of one scenario; None where a drill is a whole day, or a further incident of another line."""
    line = results.outline.scenarios[scenario]
    if line.day or (line.of or scenario) != scenario:
        return None
    found = typical_drill(results, scenario, mix)
    if found is None:
        return None
    place = [one.name for one in study.scenarios].index(scenario)
    plan, staffing = study.plan_of(place), study.mixes_of(place)[mix]
    trace = simulate(study.scenarios[place], plan, staffing, seed=study.seed, replication=found.replication)
    name = f"drill {found.replication} of seed {study.seed}, {results.outline.label(mix)}"
    return NamedDrill(results.outline.title(scenario), name, found.why, trace, plan)


__all__ = ["named_drill", "named_drills"]
