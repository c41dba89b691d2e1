"""The draft of an after-action report and improvement plan, after the HSEEP template (docs/sources.md#hseep): what drills show, and blanks.

A simulation is input to such a report; it is no exercise. Ratings, owners and dates stay marked blanks: a model rates nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from drillsim.analysis.contrasts import MET, ResultRows
from drillsim.analysis.wording import drills, short_name
from drillsim.quantities import clock
from drillsim.report.after_action.blocks import BLANK, Block, Bullets, Grid, Heading, PageBreak, Paragraph
from drillsim.report.after_action.findings import Objective, areas, best_change, objectives_of, strengths
from drillsim.report.drill_kit.kit import capability_of
from drillsim.report.drill_kit.places import event_place
from drillsim.report.drill_kit.words import SRP
from drillsim.report.timeline import tell
from drillsim.report.workbook.drill_sheets import NamedDrill
from drillsim.scenario.model import Scenario

NOT_A_DRILL = "A simulation is not a drill of record."
RATES_NOBODY = "It is no prediction and rates nobody: neither people nor teams. Everything in square brackets is for people to fill in."
HANDLING = "INTERNAL: only for those who plan the safety of this school"
MOST_LINES = 60
"""Lines of the chronology; of a longer story those at the horizon are left out."""


@dataclass(frozen=True)
class AfterAction:
    """What the draft is made of.

    summary
        What `summary.json` holds.
    drill
        The drill that the chronology tells.
    """

    played: ResultRows
    summary: Mapping[str, Any]
    ways: pd.DataFrame
    scenario: Scenario
    mix: str
    drill: NamedDrill
    version: str = ""

    @property
    def label(self) -> str:
        """The staffing as people call it."""
        return self.played.outline.label(self.mix)


def draft(told: AfterAction) -> list[Block]:
    """Return the blocks of the draft."""
    objectives = objectives_of(told.played.outline, told.summary, told.scenario.name, told.mix)
    return [
        *_first_page(told),
        *_overview(told, objectives),
        *_capabilities(objectives),
        *_findings(told, objectives),
        *_chronology(told),
        *_plan(told, objectives),
        *_appendices(told),
    ]


def _first_page(told: AfterAction) -> Iterator[Block]:
    yield Heading(f"After-action report and improvement plan: {told.scenario.title or told.scenario.name}", 1)
    yield Paragraph(HANDLING, is_bold=True)
    yield Paragraph(f"DRAFT, written by a simulation. {NOT_A_DRILL} {RATES_NOBODY}", is_bold=True)
    yield Paragraph(
        f"{told.drill.plan.name}. It rests on {drills(told.played.outline.runs)} with the staffing '{told.label}'. It may be joined to the "
        "report of a real drill as evidence; by itself it fulfils no duty to drill or to report."
    )


def _overview(told: AfterAction, objectives: Sequence[Objective]) -> Iterator[Block]:
    scenario, kind = told.scenario, told.scenario.incidents[told.scenario.leading].row
    yield Heading("Exercise overview")
    yield Grid(
        ("Field", "Entry"),
        (
            ("Exercise name", scenario.title or scenario.name),
            ("Exercise dates", BLANK),
            (
                "Scope",
                f"Simulated: {told.drill.plan.name}, staffing '{told.label}', each drill watched for {clock(scenario.horizon)}",
            ),
            ("Mission area", "Response (proposed)"),
            ("Core capabilities", "; ".join(dict.fromkeys(_capability(one) for one in objectives)) or BLANK),
            ("Objectives", "; ".join(one.words for one in objectives) or "none stated in the scenario"),
            ("Threat or hazard", kind.label),
            ("Scenario", _scenario_words(told)),
            ("Sponsor", BLANK),
            ("Participating organizations", BLANK),
            ("Point of contact", BLANK),
        ),
    )


def _scenario_words(told: AfterAction) -> str:
    scenario, plan = told.scenario, told.drill.plan
    kind = scenario.incidents[scenario.leading].row
    when = scenario.time_of_day if isinstance(scenario.time_of_day, str) else "a drawn time of day"
    first = f"At {when} {kind.begins}; place: {event_place(scenario, plan)}."
    if scenario.protocol.action not in SRP:
        return first
    name, directive = SRP[scenario.protocol.action]
    return f"{first} Protective action: {name} ('{directive}'), announced by: {scenario.protocol.announced_by}."


def _capability(one: Objective) -> str:
    return capability_of(one.goal.measure.removesuffix("_s"))


def _capabilities(objectives: Sequence[Objective]) -> Iterator[Block]:
    yield Heading("Analysis of core capabilities")
    yield Paragraph(
        "Ratings: P performed without challenges, S with some challenges, M with major challenges, U unable to be performed. Evaluators of a "
        "real drill rate; the evidence of the simulation stands beside it."
    )
    rows = [(one.words, _capability(one), one.evidence, f"{BLANK} P / S / M / U") for one in objectives]
    yield Grid(("Objective", "Core capability (proposed)", "Simulated evidence", "Rating"), rows)


def _findings(told: AfterAction, objectives: Sequence[Objective]) -> Iterator[Block]:
    yield Heading("Strengths")
    yield Bullets(strengths(objectives) or ["No goal is met beyond doubt in the simulated drills."])
    yield Heading("Areas for improvement")
    yield Paragraph("Ranked: goals by how far they are missed, then where the time goes, rooms, and queues.")
    yield Bullets(
        areas(told.played, told.ways, objectives, told.scenario.name, told.mix)
        or ["None found in the simulated drills."]
    )
    yield Paragraph(f"Reference to plans and procedures: {BLANK}. Root cause: {BLANK}.")


def _chronology(told: AfterAction) -> Iterator[Block]:
    yield Heading("Chronology of one simulated drill")
    yield Paragraph(
        f"{told.drill.name[:1].upper()}{told.drill.name[1:]}: {told.drill.why}. One drill of many, not what will happen."
    )
    lines = tell(told.drill.trace, told.drill.plan)
    yield Grid(("Time (m:ss)", "What happens"), [(clock(line.time_s), line.text) for line in lines[:MOST_LINES]])
    if len(lines) > MOST_LINES:
        yield Paragraph(f"{len(lines) - MOST_LINES} further lines are in the sheet Timeline of results.xlsx.")


def _plan(told: AfterAction, objectives: Sequence[Objective]) -> Iterator[Block]:
    yield PageBreak(is_wide=True)
    yield Heading("Appendix A: improvement plan")
    missed = [one for one in objectives if one.verdict != MET]
    if not missed:
        yield Paragraph("No goal is missed in the simulated drills.")
        return
    heads = (
        "Core capability", "Issue", "Corrective action (best tested change)", "Capability element", "Responsible organization",
        "Point of contact", "Start", "Completion",
    )  # fmt: skip
    rows = [(_capability(one), f"{one.words}: {one.verdict}", _change(told, one), *[BLANK] * 5) for one in missed]
    yield Grid(heads, rows)
    yield Paragraph(
        "A tested change is one that this study has played; it is no order and no estimate of what else could help."
    )


def _change(told: AfterAction, one: Objective) -> str:
    best = best_change(told.played.outline, told.summary, told.scenario.name, told.mix, one)
    if best is None:
        return f"no tested staffing or variant does better. {BLANK}"
    cost = f", {best.cost_usd_year:,.0f} USD a year" if best.cost_usd_year else ""
    return f"{best.change}{cost}: {100 * best.share_met:.0f} % of simulated drills, {best.verdict}"


def _appendices(told: AfterAction) -> Iterator[Block]:
    outline = told.played.outline
    yield PageBreak()
    yield Heading("Appendix B: participants")
    yield Paragraph(BLANK)
    yield Heading("Appendix C: what this rests on")
    line = outline.scenarios[told.scenario.name]
    yield Bullets(
        [
            f"{drills(outline.runs)} of the scenario '{told.scenario.name}', seed {outline.seed}; measure that decides: {short_name(line.primary)}.",
            f"Written by drillsim {told.version}; every number is in summary.json and results.xlsx, every input in inputs/ of the results folder.",
            f"{NOT_A_DRILL} It models no weapons and no injuries, and is verified, not a prediction.",
        ]
    )


__all__ = ["BLANK", "NOT_A_DRILL", "AfterAction", "draft"]
