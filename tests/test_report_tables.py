"""Tables on a terminal: they fit, and say the same as the comparison."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from a_study import Made, made, six_mixes, times
from drillsim.analysis.contrasts import differences
from drillsim.analysis.wording import difference_words
from drillsim.report.tables import goal_table, print_tables


class Old(io.StringIO):
    encoding = "ascii"


def printed(study: Made, width: int, file: io.StringIO | None = None) -> list[str]:
    file = file or io.StringIO()
    print_tables(Console(file=file, width=width), study)
    return file.getvalue().splitlines()


@pytest.fixture(scope="module")
def six() -> Made:
    study = six_mixes(40)
    return replace(study, outline=replace(study.outline, present="one-sro"))


@pytest.mark.parametrize("width", [80, 120])
def test_no_number_is_cut_off(six: Made, width: int) -> None:
    lines = printed(six, width)
    assert max(map(len, lines)) <= width
    assert not any("…" in line for line in lines)
    for apart in differences(six, "drill", "able_on_scene_s"):
        assert any(difference_words(apart.paired.difference).split(" (")[0] in line for line in lines)


def test_a_wide_terminal_shows_intervals_and_cost_ranges(six: Made) -> None:
    text = "\n".join(printed(six, 120))
    assert "$95k (75k to 180k)" in text
    assert all(difference_words(d.paired.difference) in text for d in differences(six, "drill", "able_on_scene_s"))


def test_an_old_terminal_gets_ascii(six: Made) -> None:
    assert "\n".join(printed(six, 80, Old())).isascii()


def test_goals_stand_with_share_and_verdict(six: Made) -> None:
    assert any("% MISSED" in line for line in printed(six, 80))


def test_without_goals_there_is_no_table_of_goals() -> None:
    assert goal_table(made(times("a", 1.0)), "drill") is None


def test_free_mixes_need_no_column_of_costs() -> None:
    assert "a year" not in "\n".join(printed(made(times("a", 1.0)), 80))
