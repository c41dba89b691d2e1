"""More staff is not slower: the table of tools/more_staff in a small form, and the causes that it may give."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

import drillsim as ds
from more_staff.__main__ import read_state, slower, table, write_state
from more_staff.causes import RESTS, UNKNOWN, WRONG, value_s
from more_staff.drills import JUDGED, Job, Moments, Played, play, shipped
from more_staff.staffing import Addition, additions, with_one_more

SMALL = [
    Job("medical", "doe_primary", "two-guards", 0, 2, roles=("nurse", "administrator")),
    Job("two-at-once", "doe_primary", "one-sro", 0, 2, roles=("counsellor", "monitor")),
    Job("fight", "doe_primary", "police-only", 0, 2, roles=("sro",), posts=1),
    Job("lockdown", "doe_primary", "one-sro", 0, 1, roles=("armed-guard", "unarmed-guard"), posts=1),
    Job("real-days/school-day", "doe_primary", "shared", 0, 3, roles=("nurse", "sro"), posts=1),
]


@pytest.fixture(scope="module")
def played() -> Played:
    found = Played()
    for job in SMALL:
        found.add(play(job))
    return found


def test_no_mean_is_slower_with_one_more_unit(played: Played) -> None:
    assert slower(played.moments) == []


def test_nobody_is_chosen_wrongly_and_every_delay_has_a_cause(played: Played) -> None:
    assert [late for late in played.late if late.cause in (WRONG, UNKNOWN)] == []


def test_the_table_has_a_line_for_every_measure_that_was_played(played: Played) -> None:
    lines = list(table(played))
    assert {line.split()[0] for line in lines[1:]} == {contrast[-1] for contrast in played.moments}
    assert Counter(late.cause for late in played.late)[RESTS] >= 0
    assert lines[0].split()[0] == "measure"


def test_outcomes_of_the_staffing_are_not_judged() -> None:
    assert {"police_called_s", "backup_called_s", "police_met_s"}.isdisjoint(JUDGED)
    assert {"able_on_scene_s", "first_aid_s", "secured_all_s", "protective_order_s"} <= set(JUDGED)


def test_every_shipped_scenario_and_the_school_week_are_played() -> None:
    found = list(shipped())
    assert ("real-days/school-day", "doe_primary") in found
    assert ("courtyard/secure", "courtyard_school") in found
    assert len(set(found)) == len(found)


def test_every_role_of_a_mix_is_added_at_three_posts(secondary: ds.FloorPlan) -> None:
    found = additions(secondary)
    assert len(found) == 3 * len({a.role for a in found}) == 27
    assert {a.role for a in found}.isdisjoint({"police", "ems", "fire-service"})


def test_an_added_unit_is_there_in_every_drill(mixes: ds.Mixes) -> None:
    more = with_one_more(mixes["one-sro"], Addition("monitor", "gym"))
    assert [u.id for u in more.units] == ["sro-1", "added-monitor"]
    assert more.units[-1].presence == 1.0


def test_after_an_incident_is_over_by_itself_nobody_is_waited_for() -> None:
    row = {
        "first_on_scene_s": None,
        "first_on_scene_status": "not-reached",
        "resolved_s": 90.0,
        "resolved_by": "self",
    }
    assert value_s(row, "first_on_scene_s", 1800.0) == 90.0
    assert value_s({**row, "resolved_by": "unit"}, "first_on_scene_s", 1800.0) == 1800.0


def test_a_constant_delay_is_slower_and_none_is_not() -> None:
    late, same = (
        ("s", "p", "m", Addition("sro", "gym"), "able_on_scene_s"),
        ("s", "p", "m", Addition("nurse", "gym"), "able_on_scene_s"),
    )
    found = slower({late: Moments(5, 10.0, 20.0), same: Moments(5, 0.0, 0.0)})
    assert [contrast for contrast, _, _ in found] == [late]


def test_a_run_goes_on_from_its_state_file_to_the_same_table(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    jobs = [replace(SMALL[2], first=k, last=k + 1) for k in range(2)]
    found = [play(job) for job in jobs]
    write_state(state, found[0], {jobs[0]})
    again, done = read_state(state)
    again.add(found[1])
    whole = Played()
    for one in found:
        whole.add(one)
    assert done == {jobs[0]}
    assert list(table(again)) == list(table(whole))
