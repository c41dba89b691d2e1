"""The same buildings and people through drillsim, plain SimPy, jupedsim-network and JuPedSim, in one run.

Run `PYTHONPATH=src:benchmarks python -m peers` on a quiet core; it prints the table of docs/peers.md and writes
benchmarks/results/peers-<date>.json. What is not installed is told and left out. Seconds are CPU seconds of one process, the median
over populations that rotate; subjects take turns. Ratios of one run mean more than seconds across machines.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crowd import Building, engines
from drillsim.crowd.factory import Engine
from drillsim.crowd.population import Population
from layouts import Layout, corridor_school, one_room, storeys, tee, two_doors
from measure import RESULTS, Row, store
from peers import plain_simpy
from seated import people_of

Play = Callable[[Layout, Population], NDArray[np.float64]]
OURS = "drillsim"
BUILDINGS = (corridor_school, one_room, two_doors, tee, lambda: storeys(3))
PLANE_AT_MOST = 200
"""Most people whom JuPedSim plays: it takes a minute for a thousand."""


def peers(layout: Layout, persons: int) -> Mapping[str, Play | str]:
    """Return what plays a building, by name, or why one does not."""
    building = Building.of(layout)
    found: dict[str, Play | str] = {
        name: _ours(building, engine) for name, engine in zip((OURS, f"{OURS}, reference"), engines(), strict=False)
    }
    found["plain SimPy"] = plain_simpy.evacuate
    found["jupedsim-network"] = _network()
    found["JuPedSim"] = _plane(layout, persons)
    return found


def _ours(building: Building, engine: Engine) -> Play:
    return lambda _layout, people: building.play(people, engine, routes="shortest").out_s


def _network() -> Play | str:
    try:
        from peers.jupedsim_network import with_these
    except ImportError:
        return "not installed"
    return lambda layout, people: np.array(with_these(layout, people, dt=0.1).run(7).exit_times)


def _plane(layout: Layout, persons: int) -> Play | str:
    if persons > PLANE_AT_MOST:
        return f"left out above {PLANE_AT_MOST} people"
    try:
        from peers import jupedsim_plane
    except ImportError:
        return "not installed"
    return jupedsim_plane.evacuate if jupedsim_plane.fits(layout) else "has no stairs"


def measured(layout: Layout, persons: int, rounds: int) -> Iterator[Row]:
    """Yield a row per program: CPU seconds, last and mean exit, and both as a ratio to drillsim's."""
    people = [people_of(layout, persons, seed) for seed in range(1, rounds + 1)]
    took: dict[str, list[float]] = {}
    out: dict[str, list[NDArray[np.float64]]] = {}
    all_peers = peers(layout, persons)
    playing = {name: play for name, play in all_peers.items() if not isinstance(play, str)}
    for name, play in playing.items():
        play(layout, people_of(layout, min(persons, 20), 99))  # what is compiled or cached is warm
        took[name], out[name] = [], []
    for one in people:
        for name, play in playing.items():
            if name != "JuPedSim" or not took[name]:
                began = time.process_time()
                out[name].append(play(layout, one))
                took[name].append(time.process_time() - began)
    ours_s = statistics.median(took[OURS])
    for name, told in all_peers.items():
        row: Row = {"building": layout.name, "people": persons, "by": name}
        if isinstance(told, str):
            yield {**row, "note": told}
            continue
        cpu_s, plays = statistics.median(took[name]), len(took[name])
        last, mean = (float(np.mean([how(o) for o in out[name]])) for how in (np.max, np.mean))
        last0, mean0 = (float(np.mean([how(o) for o in out[OURS][:plays]])) for how in (np.max, np.mean))
        yield {
            **row, "cpu_s": cpu_s, "times_ours": cpu_s / ours_s, "last_s": last, "last_more": last / last0 - 1.0,
            "mean_s": mean, "mean_more": mean / mean0 - 1.0, "plays": plays,
        }  # fmt: skip


def lines(rows: list[Row]) -> Iterator[str]:
    """Yield the rows as a Markdown table."""
    yield "| building | people | by | CPU | times drillsim | last exit | more | mean exit | more |"
    yield "|---|--:|---|--:|--:|--:|--:|--:|--:|"
    for r in rows:
        head = f"| {r['building']} | {r['people']:,} | {r['by']} |"
        if "note" in r:
            yield f"{head} {r['note']} | | | | | |"
        else:
            yield (
                f"{head} {1000 * float(str(r['cpu_s'])):,.1f} ms | {r['times_ours']:,.1f} | {r['last_s']:.1f} s | {r['last_more']:+.1%} "
                f"| {r['mean_s']:.1f} s | {r['mean_more']:+.1%} |"
            )


def main() -> None:
    """Play, print the table, and store the rows."""
    parser = argparse.ArgumentParser(
        prog="peers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, nargs="+", default=[200, 1_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    rows: list[Row] = []
    for make in BUILDINGS:
        for persons in given.people:
            rows += measured(make(), persons, given.rounds)
    print("\n".join(lines(rows)))
    print(
        f"\nwritten: {store('peers', rows, given.out, **{name: _version(name) for name in ('jupedsim-network', 'jupedsim')}).name}"
    )


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


if __name__ == "__main__":
    main()
