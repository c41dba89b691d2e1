from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely

from crowd_worlds import box, door, plan_of
from drillsim.crowd.population import GroupLaw, draw_population, quantiles
from drillsim.crowd.seating import Seats, largest_remainder, place_people
from drillsim.plan.model import FloorPlan
from drillsim.plan.network import Network, build
from drillsim.quantities import spread
from drillsim.streams.streams import Streams
from random_floors import plan_with

SPEED = spread({"mean": "1.34 m/s", "sd": "0.26 m/s", "low": "0.8 m/s", "high": "1.9 m/s"}, "speed")
SLOW = spread("0.61 m/s", "speed")
PREMOVEMENT = spread({"low": "0 s", "usual": "10 s", "high": "30 s"}, "time")
LATE = spread({"low": "3 s", "high": "59 s"}, "time")
GROUPS = [GroupLaw("secondary", 0.9, SPEED, PREMOVEMENT), GroupLaw("needs-help", 0.1, SLOW, PREMOVEMENT)]
L_SHAPE = [[0, 0], [10, 0], [10, 2], [2, 2], [2, 10], [0, 10]]


def school(
    people: dict[str, int],
    *,
    timetable: Sequence[dict[str, Any]] = (),
    rooms: int = 4,
    shape: list[list[float]] | None = None,
) -> tuple[FloorPlan, Network]:
    spaces = [(f"room-{i}", "classroom", shape or box(10 * i, 0, 10 * i + 9, 9)) for i in range(rooms)]
    spaces += [("eat", "cafeteria", box(0, 20, 30, 40)), ("snack", "cafeteria", box(40, 20, 50, 40))]
    plan = plan_of(spaces, [door("e", "eat", "outside", 0, 30)], timetable=timetable)
    seated = [s.model_copy(update={"people": people.get(s.id, 0)}) for s in plan.spaces]
    plan = plan.model_copy(update={"spaces": tuple(seated)})
    return plan, build(plan)


def seats_of(people: dict[str, int], time: str = "10:00", **more: Any) -> Seats:
    plan, network = school(people, **more)
    return place_people(network, plan, plan.period_at(time))


def period(**more: Any) -> dict[str, Any]:
    return {"period": "p", "from": "08:00", "to": "12:00", **more}


def test_without_a_timetable_everybody_is_at_home() -> None:
    assert len(seats_of({"room-0": 25, "eat": 3})) == 28


def test_between_periods_nobody_is_in() -> None:
    assert len(seats_of({"room-0": 25}, "13:00", timetable=[period(share={"classroom": 1.0})])) == 0


def test_uses_that_are_not_named_are_empty() -> None:
    assert len(seats_of({"room-0": 25, "eat": 3}, timetable=[period(share={"classroom": 1.0})])) == 25


def test_shares_are_rounded_together_within_a_use() -> None:
    seats = seats_of({f"room-{i}": 25 for i in range(4)}, timetable=[period(share={"classroom": 0.5})])
    assert np.bincount(seats.space, minlength=4)[:4].tolist() == [13, 13, 12, 12]


def test_the_first_rooms_move_as_a_whole_and_spread_by_area() -> None:
    move = period(share={"classroom": 1.0}, moves=[{"share": 0.5, "to": "cafeteria"}])
    seats = seats_of({f"room-{i}": 20 for i in range(4)}, timetable=[move])
    assert np.bincount(seats.space, minlength=6).tolist() == [0, 0, 20, 20, 30, 10]


def test_slots_name_the_home_seat_wherever_people_sit() -> None:
    move = period(share={"classroom": 1.0}, moves=[{"share": 1.0, "to": "cafeteria"}])
    seats = seats_of({"room-0": 2}, timetable=[move])
    assert seats.slots == ("room-0/0", "room-0/1")


def test_start_points_lie_in_their_space() -> None:
    seats = seats_of({"room-0": 500}, rooms=1, shape=L_SHAPE)
    people = draw_population(seats, Streams(1, "f"), GROUPS)
    inside = (people.x >= 0) & (people.y >= 0) & (people.x <= 10) & (people.y <= 10)
    assert (inside & ((people.x <= 2) | (people.y <= 2))).all()


