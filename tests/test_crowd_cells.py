# mypy: disable-error-code="comparison-overlap"
# (pytest.approx equals the numbers it is near to)

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from crowd_worlds import World, box, door, people_at, plan_of
from drillsim.crowd.geometry.cells import Cells
from drillsim.crowd.geometry.legs import Legs
from drillsim.crowd.laws import SFPE, Laws, speed_factor
from drillsim.crowd.states import ARRIVED, OUT, SEAM
from drillsim.errors import ScenarioError


def hall(
    polygon: Sequence[Sequence[float]], openings: list[dict[str, Any]], use: str = "corridor", laws: Laws | None = None
) -> Cells:
    return World(plan_of([("hall", use, polygon)], openings), people_at([]), laws or Laws()).cells


def test_a_corridor_is_cut_into_cells_of_at_most_ten_metres() -> None:
    cells = hall(box(0, 0, 25, 2), [door("e", "hall", "outside", 0, 1)])
    assert (cells.cells, cells.area_m2[:3]) == (3, pytest.approx([50 / 3] * 3))


def test_a_corridor_of_ten_metres_stays_whole() -> None:
    assert hall(box(0, 0, 10, 2), [door("e", "hall", "outside", 0, 1)]).cells == 1


def test_a_classroom_stays_whole() -> None:
    assert hall(box(0, 0, 25, 2), [door("e", "hall", "outside", 0, 1)], use="classroom").cells == 1


def test_the_longer_side_is_cut() -> None:
    cells = hall(box(0, 0, 2, 30), [door("e", "hall", "outside", 0, 1)])
    assert cells.anchor_xy[:3] == [(1.0, 5.0), (1.0, 15.0), (1.0, 25.0)]


def test_a_gate_on_a_chord_between_equal_cells_lies_in_the_lower_one() -> None:
    cells = hall(box(0, 0, 20, 2), [door("e", "hall", "outside", 10, 0, line=[[9.5, 0], [10.5, 0]])])
    assert cells.way_cell[0] == (0, -1)


def test_a_leg_is_cut_at_the_chords_and_its_pieces_add_up() -> None:
    cells = hall(box(0, 0, 30, 2), [door("w", "hall", "outside", 0, 1), door("e", "hall", "outside", 30, 1)])
    leg = cells.derived(Legs).leg(0, 1)
    assert [(cell, length) for cell, length, _ in leg] == [(0, 10.0), (1, 10.0), (2, 10.0)]
    assert [cells.leads[direction] for _, _, direction in leg] == [SEAM, SEAM, OUT]


def test_a_leg_to_a_gate_on_a_chord_ends_with_a_piece_of_no_length() -> None:
    gates = [door("e", "hall", "outside", 20, 1), door("m", "hall", "outside", 10, 0, line=[[9.5, 0], [10.5, 0]])]
    cells = hall(box(0, 0, 20, 2), gates)
    assert [(c, length) for c, length, _ in cells.derived(Legs).leg(0, 1)] == [
        (1, pytest.approx(np.hypot(10, 1))),
        (0, 0.0),
    ]


def test_a_leg_around_a_corner_is_cut_along_its_exact_polyline() -> None:
    bent = [[0, 0], [30, 0], [30, 20], [28, 20], [28, 2], [0, 2]]
    gates = [door("w", "hall", "outside", 0, 1), door("n", "hall", "outside", 29, 20, line=[[28.5, 20], [29.5, 20]])]
    cells = hall(bent, gates)
    leg = cells.derived(Legs).leg(0, 1)
    assert sum(length for _, length, _ in leg) == pytest.approx(cells.network.space_dist[0][0, 1], abs=1e-9)
    assert [c for c, _, _ in leg] == [0, 1, 2, 3]


def test_the_arms_of_a_horseshoe_are_cells_of_their_own() -> None:
    horseshoe = [[0, 0], [22, 0], [22, 10], [0, 10], [0, 8], [20, 8], [20, 2], [0, 2]]
    gates = [door("a", "hall", "outside", 0, 1), door("b", "hall", "outside", 0, 9)]
    cells = hall(horseshoe, gates)
    leg = cells.derived(Legs).leg(0, 1)
    assert [c for c, _, _ in leg] == [0, 2, 1]
    assert sum(length for _, length, _ in leg) == pytest.approx(cells.network.space_dist[0][0, 1], abs=1e-9)


def test_cells_of_a_bent_corridor_share_its_area() -> None:
    bent = [[0, 0], [30, 0], [30, 20], [28, 20], [28, 2], [0, 2]]
    cells = hall(bent, [door("w", "hall", "outside", 0, 1)])
    assert sum(cells.area_m2[:-1]) == pytest.approx(cells.network.space_area_m2[0])


