"""Outputs of the gate: schema of the JUnit file, hostile labels, privacy, exit codes of the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from drillsim.cli import main
from drillsim.gate.judge import judge
from drillsim.gate.outputs.github import markdown, workflow_commands
from drillsim.gate.outputs.junit import junit
from drillsim.gate.outputs.terminal import lines
from drillsim.gate.verdict import GateVerdict
from gate_plays import gated

SLOW = ("radio: {low: 3 s, high: 8 s}", "radio: {low: 33 s, high: 38 s}")
LABELS = (
    "Head <b>",
    "Hidden hall",
    "Secret lab",
    "Oak door",
    "Near door",
    "Far door",
    "A quarrel",
    "One & <only>",
    "Secret two",
    "Two ways",
)
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testsuite", "properties", "testcase", "system-out", "system-err"},
    "properties": {"property"},
    "testcase": {"skipped", "error", "failure", "system-out", "system-err"},
}
"""Children that the xunit2 schema allows (junit-10.xsd of Jenkins' xUnit plugin); other elements have none."""
NEEDED = {"testsuite": {"name", "tests", "failures", "errors"}, "testcase": {"name"}, "property": {"name", "value"}}
ALLOWED = {
    "testsuites": {"name", "time", "tests", "failures", "errors"},
    "testsuite": NEEDED["testsuite"] | {"time", "skipped", "timestamp", "hostname", "id", "package", "file", "group"},
    "testcase": {"name", "time", "classname", "group"},
    "property": NEEDED["property"],
    "failure": {"type", "message"},
    "skipped": {"type", "message"},
}
"""Attributes that it requires, and allows."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> GateVerdict:
    goals = ("p90 able <= 1 s", "p90 able <= 10 min, 500 drills with two")
    baseline, path = gated(tmp_path_factory.mktemp("gate"), goals=goals[:1], scenario=SLOW)
    return judge(baseline, path)


def assert_is_xunit2(node: ET.Element) -> None:
    assert {child.tag for child in node} <= CHILDREN.get(node.tag, set())
    assert NEEDED.get(node.tag, set()) <= set(node.attrib) <= ALLOWED.get(node.tag, set())
    if "time" in node.attrib:
        assert re.fullmatch(r"[0-9]{0,3}(\.[0-9]{0,3})?", node.attrib["time"])
    for child in node:
        assert_is_xunit2(child)


@pytest.mark.parametrize("show", [False, True])
def test_junit_follows_the_xunit2_schema(found: GateVerdict, show: bool) -> None:
    root = ET.fromstring(junit([found], [("b.json", "no \x00\x1b[31m good ]]>")], show_labels=show))
    assert_is_xunit2(root)
    suite = root[0]
    assert int(suite.attrib["tests"]) == len(suite.findall("testcase"))
    assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure")) == 3


def outputs(found: GateVerdict, *, show: bool) -> list[str]:
    text = "\n".join(lines(found, found.labels if show else {}))
    commands = "\n".join(workflow_commands([found], show_labels=show))
    return [text, commands, markdown([found], show_labels=show), junit([found], show_labels=show).decode()]


def test_no_label_of_the_files_appears_unless_it_is_asked_for(found: GateVerdict) -> None:
    for text in outputs(found, show=False):
        assert [label for label in LABELS if label in text] == []


def test_labels_that_are_asked_for_are_shown_and_harmless(found: GateVerdict) -> None:
    text, commands, page, xml = outputs(found, show=True)
    assert "One & <only>" in text
    assert "One & <only>" in commands
    assert "<only>" not in page
    assert "One &amp; &lt;only&gt;" in xml
    assert "<i>" not in page + xml


def test_annotations_are_one_line_each_and_worst_first(found: GateVerdict) -> None:
    told = workflow_commands([found])
    assert all(re.fullmatch(r"::(error|warning) file=[^,:]*,title=[^,:]*::[^\r\n]*", line) for line in told)
    assert told[0].startswith("::error")


def test_hostile_ids_stay_on_their_line() -> None:
    from drillsim.gate.outputs.words import name_of

    assert name_of("a\n::error::b\x1b[2J") == "a\\n::error::b\\x1b[2J"


def gate(path: Path, *more: str) -> int:
    return main(["gate", "--baseline", str(path), "--quiet", "--workers", "1", *more])


def test_the_command_writes_every_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, path = gated(tmp_path, scenario=SLOW)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    code = gate(path, "--json", "--junit", str(tmp_path / "g.xml"), "--md", str(tmp_path / "g.md"))
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (code, told["exit_code"], told["baselines"][0]["state"]) == (10, 10, "failed")
    assert told["baselines"][0]["tests"][0]["explanation"]["interval"] == "word to the unit"
    assert (tmp_path / "summary.md").read_text() == (tmp_path / "g.md").read_text()
    assert_is_xunit2(ET.parse(tmp_path / "g.xml").getroot())


def test_without_goals_a_strict_gate_is_no_plain_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, path = gated(tmp_path)
    assert (gate(path), gate(path, "--strict")) == (0, 4)
    assert capsys.readouterr().out.splitlines()[-1].startswith("Exit 4, by --strict: the warning above keeps it")


def test_a_missing_baseline_ends_with_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert gate(tmp_path / "none.json") == 3
    assert "drillsim baseline write" in capsys.readouterr().err


def test_what_is_not_comparable_names_the_baseline_and_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, path = gated(tmp_path)
    (tmp_path / "plan.yaml").unlink()
    assert gate(path) == 3
    told = capsys.readouterr().err
    assert told.startswith(
        f"Error: {path}: the baseline names '{tmp_path / 'plan.yaml'}', which is not there. Put it back"
    )


def test_a_slowing_that_is_accepted_with_a_reason_passes_from_then_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, path = gated(tmp_path, scenario=SLOW)
    words = ["baseline", "accept", "--baseline", str(path), "--reason", "old radios", "--workers", "1", "--quiet"]
    assert (gate(path), main(words), gate(path)) == (10, 0, 0)
    assert f"accept it: drillsim baseline accept --baseline {path} --reason TEXT" in capsys.readouterr().out
    assert main(["baseline", "show", "--baseline", str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["history"][0]["reason"] == "old radios"
    assert told["history"][0]["slower"]["gated/one/able_on_scene_s"] == pytest.approx(30.0, abs=1.0)


def test_a_baseline_is_not_overwritten_by_chance(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, path = gated(tmp_path)
    assert main(["baseline", "write", str(tmp_path / "scenario.yaml"), "--out", str(path)]) == 2
    assert "baseline accept" in capsys.readouterr().err


def test_identical_fails_what_is_better_too(tmp_path: Path) -> None:
    _, path = gated(tmp_path, scenario=("radio: {low: 3 s, high: 8 s}", "radio: {low: 2 s, high: 3 s}"))
    xml = tmp_path / "g.xml"
    assert (gate(path, "--first", "4"), gate(path, "--first", "4", "--identical", "--junit", str(xml))) == (0, 10)
    assert ET.parse(xml).getroot().find("testsuite/testcase[@name='identical']/failure") is not None


def test_no_difference_reads_nought_that_is_not() -> None:
    from drillsim.gate.outputs.words import number

    told = [number(v, "s", signed=True) for v in (0.0, -0.004, 0.0004, 11.24, -0.0)]
    assert told == ["+0.0 s", "-0.004 s", "+0.000 s", "+11.2 s", "+0.0 s"]
