"""The Python blocks of docs/python.md and docs/tutorial.md run unchanged, in order; with fewer drills but in the deep test."""

# mypy: disable-error-code="index"
# (a None where a value is expected fails the test by itself)

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = {
    name: re.findall(r"```python\n(.*?)```", (ROOT / "docs" / name).read_text(encoding="utf-8"), re.DOTALL)
    for name in ("python.md", "tutorial.md")
}
EXAMPLE = "\n".join(PAGES["python.md"])


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


@pytest.mark.parametrize("runs", [4, pytest.param(200, marks=pytest.mark.deep)])
def test_the_tutorial_leads_from_a_school_to_a_figure_with_intervals(
    runs: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = "\n".join(PAGES["tutorial.md"])
    assert len(PAGES["tutorial.md"]) >= 8
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    exec(whole.replace("runs=200", f"runs={runs}"), {})
    said = capsys.readouterr().out
    assert "A fight breaks out in" in said
    assert "SRO in the cafeteria" in said
    assert said.splitlines()[-1] == "able_on_scene_s"
    assert (tmp_path / "what-ifs.svg").stat().st_size > 2000
