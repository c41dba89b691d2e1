"""The answer: one sentence for each scenario, and the verdict on each goal in four words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from drillsim.analysis.contrasts import CLOSE, MET, MISSED
from drillsim.analysis.wording import question, share_words, short_name, unit_of, unit_words
from drillsim.quantities import clock
from drillsim.record.outline import Outline
from drillsim.report.page.parts.tables import Cell, HtmlTable
from drillsim.report.page.parts.told import Numbers, Told, listed, say, short

DEPENDS = "depends on an assumption"
STYLES = {MET: "good", MISSED: "bad", CLOSE: "open", DEPENDS: "open"}
"""The four words of a verdict, and how each is marked beside its word."""
NOT_THIS: tuple[str, ...] = (
    "Not a prediction: simulated drills of a model whose assumptions are printed below.",
    "Not a drill of record, and no rating of anybody: a missed goal says nothing about the people on duty.",
    "No weapons, no injuries, no outcome of a confrontation. A hostile event ends, here, when somebody able to act is there.",
    "No blended score: a fight, a cardiac arrest and a lockdown have no common unit; the weighing is yours.",
    "Not for regulatory use.",
)


CLAUSES: Mapping[str, tuple[str, str]] = {
    "able_on_scene_s": ("How soon is somebody there who can act?", "somebody is able to act"),
    "first_on_scene_s": ("How soon is the first responder there?", "the first responder is there"),
    "noticed_s": ("How soon is it noticed?", "it is noticed"),
    "reported_s": ("How soon is it reported?", "it is reported"),
    "protective_order_s": ("How soon is the order given?", "the order is given"),
    "first_aid_s": ("How soon does first aid begin?", "first aid begins"),
    "aed_on_scene_s": ("How soon is an AED at the patient?", "an AED is at the patient"),
    "ems_on_scene_s": ("How soon is the ambulance crew at the patient?", "the ambulance crew is at the patient"),
    "police_on_scene_s": ("How soon are police at the place?", "police are at the place"),
    "resolved_s": ("How soon is it over?", "it is over"),
    "secured_p50_s": ("How soon are half of the rooms secured?", "half of the rooms are secured"),
    "secured_all_s": ("How soon are all rooms secured?", "all rooms are secured"),
    "halls_clear_s": ("How soon are the halls clear?", "the halls are clear"),
    "in_place_all_s": ("How soon is everybody in place?", "everybody is in place"),
    "accounted_all_s": ("How soon are all accounted for?", "all are accounted for"),
    "released_all_s": ("How soon are all rooms released?", "all rooms are released"),
    "evacuated_p50_s": ("How soon is half of the people out?", "half of the people are out"),
    "evacuated_p95_s": ("How soon are 95 % of the people out?", "95 % of the people are out"),
    "evacuated_all_s": ("How soon is everybody out?", "everybody is out"),
    "evacuated_needs_help_all_s": ("How soon are all out who need help?", "all who need help are out"),
}
"""Question and clause of the measures that people ask for; others go by their short name."""


def asked(measure: str) -> str:
    """Return a measure as a question."""
    return CLAUSES[measure][0] if measure in CLAUSES else f"{question(measure)}?".capitalize()


def clause(measure: str) -> str:
    """Return a measure as part of a sentence."""
    return CLAUSES[measure][1] if measure in CLAUSES else f"({short_name(measure)})"


@dataclass(frozen=True)
class ScenarioAnswer:
    """What a scenario comes to: its question, one sentence, and the goals of the present staffing."""

    scenario: str
    title: str
    question: str
    sentence: Markup
    goals: HtmlTable | None


def answers(numbers: Numbers, outline: Outline) -> list[ScenarioAnswer]:
    """Return the answer of each scenario that is no variant of another."""
    return [
        ScenarioAnswer(
            name,
            short(outline.title(name)),
            asked(outline.scenarios[name].primary),
            sentence(numbers, outline, name),
            goal_table(numbers, outline, name),
        )
        for name in outline.scenarios
        if "variant_of" not in numbers.scenario(name)
    ]


def sentence(numbers: Numbers, outline: Outline, scenario: str) -> Markup:
    """Return the sentence that answers a scenario, made of the numbers of its table."""
    line, present = outline.scenarios[scenario], outline.present
    measure, what_is_counted = line.primary, f"{unit_words(line)}s"
    today = short(outline.label(present), 60)
    if not numbers.has(scenario, present, measure):
        return say("With {} (today) no drill has an answer.", today)
    if unit_of(measure) == "s":
        half, most = (numbers.measure(scenario, present, measure, what) for what in ("p50", "p90"))
        head = say(
            "With {} (today) {} by {} in half of the {} and by {} in 9 of 10",
            today,
            clause(measure),
            half,
            what_is_counted,
            most,
        )
    else:
        head = say(
            "With {} (today): {} on average {}",
            today,
            short_name(measure),
            numbers.measure(scenario, present, measure, "mean"),
        )
    return head + _choice(numbers, outline, scenario, measure)


def _choice(numbers: Numbers, outline: Outline, scenario: str, measure: str) -> Markup:
    """Return how the present staffing stands beside the others."""
    best = numbers.scenario(scenario)["possibly_best"].get(measure, [])
    others = [mix for mix in best if mix != outline.present]
    if len(outline.mixes) < 2 or not best:
        return Markup(".")
    if outline.present in best:
        if not others:
            return Markup("; none of the other staffings can be better.")
        if len(best) == len(outline.mixes):
            return Markup("; the drills do not tell the staffings apart.")
        return say("; the drills do not tell it from {}.", listed([short(outline.label(m), 60) for m in others]))
    told = []
    for mix in others:
        index = comparison(numbers, scenario, mix, measure)
        named = short(outline.label(mix), 60)
        told.append(say("{} ({})", named, numbers.gap(scenario, index)) if index is not None else named)
    meant = " (minus: faster)" if unit_of(measure) == "s" else ""
    return say("; possibly best: {}, on average, against today{}.", listed(told), meant)


def comparison(numbers: Numbers, scenario: str, mix: str, measure: str) -> int | None:
    """Return the place of a comparison in summary.json."""
    lines = numbers.scenario(scenario)["comparisons"]
    return next((i for i, one in enumerate(lines) if one["mix"] == mix and one["measure"] == measure), None)


def verdict_of(goal: Mapping[str, Any]) -> str:
    """Return the verdict on a goal in one of four words; '' where no drill has the measure."""
    if goal.get("depends_on") and goal["verdict"] in (MET, MISSED):
        return DEPENDS
    return goal["verdict"] or ""


def goal_table(numbers: Numbers, outline: Outline, scenario: str) -> HtmlTable | None:
    """Return one row per mix and one column per goal: the share of drills that met it, and the verdict; None without goals."""
    goals, found = outline.scenarios[scenario].goals, numbers.scenario(scenario)["goals"]
    if not goals:
        return None
    counted, rows = f"{unit_words(outline.scenarios[scenario])}s", []
    places = {(goals[i // len(outline.mixes)], one["mix"]): i for i, one in enumerate(found)}
    for mix in outline.mixes:
        told = f"{outline.label(mix)} (today)" if mix == outline.present else outline.label(mix)
        rows.append([short(told), *(_goal_cell(numbers, scenario, places[goal, mix]) for goal in goals)])
    heads = [
        "staffing",
        *(
            f"{short_name(g.measure)} by {clock(g.at_most_s)} in {share_words(g.in_share)} of the {counted}"
            for g in goals
        ),
    ]
    turned = [(outline.label(one["mix"]), one["depends_on"]) for one in found if verdict_of(one) == DEPENDS]
    notes = [say("{}: the verdict turns with {}.", short(mix), ", ".join(map(str, keys))) for mix, keys in turned]
    if any(verdict_of(one) == CLOSE for one in found):
        notes.append(
            say("Too close to call: from so few {} the true share may lie on either side of the wanted one.", counted)
        )
    return HtmlTable(f"Goals: share of the {counted} that met them, and the verdict", heads, rows, notes)


def _goal_cell(numbers: Numbers, scenario: str, index: int) -> Cell:
    verdict = verdict_of(numbers.scenario(scenario)["goals"][index])
    if not verdict:
        return Cell(Told("–"))
    words = say('{} <strong class="verdict">{}</strong>', numbers.met(scenario, index), verdict)
    return Cell(words, STYLES[verdict])


def asked_measures(outline: Outline, scenario: str) -> Sequence[str]:
    """Return what a scenario asks for: its primary measure and those of its goals, each once."""
    line = outline.scenarios[scenario]
    return list(dict.fromkeys([line.primary, *(goal.measure for goal in line.goals)]))
