"""Bounds before work: what only a slip of the pen explains is a located fault at once, whatever it would cost to compute."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from drillsim.cli import main

Capture = pytest.CaptureFixture[str]
CORNERS = ", ".join(f"[{9 - 0.001 * i}, {9 - 0.001 * (i % 2)}]" for i in range(3500))
UNITS = ", ".join(f"{{id: u-{i}, role: sro, post: front-desk}}" for i in range(2001))
PLAN = {
    "people of one space": ("people: 25", "people: 1000001"),
    "people in all": ("people: 25", "people: 250000"),
    "an infinite landing": ("landing: 3.2 m2", "landing: .inf"),
    "a landing of 1e308": ("landing: 3.2 m2", "landing: 1e308"),
    "a landing of 2 to the 64": ("landing: 3.2 m2", "landing: 18446744073709551616"),
    "a negative landing": ("landing: 3.2 m2", "landing: -1"),
    "no landing": ("landing: 3.2 m2", "landing: 0"),
    "a stair of 1e308": ("length: 10.49", "length: 1e308"),
    "a stair of a hundred kilometres": ("length: 10.49", "length: 100000"),
    "steps of nothing": ("riser: 0.167", "riser: 1e-300"),
    "a room from here to the moon": ("[9, 0], [9, 9]", "[384400000, 0], [384400000, 9]"),
    "a corridor of a thousand kilometres": ("[24, 9], [24, 12]", "[1000000, 9], [1000000, 12]"),
    "a room of millimetres without unit": (
        "[[0, 0], [9, 0], [9, 9], [0, 9]]",
        "[[0, 0], [9000, 0], [9000, 9000], [0, 9000]]",
    ),
    "a point far away": (
        "[[0, 0], [9, 0], [9, 9], [0, 9]]",
        "[[9000000, 0], [9000009, 0], [9000009, 9], [9000000, 9]]",
    ),
    "corners without end": ("[9, 0], [9, 9]", f"[9, 0], {CORNERS}"),
    "a door of a mile": ("width: 36 in", "width: 1760 m"),
    "a wide line": ("lock: key", "width: 1e300, lock: key"),
}
SCENARIO = {
    "a horizon of a year": ("horizon: 30 min", "horizon: 8760 h"),
    "injects": ("injects:\n", "injects:\n" + "  - {at: 1 s, order: lockdown}\n" * 5001),
    "people who come in": ("people:\n", "people:\n  sources: [{space: hall-0, rate: 1000 /s}]\n"),
    "an endless report": ("reporting: {", "reporting: {tries: 1000000, "),
}
MIXES = {
    "units": ("units: []", f"units: [{UNITS}]"),
    "stops": ("patrol: [hall-0, hall-1]", f"patrol: [{'hall-0, ' * 1001}]"),
}
FILES = {"plan": PLAN, "scenario": SCENARIO, "mixes": MIXES}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Path:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "school"]) == 0
    assert main(["check", "school"]) == 0  # what is imported is imported
    capsys.readouterr()
    return tmp_path / "school"


@pytest.mark.parametrize(("kind", "case"), [(k, c) for k, cases in FILES.items() for c in cases])
def test_what_nobody_can_mean_is_told_at_once(kind: str, case: str, project: Path, capsys: Capture) -> None:
    path = project / f"{kind}.yaml"
    old, new = FILES[kind][case]
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    begin = time.process_time()
    code = main(["check", "school"])
    spent = time.process_time() - begin
    told = capsys.readouterr().out
    assert code == 2
    assert re.search(rf"school/{kind}\.yaml:\d+:\d+: error DS10[45]: ", told), told
    assert "too large or too small to compute with" not in told
    assert spent < 60  # a hang, not a speed: what is told at once costs a second of a slow machine at most


@pytest.mark.parametrize(
    ("rate", "lasts"), [("50001 /day", "7 h"), ("1e9 /year", "7 h"), ("1 /day", "24.01 h"), ("1 /day", "200000 h")]
)
def test_a_flood_of_incidents_or_hours_in_a_day_is_told_at_once(
    rate: str, lasts: str, project: Path, capsys: Capture
) -> None:
    day = "drillsim: 1\nname: d\nplan: plan.yaml\ndemand: {lasts: %s, calls: [{kind: behaviour, where: hall-0, rate: %s}]}\n"
    (project / "scenario.yaml").write_text(day % (lasts, rate), encoding="utf-8")
    assert main(["check", "school"]) == 2
    assert "scenario.yaml:4:" in capsys.readouterr().out


def test_more_workers_than_the_machine_can_use_are_refused(project: Path, capsys: Capture) -> None:
    for verb in (["compare", "school/scenario.yaml"], ["demo"], ["verify", "--suite", "crowd"]):
        assert main([*verb, "--workers", "100000"]) == 2
        assert "--workers" in capsys.readouterr().err
