"""Rings cleaned once, floors less their holes, and chords that part a floor."""

from __future__ import annotations

from math import cos, hypot, pi, sin

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon

from drillsim.crowd.geometry.partition import partition
from drillsim.plan.geodesic import Floor
from drillsim.plan.outlines import Chord, clean_ring, faces_of, floor_of, shortest_chords

ELL = [(0.0, 0.0), (20.0, 0.0), (20.0, 3.0), (3.0, 3.0), (3.0, 20.0), (0.0, 20.0)]


@pytest.mark.parametrize("by", [0.0, 1e-9, 1e-6, 9e-6, 1e-5, 1e-4])
def test_a_corner_written_twice_is_one_corner(by: float) -> None:
    assert clean_ring([*ELL[:3], (3.0 + by, 3.0), *ELL[3:]]) in (ELL, [*ELL[:3], (3.0 + by, 3.0), *ELL[4:]])


def test_corners_on_a_straight_wall_go() -> None:
    ring = [(x / 4, 0.0) for x in range(80)] + ELL[1:]
    assert set(clean_ring(ring)) == set(ELL)


def test_a_round_wall_keeps_what_its_shape_needs() -> None:
    around = shapely.Point(0, 0).buffer(20, quad_segs=360).exterior.coords[:-1]
    circle = [(x, y) for x, y in around]
    cleaned = clean_ring(circle)
    assert 100 < len(cleaned) < len(circle)
    assert shapely.hausdorff_distance(Polygon(circle).exterior, Polygon(cleaned).exterior) < 0.0011


def test_three_corners_stay_whatever_they_are() -> None:
    assert len(clean_ring([(0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)])) == 3


@given(st.integers(0, 5), st.sampled_from([1.0, -1.0]), st.floats(-5e6, 5e6))
def test_where_a_ring_begins_and_which_way_it_runs_changes_nothing(start: int, sense: float, far: float) -> None:
    ring = [(x + far, y + far) for x, y in [*ELL[:2], (20.0, 0.0005), *ELL[2:]]]
    turned = (ring[start:] + ring[:start])[:: int(sense)]
    assert Polygon(clean_ring(turned)).symmetric_difference(Polygon(clean_ring(ring))).area < 0.02


def test_a_column_at_the_wall_and_overlapping_holes_leave_a_floor() -> None:
    floor = floor_of(
        [(0, 0), (10, 0), (10, 10), (0, 10)],
        [[(4, 0), (5, 0), (5, 1), (4, 1)], [(3, 3), (6, 3), (6, 6), (3, 6)], [(5, 5), (8, 5), (8, 8), (5, 8)]],
    )
    assert floor.geom_type == "Polygon"
    assert floor.area == pytest.approx(100 - 1 - 9 - 9 + 1)


def test_a_hole_across_the_floor_leaves_two_pieces() -> None:
    assert (
        floor_of([(0, 0), (10, 0), (10, 10), (0, 10)], [[(4, 0), (5, 0), (5, 10), (4, 10)]]).geom_type == "MultiPolygon"
    )


def test_the_chords_of_a_bend_lead_square_across_from_its_inner_corner() -> None:
    assert sorted(c.length_m for c in shortest_chords(Polygon(ELL))) == [3.0, 3.0]


def test_a_floor_without_inward_corners_has_no_chords() -> None:
    assert shortest_chords(Polygon([(0, 0), (9, 0), (9, 9), (0, 9)])) == []


def test_chords_part_a_floor_without_loss() -> None:
    floor = Polygon([(0, 0), (30, 0), (30, 30), (0, 30)], [[(10, 10), (20, 10), (20, 20), (10, 20)]])
    faces = faces_of(floor, [Chord((10.0, 15.0), (0.0, 15.0)), Chord((20.0, 15.0), (30.0, 15.0))])
    assert sorted(f.area for f in faces) == [400.0, 400.0]


def test_a_diagonal_neck_is_found() -> None:
    """Two rooms that touch at a corner, 0.7 m apart over the diagonal."""
    d = 0.7 / 2**0.5
    floor = Polygon([(0, 0), (6, 0), (6, 6 - d), (12, 6 - d), (12, 12), (6 - d, 12), (6 - d, 6), (0, 6)])
    assert min(c.length_m for c in shortest_chords(floor)) == pytest.approx(hypot(d, d))


def test_a_gap_narrower_than_a_person_is_no_way() -> None:
    wide, narrow = (
        Floor([(0, 0), (10, 0), (10, 5), (0, 5)], [[(5, gap), (5.1, gap), (5.1, 5), (5, 5)]]) for gap in (0.55, 0.45)
    )
    assert wide.distances((1, 1), (9, 1))[0, 0] == pytest.approx(8.0, abs=0.1)
    assert narrow.distances((1, 1), (9, 1))[0, 0] == float("inf")


@pytest.mark.parametrize("by", [0.0, 1e-9, 1e-6, 9e-6, 1e-5, 2e-5, 5e-5, 5e-4])
def test_a_doubled_corner_lets_nobody_through_the_wall(by: float) -> None:
    floor = Floor([(0, 0), (12, 0), (12, 20), (10, 20), (10, 2), (10 + by, 2), (0, 2)])
    assert floor.distances((0, 1), (11, 20))[0, 0] == pytest.approx(hypot(10, 1) + hypot(1, 18), abs=2e-3)


def round_hall(corners: int) -> Polygon:
    """A round hall with a niche between every two pilasters."""
    radius = [20.3 if k % 4 < 2 else 20.0 for k in range(corners)]
    angle = [2 * pi * k / corners for k in range(corners)]
    return Polygon([(r * cos(a), r * sin(a)) for r, a in zip(radius, angle, strict=True)])


def test_chords_below_a_length_are_those_of_all_that_are_as_short() -> None:
    floor = round_hall(240)
    everywhere = shortest_chords(floor)
    assert len(everywhere) > 100
    for below_m in (0.1, 2.0, 25.0):
        assert shortest_chords(floor, below_m) == [c for c in everywhere if c.length_m < below_m]


def test_a_round_hall_with_many_pilasters_is_one_cell() -> None:
    """Of 10,800 chords that cross each other all were compared, and those of 1,440 corners took minutes."""
    found = partition(round_hall(720), is_circulation=True)
    assert (len(found.cells), found.seams) == (1, ())
