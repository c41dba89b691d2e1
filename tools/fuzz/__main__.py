"""Run a campaign: `PYTHONPATH=src:tools python -m fuzz --cases 1000000 --out campaign`."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from dataclasses import replace
from hashlib import blake2b
from itertools import count
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

from fuzz.cases import KINDS, Case, cases, file_case, signature, sound, store
from fuzz.oracle import Room, Verdict, limit_memory

BLOCK = dict.fromkeys(KINDS, 200) | {"large": 20}
"""Cases of one kind between two lines of the record; an interrupted campaign begins again after the last line."""


def block(kind: str, number: int, room: Room) -> tuple[Counter[str], dict[str, tuple[Case, Verdict]], float]:
    """Play one block; return counts, finds by signature, and the longest processor time."""
    counts: Counter[str] = Counter()
    finds: dict[str, tuple[Case, Verdict]] = {}
    longest = 0.0

    @seeded(number)
    @settings(
        max_examples=BLOCK[kind], database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=cases(kind))
    def play(case: Case) -> None:
        nonlocal longest
        verdict = room.play(case)
        counts["cases"] += 1
        counts[f"exit {verdict.code}"] += 1
        counts["played"] += verdict.played
        longest = max(longest, verdict.seconds)
        if verdict.problem:
            counts["finds"] += 1
            known = finds.get(signature(verdict.problem))
            if known is None or len(case.changes) < len(known[0].changes):
                finds[signature(verdict.problem)] = (case, verdict)

    play()
    return counts, finds, longest


def smallest(case: Case, problem: str, room: Room) -> Case:
    """Return a case with the same problem and fewer changes, where there is one."""
    if case.kind in ("log", "command", "drawn") or len(case.changes) < 2:
        return case
    which = {"scenario.yaml": 0, "mixes.yaml": 1, "plan.yaml": 2}
    for i in range(len(case.changes)):
        fewer = case.changes[:i] + case.changes[i + 1 :]
        for number in which.values():
            for bytewise in (False, True):
                tried = replace(file_case(case.kind, number, fewer, bytewise, case.plays), plays=case.plays)
                if signature(room.play(tried).problem) == signature(problem):
                    return smallest(tried, problem, room)
    return case


def main() -> int:
    """Run blocks until as many cases are played as asked for; return 1 where there were finds."""
    asked = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    asked.add_argument("--cases", type=int, default=1_000_000, help="cases in all, those of an earlier start included")
    asked.add_argument("--out", type=Path, default=Path("campaign"), help="folder of the record and the finds")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    asked.add_argument("--minutes", type=float, default=1e9, help="stop after so many minutes")
    told = asked.parse_args()
    told.out = told.out.resolve()
    told.out.mkdir(parents=True, exist_ok=True)
    record = told.out / "record.jsonl"
    lines = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()] if record.exists() else []
    done = {(line["kind"], line["block"]) for line in lines}
    total, room, begin = sum(line["cases"] for line in lines), Room(), time.monotonic()
    for kind in ("plan", "day", "large"):  # compiles what is to be compiled, before time and memory are limited
        room.play(Case(kind, sound(kind), ("check", "."), plays=True), play_s=600)
    limit_memory()
    try:
        for number in count():
            for kind in told.kinds:
                if total >= told.cases or time.monotonic() - begin > 60 * told.minutes:
                    return int(any(told.out.glob("find-*.json")))
                if (kind, number) in done:
                    continue
                counts, finds, longest = block(kind, told.seed * 1_000_000 + number, room)
                total += counts["cases"]
                for case, verdict in finds.values():
                    name = blake2b(signature(verdict.problem).encode(), digest_size=6).hexdigest()
                    path = told.out / f"find-{name}.json"
                    if not path.exists():
                        store(smallest(case, verdict.problem, room), path, verdict.problem)
                        print(f"{kind}: {verdict.problem}", flush=True)
                peak_mb = getrusage(RUSAGE_SELF).ru_maxrss / 1024
                row = {
                    "kind": kind,
                    "block": number,
                    **counts,
                    "longest_s": round(longest, 3),
                    "peak_mb": round(peak_mb),
                }
                with record.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row) + "\n")
    finally:
        room.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
