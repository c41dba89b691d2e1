"""The Python example of docs/python.md runs unchanged; the quick test simulates fewer drills, the deep one all of them."""

# mypy: disable-error-code="index"
# (a None where a value is expected fails the test by itself)

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "python.md").read_text(encoding="utf-8"), re.DOTALL)[1]


@pytest.mark.parametrize("runs", [4, pytest.param(200, marks=pytest.mark.deep)])
def test_the_example_prints_the_story_and_the_comparison(
    runs: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "runs=200" in EXAMPLE
    monkeypatch.chdir(ROOT)
    exec(EXAMPLE.replace("runs=200", f"runs={runs}"), {})
    said = capsys.readouterr().out
    assert "A hostile event begins in" in said
    assert "One SRO" in said
    assert f"{runs} drills" in said
