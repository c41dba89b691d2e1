"""Charts: the same study gives the same bytes, and what is drawn are the numbers of the tables."""

# mypy: disable-error-code="index"
# (a None where a value is expected fails the test by itself)

from __future__ import annotations

from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

from a_study import Made, made, six_mixes, times
from drillsim.analysis.contrasts import describe, differences
from drillsim.record.columns import CHAINS, TIMES
from drillsim.record.outline import GoalLine
from drillsim.report.chart_style import NOTE, round_up, spread, styles
from drillsim.report.interval_figure import interval_means, intervals_of, plot_intervals
from drillsim.report.study_figures import (
    charts,
    draw_all,
    plot_differences,
    plot_over_time,
    plot_response,
)


@pytest.fixture(scope="module")
def six() -> Made:
    study = six_mixes(40)
    return replace(study, outline=replace(study.outline, present="one-sro"))


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text)]


def test_a_study_calls_for_these_charts(six: Made) -> None:
    names = [chart.name for chart in charts(six)]
    assert names == ["drill-response", "drill-legs", "drill-out", "drill-secured", "drill-differences"]


def test_equal_studies_give_equal_bytes() -> None:
    first, second = draw_all(six_mixes(12)), draw_all(six_mixes(12))
    assert first == second
    assert {name.rpartition(".")[2] for name in first} == {"png", "svg"}


def test_files_carry_no_date(six: Made) -> None:
    files = draw_all(six, formats=("svg",))
    assert not any(b"<dc:date>" in content for content in files.values())


def test_an_svg_names_and_describes_itself(six: Made) -> None:
    content = draw_all(six, formats=("svg",))["figures/drill-response.svg"].decode()
    assert "<title>A drill: how soon able to act</title>" in content
    assert "<desc>Police only: half by " in content


def test_drawing_leaves_the_users_settings_alone(six: Made) -> None:
    before = dict(mpl.rcParams)
    plot_response(six, "drill")
    assert dict(mpl.rcParams) == before


def test_every_chart_says_it_is_no_prediction_and_how_many_drills_it_shows(six: Made) -> None:
    for chart in charts(six):
        note = next(text for text in words(chart.figure) if "Simulated" in text).replace("\n", " ")
        assert NOTE in note
        assert "40 drills per mix" in note


def overlaps(figure: Figure) -> list[tuple[str, str]]:
    FigureCanvasAgg(figure).draw()  # type: ignore[no-untyped-call]
    boxes = [
        (text.get_text(), text.get_window_extent())
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text().strip()
    ]
    page = figure.bbox
    outside = [
        (text, "page")
        for text, box in boxes
        if box.x0 < page.x0 or box.x1 > page.x1 or box.y0 < page.y0 or box.y1 > page.y1
    ]
    return outside + [
        (one, other)
        for i, (one, a) in enumerate(boxes)
        for other, b in boxes[:i]
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 1
    ]


@pytest.mark.parametrize("long", [False, True])
def test_no_words_overlap_or_leave_the_page(six: Made, long: bool) -> None:
    study = six
    if long:
        title = "Medical emergency in a classroom on the upper floor during the second lunch, on a day with assemblies"
        mixes = {
            k: replace(v, label=v.label + " and somebody else who walks the halls")
            for k, v in six.outline.mixes.items()
        }
        scenarios = {"drill": replace(six.outline.scenarios["drill"], title=title)}
        study = replace(six, outline=replace(six.outline, mixes=mixes, scenarios=scenarios))
    for chart in charts(study):
        assert overlaps(chart.figure) == []


def test_the_response_curve_ends_at_the_reached_share(six: Made) -> None:
    figure = plot_response(six, "drill")
    police = describe(six, "drill", "police-only", "able_on_scene_s")
    share = f"{100 * police.reached / police.n:.0f} % by 30:00"
    assert any(text.startswith("Police only\n") and text.endswith(share) for text in words(figure))