def test_a_stair_flight_is_a_cell_of_its_length_times_its_width() -> None:
    stair = {"id": "t", "lower": "foot", "upper": "head+", "rise": 4, "width": 1.5, "length": 10,
             "lower_opening": "d0", "upper_opening": "d1"}  # fmt: skip
    plan = plan_of(
        [("foot", "stair", box(0, 0, 4, 4)), ("head+", "stair", box(0, 0, 4, 4))],
        [door("d0", "foot", "outside", 0, 2), door("d1", "head+", "outside", 0, 2)],
        stairs=[stair],
    )
    cells = World(plan, people_at([])).cells
    assert cells.area_m2[cells.flight_cell(0)] == pytest.approx(15.0)


def test_an_outdoor_place_holds_everybody() -> None:
    cells = hall(box(0, 0, 2, 2), [door("e", "hall", "outside", 0, 1)], use="outdoors")
    assert cells.places[0] > 1_000_000


COURT = [
    ("room", "classroom", box(0, 0, 9, 9)),
    ("court", "outdoors", box(9, 0, 11, 3)),
    ("hall", "lobby", box(11, 0, 19, 9)),
]
THROUGH_A_COURT = [
    door("a", "room", "court", 9, 1.5),
    door("b", "court", "hall", 11, 1.5, width=0.7),
    door("e", "hall", "outside", 19, 1),
]


def test_an_enclosed_court_holds_what_its_floor_holds() -> None:
    enclosed = World(plan_of(COURT, THROUGH_A_COURT), people_at([])).cells
    assert enclosed.places[1] == 16  # 6 m2, 2.7 persons on each
    gate = door("gate", "court", "outside", 10, 0, line=[[9.5, 0], [10.5, 0]])
    assert World(plan_of(COURT, [*THROUGH_A_COURT, gate]), people_at([])).cells.places[1] > 1_000_000


def test_people_slow_down_and_wait_in_an_enclosed_court_in_both_crowds() -> None:
    rng = np.random.default_rng(4)
    seats = [(0, float(x), float(y)) for x, y in rng.uniform((0, 0), (9, 9), (60, 2))]
    out = []
    for engine in ("reference", "compiled"):
        world = World(plan_of(COURT, THROUGH_A_COURT), people_at(seats), engine=engine)
        world.crowd.evacuate()
        world.run(60.0)
        assert world.crowd.counts()[1] == 16
        out.append(world.run().out_s)
    assert out[1] == pytest.approx(out[0], abs=1e-9)


def test_a_door_too_narrow_for_the_law_is_refused_by_name() -> None:
    with pytest.raises(ScenarioError, match="opening 'e'"):
        hall(box(0, 0, 8, 8), [door("e", "hall", "outside", 0, 1, width=0.3)])


def test_cells_of_many_points_are_those_of_each_point() -> None:
    cells = hall(box(0, 0, 30, 2), [door("w", "hall", "outside", 0, 1)])
    x = np.array([0.0, 9.99, 10.0, 10.01, 20.0, 29.0, 30.0])
    many = cells.cells_at(np.zeros(7, dtype=np.int64), x, np.ones(7))
    assert many.tolist() == [cells.cell_at(0, float(v), 1.0) for v in x] == [0, 0, 0, 1, 1, 2, 2]


def test_a_walk_to_a_point_ends_there() -> None:
    cells = hall(box(0, 0, 30, 2), [door("w", "hall", "outside", 0, 1)])
    leg = cells.derived(Legs).cut(0, ((0.0, 1.0), (15.0, 1.0)), 0, 1, ARRIVED)
    assert [(c, length) for c, length, _ in leg] == [(0, 10.0), (1, 5.0)]


def test_tables_of_speed_factors_grow_with_people_not_with_floor() -> None:
    cells = hall(box(0, 0, 4000, 4000), [door("e", "hall", "outside", 0, 1)], use="gym")
    assert len(cells.factors[0]) <= 2001
    for persons in (1999, 2000, 2001, 20_000_000, 43_200_000, 50_000_000):
        density = min(persons / 16e6, 2.7)
        assert cells.factor(0, persons) == speed_factor(SFPE, density)


def test_more_people_than_a_table_has_are_as_slow_in_both_crowds() -> None:
    rng = np.random.default_rng(1)
    seats = [(0, float(x), float(y)) for x, y in rng.uniform((0, 0), (40, 40), (2600, 2))]
    plan = plan_of([("hall", "gym", box(0, 0, 40, 40))], [door("e", "hall", "outside", 0, 20, width=3.0)])
    out = []
    for engine in ("reference", "compiled"):
        world = World(plan, people_at(seats), engine=engine)
        world.crowd.evacuate()
        out.append(world.run().out_s)
    assert out[1] == pytest.approx(out[0], abs=1e-9)
