"""The gate as an assertion, and the workflow that the documentation offers."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from drillsim.cli import main
from drillsim.testing import assert_not_slower
from gate_plays import gated, school

PAGE = Path(__file__).resolve().parents[1] / "docs" / "gate.md"


def test_the_helper_passes_what_is_unchanged_and_tells_what_is_slower(tmp_path: Path) -> None:
    _, path = gated(tmp_path)
    assert_not_slower(path)
    gated(tmp_path, scenario=("radio: {low: 3 s, high: 8 s}", "radio: {low: 33 s, high: 38 s}"))
    with pytest.raises(AssertionError, match=r"word to the unit \+30"):
        assert_not_slower(path)


def test_the_workflow_of_the_page_is_valid_and_keeps_the_compiled_crowd() -> None:
    told = re.search(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert told
    job = yaml.safe_load(told[1])["jobs"]["gate"]
    paths = [step["with"]["path"] for step in job["steps"] if "cache" in step.get("uses", "")]
    assert job["env"]["NUMBA_CACHE_DIR"].endswith(paths[0])
    assert any(step.get("run", "").startswith("drillsim gate") for step in job["steps"])


def test_every_line_of_the_page_does_what_it_says_in_a_new_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    school(tmp_path)
    monkeypatch.chdir(tmp_path)
    page = PAGE.read_text(encoding="utf-8")
    started = re.search(r"## Five minutes\n\n```text\n(.*?)```", page, re.DOTALL)
    workflow = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert started
    assert workflow
    steps = [step["run"] for step in yaml.safe_load(workflow[1])["jobs"]["gate"]["steps"] if "run" in step]
    lines = [line for line in (*started[1].splitlines(), *steps) if line.startswith("drillsim ")]
    assert [main([*shlex.split(line)[1:], "--workers", "1"]) for line in lines] == [0, 0, 0]
    assert capsys.readouterr().out.splitlines()[-1].startswith("PASSED: ")
    assert {"gate.xml", "gate.md"} <= {path.name for path in tmp_path.iterdir()}
