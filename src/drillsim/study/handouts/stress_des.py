"""The reporting checklist STRESS-DES for a stored study, filled in from its folder.

The guideline (docs/sources.md#stress) lists what a report of a discrete-event simulation has to tell, so that others can judge
and repeat it. Its items are named here in our own words, by its numbers. What the folder knows is filled in; what only the author
knows is marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from drillsim.analysis.contrasts import family_words, matters_of
from drillsim.analysis.wording import drills, matters_words, question, unit_of
from drillsim.errors import ResultError
from drillsim.escape import for_markdown
from drillsim.quantities import clock
from drillsim.record.columns import BY_NAME
from drillsim.record.marker import MANIFEST, manifest_of
from drillsim.record.outline import Outline
from drillsim.scenario.model import Scenario
from drillsim.study.design import Study
from drillsim.study.rerun import read_study

CHECKLIST = "stress.md"
"""Name of the file that `drillsim export checklist` writes."""
ASKED = "**For the author:** "
_HEAD = """# STRESS-DES checklist

Filled in by drillsim from a results folder (INTERNAL: it tells the staffing of a school). Items follow the STRESS guidelines for
discrete-event simulation: Monks, Currie, Onggo, Robinson, Kunc and Taylor 2019, *Strengthening the reporting of empirical
simulation studies*, Journal of Simulation 13(1), 55-67, doi:10.1080/17477778.2018.1442155. Lines that begin with "For the author"
are left to you.
"""


def stress_des(folder: Path | str) -> str:
    """Return the checklist STRESS-DES of a stored study, as Markdown.

    Raises ResultError when the folder holds no finished study.
    """
    study = read_study(folder)
    told = manifest_of(Path(folder)) or {}
    parts = [_HEAD]
    for title, items in _sections(study, study.outline, told).items():
        parts.append(f"## {title}\n")
        parts += [f"**{name}.** {text}\n" for name, text in items.items()]
    return "\n".join(parts)


def write_stress_des(folder: Path | str, path: Path | str | None = None) -> Path:
    """Write the checklist of a stored study as Markdown, and return the file; `stress.md` beside the folder by default.

    Raises ResultError when the folder holds no finished study, or the file cannot be written.
    """
    target = Path(path) if path is not None else Path(folder).with_name(f"{Path(folder).name}-{CHECKLIST}")
    content = stress_des(folder)
    try:
        target.write_text(content, encoding="utf-8")
    except OSError as problem:
        raise ResultError(f"{target}: the checklist cannot be written: {problem.strerror or problem}") from problem
    return target


def _sections(study: Study, outline: Outline, told: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    return {
        "1 Objectives": _objectives(outline),
        "2 Logic": _logic(study, outline),
        "3 Data": _data(study),
        "4 Experimentation": _experimentation(study, outline, told),
        "5 Implementation": _implementation(told),
        "6 Code access": {
            "6.1 Sharing of the model": "drillsim is open source under the MIT licence. The folder holds everything the study was "
            f"played from (`inputs/`, hashes in `{MANIFEST}`), and `drillsim rerun FOLDER` plays it again and compares it row by "
            f"row. {ASKED}where reviewers find the folder; real plans stay with the school."
        },
    }


def _objectives(outline: Outline) -> dict[str, str]:
    mixes = _listed(outline.label(mix) for mix in outline.mixes)
    measures = sorted({line.primary for line in outline.scenarios.values()})
    outputs = "; ".join(f"`{m}` ({BY_NAME[m].meaning if m in BY_NAME else m})" for m in measures)
    return {
        "1.1 Purpose": f"{ASKED}the decision that the study serves. The model simulates emergency drills in a school to compare "
        "staffings on the same random drills; it is no prediction and rates nobody.",
        "1.2 Outputs": f"Primary, named before the first drill: {outputs}. All others: `runs.csv`, explained in docs/outcomes.md.",
        "1.3 Aims of the experiment": f"Scenarios: {_listed(outline.title(s) for s in outline.scenarios)}. Staffings: {mixes}; the "
        f"present one, with which the others are compared, is {for_markdown(outline.label(outline.present))}. "
        f"Goals: {_goals(outline)}.",
    }


def _goals(outline: Outline) -> str:
    lines = [
        f"{outline.title(name)}: {question(goal.measure)} within {clock(goal.at_most_s)} in {100 * goal.in_share:g} % of drills"
        for name, line in outline.scenarios.items()
        for goal in line.goals
    ]
    return _listed(lines) if lines else "none"


def _logic(study: Study, outline: Outline) -> dict[str, str]:
    changed = [
        f"{outline.title(name)}: {'; '.join(f'{key}: {how}' for key, how in line.changes.items())}"
        for name, line in outline.scenarios.items()
        if line.changes
    ]
    engines = sorted({f"{s.crowd}, {s.crowd_engine}" if s.crowd == "walks" else s.crowd for s in study.scenarios})
    units = sum(len(mix.units) for mix in study.mixes.mixes.values())
    plan = study.plan
    return {
        "2.1 Overview": "An incident begins, is noticed and reported; units are sent and travel through the building; people leave "
        "or lock themselves in. Diagram: ARCHITECTURE.md.",
        "2.2 Logic of the base model": "Rules by number: docs/model/crowd.md (people) and docs/model/response.md (response).",
        "2.3 Logic of the scenarios": _listed(changed) + "."
        if changed
        else "No variants; each scenario stands for itself.",
        "2.4 Algorithms": f"Crowd: {_listed(engines)}; mesoscopic and event-driven. Least-time ways on the network of the plan; "
        "dispatch, noticing and search by the rules above.",
        "2.5.1 Entities": "People of the school by space and timetable, staff units, police, ambulance and fire service.",
        "2.5.2 Activities": "Walk, wait, pass a door; notice, report, dispatch, hand over, travel, search, act; lock, order, release.",
        "2.5.3 Resources": f"{len(plan.spaces)} spaces and {len(plan.openings)} openings of the plan '{for_markdown(plan.name)}'; "
        f"{units} units in {len(study.mixes)} staffings.",
        "2.5.4 Queues": "At openings and on stairs, first come first served by direction, storage limited; incidents that wait for "
        "a unit, by priority.",
        "2.5.5 Entry and exit": "People leave by the exits of the plan; services enter by its entries after a drawn delay.",
    }


def _data(study: Study) -> dict[str, str]:
    laws = sorted({f"police {_law(s)}" for s in study.scenarios})
    return {
        "3.1 Sources": "Every default names a source (docs/sources.md) or a numbered assumption (docs/assumptions.md). "
        f"{ASKED}the sources of the plan, the staffing, its costs and local delays.",
        "3.2 Pre-processing": f"Lengths and times are read into SI units. {ASKED}how the plan was drawn, and how a dispatch log "
        "was fitted (`drillsim import`), if one was.",
        "3.3 Input parameters": "All of them, with every default filled in: `inputs/plan.json`, `inputs/mixes.json`, "
        f"`inputs/scenario-*.json`. Delay laws from outside: {_listed(laws)}.",
        "3.4 Assumptions": "Numbered, with their ranges, in docs/assumptions.md; `drillsim compare --sensitivity` moves each alone.",
    }


def _law(scenario: Scenario) -> str:
    law = scenario.police.law
    return law if isinstance(law, str) else "of the file"


def _experimentation(study: Study, outline: Outline, told: Mapping[str, Any]) -> dict[str, str]:
    horizons = sorted({clock(line.horizon_s) for line in outline.scenarios.values()})
    primary = {line.primary for line in outline.scenarios.values()}
    matters = {
        matters_words(matters_of(line, line.primary), unit_of(line.primary)) for line in outline.scenarios.values()
    }
    added = sum(sum(line.added.values()) for line in outline.scenarios.values() if not line.of)
    more = (
        f" {drills(added)} a staffing were added for rare presences and are weighed by their exact probability."
        if added
        else ""
    )
    return {
        "4.1 Initialisation": "A drill begins in the state of the timetable at its time of day (terminating simulation): no warm-up.",
        "4.2 Run length": f"Each drill is watched to {_listed(horizons)} after the onset; what was not reached by then is censored "
        "there and said so.",
        "4.3 Estimation": f"{drills(outline.runs)} of each scenario and staffing, the same random drills for every staffing.{more} "
        f"Means, quantiles and paired differences with 95 % intervals; Holm over {family_words(len(outline.mixes) - 1)}, in "
        f"{_codes(primary)}, named before the first drill. "
        f"Differences below {_listed(sorted(matters))} do not matter. Drills that failed: {told.get('failed_runs', 0)}.",
    }


def _implementation(told: Mapping[str, Any]) -> dict[str, str]:
    versions = told.get("versions", {})
    shown = [f"{name} {version}" for name, version in versions.items() if version != "not installed"]
    return {
        "5.1 Software": f"{_listed(shown)}.",
        "5.2 Random sampling": f"Counter-based streams (Philox) keyed by seed {told.get('seed')}, family, replication, purpose and "
        f"identity (scheme {told.get('scheme')}); the staffing is not in the key, so that drills pair. docs/decisions/0010.",
        "5.3 Execution": "Event-driven, on SimPy's clock. Played by: "
        f"{for_markdown(' '.join(told.get('command', ())) or 'a script in Python')}. "
        "Workers, order and executor change no row.",
        "5.4 System": f"{for_markdown(str(versions.get('platform', '')))}; {told.get('seconds', 0):,.0f} s of wall time. "
        f"{ASKED}processor and memory, if the time matters.",
    }


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _listed(words: Iterable[str]) -> str:
    return "; ".join(for_markdown(word) for word in words)


__all__ = ["CHECKLIST", "stress_des", "write_stress_des"]