def test_start_points_are_uniform_on_a_bent_floor() -> None:
    seats = seats_of({"room-0": 6000}, rooms=1, shape=L_SHAPE)
    people = draw_population(seats, Streams(1, "f"), GROUPS)
    shares = [(people.x > 2).mean(), (people.y > 2).mean(), ((people.x < 2) & (people.y < 2)).mean()]
    assert shares == pytest.approx([16 / 36, 16 / 36, 4 / 36], abs=0.02)


def test_another_room_leaves_everybody_elses_draws_alone() -> None:
    few, many = (
        draw_population(seats_of(people), Streams(1, "f"), GROUPS)
        for people in ({"room-1": 25}, {"room-0": 7, "room-1": 25, "room-3": 9})
    )
    same = [many.slots.index(slot) for slot in few.slots]
    for name in ("x", "y", "level_mps", "premovement_s", "group"):
        assert getattr(many, name)[same].tolist() == getattr(few, name).tolist()


def test_groups_have_their_shares_and_speeds() -> None:
    people = draw_population(seats_of({"room-0": 5000}), Streams(3, "f"), GROUPS)
    helped = people.in_group("needs-help")
    assert len(helped) / len(people) == pytest.approx(0.1, abs=0.015)
    assert set(people.level_mps[helped]) == {0.61 * 1.0}


def test_speeds_stay_within_their_bounds() -> None:  # IMO-07
    people = draw_population(seats_of({"room-0": 5000}), Streams(3, "f"), GROUPS[:1])
    assert (people.level_mps.min() >= 0.8, people.level_mps.max() <= 1.9) == (True, True)
    assert people.level_mps.mean() == pytest.approx(1.34, abs=0.015)


def test_stair_speeds_are_unset_unless_assigned() -> None:
    people = draw_population(seats_of({"room-0": 5}), Streams(3, "f"), GROUPS)
    assert np.isnan(people.stair_up_mps).all()


def test_each_group_has_its_own_stairs_and_premovement() -> None:
    stairs: dict[str, Any] = {"stair_up": spread("0.32 m/s", "speed"), "stair_down": spread("0.42 m/s", "speed")}
    groups = [GROUPS[0], GroupLaw("slow", 0.5, SLOW, LATE, **stairs)]
    people = draw_population(seats_of({"room-0": 500}), Streams(3, "f"), groups)
    slow = people.group == 1
    assert (set(people.stair_up_mps[slow]), set(people.stair_down_mps[slow])) == ({0.32}, {0.42})
    assert np.isnan(people.stair_down_mps[~slow]).all()
    assert (people.premovement_s[slow].min() >= 3, people.premovement_s[~slow].max() <= 30) == (True, True)


def test_who_is_quick_on_the_level_is_quick_on_stairs() -> None:
    stairs = spread({"low": "0.5 m/s", "high": "1.2 m/s"}, "speed")
    people = draw_population(
        seats_of({"room-0": 50}), Streams(3, "f"), [GroupLaw("a", 1.0, SPEED, LATE, stair_down=stairs)]
    )
    assert (np.diff(people.level_mps[np.argsort(people.stair_down_mps)]) >= 0).all()


def test_everybody_is_there_from_the_start_unless_said_otherwise() -> None:
    assert draw_population(seats_of({"room-0": 5}), Streams(3, "f"), GROUPS).arrives_s is None


def test_nobody_at_all_is_a_population_too() -> None:
    assert len(draw_population(seats_of({}), Streams(3, "f"), GROUPS)) == 0


@pytest.mark.parametrize(
    "form",
    [
        "3 s", {"low": "1 s", "high": "4 s"}, {"low": "1 s", "usual": "2 s", "high": "9 s"}, {"mean": "60 s"},
        {"median": "10 s", "sigma": 0.7}, {"mean": "5 s", "sd": "2 s", "low": "0 s", "high": "8 s"},
    ],
)  # fmt: skip
def test_many_quantiles_are_those_of_the_spread(form: dict[str, Any] | str) -> None:
    law, u = spread(form, "time"), np.linspace(0.001, 0.999, 101)
    assert quantiles(law, u) == pytest.approx([law.quantile(float(v)) for v in u], rel=1e-9)


