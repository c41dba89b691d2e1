"""The plan as a figure: every level, every number in its own words, nothing of matplotlib's state touched."""

from __future__ import annotations

import io
from typing import Any

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Annotation

import drillsim as ds
import shipped
from crowd_worlds import box, door, plan_of
from drillsim.report.plan_figure import EXIT, GATE
from random_floors import plan_with


def words(figure: Figure) -> list[str]:
    return [t.get_text() for axes in figure.axes for t in axes.texts]


def test_each_level_has_its_panel(secondary: ds.FloorPlan) -> None:
    figure = ds.plot_plan(secondary)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["First floor", "Second floor"]


def test_every_classroom_is_labelled(secondary: ds.FloorPlan) -> None:
    shown = set(words(ds.plot_plan(secondary)))
    assert {str(n) for n in [*range(101, 137), *range(201, 237)]} <= shown


def test_times_are_shown_as_minutes_and_seconds(three_rooms: ds.FloorPlan) -> None:
    figure = ds.plot_plan(three_rooms, {"room-201": 85.0}, label="time to reach")
    assert "201\n1:25" in words(figure)
    assert figure.axes[-1].get_ylabel() == "time to reach"


def test_the_colour_bar_begins_at_zero_and_ends_on_a_round_time(three_rooms: ds.FloorPlan) -> None:
    figure = ds.plot_plan(three_rooms, {"room-201": 85.0})
    assert figure.axes[-1].get_ylim() == (0.0, 90.0)


def test_two_figures_can_share_their_colours(three_rooms: ds.FloorPlan) -> None:
    figure = ds.plot_plan(three_rooms, {"room-201": 85.0}, top=300.0)
    assert figure.axes[-1].get_ylim() == (0.0, 300.0)


def test_other_units_are_written_behind_plain_numbers(three_rooms: ds.FloorPlan) -> None:
    figure = ds.plot_plan(three_rooms, {"room-201": 12.34}, unit="persons")
    assert "201\n12.3" in words(figure)
    assert figure.axes[-1].get_title(loc="left") == "(persons)"


def test_a_space_that_cannot_be_reached_is_hatched_and_explained(three_rooms: ds.FloorPlan) -> None:
    figure = ds.plot_plan(three_rooms, {"room-101": 5.0, "room-201": float("inf")})
    hatched = [p for axes in figure.axes for p in axes.patches if p.get_hatch()]
    assert len(hatched) == 1
    assert "cannot be reached" in [t.get_text() for t in figure.legends[0].get_texts()]


def test_exits_carry_their_door_number(three_rooms: ds.FloorPlan) -> None:
    assert {"1", "2"} <= set(words(ds.plot_plan(three_rooms)))


def test_the_users_settings_are_left_alone(three_rooms: ds.FloorPlan) -> None:
    before = dict(mpl.rcParams)
    ds.plot_plan(three_rooms)
    assert dict(mpl.rcParams) == before


def test_the_same_plan_gives_the_same_picture(three_rooms: ds.FloorPlan) -> None:
    pictures = []
    for _ in range(2):
        content = io.BytesIO()
        ds.plot_plan(three_rooms).savefig(content, format="png", dpi=40)
        pictures.append(content.getvalue())
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize("values", [{}, {"room-101": 0.0}])
def test_few_or_no_numbers_can_be_drawn(three_rooms: ds.FloorPlan, values: dict[str, Any]) -> None:
    assert len(ds.plot_plan(three_rooms, values).axes) == 3


def test_columns_that_reach_the_wall_or_each_other_are_drawn() -> None:
    columns = [box(4, 0, 5, 3), box(4.5, 2, 7, 4)]
    plan = plan_with(
        [{"id": "a", "use": "gym", "polygon": box(0, 0, 9, 9), "holes": columns}], [door("e", "a", "outside", 0, 5)]
    )
    assert "a" in words(ds.plot_plan(plan))


def test_site_gates_are_no_exits_and_ways_between_outdoor_places_neither() -> None:
    plan = ds.read_plan(shipped.ROOT / "floorplans" / "courtyard_school.yaml")
    colours = {t.get_text(): t.get_color() for axes in ds.plot_plan(plan).axes for t in axes.texts}
    assert colours["Field gate"] == colours["Bus loop gate"] == GATE
    assert colours["1"] == colours["Portable door"] == EXIT
    assert "Path to Field" not in colours


def test_a_ramp_is_an_arrow_from_foot_to_head_and_named_in_the_key() -> None:
    spaces = [("low", "corridor", box(0, 0, 10, 3)), ("high", "corridor", box(20, 0, 30, 3))]
    ramp = {"id": "r", "lower": "low", "upper": "high", "width": 2, "length": 10, "slope": 0.05}
    figure = ds.plot_plan(
        plan_of(spaces, [door("e", "low", "outside", 10, 1), door("f", "high", "outside", 20, 2)], ramps=[ramp])
    )
    (arrow,) = [t for axes in figure.axes for t in axes.texts if isinstance(t, Annotation)]
    assert (arrow.xyann, arrow.xy) == ((10.0, 1.0), (20.0, 2.0))
    assert "ramp, from foot to head" in [t.get_text() for t in figure.legends[0].get_texts()]
