"""Who attends: the scenario's groups, else the plan's, else the default, and the figures each group walks by."""

# mypy: disable-error-code="union-attr"
# (a None where a value is expected fails the test by itself)

from __future__ import annotations

import typing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import drillsim as ds
from drillsim.crowd.population import GroupLaw, Population
from drillsim.engine.world.clock import clock_of
from drillsim.engine.world.occupants import groups_of, people_of, seated_people, sources_of
from drillsim.engine.world.world import world_of
from drillsim.plan.model import Group
from drillsim.quantities import spread
from drillsim.scenario.groups import DEFAULT_SHARES, PREMOVEMENT, SHIPPED_GROUPS
from drillsim.streams.streams import Streams
from plays import mix, scenario, stamps
from shipped import CASES

ROOT = Path(__file__).resolve().parents[1]
CHILDREN = {"primary": 0.92, "adults": 0.05, "needs-help": 0.03}


def drill(**people: Any) -> ds.Scenario:
    return ds.Scenario.model_validate(
        {"name": "play", "incidents": [{"kind": "medical", "where": "room-101"}], "people": people}
    )


def shares(plan: ds.FloorPlan, wish: ds.Scenario) -> dict[str, float]:
    return {law.name: law.share for law in groups_of(wish, plan)}


def law(plan: ds.FloorPlan, name: str, **people: Any) -> GroupLaw:
    return next(law for law in groups_of(drill(**people), plan) if law.name == name)


def people(plan: ds.FloorPlan, wish: ds.Scenario) -> Any:
    streams = Streams(1, wish.draws)
    return people_of(wish, world_of(plan, wish), streams, clock_of(wish, plan, streams))


@pytest.fixture
def of_children(three_rooms: ds.FloorPlan) -> ds.FloorPlan:
    return three_rooms.model_copy(update={"groups": CHILDREN})


def test_a_plan_may_name_every_group_that_ships_and_no_other() -> None:
    assert typing.get_args(Group) == tuple(SHIPPED_GROUPS)


def test_by_default_secondary_pupils_and_some_who_need_help_attend(three_rooms: ds.FloorPlan) -> None:
    assert shares(three_rooms, drill()) == DEFAULT_SHARES


def test_the_plan_says_who_attends_its_school(of_children: ds.FloorPlan) -> None:
    assert shares(of_children, drill()) == CHILDREN


def test_the_scenario_has_the_last_word(of_children: ds.FloorPlan) -> None:
    assert shares(of_children, drill(groups={"secondary": {"share": "100 %"}})) == {"secondary": 1.0}


@pytest.mark.parametrize("path", [p for p, plan in CASES if plan == "doe_primary"], ids=lambda p: p.stem)
def test_a_shipped_scenario_is_played_with_the_pupils_of_the_school(
    path: Path, primary: ds.FloorPlan, secondary: ds.FloorPlan
) -> None:
    wish = ds.read_scenario(path)
    most = [max(groups_of(wish, plan), key=lambda law: law.share).name for plan in (primary, secondary)]
    assert most == ["primary", "secondary"]


@pytest.mark.parametrize("name", SHIPPED_GROUPS)
def test_a_shipped_group_named_with_its_share_walks_by_its_own_figures(three_rooms: ds.FloorPlan, name: str) -> None:
    found, shipped = law(three_rooms, name, groups={name: {"share": "10 %"}}), SHIPPED_GROUPS[name]
    assert (found.level, found.premovement) == (shipped["speed"], shipped["premovement"])
    assert (found.stair_up, found.stair_down) == (shipped["stair_up"], shipped["stair_down"])


@pytest.mark.parametrize("name", SHIPPED_GROUPS)
def test_nobody_is_quicker_on_stairs_than_on_the_level_nor_up_than_down(name: str) -> None:
    shipped = SHIPPED_GROUPS[name]
    for u in np.linspace(0.01, 0.99, 99).tolist():
        up, down, level = (shipped[key].quantile(u) for key in ("stair_up", "stair_down", "speed"))
        assert up <= down <= level


