"""Verification case, and the harness that runs the experiments behind cases.

The verdict rule: pass where expected and measured agree within the tolerance of the source; outside where they
differ, with a reason where the deviation follows from a stated rule of the model; not-modelled where the source tests
something that the model leaves out. A deviation without a reason is a fault of the engine or of the case, and the exit
code of `drillsim verify` is then 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, as_completed
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

Kind = Literal["engine", "function", "input"]
Verdict = Literal["pass", "outside", "not-modelled"]
Value = float | str | None
Job = TypeVar("Job")
Outcome = TypeVar("Outcome")
Tell = Callable[[int, int], None]
"""Callback with the number of jobs done and in all."""


@dataclass(frozen=True)
class Case:
    """A published or recomputed figure beside ours.

    kind
        engine: drills were run; function: a closed form of `verify/theory`; input: a number that drillsim ships.
    expected, measured, tolerance
        Numbers in the unit that the id or the source names; words where a direction is expected.
    reason
        Cause of an outside or not-modelled verdict, known beforehand; an outside case without one is a fault.
    unit
        Unit of the numbers in printed output; '' where id, source or words state it.
    """

    id: str
    kind: Kind
    source: str
    expected: Value
    measured: Value
    tolerance: Value
    verdict: Verdict
    reason: str = ""
    unit: str = ""

    @property
    def is_surprise(self) -> bool:
        """Whether the case is outside without a stated reason."""
        return self.verdict == "outside" and not self.reason

    def because(self, reason: str) -> Case:
        """Return the case with the known reason of a deviation; a case that passes stays without one."""
        return self if self.verdict == "pass" else replace(self, reason=reason)

    def of_kind(self, kind: Kind) -> Case:
        """Return the case as one of this kind."""
        return replace(self, kind=kind)

    def as_row(self) -> dict[str, Any]:
        """Return the case as one JSON object; its numbers are in the unit that id or source names."""
        row = asdict(self)
        del row["unit"]
        return row


@contextmanager
def _silent(_total: int, _label: str) -> Iterator[Tell]:
    yield lambda _done, _of: None


@dataclass(frozen=True)
class Harness:
    """Inputs, size and execution of the experiments behind cases.

    inputs
        Folder with the shipped `floorplans/` and `scenarios/`.
    deep
        Run many more drills, with narrower tolerances.
    seed
        Root of all random numbers.
    share
        Fraction of the usual number of drills; tolerances in standard errors widen with it.
    executor
        Runs jobs in parallel, owned and closed by the caller; without it they run in sequence, with equal results.
    progress
        Called with the number of jobs and a label; returns a context manager that yields a `Tell`.
    """

    inputs: Path
    deep: bool = False
    seed: int = 1
    share: float = 1.0
    executor: Executor | None = None
    progress: Callable[[int, str], AbstractContextManager[Tell]] = _silent

    def drills(self, usual: int, deep: int) -> int:
        """Return the number of drills, calls or draws: `usual`, or `deep` in a deep run, times `share`."""
        return max(1, round(self.share * (deep if self.deep else usual)))

    def play(self, play: Callable[[Job], Outcome], jobs: Sequence[Job], label: str) -> list[Outcome]:
        """Apply a top-level function to each job and return the results in the order of the jobs."""
        with self.progress(len(jobs), label) as tell:
            if self.executor is None:
                played = []
                for done, job in enumerate(jobs, 1):
                    played.append(play(job))
                    tell(done, len(jobs))
                return played
            futures = [self.executor.submit(play, job) for job in jobs]
            for done, _ in enumerate(as_completed(futures), 1):
                tell(done, len(jobs))
            return [future.result() for future in futures]


def near(id_: str, *, source: str, expected: float, measured: float, tolerance: float, unit: str = "") -> Case:
    """Return an engine case that passes where |measured - expected| <= tolerance; NaN is outside."""
    verdict: Verdict = "pass" if abs(measured - expected) <= tolerance else "outside"
    return Case(id_, "engine", source, expected, measured, tolerance, verdict, unit=unit)


def claim(id_: str, *, source: str, expected: str, measured: Value, holds: bool, tolerance: str) -> Case:
    """Return an engine case for a statement in words, such as the direction of an effect, that holds or not."""
    return Case(id_, "engine", source, expected, measured, tolerance, "pass" if holds else "outside")
