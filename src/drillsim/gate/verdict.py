"""Verdict of a gate as frozen data: tests, goals, counted work, what has changed, and what it could not tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from drillsim.gate.decision import Decided, GateState
from drillsim.record.columns import BY_NAME

FINE, BAD_INPUT, NOT_COMPARABLE, INCONCLUSIVE, FAILED = 0, 2, 3, 4, 10
"""Exit codes of `drillsim gate`."""
MET, MISSED, CLOSE, TOO_FEW, ABSENT = "met", "missed", "too close to call", "too few drills", "no drill has it"
"""Verdicts on an absolute goal."""


@dataclass(frozen=True)
class Explanation:
    """What makes a test slower or faster: which interval, which ways, and the drill that shows it.

    interval, interval_s
        The interval of the response whose mean moved most in that direction, in words, and by how much.
    avoids, uses
        Ids of ways that paths of units no longer lead through, or newly do.
    replication, before, now
        The drill of the seed that moved most, and its values.
    command
        The command that tells the drill.
    """

    interval: str = ""
    interval_s: float | None = None
    avoids: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    replication: int | None = None
    before: float | None = None
    now: float | None = None
    command: str = ""


@dataclass(frozen=True)
class GateTest:
    """One measure of one mix in one scenario: before, now, and what is decided on the difference.

    changed, pairs
        Drills in which it changed, of those that both have.
    lost
        Drills in which it had a meaning before and has none now, or that failed now.
    drift
        What is decided on the difference to the oldest baseline, beyond what was accepted since; None without one.
    """

    scenario: str
    mix: str
    measure: str
    decided: Decided
    before: float | None
    now: float | None
    margin: float
    changed: int
    pairs: int
    lost: int = 0
    drift: Decided | None = None
    explanation: Explanation | None = None

    @property
    def unit(self) -> str:
        """Unit of the measure."""
        return BY_NAME[self.measure].unit

    @property
    def has_drifted(self) -> bool:
        """Whether it is slower than the oldest baseline by more than margin and what was accepted."""
        return self.drift is not None and self.drift.state is GateState.FAILED

    @property
    def fails(self) -> bool:
        """Whether it fails the gate."""
        return self.decided.state is GateState.FAILED or self.has_drifted


@dataclass(frozen=True)
class GoalVerdict:
    """An absolute goal in one scenario.

    value, low, high
        The statistic with its 95 % interval; None where it lies beyond the horizon, or cannot be told.
    needs
        About how many drills decide it; None where it is decided or that cannot be told.
    """

    text: str
    scenario: str
    mix: str
    measure: str
    verdict: str
    value: float | None
    low: float | None
    high: float | None
    most: float
    drills: int
    needs: int | None = None


@dataclass(frozen=True)
class WorkChange:
    """A counter of one scenario that changed; it fails where the inputs are the same and it grew by more than WORK_MARGIN."""

    scenario: str
    counter: str
    before: int
    now: int
    fails: bool

    @property
    def growth(self) -> float:
        """Growth as a share."""
        return self.now / self.before - 1.0 if self.before else float(self.now > 0)


@dataclass(frozen=True)
class GateVerdict:
    """What a gate found.

    changed
        Inputs that changed, in words; they are judged all the same.
    warnings
        What keeps it from a plain pass, each with what it would take.
    notes
        What is good to know, such as new and vanished mixes.
    labels
        Label of each scenario, mix and way by its id, shown only where asked.
    """

    baseline: str
    runs: int
    played: int
    seed: int
    tests: tuple[GateTest, ...]
    goals: tuple[GoalVerdict, ...] = ()
    work: tuple[WorkChange, ...] = ()
    changed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    changed_drills: int = 0
    drills: int = 0
    labels: Mapping[str, str] = field(default_factory=dict, repr=False)
    identical_wanted: bool = False
    """Whether any drill that is not as it was fails the gate, better or worse: for few drills, which decide nothing else."""

    @property
    def failures(self) -> tuple[str, ...]:
        """What fails, in a few words each."""
        tests = [f"{t.scenario}/{t.mix}/{t.measure}" for t in self.tests if t.fails]
        goals = [f"{g.scenario}/{g.mix}: {g.text}" for g in self.goals if g.verdict == MISSED]
        others = [self.differing_words] if self.differs else []
        return (*others, *tests, *goals, *(f"{w.scenario}: {w.counter}" for w in self.work if w.fails))

    @property
    def differs(self) -> bool:
        """Whether it fails for a drill that is not identical."""
        return self.identical_wanted and not self.is_identical

    @property
    def differing_words(self) -> str:
        """How many drills are not identical."""
        return f"{self.changed_drills:,} of {self.drills:,} drills are not identical"

    @property
    def is_identical(self) -> bool:
        """Whether every drill that was played is as it was."""
        return self.changed_drills == 0

    @property
    def state(self) -> str:
        """'failed', 'inconclusive' (a pass with a warning) or 'passed'."""
        return "failed" if self.failures else "inconclusive" if self.warnings else "passed"

    def exit_code(self, *, strict: bool = False) -> int:
        """Return the exit code: 10 failed, 4 inconclusive where strict, else 0."""
        return FAILED if self.failures else INCONCLUSIVE if self.warnings and strict else FINE

    @property
    def worst_first(self) -> tuple[GateTest, ...]:
        """The tests, those that fail first, then those that are open, each by how far they are above their margin."""
        rank = {GateState.FAILED: 0, GateState.OPEN: 1, GateState.PASSED: 2, GateState.SAME: 3}

        def key(one: GateTest) -> tuple[Any, ...]:
            apart = (one.decided.difference or 0.0) / (one.margin or 1.0)
            return (0 if one.fails else rank[one.decided.state], -apart)

        return tuple(sorted(self.tests, key=key))