def test_any_figure_of_a_shipped_group_can_be_replaced(three_rooms: ds.FloorPlan) -> None:
    found = law(
        three_rooms, "primary", groups={"primary": {"share": "90 %", "premovement": "20 s", "stair_up": "0.5 m/s"}}
    )
    assert (found.premovement.a, found.stair_up.a) == (20.0, 0.5)
    assert (found.level, found.stair_down) == (
        SHIPPED_GROUPS["primary"]["speed"],
        SHIPPED_GROUPS["primary"]["stair_down"],
    )


def test_an_own_level_speed_takes_its_stairs_along(three_rooms: ds.FloorPlan) -> None:
    found = law(three_rooms, "secondary", groups={"secondary": {"share": "97 %", "speed": "1.2 m/s"}})
    assert (found.level.a, found.stair_up, found.stair_down) == (1.2, None, None)


def test_a_group_of_ones_own_sets_off_like_the_others(three_rooms: ds.FloorPlan) -> None:
    found = law(three_rooms, "visitors", groups={"visitors": {"share": "5 %", "speed": "1.2 m/s"}})
    assert (found.premovement, found.stair_up) == (PREMOVEMENT, None)


def test_what_is_said_for_everybody_holds_for_groups_that_say_nothing(three_rooms: ds.FloorPlan) -> None:
    groups = {"pre-k": {"share": "50 %"}, "primary": {"share": "50 %", "premovement": "7 s"}}
    wish = {"groups": groups, "premovement": "20 s", "stair_up": "0.3 m/s"}
    found = [law(three_rooms, name, **wish) for name in groups]
    assert [(one.premovement.a, one.stair_up.a) for one in found] == [(20.0, 0.3), (7.0, 0.3)]


def test_the_file_form_of_old_still_says_everything(three_rooms: ds.FloorPlan) -> None:
    speed = {"mean": "1.34 m/s", "sd": "0.26 m/s", "low": "0.8 m/s", "high": "1.9 m/s"}
    groups = {"secondary": {"share": "97 %", "speed": speed}, "needs-help": {"share": "3 %", "speed": "2.0 ft/s"}}
    found = groups_of(drill(groups=groups, premovement="5 s", stair_down="0.7 m/s"), three_rooms)
    assert [(one.share, one.level) for one in found] == [
        (0.97, spread(speed, "speed")), (0.03, spread("2.0 ft/s", "speed")),
    ]  # fmt: skip
    assert {(one.premovement.a, one.stair_up, one.stair_down.a) for one in found} == {(5.0, None, 0.7)}


def test_a_what_if_replaces_one_figure_and_keeps_the_rest(three_rooms: ds.FloorPlan) -> None:
    data = drill(groups={"primary": {"share": "95 %"}, "needs-help": {"share": "5 %"}}).model_dump(by_alias=True)
    data["overrides"] = {"slow": {"people": {"groups": {"needs-help": {"speed": "0.4 m/s"}}}}}
    wish = ds.Scenario.model_validate(data, context={"si": True}).with_override("slow")
    found = {one.name: one for one in groups_of(wish, three_rooms)}
    assert (found["needs-help"].level.a, found["needs-help"].stair_up, found["needs-help"].share) == (0.4, None, 0.05)
    assert found["primary"].level == SHIPPED_GROUPS["primary"]["speed"]


def test_people_are_drawn_by_their_groups(of_children: ds.FloorPlan) -> None:
    found = people(of_children, scenario("medical", "room-101", people={"groups": None, "premovement": None}))
    assert set(found.groups) == set(CHILDREN)
    pupils = found.level_mps[found.in_group("primary")]
    assert (len(pupils) > 0, pupils.max() <= 1.4) == (True, True)


# ---------------------------------------------------------------------- those who come in later


def sources(plan: ds.FloorPlan, wishes: list[dict[str, Any]], **changes: Any) -> Any:
    return sources_of(scenario("fire", "room-101", people={"sources": wishes}, **changes), plan)


def test_a_source_without_an_end_ends_with_the_drill(three_rooms: ds.FloorPlan) -> None:
    (one,) = sources(three_rooms, [{"space": "hall-0", "rate": "30 /min"}], horizon="5 min")
    assert (one.space, one.rate_ps, one.from_s, one.to_s) == (three_rooms.space_index["hall-0"], 0.5, 0.0, 300.0)


