"""A small school in a folder with a baseline, for the tests of the gate."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from drillsim.gate.baseline import Baseline, baseline_text, read_baseline
from drillsim.gate.inputs import InputFiles
from drillsim.gate.play import Terms, make_baseline

PLAN = """\
drillsim_plan: 1
name: Two ways
units: m
levels: [{id: L0, elevation: 0}]
spaces:
  - {id: office, label: "Head <b>|`x`", level: L0, use: office, polygon: [[0, 0], [9, 0], [9, 6], [0, 6]], people: 2}
  - {id: hall, label: Hidden hall, level: L0, use: corridor, polygon: [[0, 6], [60, 6], [60, 9], [0, 9]], people: 0}
  - {id: room, label: Secret lab, level: L0, use: classroom, polygon: [[9, 0], [60, 0], [60, 6], [9, 6]], people: 20}
openings:
  - {id: d-office, label: Oak door, kind: door, spaces: [office, hall], line: [[7, 6], [8, 6]], lock: none}
  - {id: d-near, label: Near door, kind: door, spaces: [office, room], line: [[9, 2], [9, 3]], lock: key}
  - {id: d-far, label: Far door, kind: door, spaces: [hall, room], line: [[57, 6], [58, 6]], lock: none}
  - {id: e-main, label: Main exit, kind: exit, spaces: [hall, outside], line: [[0, 7], [0, 8.5]], lock: access-control}
posts: [{id: desk, space: office, at: [8, 2.5]}, {id: corner, space: room, at: [12, 2.5]}]
entries: {police: [e-main], ems: [e-main]}
provenance: {source: drawn to be gated, licence: MIT, derived: {}}
"""
SCENARIO = """\
drillsim: 1
name: gated
title: "A quarrel ]]> <i>"
plan: plan.yaml
crowd: stays
horizon: 20 min
primary: able_on_scene_s
reporting: {by: radio, delay: {low: 3 s, high: 8 s}, radio: {low: 3 s, high: 8 s}}
incidents: [{id: main, kind: behaviour, where: corner}]
"""
MIXES = """\
drillsim_mixes: 1
present: one
roles: {walker: {like: unarmed-guard, keys: no}}
mixes:
  one: {label: "One & <only>", units: [{id: guard-1, role: walker, post: desk, presence: 100 %}]}
  two: {label: "Secret two", units: [{id: guard-1, role: walker, post: desk, presence: 100 %},
    {id: guard-2, role: walker, post: corner, presence: 90 %}]}
"""
FILES = {"plan.yaml": PLAN, "scenario.yaml": SCENARIO, "mixes.yaml": MIXES}


@cache
def _made(runs: int, goals: tuple[str, ...]) -> Baseline:
    return _make(school(Path(mkdtemp(prefix="drillsim-test-"))), runs, goals)


def _make(files: InputFiles, runs: int, goals: tuple[str, ...]) -> Baseline:
    terms = Terms(runs=runs, margins={"able_on_scene_s": 2.0})
    return make_baseline([files], files.file.parent, terms, goals=goals)


def school(home: Path, **changed: tuple[str, str]) -> InputFiles:
    """Write the three files, with a replacement each where one is named ('plan', 'scenario', 'mixes'), and return their paths."""
    for name, text in FILES.items():
        old, new = changed.get(name.removesuffix(".yaml"), ("", ""))
        assert old in text
        (home / name).write_text(text.replace(old, new) if old else text, encoding="utf-8")
    return InputFiles(home / "scenario.yaml", home / "plan.yaml", home / "mixes.yaml")


def gated(
    home: Path, *, runs: int = 50, goals: tuple[str, ...] = (), **changed: tuple[str, str]
) -> tuple[Baseline, Path]:
    """Return a baseline of the school as it is written, in a folder where the school has changed since."""
    return _stored(home, _made(runs, goals), **changed)


def gated_back(home: Path, **changed: tuple[str, str]) -> tuple[Baseline, Path]:
    """Return a baseline of the school with a change, in a folder where the change has been undone since."""
    return _stored(home, _make(school(home, **changed), 50, ("p50 able <= 10 min",)))


def _stored(home: Path, made: Baseline, **changed: tuple[str, str]) -> tuple[Baseline, Path]:
    path = home / "baseline.json"
    path.write_text(baseline_text(made), encoding="utf-8")
    school(home, **changed)
    return read_baseline(path), path
