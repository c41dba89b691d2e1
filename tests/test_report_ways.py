"""Which way people went, as it is told: the tables of one drill, ways.csv of a study, and two figures."""

from __future__ import annotations

import csv
import io
from functools import cache
from pathlib import Path

import pytest

import drillsim as ds
import shipped
from drillsim.record.columns import WAYS
from drillsim.record.content import parts_of
from drillsim.record.store import WAYS_CSV
from drillsim.record.trace import Trace, WayUse
from drillsim.report.ways_figures import draw_ways, ways_charts
from drillsim.report.ways_used import exit_lines, queue_lines
from drillsim.study.results import Results, read_results, result_files, write_results

NOBODY = Trace("s", "m", 1, 0, 600.0, (), ())


@cache
def played() -> Results:
    mixes = ds.read_mixes(shipped.ROOT / "scenarios" / "mixes.yaml")
    one = ds.Mixes(mixes={mixes.present: mixes[mixes.present]}, present=mixes.present)
    scenario = ds.read_scenario(shipped.ROOT / "scenarios" / "evacuation.yaml")
    return ds.run(ds.Study((scenario,), shipped.plan_named("doe_primary"), one, runs=3, seed=1))


def told(*uses: WayUse) -> Trace:
    return Trace("s", "m", 1, 0, 600.0, (), (), ways=uses)


def test_a_drill_without_people_on_the_way_has_no_lines() -> None:
    plan = shipped.plan_named("doe_primary")
    assert exit_lines(NOBODY, plan) == queue_lines(NOBODY, plan) == []


def test_exits_stand_in_order_of_people_with_their_times_and_queue() -> None:
    uses = (
        WayUse("exit-2", "exit", "outside", 1, 5.0, 5.0, 0, None),
        WayUse("exit-3", "exit", "outside", 30, 5.0, 65.0, 4, 20.0),
        WayUse("door-126", "door", "hall-west-3-0", 99, 1.0, 2.0, 0, None),
    )
    first, second = exit_lines(told(*uses), shipped.plan_named("doe_primary"))
    assert first[1:] == ("30 people", "0:05 to 1:05; at most 4 wait, at 0:20")
    assert second[1:] == ("1 person", "at 0:05")


def test_the_longest_queue_is_told_first_and_with_the_place_it_leads_to() -> None:
    uses = (
        WayUse("exit-2", "exit", "outside", 1, 5.0, 5.0, 2, 4.0),
        WayUse("door-126", "door", "hall-west-3-0", 0, None, None, 7, 61.0),
    )
    plan = shipped.plan_named("doe_primary")
    first, second = queue_lines(told(*uses), plan)
    assert ", into " in first[0]
    assert first[1:] == ("7 wait", "at 1:01; nobody passed")
    assert second[1:] == ("2 wait", "at 0:04; 1 person passed")


def test_the_columns_of_ways_are_those_of_a_row() -> None:
    assert [c.name for c in WAYS] == list(WayUse._fields)


def test_exits_of_each_drill_in_ways_csv_add_up_to_its_people_out() -> None:
    results = played()
    rows = list(csv.DictReader(io.StringIO(b"".join(parts_of(result_files(results)[WAYS_CSV])).decode("utf-8-sig"))))
    assert list(rows[0]) == ["scenario", "mix", "replication", *(c.name for c in WAYS)]
    for row in results.rows:
        mine = [r for r in rows if r["replication"] == str(row["replication"]) and r["kind"] == "exit"]
        assert sum(int(r["people"]) for r in mine) == row["people"]


def test_two_figures_are_drawn_of_a_scenario_in_which_people_walk() -> None:
    assert [chart.name for chart in ways_charts(played())] == ["evacuation-exits", "evacuation-queues"]
    assert sorted(draw_ways(played(), formats=("svg",))) == [
        "figures/evacuation-exits.svg",
        "figures/evacuation-queues.svg",
    ]


def test_the_ways_of_a_folder_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    results = played()
    again = read_results(write_results(results, tmp_path / "out"))
    assert again.ways_used.keys() == results.ways_used.keys()
    assert result_files(again)[WAYS_CSV] == result_files(results)[WAYS_CSV]
    for key, uses in results.ways_used.items():
        for use, read in zip(uses, again.ways_used[key], strict=True):
            assert (*use[:4], use.longest_queue) == (*read[:4], read.longest_queue)
            assert read.first_s == pytest.approx(use.first_s, abs=1e-6)
    assert [chart.name for chart in ways_charts(again)] == ["evacuation-exits", "evacuation-queues"]


def test_a_folder_whose_ways_were_changed_is_refused(tmp_path: Path) -> None:
    folder = write_results(played(), tmp_path / "out")
    (folder / WAYS_CSV).write_bytes((folder / WAYS_CSV).read_bytes() + b"x")
    with pytest.raises(ds.ResultError, match=r"ways\.csv was changed"):
        read_results(folder)


def test_a_folder_without_ways_is_read_and_has_none(tmp_path: Path) -> None:
    results = played()
    still = Results(results.runs, results.outline, results.rows, study=results.study)
    assert read_results(write_results(still, tmp_path / "out")).ways.empty


def test_queues_over_time_are_never_longer_than_the_longest() -> None:
    results = played()
    seen = results.queues_over_time("evacuation")
    present, longest = results.outline.present, 0
    for (way, direction), counts in seen.items():
        assert counts.shape == (3, len(next(iter(seen.values()))[0]))
        for replication, queue in enumerate(counts):
            uses = results.ways_used["evacuation", present, replication]
            most = next((u.longest_queue for u in uses if (u.way, u.direction) == (way, direction)), 0)
            assert queue.max() <= most
            longest = max(longest, most)
    assert max(float(counts.max()) for counts in seen.values()) > 0.5 * longest


def test_looking_at_queues_changes_nothing_of_a_drill() -> None:
    scenario = ds.read_scenario(shipped.ROOT / "scenarios" / "evacuation.yaml")
    mixes = ds.read_mixes(shipped.ROOT / "scenarios" / "mixes.yaml")
    plain, looked = (
        ds.simulate(scenario, shipped.plan_named("doe_primary"), mixes[mixes.present], seed=4, queue_step_s=step_s)
        for step_s in (None, 7.0)
    )
    assert looked.events == plain.events
    assert looked.ways == plain.ways
    assert plain.queues == {}
    assert looked.queues


def test_where_nobody_walks_there_are_no_queues() -> None:
    scenario = ds.read_scenario(shipped.ROOT / "scenarios" / "evacuation.yaml").model_copy(update={"crowd": "stays"})
    mixes = ds.read_mixes(shipped.ROOT / "scenarios" / "mixes.yaml")
    plan = shipped.plan_named("doe_primary")
    assert ds.simulate(scenario, plan, mixes[mixes.present], seed=1, queue_step_s=60.0).queues == {}
