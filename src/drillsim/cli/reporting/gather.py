"""The material of a report from the results of a study, and its files."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from drillsim.cli.maps import posts_of
from drillsim.cli.reporting.pictures import plans_of
from drillsim.cli.reporting.settings import settings_of_study
from drillsim.coverage.assess import assess
from drillsim.report.page.material import Audience, Fragment, Material, Reach, Units
from drillsim.report.page.page import write_page

if TYPE_CHECKING:
    from drillsim.plan.model import FloorPlan
    from drillsim.scenario.kinds import Kind
    from drillsim.scenario.model import Scenario
    from drillsim.study.design import Study
    from drillsim.study.results import Results

REPORT, PUBLIC_REPORT = "report.html", "report-public.html"
"""Names of the report in a results folder, by audience."""
DUTY_DAYS = 20
"""School days of which the report tells the hours of each duty."""
_SHOWN = ("drillsim", "python", "platform", "numpy", "scipy", "numba", "simpy", "networkx", "shapely", "pandas")


def report_page(
    results: Results,
    files: Mapping[str, bytes],
    told: Mapping[str, Any],
    *,
    audience: Audience = "internal",
    units: Units | None = None,
) -> bytes:
    """Return the report of a study.

    files
        Files of its results folder: summary.json, and sensitivity.csv where assumptions were moved.
    told
        The manifest: versions, hashes and command.

    Raises ValueError for results without their study.
    """
    study = results.study
    if study is None:
        raise ValueError("a report needs the study that its results are of")
    shown = units or units_of(study.plan)
    return write_page(
        material_of(results, study, files, told, units=shown, replays=audience == "internal"),
        audience=audience,
        units=shown,
    )


def units_of(plan: FloorPlan) -> Units:
    """Return the units of a report that names none: those of most readers of US school plans unless the plan is drawn in metres."""
    return "metric" if getattr(plan, "units", None) in ("m", "cm", "mm") else "us"


def material_of(
    results: Results,
    study: Study,
    files: Mapping[str, bytes],
    told: Mapping[str, Any],
    *,
    units: Units,
    replays: bool = True,
) -> Material:
    """Return what the report shows of a study.

    replays
        Play the drills again that explain the differences best, to show them.
    """
    swings = files.get("sensitivity.csv")
    originals = [one.scenario for one in study.variants if not one.changes] or list(study.scenarios)
    scenarios = {scenario.title or scenario.name: scenario for scenario in originals}
    kinds = {scenario.name: tuple(kind.name for kind in kinds_of(scenario)) for scenario in study.scenarios}
    return Material(
        school=study.plan.name,
        played=results,
        summary=json.loads(files["summary.json"]),
        plan=study.plan,
        other_plans=plans_of(study)[1:],
        mixes=study.mixes,
        reaches=reaches(study),
        settings=settings_of_study(scenarios, study.mixes, units),
        swings=None if swings is None else pd.read_csv(io.BytesIO(swings), keep_default_na=True),
        reproduce=_reproduce(told),
        kinds=kinds,
        duty_hours=duty_hours(study),
        duty_days=min(DUTY_DAYS, study.runs),
        replays=replays_of(results, study) if replays else {},
    )


def duty_hours(study: Study) -> dict[tuple[str, str], dict[str, tuple[float, float]]]:
    """Return, by scenario of school days and mix, the hours a day of each duty: planned on campus, and kept from incidents.

    The first DUTY_DAYS days of the seed are played again for it, since events are not stored.
    """
    from drillsim.study.term import play_term

    found: dict[tuple[str, str], dict[str, tuple[float, float]]] = {}
    days = min(DUTY_DAYS, study.runs)
    for index, own in enumerate(study.variants):
        if own.changes or own.scenario.demand is None:
            continue
        mixes = study.mixes_of(index)
        for name in mixes:
            term = play_term(own.scenario, study.plan_of(index), mixes[name], days=days, seed=study.seed)
            duties = dict.fromkeys(duty for unit in term.units for duty in unit.planned_s)
            hours = {
                duty: tuple(sum(told.get(duty, 0.0) for told in lines) / days / 3600 for lines in (planned, kept))
                for duty in duties
                for planned, kept in [([u.planned_s for u in term.units], [u.kept_s for u in term.units])]
            }
            found[own.scenario.name, name] = {duty: (one[0], one[1]) for duty, one in hours.items()}
    return found


def replays_of(results: Results, study: Study) -> dict[str, Fragment]:
    """Return the replay of the drill that explains a scenario best, for the first scenarios; played again for it."""
    from drillsim.cli.reporting.replays import telling_replays
    from drillsim.report.replay.page import asset

    originals = [one.scenario for one in study.variants if not one.changes]
    style, script = asset("replay.css"), asset("replay.js")
    found = telling_replays(results, originals, study.plan, study.mixes)
    return {
        scenario: Fragment(one.fragment(f"replay-{i}", heading=3), script, style)
        for i, (scenario, one) in enumerate(found.items(), 1)
    }


def kinds_of(scenario: Scenario) -> list[Kind]:
    """Return the kinds of the incidents of a drill, or of the calls of a school day."""
    calls = scenario.demand.calls if scenario.demand is not None else ()
    return [one.row for one in (*scenario.incidents, *calls)]


def reaches(study: Study) -> list[Reach]:
    """Return the assessment of the plan from the posts of the present staffing, and from those alone who may go to a hostile event."""
    mix = study.mixes[study.mixes.present]
    label = mix.label or mix.name
    posts = posts_of(study.plan, mix)
    whose = f"the posts and patrol stops of '{label}'" if posts else "the posts of the plan"
    found = [Reach(whose, assess(study.plan, posts=posts or None))]
    for kind in dict.fromkeys(
        kind for scenario in study.scenarios for kind in kinds_of(scenario) if not kind.may_approach
    ):
        own = posts_of(study.plan, mix, kind)
        if own and own != posts:
            found.append(
                Reach(f"the posts of those of '{label}' who go to a {kind.label}", assess(study.plan, posts=own))
            )
            break
    return found


def _reproduce(told: Mapping[str, Any]) -> dict[str, str]:
    """Return versions, seed, scheme, hashes and command of a manifest, by name."""
    found = {"command": " ".join(map(str, told.get("command", ()))), "seed": str(told.get("seed", "")),
             "drills per staffing": str(told.get("runs", "")), "random numbers": f"scheme {told.get('scheme', '')}"}  # fmt: skip
    versions = told.get("versions", {})
    found |= {f"version of {name}": str(versions[name]) for name in _SHOWN if name in versions}
    for name, value in told.get("sha256", {}).items():
        found |= (
            {f"SHA-256 of {name}": value}
            if isinstance(value, str)
            else {f"SHA-256 of {name} {k}": str(v) for k, v in value.items()}
        )
    found["again"] = (
        "drillsim rerun FOLDER plays every drill again from the files kept in this folder and compares it row by row"
    )
    return {key: value for key, value in found.items() if value}


__all__: Sequence[str] = ("PUBLIC_REPORT", "REPORT", "kinds_of", "material_of", "report_page", "units_of")
