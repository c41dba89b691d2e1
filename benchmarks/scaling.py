"""Scaling of time: people from a hundred to a million, rooms, mixes, drills and workers, as one figure in docs/images.

Run `PYTHONPATH=src python benchmarks/scaling.py` on a quiet core (a minute; `--most 10000` takes a few seconds). It writes
docs/images/scaling.png and benchmarks/results/scaling-<date>.json. Seconds are CPU seconds of one process, the least of a few plays; those
of workers are seconds of the clock, start of the processes included, up to as many as the machine has cores.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.ticker import MaxNLocator

import drillsim as ds
from crowd import REFERENCE_AT_MOST, Building, engines
from layouts import Layout, campus, corridor_school
from measure import RESULTS, ROOT, Row, cpu_s, store
from seated import people_of

FIGURE = ROOT / "docs" / "images" / "scaling.png"
PARTS = {
    "people": "everybody leaves, schools of 1,000",
    "rooms": "read, network and cells of a corridor school",
    "mixes": "study of a fight, 40 drills a mix",
    "drills": "study of a fight, one mix",
    "workers": "study of a fight, six mixes",
}
"""Panels of the figure, by what grows."""


def people(most: int) -> Iterator[Row]:
    """Yield the seconds to empty a building of so many people, by engine."""
    for n in (n for n in (100, 1_000, 10_000, 100_000, 1_000_000) if n <= most):
        layout = corridor_school() if n <= 1_000 else campus(n // 1_000)
        building, crowd = Building.of(layout), people_of(layout, n, seed=1)
        for engine in engines():
            if engine != "reference" or n <= REFERENCE_AT_MOST:
                play = building.plays([crowd] * 4, engine, routes="shortest")
                play(0)
                yield row("people", n, engine, min(cpu_s(play, 3 if n <= 10_000 else 1, first=1)))


def rooms() -> Iterator[Row]:
    """Yield the seconds to build what drills on a plan share."""
    for n in (10, 40, 160, 640):
        build = partial(_built, corridor_school(n))
        yield row("rooms", n, "plan, network, cells", min(cpu_s(build, 3)))


def _built(layout: Layout, _number: int) -> Building:
    return Building.of(layout)


def studies() -> Iterator[Row]:
    """Yield the seconds of studies with more mixes, and with more drills."""
    example = ds.example("secondary")
    scenario, names = example.drills["fight"], list(example.mixes)

    def study(mixes: int, drills: int) -> float:
        chosen = {name: example.mixes[name] for name in names[:mixes]}
        some = example.mixes.model_copy(update={"mixes": chosen, "present": names[0]})
        planned = ds.Study(scenario, example.plan, some, runs=drills, seed=1)
        return min(cpu_s(lambda _: ds.run(planned, workers=1), 4))

    study(1, 2)
    for n in range(1, len(names) + 1):
        yield row("mixes", n, "study", study(n, 40))
    for n in (10, 30, 100, 300):
        yield row("drills", n, "study", study(1, n))


def workers() -> Iterator[Row]:
    """Yield the seconds of the clock of one study by the number of its processes."""
    example = ds.example("secondary")
    planned = ds.Study(example.drills["fight"], example.plan, example.mixes, runs=2_000, seed=1)
    for n in range(1, (os.cpu_count() or 1) + 1):
        began = time.perf_counter()
        ds.run(planned, workers=n)
        yield row("workers", n, "study", time.perf_counter() - began)


def row(part: str, n: int, by: str, seconds: float) -> Row:
    """Return a row of the results."""
    return {"part": part, "n": n, "by": by, "cpu_s": seconds}


def draw(rows: list[Row], path: Path) -> None:
    """Draw a panel per part, most with logarithmic axes, and a line along which time grows, or with workers falls, in proportion."""
    figure, axes = plt.subplots(1, len(PARTS), figsize=(16, 3.6), layout="constrained")
    for axis, (part, title) in zip(axes, PARTS.items(), strict=True):
        mine = [r for r in rows if r["part"] == part]
        for by, mark in zip(dict.fromkeys(str(r["by"]) for r in mine), "os^", strict=False):
            x, y = zip(*((float(str(r["n"])), float(str(r["cpu_s"]))) for r in mine if r["by"] == by), strict=True)
            axis.plot(x, y, marker=mark, label=by)
            level = [y[0] / one for one in x] if part == "workers" else [y[-1] * one / x[-1] for one in x]
            axis.plot(x, level, color="0.75", linewidth=1, linestyle="--", zorder=0)
        if part in ("mixes", "workers"):
            axis.set(xlim=(0, None), ylim=(0, None))
            axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        else:
            axis.set(xscale="log", yscale="log")
        axis.set_title(title, fontsize=9)
        axis.set_xlabel(part)
        axis.grid(visible=True, which="major", alpha=0.3)
        if part == "people":
            axis.legend(fontsize=8)
    axes[0].set_ylabel("CPU seconds (dashed: in proportion)")
    axes[-1].set_ylabel("seconds of the clock")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)


def main() -> None:
    """Measure, draw and store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=1_000_000, help="most people")
    parser.add_argument("--figure", type=Path, default=FIGURE)
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    rows = [*people(given.most), *rooms(), *studies(), *workers()]
    for r in rows:
        print(f"{r['part']:8s} {r['n']:>9,} {r['by']:22s} {float(str(r['cpu_s'])):.4f} s")
    draw(rows, given.figure)
    print(f"written: {store('scaling', rows, given.out).name}, {given.figure.name}")


if __name__ == "__main__":
    main()
