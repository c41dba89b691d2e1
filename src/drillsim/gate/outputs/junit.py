"""A verdict as JUnit XML (xunit2): one suite per scenario, one case per mix and measure, goal and counter.

The schema is junit-10.xsd of Jenkins' xUnit plugin: a case holds failure, skipped and system output only, so figures of a case are
properties of its suite.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from drillsim.escape import one_line
from drillsim.gate.decision import GateState
from drillsim.gate.outputs.words import (
    NO_LABELS,
    Labels,
    difference_words,
    drill_words,
    failure_words,
    goal_words,
    name_of,
    why_words,
    work_words,
)
from drillsim.gate.verdict import MET, MISSED, GateTest, GateVerdict


def junit(
    verdicts: Sequence[GateVerdict], refused: Sequence[tuple[object, str]] = (), *, show_labels: bool = False
) -> bytes:
    """Return the file. What is inconclusive is skipped, with the reason; what became slower is a failure of type 'regression'.

    refused
        Baselines that cannot be compared, with the reason: a failure each.
    """
    root = ET.Element("testsuites", name="drillsim gate")
    for verdict in verdicts:
        labels = verdict.labels if show_labels else NO_LABELS
        names = [
            *(t.scenario for t in verdict.tests),
            *(g.scenario for g in verdict.goals),
            *(w.scenario for w in verdict.work),
        ]
        for scenario in dict.fromkeys(names):
            root.append(_suite(verdict, scenario, labels))
        if verdict.differs:
            root.append(_alone(verdict.baseline, "identical", verdict.differing_words))
    root.extend(_alone(path, "not-comparable", message) for path, message in refused)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _alone(baseline: object, kind: str, message: str) -> ET.Element:
    """Return a suite of one case that fails, about a baseline as a whole: so that no build looks green."""
    suite = ET.Element(
        "testsuite", name=one_line(str(baseline)), tests="1", failures="1", errors="0", skipped="0", time="0"
    )
    case = ET.SubElement(suite, "testcase", classname="baseline", name=kind, time="0")
    ET.SubElement(case, "failure", type=kind, message=one_line(message))
    return suite


def _suite(verdict: GateVerdict, scenario: str, labels: Labels) -> ET.Element:
    suite = ET.Element("testsuite", name=name_of(scenario, labels))
    tests = [t for t in verdict.tests if t.scenario == scenario]
    cases = [_case(t, labels) for t in tests]
    for goal in (g for g in verdict.goals if g.scenario == scenario):
        case = _empty(f"goal.{name_of(goal.mix, labels)}", goal.text)
        if goal.verdict == MISSED:
            ET.SubElement(case, "failure", type="goal", message=one_line(goal_words(goal)))
        elif goal.verdict != MET:
            ET.SubElement(case, "skipped", type="goal", message=one_line(goal_words(goal)))
        cases.append(case)
    for change in (w for w in verdict.work if w.scenario == scenario):
        case = _empty("work", change.counter)
        if change.fails:
            ET.SubElement(case, "failure", type="work", message=work_words(change))
        cases.append(case)
    failed, skipped = (sum(case.find(what) is not None for case in cases) for what in ("failure", "skipped"))
    for key, value in (("tests", len(cases)), ("failures", failed), ("errors", 0), ("skipped", skipped), ("time", 0)):
        suite.set(key, str(value))
    if tests:
        suite.append(_properties(tests, labels))
    suite.extend(cases)
    return suite


def _empty(classname: str, name: str) -> ET.Element:
    return ET.Element("testcase", classname=one_line(classname), name=one_line(name), time="0")


def _case(test: GateTest, labels: Labels) -> ET.Element:
    case, decided = _empty(name_of(test.mix, labels), test.measure), test.decided
    if test.fails:
        failure = ET.SubElement(case, "failure", type="regression", message=failure_words(test))
        failure.text = "\n".join(line for line in (why_words(test, labels), drill_words(test)) if line)
    elif decided.state is GateState.OPEN:
        ET.SubElement(case, "skipped", type="inconclusive", message=difference_words(decided, test.unit))
    return case


def _properties(tests: Sequence[GateTest], labels: Labels) -> ET.Element:
    """Return estimate, interval, margin and drills of every case: the schema has room for them in the suite alone."""
    told = ET.Element("properties")
    for t in tests:
        named = (
            ("state", t.decided.state.value), ("estimate", t.decided.difference), ("ci95_low", t.decided.low),
            ("ci95_high", t.decided.high), ("margin", t.margin), ("n", t.pairs), ("changed", t.changed),
        )  # fmt: skip
        for key, value in named:
            if value is not None:
                shown = f"{value:.6g}" if isinstance(value, float) else str(value)
                ET.SubElement(told, "property", name=f"{name_of(t.mix, labels)}.{t.measure}.{key}", value=shown)
    return told
