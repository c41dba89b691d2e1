"""tools/follow.py counts files and returns of a tour, and finds the code that moves one pupil and one unit."""

from __future__ import annotations

import pytest

from follow import Step, Tour, tours


def tour(files: str) -> Tour:
    return Tour(tuple(Step(file, f"f{i}") for i, file in enumerate(files)))


@pytest.mark.parametrize(
    ("files", "met", "returns"),
    [("", 0, 0), ("a", 1, 0), ("aab", 2, 0), ("aba", 2, 1), ("abcabc", 3, 3), ("abab", 2, 2)],
)
def test_a_return_is_a_step_into_a_file_that_was_left(files: str, met: int, returns: int) -> None:
    assert (tour(files).files, tour(files).returns) == (met, returns)


def test_what_another_drill_does_too_is_not_done_for_the_pupil() -> None:
    assert tour("abc").without(tour("ab")).steps == (Step("c", "f2"),)


def test_the_pupil_walks_in_the_reference_and_the_response_sends_the_unit() -> None:
    found = tours()
    for_pupil = {step.file for step in found["for the pupil only"].steps}
    for_unit = {step.file.rpartition("/")[0] for step in found["for the unit only"].steps}
    assert "crowd/reference/walking.py" in for_pupil
    assert {"engine/response", "engine/state"} <= for_unit
    assert found["for the unit only"].files < found["drill with one unit"].files
