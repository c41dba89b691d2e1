"""Measure how time and memory of reading and checking grow with the files: `python tools/scale.py [NAME ...] [--out FILE]`.

Each subject is generated at a quarter, half and the whole of its size, and read and checked in a process of its own, of
which processor time and peak memory beyond the smallest school are told. The exponent is that of the last doubling;
n log n doubles by about 2.2, an exponent of 1.15.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOM_M, HALL_M = 8.0, 3.0


def plan(rooms: int, floors: int = 1, people: int = 20) -> str:
    """Return a plan of storeys with rooms on both sides of one corridor each, and a stair at its end."""
    side = max(1, math.ceil(rooms / floors / 2))
    length = side * ROOM_M
    lines = ["drillsim_plan: 1", "name: generated", "units: m", "levels:"]
    lines += [f"  - {{id: L{k}, elevation: {4 * k}}}" for k in range(floors)]
    lines.append("spaces:")
    doors, stairs = ["openings:"], ["stairs:"]
    for k in range(floors):
        hall, foot = f"hall-{k}", f"stair-{k}"
        lines.append(
            f"  - {{id: {hall}, level: L{k}, use: corridor, polygon: [[0, 8], [{length}, 8], [{length}, 11], [0, 11]]}}"
        )
        box = f"[[{length}, 8], [{length + 6}, 8], [{length + 6}, 11], [{length}, 11]]"
        lines.append(f"  - {{id: {foot}, level: L{k}, use: stair, polygon: {box}}}")
        doors.append(
            f"  - {{id: sd-{k}, kind: stair_door, spaces: [{foot}, {hall}], line: [[{length}, 8.6], [{length}, 10.4]]}}"
        )
        if k:
            stairs.append(f"  - {{id: st-{k}, lower: stair-{k - 1}, upper: {foot}, rise: 4, width: 1.5, length: 10.5}}")
        for i in range(side):
            for below in (True, False):
                x, (low, high), wall = i * ROOM_M, ((0, 8) if below else (11, 19)), 8 if below else 11
                name = f"r-{k}-{i}-{'s' if below else 'n'}"
                box = f"[[{x}, {low}], [{x + ROOM_M}, {low}], [{x + ROOM_M}, {high}], [{x}, {high}]]"
                lines.append(f"  - {{id: {name}, level: L{k}, use: classroom, polygon: {box}, people: {people}}}")
                line = f"[[{x + 3}, {wall}], [{x + 4}, {wall}]]"
                doors.append(f"  - {{id: d-{name}, kind: door, spaces: [{name}, {hall}], line: {line}, lock: key}}")
    doors.append("  - {id: e-0, kind: exit, spaces: [hall-0, outside], line: [[0, 8.6], [0, 10.4]]}")
    doors.append(
        f"  - {{id: e-1, kind: exit, spaces: [stair-0, outside], line: [[{length + 6}, 9], [{length + 6}, 10]]}}"
    )
    posts = ["posts: [{id: desk, space: hall-0, at: [2, 9.5]}]"]
    return "\n".join([*lines, *doors, *(stairs if floors > 1 else []), *posts]) + "\n"


def scenario(incidents: int = 1) -> str:
    """Return a drill with so many incidents, room by room."""
    rows = [
        f"  - {{id: i-{i}, kind: medical, where: r-0-{i % 20}-s, at: {i} s}}"
        if i
        else "  - {id: i-0, kind: medical, where: hall-0}"
        for i in range(incidents)
    ]
    return (
        "\n".join(["drillsim: 1", "name: generated", "plan: plan.yaml", "horizon: 30 min", "incidents:", *rows]) + "\n"
    )


def mixes(number: int = 1, units: int = 1, stops: int = 0) -> str:
    """Return staffing mixes of so many units each, with so many patrol stops each."""
    lines = ["drillsim_mixes: 1", "present: m-0", "mixes:"]
    patrol = f", patrol: [{', '.join(f'r-0-{i % 20}-n' for i in range(stops))}]" if stops else ", post: desk"
    for m in range(number):
        rows = [f"      - {{id: u-{m}-{u}, role: {'sro' if u % 2 else 'unarmed-guard'}{patrol}}}" for u in range(units)]
        lines += [f"  m-{m}:", "    units:", *rows]
    return "\n".join(lines) + "\n"


Files = dict[str, str]
SMALL: Files = {"plan.yaml": plan(40), "scenario.yaml": scenario(), "mixes.yaml": mixes()}
SUBJECTS: dict[str, tuple[int, str, Callable[[int], Files]]] = {
    "rooms": (2000, "rooms on 20 storeys", lambda n: {"plan.yaml": plan(n, 20)}),
    "floors": (20, "storeys of 40 rooms", lambda n: {"plan.yaml": plan(40 * n, n)}),
    "people": (100_000, "people in 400 rooms", lambda n: {"plan.yaml": plan(400, 4, n // 400)}),
    "units": (500, "units of one mix", lambda n: {"mixes.yaml": mixes(1, n)}),
    "incidents": (200, "incidents", lambda n: {"scenario.yaml": scenario(n)}),
    "mixes": (1000, "mixes of 4 units", lambda n: {"mixes.yaml": mixes(n, 4)}),
    "stops": (40_000, "stops: 10 mixes of 40 units", lambda n: {"mixes.yaml": mixes(10, 40, n // 400)}),
}
CHILD = """
import contextlib, io, json, resource, sys, time
from drillsim.cli import main
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
told = io.StringIO()
with contextlib.redirect_stdout(told):
    main(["check", "small"])
    before, begin = peak(), time.process_time()
    code = main(["check", "large"])
print(told.getvalue()[-2000:] if code else "")
print(json.dumps([code, time.process_time() - begin, peak() - before]))
"""


def measured(files: Files) -> tuple[float, float]:
    """Return the processor seconds and the megabytes beyond a small school that reading and checking the files takes."""
    with tempfile.TemporaryDirectory() as folder:
        for name, changed in (("small", {}), ("large", files)):
            place = Path(folder, name)
            place.mkdir()
            for file, text in {**SMALL, **changed}.items():
                (place / file).write_text(text, encoding="utf-8")
        done = subprocess.run([sys.executable, "-c", CHILD], cwd=folder, capture_output=True, text=True, check=True)
    code, seconds, megabytes = json.loads(done.stdout.splitlines()[-1])
    if code != 0:
        raise RuntimeError(f"exit {code}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return seconds, megabytes


def main() -> None:
    """Print the table, and write it where asked."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(SUBJECTS)}; all where absent")
    asked.add_argument("--out", type=Path, help="file for the table, in Markdown")
    told = asked.parse_args()
    lines = ["| what | size | quarter | half | whole | exponent | memory |", "|---|---|---|---|---|---|---|"]
    for name in told.names or SUBJECTS:
        size, words, files = SUBJECTS[name]
        found = [measured(files(size // part)) for part in (4, 2, 1)]
        exponent = math.log2(found[2][0] / max(found[1][0], 1e-3))
        times = " | ".join(f"{seconds:.2f} s" for seconds, _ in found)
        lines.append(f"| {words} | {size:,} | {times} | {exponent:.2f} | {found[2][1]:.0f} MB |")
        print(lines[-1], flush=True)
    if told.out:
        told.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