def test_nobody_comes_after_the_end_of_the_drill(three_rooms: ds.FloorPlan) -> None:
    wish = {"space": "hall-0", "rate": "1 /s", "from": "10 s", "to": "1 h"}
    assert [one.to_s for one in sources(three_rooms, [wish], horizon="5 min")] == [300.0]


def test_sources_are_numbered_within_their_space(three_rooms: ds.FloorPlan) -> None:
    wishes = [{"space": id_, "rate": "1 /s"} for id_ in ("hall-0", "room-101", "hall-0")]
    assert [one.number for one in sources(three_rooms, wishes)] == [0, 0, 1]


def test_a_source_brings_the_groups_of_the_drill_or_the_one_it_names(of_children: ds.FloorPlan) -> None:
    wishes = [{"space": "hall-0", "rate": "1 /s"}, {"space": "hall-0", "rate": "1 /s", "group": "pre-k"}]
    drills = ds.Scenario.model_validate(
        {"name": "a", "incidents": [{"kind": "fire", "where": "hall-0"}], "people": {"sources": wishes}}
    )
    names = [[law.name for law in one.groups] for one in sources_of(drills, of_children)]
    assert names == [list(CHILDREN), ["pre-k"]]


def test_a_what_if_keeps_the_sources(three_rooms: ds.FloorPlan) -> None:
    data = drill(sources=[{"space": "hall-0", "rate": "30 /min", "to": "1 min"}]).model_dump(by_alias=True)
    wish = ds.Scenario.model_validate(data | {"overrides": {"a": {"horizon": "9 min"}}}, context={"si": True})
    assert wish.with_override("a").people.sources == wish.people.sources


def test_where_nobody_walks_nobody_comes(three_rooms: ds.FloorPlan) -> None:
    wish = scenario("fire", "room-101", crowd="stays", people={"sources": [{"space": "hall-0", "rate": "1 /s"}]})
    assert len(people(three_rooms, wish)) == 0


def test_who_comes_in_later_is_in_no_measure_of_those_who_were_inside(three_rooms: ds.FloorPlan) -> None:
    source = {"space": "hall-0", "rate": "1 /s", "to": "30 s", "group": "needs-help"}
    wish = scenario(
        "fire", "room-101", people={"sources": [source]}, protocol={"action": "evacuate", "announced_by": "alarm"}
    )
    trace = ds.simulate(wish, three_rooms, mix(), seed=1)
    later = int((~np.isnan(people(three_rooms, wish).arrives_s)).sum())
    assert (later > 10, len(stamps(trace, "out-again"))) == (True, later)
    assert (trace.row["people"], trace.row["still_inside"]) == (50, 0)
    assert trace.row["evacuated_all_s"] == max(stamps(trace, "out"))
    assert trace.row["evacuated_needs_help_all_status"] == "not-applicable"
    assert trace.curves["out"][-1] == 50


def test_a_class_has_three_fifths_of_its_premovement_in_common_by_default(three_rooms: ds.FloorPlan) -> None:
    assert {law.class_share for law in groups_of(drill(), three_rooms)} == {0.6}
    assert {law.class_share for law in groups_of(drill(class_share="25 %"), three_rooms)} == {0.25}


def test_mixes_share_the_people_of_a_drill_and_other_wishes_draw_others(secondary: ds.FloorPlan) -> None:
    scenario = ds.read_scenario(ROOT / "scenarios" / "evacuation.yaml")
    slower = ds.vary(scenario, {"people.premovement": "90 s"})
    world = world_of(secondary, scenario)
    clock = clock_of(scenario, secondary, Streams(1, "one"))

    def people(of: ds.Scenario, replication: int) -> Population:
        return seated_people(of, world, Streams(1, "one", replication), clock)

    assert people(scenario, 0) is people(scenario, 0)
    assert people(slower, 0).premovement_s.tolist() != people(scenario, 0).premovement_s.tolist()
    assert people(scenario, 1).x.tolist() != people(scenario, 0).x.tolist()
