"""Follow one pupil and one unit through the code, from the scenario file to the row of results.

Run `python tools/follow.py` to follow both in the drillsim that is imported (set PYTHONPATH to another checkout to
follow them there); `--list` prints the functions in the order they are met.

The pupil is alone in a building and leaves it at a fire alarm, walked by the reference crowd. The unit, a guard, is sent
to a fight in an otherwise empty building. Files are read, the drill is simulated, and the row and the story are made,
while every first call of a function of the package is written down.

Measures:

files
    Files with a function that is called. Code that runs on import does not count.
returns
    How often a reader comes back to a file left before, who reads every function once, in the order of first calls:
    steps from one file to another, less the files met for the first time. A function calls others and goes on; to go on
    is no return, to call another function of a file that was left is one.

Both are given for all functions of the drill, and for those that are called for the pupil or the unit only: functions that
the same drill without the pupil or the unit does not call.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from types import FrameType
from typing import Any

PLAN = """\
drillsim_plan: 1
name: Followed
units: m
levels: [{{id: L0, elevation: 0}}]
spaces:
  - {{id: room, level: L0, use: classroom, polygon: [[0, 0], [9, 0], [9, 9], [0, 9]], people: {people}}}
  - {{id: hall, level: L0, use: corridor, polygon: [[0, 9], [24, 9], [24, 12], [0, 12]], people: 0}}
openings:
  - {{id: d, kind: door, spaces: [room, hall], line: [[7, 9], [7.915, 9]], lock: key}}
  - {{id: e, kind: exit, spaces: [hall, outside], line: [[0, 9.6], [0, 11.43]], lock: access-control}}
entries: {{police: [e], ems: [e]}}
provenance: {{source: drawn to be followed, licence: MIT, derived: {{}}}}
"""
PUPIL = """\
drillsim: 1
name: pupil
crowd_engine: reference
incidents: [{id: main, kind: fire, where: hall}]
protocol: {action: evacuate, announced_by: alarm}
"""
UNIT = """\
drillsim: 1
name: unit
crowd: stays
incidents: [{id: main, kind: behaviour, where: room}]
"""
MIXES = """\
drillsim_mixes: 1
present: followed
mixes:
  followed: {{units: [{units}]}}
"""
GUARD = "{id: guard-1, role: unarmed-guard, post: hall, presence: 100 %}"


@dataclass(frozen=True)
class Step:
    """The first call of a function: its file below the package, and its name."""

    file: str
    function: str


@dataclass(frozen=True)
class Tour:
    """The functions met, in the order of their first calls."""

    steps: tuple[Step, ...]

    def without(self, other: Tour) -> Tour:
        """Return the steps that another tour does not take, in their order."""
        known = frozenset(other.steps)
        return Tour(tuple(step for step in self.steps if step not in known))

    @property
    def files(self) -> int:
        return len({s.file for s in self.steps})

    @property
    def returns(self) -> int:
        """Steps into a file that was left before."""
        return max(0, len([file for file, _ in groupby(s.file for s in self.steps)]) - self.files)


class Recorder:
    """Writes down the first call of every function below a folder, on the calling thread, while it is entered.

    Comprehensions, lambdas and class bodies are read where they stand, so they are no functions of their own.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder.resolve()) + "/"
        self.steps: dict[Any, Step] = {}

    def __enter__(self) -> Recorder:
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_error: object) -> None:
        sys.setprofile(None)

    def _note(self, frame: FrameType, event: str, _argument: object) -> None:
        code = frame.f_code
        if event != "call" or code in self.steps or not code.co_filename.startswith(self.folder):
            return
        if not code.co_name.startswith("<") and code.co_qualname.split(".")[-1] == code.co_name:
            self.steps[code] = Step(code.co_filename.removeprefix(self.folder), code.co_qualname)


def follow(plan: str, scenario: str, mixes: str) -> Tour:
    """Return the tour of one drill, from its three files to its row and its story.

    The same drill is played once before, so that what is loaded or prepared once for all drills is not met.
    """
    import drillsim

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in (("plan", plan), ("scenario", scenario), ("mixes", mixes)):
            (folder / f"{file}.yaml").write_text(text, encoding="utf-8")
        _play(folder)
        with Recorder(Path(drillsim.__file__).parent) as recorder:
            _play(folder)
    return Tour(tuple(recorder.steps.values()))


def _play(folder: Path) -> None:
    import drillsim as ds

    plan, mixes = ds.read_plan(folder / "plan.yaml"), ds.read_mixes(folder / "mixes.yaml")
    trace = ds.simulate(ds.read_scenario(folder / "scenario.yaml"), plan, mixes["followed"], seed=1)
    assert trace.row


def tours() -> dict[str, Tour]:
    """Return the tours of the pupil and of the unit: of their drills, and of what the drill does for them only."""
    pupil = follow(PLAN.format(people=1), PUPIL, MIXES.format(units=""))
    nobody = follow(PLAN.format(people=0), PUPIL, MIXES.format(units=""))
    unit = follow(PLAN.format(people=0), UNIT, MIXES.format(units=GUARD))
    no_unit = follow(PLAN.format(people=0), UNIT, MIXES.format(units=""))
    return {
        "drill with one pupil": pupil,
        "for the pupil only": pupil.without(nobody),
        "drill with one unit": unit,
        "for the unit only": unit.without(no_unit),
    }


def table(found: dict[str, Tour]) -> Sequence[str]:
    lines = [f"{'':<22}{'files':>7}{'returns':>9}{'functions':>11}"]
    return lines + [f"{name:<22}{t.files:>7}{t.returns:>9}{len(t.steps):>11}" for name, t in found.items()]


def main() -> None:
    parser = argparse.ArgumentParser(description="Follow one pupil and one unit from file to row by the calls.")
    parser.add_argument("--list", action="store_true", help="print the functions in the order they are met")
    chosen, found = parser.parse_args(), tours()
    if chosen.list:
        for name, tour in found.items():
            print(name)
            for file, steps in groupby(tour.steps, key=lambda s: s.file):
                print(f"  {file}: {', '.join(s.function for s in steps)}")
    print("\n".join(table(found)))


if __name__ == "__main__":
    main()
