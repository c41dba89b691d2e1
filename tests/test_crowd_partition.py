"""Floors parted into cells by cuts and necks (rule A 2): true widths, whatever way a plan is drawn."""

from __future__ import annotations

import random

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, affinity, box
from shapely.geometry.base import BaseGeometry

from depth import plays_of
from drillsim.crowd.geometry import partition as parting
from drillsim.crowd.geometry.partition import Partition
from drillsim.plan.outlines import floor_of, without_narrow_passages


def partition(floor: BaseGeometry, *, is_circulation: bool) -> Partition:
    assert isinstance(floor, Polygon | MultiPolygon)
    return parting.partition(floor, is_circulation=is_circulation)


def widths(found: Partition) -> list[float]:
    return sorted(round(s.width_m, 6) for s in found.seams)


def areas(found: Partition) -> list[float]:
    return sorted(round(c.area, 4) for c in found.cells)


@pytest.mark.parametrize(
    ("length", "width", "parts"), [(60, 3, 6), (36, 3, 4), (20, 9, 2), (19, 9.6, 1), (10, 2, 1), (10.4, 2, 2)]
)
def test_a_straight_corridor_has_equal_parts_of_at_most_ten_metres(length: float, width: float, parts: int) -> None:
    found = partition(box(0, 0, length, width), is_circulation=True)
    assert areas(found) == pytest.approx([length * width / parts] * parts)
    assert widths(found) == pytest.approx([width] * (parts - 1))


def test_a_room_is_not_cut() -> None:
    assert len(partition(box(0, 0, 60, 3), is_circulation=False).cells) == 1


def test_two_arms_of_a_ring_are_two_corridors() -> None:
    ring = Polygon(box(0, 0, 40, 30).exterior, [box(2, 2, 38, 28).exterior])
    found = partition(ring, is_circulation=True)
    assert widths(found) == [2.0] * 10
    assert len(found.cells) == 10


def test_bays_add_no_width() -> None:
    comb = shapely.union_all([box(0, 0, 40, 2), *(box(x, 2, x + 2, 8) for x in (4, 14, 24, 34))])
    found = partition(comb, is_circulation=True)
    assert widths(found) == [2.0, 2.0, 2.0]


def test_a_cut_keeps_out_of_a_bay() -> None:
    corridor = shapely.union_all([box(0, 0, 40, 2), box(19, 2, 21, 8)])
    assert widths(partition(corridor, is_circulation=True)) == [2.0, 2.0, 2.0]


def test_a_neck_inside_a_room_is_as_wide_as_it_is() -> None:
    lab = shapely.difference(
        box(-10, -6.5, 6, 6.5), shapely.union_all([box(0, 0.35, 0.2, 6.5), box(0, -6.5, 0.2, -0.35)])
    )
    lab = shapely.difference(lab, shapely.union_all([box(0.2, 0.85, 2.2, 6.5), box(0.2, -6.5, 2.2, -0.85)]))
    found = partition(lab, is_circulation=False)
    assert widths(found) == [0.7]
    assert found.seams[0].is_neck
    assert len(found.cells) == 2


def test_a_neck_is_found_at_every_angle() -> None:
    """At some angles shapely's oriented envelope of a hall is a line, and every neck beside it was lost."""
    west, east = box(-13.4, -6.7, 0, 4), box(0.5, -6.7, 12, 4)
    floor = shapely.union_all([west, east, box(0, -0.4, 0.5, 0.4)])
    for angle in range(0, 360, 3):
        found = partition(affinity.rotate(floor, angle + 0.1234, origin=(0, 0)), is_circulation=False)
        assert widths(found) == [0.8], angle


def test_of_the_two_ends_of_a_passage_the_same_is_the_neck_however_it_is_drawn() -> None:
    """Both ends are as wide; the passage goes with the smaller hall, also where the closed gaps beside it leave slivers."""
    joined = shapely.union_all([box(-8.21, -2.04, 6.52, 1.85), box(-9.12, -1.29, 9.12, 1.29)])
    hall = shapely.difference(joined, box(0.18, -0.17, 1.15, 1.43))
    assert isinstance(hall, Polygon)
    floor = without_narrow_passages(hall)
    for drawn in (floor, affinity.scale(floor, -1, 1), affinity.rotate(floor, 77), affinity.scale(floor, 1, -1)):
        found = partition(drawn, is_circulation=False)
        assert sorted(round(c.area, 1) for c in found.cells) == [0.4, 29.4, 35.0]


def test_a_throat_of_a_wide_corridor_is_a_neck() -> None:
    throat = shapely.difference(box(0, 0, 30, 6), shapely.union_all([box(14, 0, 15, 2.4), box(14, 3.6, 15, 6)]))
    assert 1.2 in widths(partition(throat, is_circulation=True))


def test_a_bend_is_no_neck() -> None:
    assert widths(partition(shapely.union(box(0, 0, 9, 3), box(6, 0, 9, 9)), is_circulation=True)) == []


