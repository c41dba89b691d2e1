"""Figures of a study and their neighbours: no count is rounded up to the whole, and no picture goes without its mark."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from matplotlib.figure import Figure
from matplotlib.text import Text

import drillsim as ds
import shipped
from a_study import HORIZON_S, Made, made, six_mixes, times
from drillsim.plan.passage import way_name
from drillsim.record.trace import GRID
from drillsim.report.chart_style import COLOURS, image, styles
from drillsim.report.page.parts.curves import Look, progress_curves
from drillsim.report.study_figures import plot_differences, plot_over_time


def texts(figure: Figure) -> str:
    found = [artist.get_text() for artist in figure.findobj(Text) if isinstance(artist, Text)]
    return " ".join(" ".join(found).split())


def secured_in_all_but_some(rooms: int, failing: int, drills: int) -> Made:
    """Return a study in which one room stays open in some of the drills (cases/planner 42, with figures of its own)."""
    rows = times("one-sro", *[None if r < failing else 240.0 for r in range(drills)], measure="secured_all_s")
    study = made(rows)
    line = replace(study.outline.scenarios["drill"], primary="secured_all_s")
    study = Made(study.runs, replace(study.outline, scenarios={"drill": line}))
    grid = np.linspace(0.0, HORIZON_S, GRID)
    for mix in study.outline.mixes:
        counts = np.minimum(rooms, np.floor(rooms * grid / 480.0))
        study.curves["drill", mix] = {
            "secured": np.array([np.minimum(counts, rooms - 1) if r < failing else counts for r in range(drills)])
        }
    return study


def test_rooms_that_some_drills_never_secure_are_not_drawn_as_all() -> None:
    study = secured_in_all_but_some(rooms=31, failing=6, drills=40)
    figure = texts(plot_over_time(study, "drill", "secured"))
    assert "30.9 by" in figure
    assert "31 by" not in figure
    means = {"one-sro": study.curves["drill", "one-sro"]["secured"].mean(axis=0)}
    look = Look({"one-sro": "One SRO"}, "one-sro")
    page = str(progress_curves(means, HORIZON_S, whole="rooms secured", look=look, title="t", mark="m").__html__())
    assert "30.9 by" in page


def test_where_all_are_secured_in_every_drill_the_count_is_whole() -> None:
    assert "31 by" in texts(plot_over_time(secured_in_all_but_some(rooms=31, failing=0, drills=40), "drill", "secured"))


def test_six_mixes_have_six_colours() -> None:
    mixes = [f"mix-{i}" for i in range(6)]
    assert len({colour for colour, _ in styles(mixes, "mix-2").values()}) == 6
    assert len(COLOURS) == 5


def test_a_picture_of_a_results_folder_tells_who_may_see_it_and_of_which_school() -> None:
    figure = plot_differences(six_mixes(12), "drill")
    assert "INTERNAL" not in texts(figure)
    for form in ("png", "svg", "pdf"):
        assert image(figure, form, title="t", description="d", mark="INTERNAL · Lincoln")
    assert texts(figure).count("INTERNAL · Lincoln") == 1


def test_differences_tell_what_each_staffing_costs() -> None:
    assert "$95k a year" in texts(plot_differences(six_mixes(12), "drill"))


def test_an_exit_without_a_label_is_called_after_its_space() -> None:
    plan = shipped.plan_named("three_rooms")
    exit_ = next(opening for opening in plan.openings if "outside" in opening.spaces)
    inside = next(space.name for space in plan.spaces if space.id in exit_.spaces)
    bare = exit_.model_copy(update={"label": ""})
    assert way_name(plan, bare) == f"exit of {inside}"
    assert isinstance(plan, ds.FloorPlan)