def test_fast_mixes_get_a_panel_of_their_own(six: Made) -> None:
    assert len(plot_response(six, "drill").axes) == 2


def test_like_mixes_share_one_panel() -> None:
    study = made(times("a", 100.0, 120.0) + times("b", 90.0, 130.0))
    assert len(plot_response(study, "drill").axes) == 1


def test_mixes_with_one_and_the_same_line_share_its_label() -> None:
    study = made(times("a", 100.0, 120.0) + times("b", 100.0, 120.0))
    told = words(plot_response(study, "drill"))
    assert any(text.startswith("All mixes alike") for text in told)
    assert "the same in every drill" in words(plot_differences(study, "drill"))


def test_two_measures_that_coincide_are_drawn_once_and_named_together() -> None:
    rows = times("a", 100.0, 130.0)
    for row, other in zip(rows, times("a", 100.2, 130.0, measure="first_on_scene_s"), strict=True):
        row |= other
    study = made(rows, goals=(GoalLine("first_on_scene_s", 60.0, 0.9),))
    found = [chart for chart in charts(study) if chart.name.startswith("drill-response")]
    assert [chart.title for chart in charts(study) if "how soon" in chart.title] == [
        "A drill: how soon able to act (the same: first on scene)"
    ]
    assert any("(the same: first on scene)" in text for text in words(found[0].figure))
    rows[1]["first_on_scene_s"] = 90.0
    apart = made(rows, goals=(GoalLine("first_on_scene_s", 60.0, 0.9),))
    assert "drill-first-on-scene" in [chart.name for chart in charts(apart)]


def test_differences_too_small_to_matter_are_drawn_small() -> None:
    study = made(times("a", 100.0, 120.0) + times("b", 100.02, 119.99), matters={"able_on_scene_s": 10.0})
    low, high = plot_differences(study, "drill").axes[0].get_xlim()
    assert low < -10.0
    assert high > 10.0


def test_a_state_that_every_drill_reached_is_the_whole_although_weights_round() -> None:
    weighed = replace(made(times("a", *[100.0] * 49)), curves={})
    assert any(text.endswith(("100 % by 1:45", "100 % by 2:00")) for text in words(plot_response(weighed, "drill")))


def test_a_mix_that_once_did_not_get_there_is_not_alike() -> None:
    study = made(times("a", 100.0, 120.0, 130.0) + times("b", 100.0, 120.0, None))
    assert not any(text.startswith("All mixes alike") for text in words(plot_response(study, "drill")))


def test_every_goal_gets_its_response_chart() -> None:
    rows = times("a", 100.0)
    rows[0] |= times("a", 50.0, measure="first_on_scene_s")[0]
    study = made(rows, goals=(GoalLine("first_on_scene_s", 60.0, 0.9), GoalLine("able_on_scene_s", 60.0, 0.9)))
    assert [chart.name for chart in charts(study)] == [
        "drill-response",
        "drill-first-on-scene",
        "drill-first-on-scene-legs",
    ]


def test_where_everybody_got_there_the_axis_ends_after_the_last() -> None:
    study = made(times("a", 100.0, 120.0) + times("b", 90.0, 130.0))
    (axes,) = plot_response(study, "drill").axes
    assert axes.get_xlim() == (0.0, 150.0)


def test_times_stand_as_minutes_and_seconds() -> None:
    study = made(times("a", 100.0, 120.0))
    (axes,) = plot_response(study, "drill").axes
    assert "1:15" in [label.get_text() for label in axes.get_xticklabels()]


def test_legs_add_up_to_the_mean_time(six: Made) -> None:
    means, k, n = interval_means(six, "drill")["one-sro"]
    assert k == n
    assert sum(means.values()) == pytest.approx(describe(six, "drill", "one-sro", "able_on_scene_s").mean.value)


