"""What a study leaves open: failed drills, goals too close to call, differences that need more drills."""

from __future__ import annotations

from a_study import Made, made, times
from drillsim.analysis.summary import open_points
from drillsim.record.outline import GoalLine

ABLE = "able_on_scene_s"


def two(*gaps: float, goals: tuple[GoalLine, ...] = ()) -> Made:
    """Return a study of two mixes, the second slower by these seconds, drill by drill."""
    first = [100.0 + 7 * (k % 3) for k in range(len(gaps))]
    later = [a + gap for a, gap in zip(first, gaps, strict=True)]
    return made([*times("police-only", *first), *times("one-sro", *later)], goals=goals)


def test_a_difference_beyond_doubt_or_without_importance_leaves_nothing_open() -> None:
    assert open_points(two(*[60.0, 61.0] * 6)) == []
    assert open_points(two(*[1.0, -1.0] * 6)) == []
    assert open_points(two(*[0.0] * 12)) == []


def test_a_difference_that_needs_more_drills_is_open_unless_a_mix_was_picked() -> None:
    unclear = two(*[300.0, -270.0] * 6)
    (told,) = open_points(unclear)
    assert told.startswith("A drill: 1 SRO: needs about")
    assert open_points(unclear, contrasts=False) == []


def test_too_few_pairs_leave_a_difference_open() -> None:
    (told,) = open_points(two(60.0, 61.0))
    assert told.endswith("too few for a test, which needs 6")


def test_a_goal_is_open_for_the_present_staffing_alone() -> None:
    close = GoalLine(ABLE, 105.0, 0.4)
    (told,) = open_points(two(*[60.0, 61.0] * 6, goals=(close,)))
    assert told == "A drill: the goal able to act by 1:45 in 40 % is too close to call"
    assert open_points(two(*[60.0, 61.0] * 6, goals=(GoalLine(ABLE, 300.0, 0.4),))) == []


def test_failed_drills_are_open() -> None:
    study = two(*[60.0, 61.0] * 6)
    study.runs.loc[[0, 5], "status"] = "failed"
    assert open_points(study)[0] == "2 of 24 drills failed; no figure counts them"
