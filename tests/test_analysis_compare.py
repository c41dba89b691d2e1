"""Mixes on the same drills: who is left out, who counts as the horizon, what the tables and the summary say."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from a_study import HORIZON_S, Made, made, six_mixes, times
from drillsim.analysis.choice import choice
from drillsim.analysis.compare import compare
from drillsim.analysis.contrasts import (
    PartitionedResults,
    describe,
    differences,
    goal_results,
    goal_verdict,
    measures_of,
    rows_of,
)
from drillsim.analysis.estimators import wilson
from drillsim.analysis.summary import summarise
from drillsim.analysis.wording import difference_words, needs_words, quantile_words
from drillsim.errors import ResultError
from drillsim.record.outline import GoalLine
from drillsim.record.store import json_bytes

ABLE = "able_on_scene_s"


@pytest.fixture(scope="module")
def six() -> Made:
    return six_mixes(60)


def test_a_drill_that_never_got_there_counts_as_the_horizon() -> None:
    one = describe(made(times("a", 100.0, None)), "drill", "a", ABLE)
    assert (one.mean.value, one.reached, one.n) == ((100.0 + HORIZON_S) / 2, 1, 2)


def test_a_drill_without_the_measure_is_left_out_and_counted() -> None:
    rows = times("a", 100.0, 50.0)
    rows[1] |= {ABLE: None, "able_on_scene_status": "not-applicable"}
    one = describe(made(rows), "drill", "a", ABLE)
    assert (one.mean.value, one.n, one.not_applicable) == (100.0, 1, 1)


def test_a_failed_drill_is_left_out_of_both_mixes_of_its_pair() -> None:
    rows = times("a", 100.0, 50.0, 70.0) + times("b", 90.0, 10.0, 60.0)
    rows[4] = {"mix": "b", "replication": 1, "status": "failed"}
    (one,) = differences(made(rows), "drill", ABLE)
    assert (one.paired.n, one.paired.difference.value) == (2, -10.0)


def test_pairs_are_made_by_replication_whatever_the_order_of_rows() -> None:
    rows = times("a", 1.0, 2.0, 3.0) + times("b", 2.0, 3.0, 4.0)
    shuffled = made([rows[i] for i in (2, 0, 5, 1, 3, 4)])
    (one,) = differences(shuffled, "drill", ABLE)
    assert (one.paired.difference.low, one.paired.difference.high) == (1.0, 1.0)


def test_a_value_beyond_the_horizon_is_cut_there() -> None:
    assert describe(made(times("a", 900.0), horizon_s=600.0), "drill", "a", ABLE).mean.value == 600.0


def test_a_count_needs_no_status() -> None:
    rows: list[dict[str, Any]] = [{"mix": "a", "replication": r, "still_inside": float(r)} for r in range(3)]
    one = describe(made(rows), "drill", "a", "still_inside")
    assert (one.mean.value, one.reached, one.n) == (1.0, 3, 3)


def test_the_contrasts_form_one_family_of_all_mixes_but_the_present(six: Made) -> None:
    found = differences(six, "drill", ABLE, "one-sro")
    raw = [d.paired.p or 0.0 for d in found]
    assert [d.mix for d in found] == [m for m in six.outline.mixes if m != "one-sro"]
    assert min(d.p_holm or 0.0 for d in found) == pytest.approx(5 * min(raw))


def test_more_staff_is_faster_in_the_made_study(six: Made) -> None:
    verdicts = {d.mix: d.verdict for d in differences(six, "drill", ABLE, "one-sro")}
    assert verdicts["police-only"] == "slower"
    assert verdicts["sro-and-guard"] == "faster"


def test_mixes_without_a_clear_difference_need_more_drills() -> None:
    rows = times("a", *(10.0, 200.0, 30.0) * 3) + times("b", *(110.0, 90.0, 30.5) * 3)
    (one,) = differences(made(rows), "drill", ABLE)
    assert one.drills_more is not None
    assert one.verdict == needs_words(one.drills_more)
    assert re.fullmatch(r"needs about [\d,]+ drills more", one.verdict)


def test_a_difference_within_what_matters_is_said_not_to_matter() -> None:
    rows = times("a", *(10.0 + r for r in range(20))) + times("b", *(11.0 + r + 0.1 * (r % 3) for r in range(20)))
    (assumed,) = differences(made(rows), "drill", ABLE)
    assert (assumed.verdict, assumed.matters) == ("no difference that matters", 10.0)
    (stated,) = differences(made(rows, matters={ABLE: 0.5}), "drill", ABLE)
    assert (stated.verdict, stated.matters) == ("slower", 0.5)
    (times_,) = differences(made(rows, matters={"times": 1.05}), "drill", ABLE)
    assert times_.matters == 1.05


def test_a_constant_difference_is_decided_by_what_matters() -> None:
    rows = times("a", *(10.0, 20.0) * 3) + times("b", *(14.0, 24.0) * 3)
    verdicts = [differences(made(rows, matters={ABLE: m}), "drill", ABLE)[0].verdict for m in (4.5, 4.0, 3.0)]
    assert verdicts == ["no difference that matters", "slower", "slower"]


def test_the_best_of_the_made_study_are_named_with_the_distance_of_the_others(six: Made) -> None:
    found = choice(six, "drill", ABLE)
    assert set(found.best) <= {"sro-and-guard", "two-guards", "sro-and-patrol"}
    assert found.worse["police-only"][0] > 0
    assert "Police only" in found.words(six.outline)
    assert summarise(six, seconds=1.0)["scenarios"]["drill"]["possibly_best"][ABLE] == list(found.best)


def test_a_choice_does_not_depend_on_the_order_of_mixes_or_rows(six: Made) -> None:
    turned = choice(six, "drill", ABLE, list(six.outline.mixes)[::-1])
    assert set(turned.best) == set(choice(six, "drill", ABLE).best)


def test_a_mix_that_failed_throughout_decides_nothing() -> None:
    rows = times("a", 10.0, 20.0, 30.0) + [{"mix": "b", "replication": r, "status": "failed"} for r in range(3)]
    found = choice(made(rows), "drill", ABLE)
    assert (found.best, dict(found.worse)) == (("a", "b"), {})


def test_a_number_of_drills_more_is_rounded_up_to_two_digits() -> None:
    assert [needs_words(n) for n in (1, 99, 101, 12_345)] == [
        "needs about 1 drill more",
        "needs about 99 drills more",
        "needs about 110 drills more",
        "needs about 13,000 drills more",
    ]
    assert needs_words(None) == "no clear difference"


def test_mixes_equal_in_every_drill_are_called_the_same() -> None:
    (one,) = differences(made(times("a", 10.0, 20.0) + times("b", 10.0, 20.0)), "drill", ABLE)
    assert one.verdict == "the same"


@pytest.mark.parametrize(
    ("hits", "n", "goal", "verdict"),
    [(98, 100, 0.9, "met"), (70, 100, 0.9, "missed"), (91, 100, 0.9, "too close to call"), (0, 0, 0.9, None),
     (100, 100, 1.0, "too close to call"), (99, 100, 1.0, "missed"), (9, 10, 0.0, "met")],
)  # fmt: skip
def test_verdict_on_a_goal(hits: int, n: int, goal: float, verdict: str | None) -> None:
    assert goal_verdict(wilson(hits, n), goal) == verdict


def test_a_drill_that_never_got_there_has_not_met_a_goal_at_the_horizon() -> None:
    goal = GoalLine(ABLE, HORIZON_S, 0.9)
    (one,) = goal_results(made(times("a", 100.0, None), goals=(goal,)), "drill")
    assert one.met.value == 0.5


def test_a_goal_is_compared_with_the_present_mix_on_the_same_drills() -> None:
    goal = GoalLine(ABLE, 60.0, 0.9)
    rows = times("a", 50.0, 70.0, 80.0, None) + times("b", 50.0, 50.0, None, 55.0)
    present, other = goal_results(made(rows, goals=(goal,)), "drill")
    assert present.against is None
    assert other.against is not None
    assert (other.against.gained, other.against.lost, other.against.difference.value) == (2, 0, 0.5)
    assert other.p_holm == 0.5


def test_a_time_exactly_at_the_goal_meets_it() -> None:
    (one,) = goal_results(made(times("a", 120.0), goals=(GoalLine(ABLE, 120.0, 0.9),)), "drill")
    assert one.met.value == 1.0


def test_the_primary_measure_stands_first() -> None:
    rows = times("a", 1.0)
    rows[0] |= {"noticed_s": 0.5, "noticed_status": "reached", "people": 9}
    assert measures_of(made(rows), "drill") == [ABLE, "noticed_s", "people"]


def test_the_frame_has_one_row_per_mix_with_units_in_its_names(six: Made) -> None:
    frame = compare(six, measure=ABLE, versus="one-sro").frame
    row = frame.set_index("mix").loc["police-only"]
    assert len(frame) == 6
    assert row["difference_low_s"] < row["difference_s"] < row["difference_high_s"]
    assert frame.set_index("mix")["difference_s"].isna()["one-sro"]


def test_the_table_tells_what_the_frame_holds(six: Made) -> None:
    table = compare(six, versus="one-sro")
    for mix, gap in [(d.mix, d.paired.difference) for d in differences(six, "drill", ABLE, "one-sro")]:
        line = next(x for x in str(table).splitlines() if x.startswith(six.outline.label(mix) + "  "))
        assert difference_words(gap) in line
        assert quantile_words(describe(six, "drill", mix, ABLE).p90, HORIZON_S) in line


def test_a_printed_comparison_reads_like_this() -> None:
    study = made(times("a", 100.0, 110.0, None) + times("b", 90.0, 95.0, 700.0))
    assert str(compare(study)).splitlines() == [
        "A drill: able to act (able_on_scene_s), 3 drills per mix, seed 7",
        "",
        "mix   mean  half by  9 of 10 by  reached          against a (95 %)  p  faster in",
        "a    11:10     1:50     > 30:00   2 of 3",
        "b     4:55     1:35       11:40   3 of 3  -6:15 (-32:15 to +19:45)  -      100 %",
        "",
        "Possibly best: a, b.",
        (
            "The same random drills for every mix. p: paired t, Holm over 1 contrast (every mix against one, in this "
            "measure and scenario). Below 0: faster."
        ),
        "What matters: 10 s (A:study.matters).",
        "Drills that did not get there count as 30:00 (the horizon) in means and differences.",
        "The same drills divide the variance of the difference by: b 2.7.",
        "b: 3 pairs: too few for a test, which needs 6.",
        "Order by mean: b, a. Watched to half the horizon (15:00): the same.",
    ]


def test_a_measure_that_the_staffing_decides_is_reported_and_not_judged() -> None:
    called = "police_called_s"
    rows = times("a", *(60.0 + r for r in range(12)), measure=called) + times("b", *[40.0] * 12, measure=called)
    (one,) = differences(made(rows), "drill", called)
    assert (one.p_holm, one.verdict, one.paired.n) == (None, "", 12)
    assert one.remark == "an outcome of the staffing itself: reported, not judged"


def test_the_order_may_turn_at_half_the_horizon() -> None:
    rows = times("a", 100.0, 100.0, None) + times("b", 500.0, 500.0, 500.0)
    notes = compare(made(rows)).tables[0][3]
    assert "Order by mean: b, a. Watched to half the horizon (15:00): a, b." in notes


def test_what_is_left_out_is_told() -> None:
    rows: list[dict[str, Any]] = [*times("a", 100.0, 110.0), {"mix": "a", "replication": 2, "status": "failed"}]
    assert "a: 1 failed, left out." in str(compare(made(rows)))


def test_labels_cannot_break_the_html() -> None:
    study = made(times("a", 1.0))
    line = replace(study.outline.mixes["a"], label="<b>A & B</b>")
    outline = replace(study.outline, mixes={"a": line})
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in compare(replace(study, outline=outline))._repr_html_()


def test_an_unknown_measure_is_answered_with_the_closest(six: Made) -> None:
    with pytest.raises(ResultError, match=r"no measure called 'able_on_scen_s'\. Closest: 'able_on_scene_s'"):
        compare(six, measure="able_on_scen_s")


def test_an_unknown_mix_is_answered_with_the_closest(six: Made) -> None:
    with pytest.raises(ResultError, match=r"no mix called 'one-sr0'\. Closest: 'one-sro'"):
        compare(six, versus="one-sr0")


def test_one_run_per_mix_can_be_compared() -> None:
    study = made(times("a", 100.0) + times("b", None))
    assert "1 of 1" in str(compare(study))
    assert summarise(study, seconds=0.1)["scenarios"]["drill"]["comparisons"][0]["ci95"] == [None, None]


def test_one_mix_alone_can_be_summarised() -> None:
    assert summarise(made(times("a", 100.0)), seconds=0.1)["scenarios"]["drill"]["comparisons"] == []


def test_drills_that_all_failed_still_have_a_summary() -> None:
    study = made([{"mix": "a", "replication": 0, "status": "failed"}])
    measures = summarise(study, seconds=0.1)["scenarios"]["drill"]["mixes"]["a"]["measures"]
    assert measures[ABLE]["runs"] == 0
    assert measures[ABLE]["mean"] is None


def test_the_summary_has_exactly_the_keys_of_the_design(six: Made) -> None:
    told = summarise(six)
    drill = told["scenarios"]["drill"]
    mix = drill["mixes"]["one-sro"]
    assert list(told) == ["runs", "seed", "scenarios"]
    keys = ["primary", "horizon_s", "mixes", "comparisons", "possibly_best", "worth", "goals", "family", "order"]
    assert list(drill) == keys
    assert list(mix) == ["cost_usd_year", "measures"]
    assert list(mix["cost_usd_year"]) == ["low", "mid", "high"]
    assert list(mix["measures"][ABLE]) == [
        "mean",
        "ci95",
        "p50",
        "p90",
        "p90_ci95",
        "p90_over_horizon",
        "reached",
        "runs",
    ]
    keys = ["mix", "versus", "measure", "mean_difference", "ci95", "p_holm", "share_faster"]
    keys += ["matters", "verdict", "drills_more", "pairs", "variance_reduction", "remark", "share_tied"]
    keys += ["p90_difference", "p90_difference_ci95", "dominates"]
    assert list(drill["comparisons"][0]) == keys
    assert list(drill["goals"][0]) == ["measure", "mix", "share_met", "ci95", "verdict", "depends_on", "versus_present"]


def test_a_study_cut_once_has_the_same_rows_and_numbers(six: Made) -> None:
    cut = PartitionedResults(six)
    for scenario in six.outline.scenarios:
        for mix in (None, *six.outline.mixes):
            assert rows_of(cut, scenario, mix).equals(rows_of(six, scenario, mix))
            assert rows_of(cut, scenario, mix) is rows_of(cut, scenario, mix)
        for mix in six.outline.mixes:
            for measure in measures_of(six, scenario):
                assert describe(cut, scenario, mix, measure) == describe(six, scenario, mix, measure)


def test_what_no_procedure_has_found_is_null(six: Made) -> None:
    drill = summarise(six, seconds=1.0)["scenarios"]["drill"]
    assert {goal["depends_on"] for goal in drill["goals"]} == {None}


def test_a_summary_never_holds_nan_or_infinity(six: Made) -> None:
    nobody = made(times("a", None, None) + times("b", None, None))
    for study in (six, nobody):
        content = json_bytes(summarise(study, seconds=1.0))
        assert json.loads(content, parse_constant=pytest.fail)["scenarios"]


def test_a_nine_of_ten_beyond_the_horizon_is_flagged_not_numbered() -> None:
    study = made(times("a", *[100.0] * 8, None, None))
    found = summarise(study, seconds=1.0)["scenarios"]["drill"]["mixes"]["a"]["measures"][ABLE]
    assert (found["p50"], found["p90"], found["p90_over_horizon"]) == (100.0, None, True)