@pytest.mark.parametrize("measure", [m for m in CHAINS if m in TIMES])
def test_the_intervals_of_every_measure_add_up_to_it(measure: str) -> None:
    draw = np.random.default_rng(3)
    stamps = dict.fromkeys([*CHAINS[measure], *CHAINS])
    rows = times("a", *draw.uniform(1.0, 900.0, 40).tolist(), measure=measure)
    for row in rows:
        row |= {s: float(draw.uniform(0.0, 900.0)) if draw.random() < 0.7 else None for s in stamps if s != measure}
    found = intervals_of(made(rows).runs, measure)
    assert (found.to_numpy() >= 0.0).all()
    assert found.sum(axis="columns").to_numpy() == pytest.approx([float(r[measure] or 0) for r in rows], abs=1e-9)


def test_the_chart_shows_the_chain_of_the_measure_that_is_asked_for(six: Made) -> None:
    rows = times("a", 300.0, 400.0, measure="secured_all_s")
    for row in rows:
        row |= {"noticed_s": 10.0, "reported_s": 20.0, "protective_order_s": 60.0, "secured_p50_s": 150.0}
    study = made(rows)
    shown = words(plot_intervals(study, "drill", measure="secured_all_s"))
    assert "to order given" in shown
    assert "to half the rooms secured" in shown
    assert "to walk" not in shown
    assert "to walk" in words(plot_intervals(six, "drill"))
    assert interval_means(study, "drill", "secured_all_s")["a"][0]["to all rooms secured"] == pytest.approx(200.0)


def test_a_mix_nobody_came_in_is_told() -> None:
    study = made(times("a", None, None))
    assert any("nobody came" in text for text in words(plot_intervals(study, "drill")))


def test_differences_are_those_of_the_comparison(six: Made) -> None:
    figure = plot_differences(six, "drill")
    drawn = {
        round(float(np.asarray(line.get_xdata())[0]), 6) for line in figure.axes[0].lines if line.get_marker() == "o"
    }
    found = differences(six, "drill", "able_on_scene_s")
    assert drawn == {round(d.paired.difference.value or 0.0, 6) for d in found}


@pytest.mark.parametrize("values", [(100.0,), (None,), (None, None), (5.0, 5.0)])
def test_every_chart_can_be_drawn_of_very_little(values: tuple[float | None, ...]) -> None:
    study = made(times("a", *values) + times("b", *values))
    for figure in (plot_response(study, "drill"), plot_intervals(study, "drill"), plot_differences(study, "drill")):
        assert overlaps(figure) == []


def test_a_curve_nobody_has_can_be_drawn() -> None:
    assert overlaps(plot_over_time(made(times("a", 1.0)), "drill", "out")) == []


def test_the_present_mix_is_black_and_solid_and_no_two_mixes_look_alike() -> None:
    names = [f"mix-{i}" for i in range(20)]
    looks = styles(names, "mix-3")
    assert looks["mix-3"] == ("#000000", ())
    assert len(set(looks.values())) == 20


def test_line_colours_stand_out_on_white() -> None:
    def luminance(colour: str) -> float:
        parts = [int(to_hex(colour)[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return float(np.dot([0.2126, 0.7152, 0.0722], linear))

    for colour, _ in styles([str(i) for i in range(5)], "0").values():
        assert 1.05 / (luminance(colour) + 0.05) >= 3.0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=7))
def test_labels_keep_their_distance_and_stay_inside(places: list[float]) -> None:
    out = spread(places, 0.1, 0.0, 1.0)
    assert all(b - a >= 0.1 - 1e-9 for a, b in zip(sorted(out), sorted(out)[1:], strict=False))
    assert min(out) >= -1e-9
    assert max(out) <= 1 + 1e-9


@given(st.floats(0.1, 40000))
def test_an_axis_ends_at_a_round_time_not_below_the_last_value(seconds: float) -> None:
    assert seconds <= round_up(seconds) <= max(seconds * 1.5, seconds + 1)
