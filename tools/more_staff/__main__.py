"""Play and tabulate: `PYTHONPATH=src:tools python -m more_staff --drills 400`."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, replace
from math import sqrt
from pathlib import Path

from scipy.stats import t

from drillsim.analysis.estimators import holm
from more_staff.causes import CAUSES, RESTS, UNKNOWN, WRONG
from more_staff.drills import Contrast, Job, Late, Moments, Played, jobs, play
from more_staff.staffing import Addition

LEVEL = 0.01
"""Level of the verdict 'slower', adjusted by Holm over all additions of a measure."""


def slower(moments: dict[Contrast, Moments]) -> list[tuple[Contrast, float, float]]:
    """Return the contrasts whose mean is judged slower, with mean difference in seconds and adjusted p."""
    families: dict[str, list[Contrast]] = defaultdict(list)
    for contrast in moments:
        families[contrast[-1]].append(contrast)
    found = []
    for contrasts in families.values():
        adjusted = holm([_p(moments[c]) for c in contrasts])
        for contrast, p in zip(contrasts, adjusted, strict=True):
            mean = moments[contrast].total / moments[contrast].n
            if mean > 0.0 and p is not None and p < LEVEL:
                found.append((contrast, mean, p))
    return found


def _p(one: Moments) -> float | None:
    """Return the two-sided p-value of the paired t test; None below two pairs."""
    if one.n < 2:
        return None
    mean = one.total / one.n
    variance = max(one.squares - one.n * mean * mean, 0.0) / (one.n - 1)
    if variance <= 1e-12:
        return 1.0 if abs(mean) <= 1e-6 else 0.0
    return float(2 * t.sf(abs(mean) / sqrt(variance / one.n), one.n - 1))


def table(played: Played) -> Iterator[str]:
    """Yield the lines of the table: one a measure, then what is judged slower, then what is a fault."""
    judged = slower(played.moments)
    pairs: Counter[str] = Counter()
    for contrast, one in played.moments.items():
        pairs[contrast[-1]] += one.n
    causes: dict[str, Counter[str]] = defaultdict(Counter)
    longest: Counter[str] = Counter()
    for late in played.late:
        causes[late.measure][late.cause] += 1
        if late.cause != RESTS:
            longest[late.measure] = max(longest[late.measure], late.seconds)  # type: ignore[assignment]
    yield f"{'measure':<28}{'pairs':>10}{'slower':>8}" + "".join(f"{c:>16}" for c in CAUSES) + f"{'latest, s':>12}"
    for measure in sorted(pairs):
        number = sum(contrast[-1] == measure for contrast, _, _ in judged)
        cells = "".join(f"{causes[measure][c]:>16,}" for c in CAUSES)
        yield f"{measure:<28}{pairs[measure]:>10,}{number:>8}{cells}{longest[measure]:>12.1f}"
    for (scenario, plan, mix, added, measure), mean, p in judged:
        yield f"slower: {measure} +{mean:.2f} s (p {p:.1g}), {added.role} at {added.post} beside {mix}, {scenario}, {plan}"
    yield from [_told(late) for late in played.late if late.cause in (WRONG, UNKNOWN)][:40]


def _answers(todo: Sequence[Job], workers: int) -> Iterator[tuple[Job, Played]]:
    """Yield each job with what it has found, in this process or in several."""
    if workers <= 1:
        yield from ((job, play(job)) for job in todo)
        return
    with ProcessPoolExecutor(workers) as pool:
        sent = {pool.submit(play, job): job for job in todo}
        yield from ((sent[answer], answer.result()) for answer in as_completed(sent))


def _told(one: Late) -> str:
    where = f"{one.scenario}, {one.plan}, {one.addition.role} at {one.addition.post} beside {one.mix}"
    return f"{one.cause}: {one.measure} of {one.incident} +{one.seconds:.2f} s in drill {one.replication}: {where}"


def write(path: Path, late: Sequence[Late]) -> None:
    """Write every drill that is later as a line of a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(
            ["scenario", "plan", "mix", "role", "post", "replication", "incident", "measure", "late_s", "cause"]
        )
        for x in late:
            lines.writerow(
                [x.scenario, x.plan, x.mix, x.addition.role, x.addition.post, x.replication, x.incident, x.measure,
                 f"{x.seconds:.4f}", x.cause]
            )  # fmt: skip


def read_state(path: Path) -> tuple[Played, set[Job]]:
    """Return what a state file holds, and which jobs it is of; nothing where there is none."""
    if not path.exists():
        return Played(), set()
    kept = json.loads(path.read_text(encoding="utf-8"))
    moments = {
        (s, p, m, Addition(role, post), of): Moments(*sums) for s, p, m, role, post, of, *sums in kept["moments"]
    }
    late = [Late(**{**one, "addition": Addition(*one["addition"])}) for one in kept["late"]]
    done = {Job(**{**one, "roles": tuple(one["roles"])}) for one in kept["jobs"]}
    return Played(moments, late, kept["drills"]), done


def write_state(path: Path, played: Played, done: set[Job]) -> None:
    """Write what has been played, as a whole or not at all."""
    moments = [[s, p, m, a.role, a.post, of, x.n, x.total, x.squares] for (s, p, m, a, of), x in played.moments.items()]
    late = [{**asdict(one), "addition": [one.addition.role, one.addition.post]} for one in played.late]
    kept = {"drills": played.drills, "jobs": [asdict(job) for job in sorted(done)], "moments": moments, "late": late}
    part = path.with_suffix(".part")
    part.write_text(json.dumps(kept), encoding="utf-8")
    part.replace(path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Play the drills, print the table, and return 1 where a mean is slower or a drill is later without a good cause."""
    parser = argparse.ArgumentParser(prog="more_staff", description=__doc__)
    parser.add_argument("--drills", type=int, default=400, help="shared drills of every scenario, plan and mix")
    parser.add_argument("--state", type=Path, help="file that keeps what has been played, to go on from there")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument(
        "--scenario", action="append", default=[], help="path below scenarios/ without .yaml; all if absent"
    )
    parser.add_argument("--role", action="append", default=[], help="role to add; all if absent")
    parser.add_argument("--posts", type=int, default=0, help="posts at which each role is added; 3 if absent")
    parser.add_argument("--out", type=Path, help="CSV file of every drill that is later")
    wish = parser.parse_args(arguments)
    todo: list[Job] = [
        replace(job, roles=tuple(wish.role), posts=wish.posts)
        for job in jobs(wish.drills, wanted=wish.scenario, seed=wish.seed)
    ]
    played, done = read_state(wish.state) if wish.state is not None else (Played(), set())
    for job, found in _answers([job for job in todo if job not in done], wish.workers):
        played.add(found)
        done.add(job)
        print(f"{len(done):,} of {len(todo):,} jobs", file=sys.stderr, flush=True)
        if wish.state is not None:
            write_state(wish.state, played, done)
    played.late.sort(key=lambda x: (x.scenario, x.plan, x.mix, x.addition, x.replication, x.incident, x.measure))
    print("\n".join(table(played)))
    print(f"{played.drills:,} drills")
    if wish.out is not None:
        write(wish.out, played.late)
    return int(bool(slower(played.moments)) or any(x.cause in (WRONG, UNKNOWN) for x in played.late))


if __name__ == "__main__":
    sys.exit(main())