def test_a_column_takes_width_only_where_a_chord_runs_through_it() -> None:
    found = partition(shapely.difference(box(0, 0, 20, 4), box(9.8, 1.8, 10.2, 2.2)), is_circulation=True)
    assert widths(found) == [3.6]
    assert sum(c.area for c in found.cells) == pytest.approx(80 - 0.16)


def test_a_niche_too_small_for_a_cell_tells_its_width() -> None:
    room = shapely.union(box(0, 0, 8, 8), box(8, 3, 9, 3.7))
    found = partition(room, is_circulation=False)
    assert len(found.cells) == 1
    assert [round(width, 6) for _, width in found.niches] in ([], [0.7])


# ----------------------------------------------------------------- properties
def random_floor(seed: int) -> Polygon | None:
    """A union of up to five turned boxes with up to two holes; None where it falls into pieces."""
    rng = random.Random(seed)
    common = rng.choice([0.0, 0.0, rng.uniform(0, 90)])
    boxes = []
    for _ in range(rng.randint(1, 5)):
        one = box(0, 0, rng.uniform(2, 30), rng.uniform(2, 12))
        one = affinity.rotate(one, common if rng.random() < 0.7 else rng.uniform(0, 180))
        boxes.append(affinity.translate(one, rng.uniform(-15, 15), rng.uniform(-15, 15)))
    union = shapely.union_all(boxes)
    if isinstance(union, MultiPolygon):
        union = max(union.geoms, key=lambda g: g.area)
    for _ in range(rng.randint(0, 2)):
        at = union.representative_point()
        hole = box(at.x - rng.uniform(0.2, 3), at.y - rng.uniform(0.2, 3), at.x + 1, at.y + 1)
        less = shapely.difference(union, affinity.rotate(hole, rng.uniform(0, 90)))
        union = less if less.geom_type == "Polygon" else union
    floor = floor_of(*drawn(union))
    return floor if isinstance(floor, Polygon) and floor.is_valid else None


def drawn(floor: BaseGeometry) -> tuple[list[tuple[float, float]], list[list[tuple[float, float]]]]:
    """Outline and holes as a plan file lists them."""
    assert isinstance(floor, Polygon)
    rings = [[(x, y) for x, y in ring.coords[:-1]] for ring in (floor.exterior, *floor.interiors)]
    return rings[0], rings[1:]


@given(st.integers(0, 10**9))
@plays_of(60)
def test_turning_mirroring_moving_and_listing_otherwise_change_no_cell(seed: int) -> None:
    floor = random_floor(seed)
    if floor is None:
        return
    rng = random.Random(seed + 1)
    other = affinity.translate(affinity.rotate(floor, rng.uniform(0, 360), origin=(3, 4)), 1000, 2000)
    if rng.random() < 0.5:
        other = affinity.scale(other, -1, 1, origin=(0, 0))
    outline, holes = drawn(other)
    start = rng.randrange(len(outline))
    outline = outline[start:] + outline[:start]
    turned = floor_of(outline[:: rng.choice([1, -1])], holes)
    assert isinstance(turned, Polygon)
    one, two = partition(floor, is_circulation=True), partition(turned, is_circulation=True)
    assert areas(two) == pytest.approx(areas(one), abs=1e-3)
    assert widths(two) == pytest.approx(widths(one), abs=1e-5)


@given(st.integers(0, 10**9), st.booleans())
@plays_of(60)
def test_cells_are_the_floor_and_seams_join_them(seed: int, is_circulation: bool) -> None:
    floor = random_floor(seed)
    if floor is None:
        return
    found = partition(floor, is_circulation=is_circulation)
    assert sum(c.area for c in found.cells) == pytest.approx(floor.area, abs=1e-5)
    for seam in found.seams:
        line = shapely.LineString([seam.chord.a, seam.chord.b])
        assert floor.buffer(1e-5).covers(line)
        assert all(found.cells[c].distance(line.centroid) < 0.5 for c in seam.cells)
        assert seam.width_m <= seam.chord.length_m + 1e-9
    assert len({c for s in found.seams for c in s.cells}) == (len(found.cells) if found.seams else 0)


@given(
    st.floats(1.0, 6.0), st.integers(25, 90), st.lists(st.tuples(st.floats(0.5, 4.0), st.floats(0.3, 6.0)), max_size=6)
)
@plays_of(60)
def test_bays_and_niches_leave_the_narrowest_seam_as_wide_as_the_corridor(
    width: float, length: int, bays: list[tuple[float, float]]
) -> None:
    parts = [box(0, 0, length, width)]
    places = [(6 + 12 * k, wide, deep) for k, (wide, deep) in enumerate(bays) if 10 + 12 * k < length]
    parts += [box(x, width, x + wide, width + deep) for x, wide, deep in places]
    found = partition(floor_of(*drawn(shapely.union_all(parts))), is_circulation=True)
    across = [s.width_m for s in found.seams if abs(s.chord.a[0] - s.chord.b[0]) < 1e-6]
    if length >= 2 * width:
        assert min(across) == pytest.approx(width)
        assert sum(w == pytest.approx(width) for w in across) >= length // 10 - 1