def test_the_largest_remainders_are_rounded_up() -> None:
    assert largest_remainder([1.2, 1.7, 1.6, 0.5]) == [1, 2, 2, 0]


COLUMNS = [box(4, 0, 5, 3), box(4.5, 2, 7, 4), box(8.5, 8.5, 9.5, 9.5)]


def test_nobody_starts_in_a_column_that_reaches_the_wall_or_another_one() -> None:
    """Such holes made the outline as drawn invalid, and the drill was refused for a number too large or too small."""
    space = {"id": "a", "use": "gym", "polygon": box(0, 0, 9, 9), "holes": COLUMNS, "people": 300}
    plan = plan_with([space], [door("e", "a", "outside", 0, 5)])
    network = build(plan)
    people = draw_population(place_people(network, plan, None), Streams(3, "f"), GROUPS)
    floor = network.floors[0].polygon
    assert floor.area == pytest.approx(81 - 3 - 5 - 0.25 + 0.5)
    assert shapely.contains_xy(floor.buffer(1e-9), people.x, people.y).all()


def test_corners_that_a_wall_does_not_need_move_nobody() -> None:
    drawn = [
        [[0, 0], [10, 0], [10, 2], [2, 2], [2, 10], [0, 10]],
        [[0, 0], [4, 0], [10, 0], [10, 0], [10, 2], [2, 2], [2, 2], [2, 10], [0, 10]],
    ]
    points = []
    for ring in drawn:
        plan = plan_with([{"id": "a", "use": "gym", "polygon": ring, "people": 40}], [door("e", "a", "outside", 0, 5)])
        people = draw_population(place_people(build(plan), plan, None), Streams(3, "f"), GROUPS)
        points.append((people.x.tolist(), people.y.tolist()))
    assert points[0] == points[1]


def of_classes(share: float, people: dict[str, int], **more: Any) -> tuple[Seats, Any]:
    seats = seats_of(people, **more)
    groups = [replace(law, class_share=share) for law in GROUPS]
    return seats, draw_population(seats, Streams(3, "f"), groups).premovement_s


def test_a_class_sets_off_when_its_teacher_says_so() -> None:
    rooms = {f"room-{i}": 25 for i in range(4)}
    seats, together = of_classes(1.0, rooms)
    assert [len(set(together[seats.home == i])) for i in range(4)] == [1] * 4
    assert len(set(together)) == 4
    _, shared = of_classes(0.6, rooms)
    for i in range(4):
        mine = shared[seats.home == i]
        assert 0 < np.ptp(mine) <= 0.4 * 30
        assert (mine >= 0.6 * together[seats.home == i]).all()


def test_without_a_share_of_the_class_everybody_sets_off_alone() -> None:
    seats, alone = of_classes(0.0, {"room-0": 25, "room-1": 25})
    assert np.array_equal(alone, draw_population(seats, Streams(3, "f"), GROUPS).premovement_s)
    _, shared = of_classes(0.6, {"room-0": 25, "room-1": 25})
    _, together = of_classes(1.0, {"room-0": 25, "room-1": 25})
    assert shared == pytest.approx(0.6 * together + 0.4 * alone)


def test_ends_and_mean_of_the_premovement_stay_with_any_share_of_the_class() -> None:
    mean = (0 + 10 + 30) / 3
    for share in (0.0, 0.6, 1.0):
        seats = seats_of({"room-0": 40})
        groups = [replace(GROUPS[0], class_share=share)]
        drills = np.array([draw_population(seats, Streams(3, "f", r), groups).premovement_s for r in range(400)])
        assert 0 <= drills.min() <= drills.max() <= 30
        assert drills.mean() == pytest.approx(mean, abs=1.0)


def test_a_class_keeps_its_draw_in_another_room_and_beside_other_classes() -> None:
    _, at_home = of_classes(0.6, {"room-0": 20})
    _, beside = of_classes(0.6, {"room-0": 20, "room-1": 25, "eat": 3})
    lunch = period(share={"classroom": 1.0}, moves=[{"share": 1.0, "home": "classroom", "to": "cafeteria"}])
    seats, away = of_classes(0.6, {"room-0": 20, "room-1": 25}, timetable=[lunch])
    assert np.array_equal(beside[:20], at_home)
    assert np.array_equal(away[seats.home == 0], at_home)
