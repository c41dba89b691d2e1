"""The network: pinned lengths of the shipped schools, exact walks inside spaces, and nothing through the outside."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import drillsim as ds
from depth import cases
from drillsim.plan.geodesic import Floor

L_SHAPE = [(0, 0), (10, 0), (10, 4), (4, 4), (4, 10), (0, 10)]
COURT = ([(0, 0), (10, 0), (10, 10), (0, 10)], [[(2, 2), (8, 2), (8, 8), (2, 8)]])


def plan_of(spaces: list[dict[str, Any]], openings: list[dict[str, Any]], **more: Any) -> ds.FloorPlan:
    data = {"name": "test", "levels": [{"id": "L0", "elevation": 0}], "spaces": spaces, "openings": openings, **more}
    return ds.FloorPlan.model_validate(data, context={"bare_lengths": True})


def room(id_: str, x0: float, y0: float, x1: float, y1: float, **more: Any) -> dict[str, Any]:
    return {"id": id_, "level": "L0", "use": "other", "polygon": [(x0, y0), (x1, y0), (x1, y1), (x0, y1)], **more}


def door(id_: str, a: str, b: str, x: float, y: float, **more: Any) -> dict[str, Any]:
    return {"id": id_, "kind": "door", "spaces": (a, b), "line": ((x, y - 0.5), (x, y + 0.5)), **more}


def exit_(id_: str, a: str, x: float, y: float, **more: Any) -> dict[str, Any]:
    return door(id_, a, "outside", x, y, **{"kind": "exit", **more})


def test_secondary_school_has_the_published_numbers(secondary: ds.FloorPlan) -> None:
    facts = ds.build(secondary).facts()
    assert [round(v, 1) for v in facts.values()] == [110, 132, 16, 6, 67.2, 226.3]


def test_primary_school_has_the_published_numbers(primary: ds.FloorPlan) -> None:
    facts = ds.build(primary).facts()
    assert [round(v, 1) for v in facts.values()] == [52, 66, 12, 0, 53.0, 189.1]


def test_a_ring_is_walked_around_its_court() -> None:
    floor = Floor(*COURT)
    assert floor.distances((1, 5), (9, 5))[0, 0] == pytest.approx(2 * np.hypot(1, 3) + 6)


def test_an_l_shaped_hall_is_walked_around_its_corner() -> None:
    floor = Floor(L_SHAPE)
    assert floor.polyline((9, 2), (2, 9)).tolist() == [[9, 2], [4, 4], [2, 9]]


def test_the_sense_of_rotation_does_not_matter() -> None:
    assert Floor(L_SHAPE[::-1]).distances((9, 2), (2, 9))[0, 0] == Floor(L_SHAPE).distances((9, 2), (2, 9))[0, 0]


def test_a_corner_on_a_straight_wall_leaves_a_space_convex() -> None:
    assert Floor([(0, 0), (5, 0), (10, 0), (10, 4), (0, 4)]).is_convex


def test_a_door_in_a_thick_wall_is_reached_from_the_nearest_floor_point() -> None:
    floor = Floor([(0, 0), (4, 0), (4, 4), (0, 4)])
    assert floor.distances((4.4, 1), (4.0, 4))[0, 0] == pytest.approx(0.4 + 3)


@st.composite
def rectilinear_rooms(draw: st.DrawFn) -> tuple[shapely.Polygon, list[tuple[float, float]]]:
    """A connected set of 3 m squares as one polygon, and points of it."""
    cells = {(0, 0)}
    for _ in range(draw(st.integers(2, 9))):
        x, y = draw(st.sampled_from(sorted(cells)))
        dx, dy = draw(st.sampled_from([(1, 0), (-1, 0), (0, 1), (0, -1)]))
        cells.add((x + dx, y + dy))
    floor = shapely.unary_union([shapely.box(3 * x, 3 * y, 3 * x + 3, 3 * y + 3) for x, y in sorted(cells)])
    inner = st.tuples(st.sampled_from(sorted(cells)), st.integers(1, 29), st.integers(1, 29))
    spots = draw(st.lists(inner, min_size=3, max_size=4, unique=True))
    assert isinstance(floor, shapely.Polygon)
    return floor, [(3 * x + a / 10, 3 * y + b / 10) for (x, y), a, b in spots]


def floor_of(polygon: shapely.Polygon) -> Floor:
    return Floor(polygon.exterior.coords[:-1], [h.coords[:-1] for h in polygon.interiors])


@settings(max_examples=cases(60), deadline=None)
@given(rectilinear_rooms())
def test_walk_lengths_are_a_metric_no_shorter_than_the_straight_line(case: Any) -> None:
    polygon, points = case
    walks = floor_of(polygon).distances(points, points)
    straight = np.linalg.norm(np.subtract(points, np.asarray(points)[:, None]), axis=-1)
    assert np.isfinite(walks).all()
    assert np.allclose(walks, walks.T, atol=1e-9)
    assert (walks >= straight - 1e-9).all()
    for i, j, k in itertools.permutations(range(len(points)), 3):
        assert walks[i, k] <= walks[i, j] + walks[j, k] + 1e-4


@settings(max_examples=cases(40), deadline=None)
@given(rectilinear_rooms())
def test_walks_equal_a_brute_force_search_over_all_corners(case: Any) -> None:
    polygon, points = case
    corners = [c for ring in (polygon.exterior, *polygon.interiors) for c in ring.coords[:-1]]
    grown = polygon.buffer(1e-5)
    graph: nx.Graph[Any] = nx.Graph()
    for a, b in itertools.combinations([*points, *corners], 2):
        if a != b and grown.covers(shapely.LineString([a, b])):
            graph.add_edge(a, b, weight=shapely.Point(a).distance(shapely.Point(b)))
    walks = floor_of(polygon).distances(points, points)
    for i, j in itertools.combinations(range(len(points)), 2):
        assert walks[i, j] == pytest.approx(nx.dijkstra_path_length(graph, points[i], points[j]), abs=1e-6)


@settings(max_examples=cases(40), deadline=None)
@given(rectilinear_rooms())
def test_the_corners_of_a_walk_add_up_to_its_length(case: Any) -> None:
    polygon, points = case
    floor = floor_of(polygon)
    line = floor.polyline(points[0], points[1])
    length = np.linalg.norm(np.diff(line, axis=0), axis=1).sum()
    assert length == pytest.approx(floor.distances(points[0], points[1])[0, 0], abs=1e-9)
    assert polygon.buffer(1e-4).covers(shapely.LineString(line))


def test_a_stair_begins_at_the_middle_of_its_door(three_rooms: ds.FloorPlan) -> None:
    network = ds.build(three_rooms)
    stair, door_ = network.way_index("stair-a"), network.way_index("s-0")
    assert network.way_xy[stair, 0].tolist() == network.way_xy[door_, 0].tolist()


def test_the_length_of_a_way_counts_from_stair_door_to_stair_door(three_rooms: ds.FloorPlan) -> None:
    graph = ds.to_networkx(ds.build(three_rooms))
    assert nx.dijkstra_path_length(graph, "s-0", "s-1", weight="length_m") == 10.49


def test_the_public_graph_names_openings_stair_ends_and_posts(three_rooms: ds.FloorPlan) -> None:
    graph = ds.to_networkx(ds.build(three_rooms))
    assert set(graph) == {
        "d-101", "d-201", "s-0", "s-1", "e-main", "e-east", "stair-a:lower", "stair-a:upper", "post:front-desk",
    }  # fmt: skip
    assert graph.nodes["post:front-desk"]["kind"] == "post"
    assert graph.edges["stair-a:lower", "stair-a:upper"] == {"length_m": 10.49, "stair": "stair-a", "rise_m": 4.0}


def test_the_inside_of_both_schools_is_one_part_without_the_outside(
    secondary: ds.FloorPlan, primary: ds.FloorPlan
) -> None:
    for plan in (secondary, primary):
        network = ds.build(plan)
        metres = network.indoor_metres().reshape(network.ways, 2, network.ways, 2).min(axis=(1, 3))
        assert np.isfinite(metres).all()


def test_two_rooms_joined_only_through_the_outside_have_no_diameter() -> None:
    plan = plan_of([room("a", 0, 0, 4, 4), room("b", 8, 0, 12, 4)], [exit_("ea", "a", 4, 2), exit_("eb", "b", 8, 2)])
    assert ds.build(plan).facts()["diameter_m"] is None


def test_an_outdoor_space_is_not_counted_and_its_door_is_an_exit() -> None:
    plan = plan_of(
        [room("a", 0, 0, 4, 4), room("field", 4, 0, 30, 30, use="outdoors")],
        [door("to-field", "a", "field", 4, 2, kind="exit"), exit_("gate", "field", 30, 2)],
    )
    facts = ds.build(plan).facts()
    assert (facts["spaces"], facts["openings"], facts["exits"]) == (1, 1, 1)


def test_a_plan_of_one_room_can_be_built() -> None:
    plan = plan_of([room("a", 0, 0, 4, 4)], [exit_("ea", "a", 4, 2)])
    assert ds.build(plan).facts()["worst_exit_m"] == 0.0


def test_an_unknown_side_of_a_way_is_refused(three_rooms: ds.FloorPlan) -> None:
    network = ds.build(three_rooms)
    with pytest.raises(ValueError, match="does not touch"):
        network.side(network.way_index("d-101"), three_rooms.space_index["room-201"])


@pytest.mark.parametrize("path", sorted(Path(__file__).parents[1].glob("floorplans/*.yaml")), ids=lambda p: p.stem)
def test_every_shipped_plan_reaches_every_opening_from_every_other(path: Path) -> None:
    assert ds.build(ds.read_plan(path)).facts()["diameter_m"] is not None
