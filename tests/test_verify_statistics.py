"""The suite of statistics: constants at their digits, and intervals that cover."""

from __future__ import annotations

from pathlib import Path

import pytest

from drillsim.verify.harness.case import Harness
from drillsim.verify.statistics.constants import constant_cases
from drillsim.verify.statistics.coverage import coverage_cases
from drillsim.verify.statistics.selection import selection_cases
from drillsim.verify.suite import SUITES

ROOT = Path(__file__).resolve().parents[1]


def test_constants_have_their_pinned_digits() -> None:
    assert [case.id for case in constant_cases(Harness(ROOT)) if case.verdict != "pass"] == []


@pytest.mark.parametrize("deep", [False, pytest.param(True, marks=pytest.mark.deep)])
def test_intervals_cover_where_a_mix_is_good_on_nearly_all_days(deep: bool) -> None:
    cases = list(coverage_cases(Harness(ROOT, deep=deep)))
    assert [(case.id, case.measured) for case in cases if case.verdict != "pass"] == []
    assert {case.id for case in cases} >= {"coverage.mean.both.30", "coverage.difference.both.200", "coverage.days.50"}


def test_the_choice_is_right_where_it_is_hardest_and_pairs_save_drills() -> None:
    cases = list(selection_cases(Harness(ROOT)))
    assert [(case.id, case.measured) for case in cases if case.verdict != "pass"] == []
    assert [case.id for case in cases] == [
        "selection.right.0",
        "selection.right.0.5",
        "selection.right.0.8",
        "selection.cost",
    ]


def test_the_suite_has_all() -> None:
    assert SUITES["statistics"] == (constant_cases, coverage_cases, selection_cases)
