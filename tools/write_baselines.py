"""Write the baselines of every shipped scenario with every mix anew: one file each in benchmarks/baselines.

`PYTHONPATH=src python tools/write_baselines.py` writes the smoke tier that `.ci/run` gates: some fifty drills of each scenario over
its mixes, identical or not, and the counted work of one. For the full tier, which also tells by how much, write 200 drills of each mix at the commit to
compare with, `--runs 200 --out full`, and then at the other commit `drillsim gate --baseline full`.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from drillsim.cli.inputs import plan_file
from drillsim.gate.baseline import baseline_text
from drillsim.gate.inputs import InputFiles
from drillsim.gate.play import Player, Terms, make_baseline
from drillsim.scenario.read import read_mixes, read_scenario

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "benchmarks" / "baselines"
SMOKE = 50
"""Drills of a scenario in the smoke tier, all mixes together: eight of each of six mixes."""
LONG, SMOKE_OF_LONG = ("bomb-threat", "dismissal", "false-report", "hold", "passing"), 24
"""Scenarios in which the whole school walks for long, a drill of which costs ten of the others, and their drills in the smoke tier."""


def smoke_runs(name: str, files: InputFiles) -> int:
    """Return the drills of each mix in the smoke tier."""
    return (SMOKE_OF_LONG if name in LONG else SMOKE) // len(read_mixes(files.mixes))


def shipped() -> dict[str, InputFiles]:
    """Return the files of every shipped scenario, by the name of its baseline."""
    found = {}
    for file in sorted((ROOT / "scenarios").rglob("*.yaml")):
        if file.name != "mixes.yaml":
            plan = plan_file(read_scenario(file), file)
            assert plan is not None
            name = "-".join(file.relative_to(ROOT / "scenarios").with_suffix("").parts)
            found[name] = InputFiles(file, Path(os.path.normpath(plan)), file.parent / "mixes.yaml")
    return found


def write(home: Path, *, runs: int | None = None, only: Sequence[str] = (), workers: int = 1) -> None:
    """Write the baselines of the shipped scenarios into a folder; the smoke tier where no number of drills is named."""
    home.mkdir(parents=True, exist_ok=True)
    for name, files in shipped().items():
        if not only or name in only:
            made = make_baseline([files], home, Terms(runs=runs or smoke_runs(name, files)), Player(workers))
            text = baseline_text(made)
            (home / f"{name}.json").write_text(text, encoding="utf-8", newline="\n")
            print(f"{name}: {len(text) / 1000:.0f} kB", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these")
    parser.add_argument("--runs", type=int, help="drills of each mix; default: those of the smoke tier")
    parser.add_argument("--out", type=Path, default=HOME)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    write(given.out, runs=given.runs, only=given.names, workers=given.workers)
