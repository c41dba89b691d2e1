"""Random floors of turned boxes with courts and columns, gates on their walls, and a judge of walks by shapely and networkx."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from math import cos, hypot, inf, pi, sin
from typing import Any

import networkx as nx
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon, affinity
from shapely.geometry.base import BaseGeometry

from crowd_worlds import World, box, door, people_at
from drillsim.crowd.laws import Laws
from drillsim.crowd.population import Population
from drillsim.plan.model import FloorPlan

XY = tuple[float, float]
Move = Callable[[XY], XY]
Random = np.random.Generator
Floats = NDArray[np.float64]
PERSON_M = 0.55
"""Floors with a passage narrower than this are left out: what a person cannot pass is a rule of its own."""
BEND_M = 0.003
"""Floors with a corner that bends a wall by less are left out: such corners go when rings are cleaned."""


@dataclass(frozen=True)
class Drawn:
    """A floor as a file lists it, and the ends of the gates on its outline."""

    outline: list[XY]
    holes: list[list[XY]]
    gates: list[tuple[XY, XY]]

    @property
    def polygon(self) -> Polygon:
        return Polygon(self.outline, self.holes)

    def middle(self, gate: int) -> XY:
        (ax, ay), (bx, by) = self.gates[gate]
        return (ax + bx) / 2, (ay + by) / 2

    def moved(self, move: Move) -> Drawn:
        rings = [[move(p) for p in ring] for ring in (self.outline, *self.holes)]
        return Drawn(rings[0], rings[1:], [(move(a), move(b)) for a, b in self.gates])

    def listed_anew(self, rng: Random) -> Drawn:
        """The same floor with corners doubled and collinear ones added, rings begun elsewhere and run either way."""
        return replace(self, outline=_anew(self.outline, rng), holes=[_anew(hole, rng) for hole in self.holes])


def _anew(ring: list[XY], rng: Random) -> list[XY]:
    more: list[XY] = []
    for a, b in pairwise([*ring, ring[0]]):
        t = float(rng.uniform(0.2, 0.8))
        more += [a] * int(rng.integers(1, 3))
        if rng.random() < 0.5:
            more.append((a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))
    start = int(rng.integers(len(more)))
    return [*more[start:], *more[:start]][:: int(rng.choice([1, -1]))]


def turned(angle: float) -> Move:
    c, s = cos(angle), sin(angle)
    return lambda p: (c * p[0] - s * p[1], s * p[0] + c * p[1])


def _box(rng: Random, middle: Floats, sides: Floats, angle: float) -> Polygon:
    wide, high = sides if rng.random() < 0.5 else sides[::-1]
    made = affinity.rotate(
        Polygon(box(-wide / 2, -high / 2, wide / 2, high / 2)), angle, origin=(0, 0), use_radians=True
    )
    return affinity.translate(made, float(middle[0]), float(middle[1]))


def drawn_floor(rng: Random, gates: int = 3) -> Drawn | None:
    """A union of boxes, many of them turned, with courts and columns; None where it falls apart or a person cannot pass.

    Some have a court in the middle, so that corridors run around it; some all walls in one direction.
    """
    common = float(rng.choice([0.0, rng.uniform(0, pi / 2)]))

    def angle() -> float:
        return common if rng.random() < 0.6 else float(rng.uniform(0, pi))

    shape: BaseGeometry
    if rng.random() < 0.3:
        wide, high = rng.uniform(10, 36, 2)
        arms = rng.uniform(1.3, 3.5, 4)
        court = box(-wide / 2 + arms[0], -high / 2 + arms[1], wide / 2 - arms[2], high / 2 - arms[3])
        shape = Polygon(box(-wide / 2, -high / 2, wide / 2, high / 2), [court])
        shape = affinity.rotate(shape, common, origin=(0, 0), use_radians=True)
    else:
        shape = _box(rng, np.zeros(2), rng.uniform((8, 2), (40, 9)), common)
    for _ in range(int(rng.integers(0, 5))):
        middle = rng.uniform(shape.bounds[:2], shape.bounds[2:])
        shape = shapely.union(shape, _box(rng, middle, rng.uniform((1.2, 6.0), (4.0, 30.0)), angle()))
    for _ in range(int(rng.choice([0, 0, 1, 2]))):
        middle = rng.uniform(shape.bounds[:2], shape.bounds[2:])
        shape = shapely.difference(shape, _box(rng, middle, rng.uniform(0.2, 2.5, 2), angle()))
    if not isinstance(shape, Polygon) or not _can_be_judged(shape):
        return None
    outline, *holes = [[(float(x), float(y)) for x, y in r.coords[:-1]] for r in (shape.exterior, *shape.interiors)]
    walls = [(a, b) for a, b in pairwise([*outline, outline[0]]) if hypot(b[0] - a[0], b[1] - a[1]) > 1.5]
    if len(walls) < gates:
        return None
    return Drawn(outline, holes, [_gate(rng, *walls[k]) for k in rng.choice(len(walls), gates, replace=False)])


def _gate(rng: Random, a: XY, b: XY) -> tuple[XY, XY]:
    size = hypot(b[0] - a[0], b[1] - a[1])
    at = rng.uniform(0.6, size - 0.6)
    low, high = ((at - 0.5) / size, (at + 0.5) / size)
    ends = [(a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])) for t in (low, high)]
    return ends[0], ends[1]


def _can_be_judged(floor: Polygon) -> bool:
    """Whether a person can pass everywhere, and no corner goes when the rings are cleaned."""
    rings = [np.asarray(ring.coords)[:-1] for ring in (floor.exterior, *floor.interiors)]
    lines = [np.array(shapely.linestrings(np.stack([ring, np.roll(ring, -1, axis=0)], axis=1))) for ring in rings]
    for number, ring in enumerate(rings):
        before, after = np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0)
        base, back = after - before, ring - before
        off_m = np.abs(back[:, 0] * base[:, 1] - back[:, 1] * base[:, 0]) / np.maximum(np.hypot(*base.T), BEND_M)
        if off_m.min() <= BEND_M:
            return False
        for k, corner in enumerate(np.array(shapely.points(ring))):
            others = [np.delete(lines[n], [k - 1, k]) if n == number else lines[n] for n in range(len(rings))]
            if shapely.distance(np.concatenate(others), corner).min(initial=inf) < PERSON_M:
                return False
    return True


def plan_with(
    spaces: Sequence[dict[str, Any]], openings: Sequence[dict[str, Any]], unit: str = "m", **more: Any
) -> FloorPlan:
    """A plan of spaces, on level L0 where none is said, which may have holes."""
    levels = [{"id": "L0", "elevation": 0}, {"id": "L1", "elevation": 4}]
    made = [{"level": "L0"} | space for space in spaces]
    plan = {
        "drillsim_plan": 1,
        "name": "play",
        "units": unit,
        "levels": levels,
        "spaces": made,
        "openings": list(openings),
    }
    return FloorPlan.model_validate(plan | more, context={"bare_lengths": unit})


def floor_world(
    drawn: Drawn, people: Population, use: str, engine: str, *, unit: str = "m", laws: Laws | None = None
) -> World:
    """A floor whose gates are exits."""
    space = {"id": "f", "use": use, "polygon": drawn.outline, "holes": drawn.holes}
    openings = [exit_at(f"e{k}", "f", gate) for k, gate in enumerate(drawn.gates)]
    return World(plan_with([space], openings, unit), people, laws or Laws(), engine=engine)


def exit_at(id_: str, space: str, gate: tuple[XY, XY]) -> dict[str, Any]:
    made = door(id_, space, "outside", 0, 0, line=[list(gate[0]), list(gate[1])])
    del made["width"]
    return made


def spots(rng: Random, floor: Polygon, count: int) -> list[XY]:
    """Random points of a floor, away from its walls."""
    low, high = np.array(floor.bounds[:2]), np.array(floor.bounds[2:])
    points = rng.uniform(low, high, (40 * count + 200, 2))
    inner = floor.buffer(-0.05)
    return [(float(x), float(y)) for x, y in points[shapely.contains_xy(inner, points[:, 0], points[:, 1])]][:count]


def people_of(rng: Random, points: Sequence[XY]) -> Population:
    """People at points of the first space, each with a speed and a premovement of its own."""
    people = people_at([(0, x, y) for x, y in points])
    people.level_mps[:] = rng.uniform(0.6, 1.9, len(points))
    people.premovement_s[:] = rng.uniform(0.0, 5.0, len(points))
    return people


def placed(people: Population, points: Sequence[XY]) -> Population:
    """The same people at other points."""
    return replace(people, x=np.array([x for x, _ in points]), y=np.array([y for _, y in points]))


def seen_graph(floor: Polygon, points: Sequence[XY]) -> nx.Graph[int]:
    """The visibility graph of some points (numbered first) and all corners of a floor, by straight metres."""
    corners = [tuple(c) for ring in (floor.exterior, *floor.interiors) for c in ring.coords[:-1]]
    places = [*points, *corners]
    grown = floor.buffer(1e-7, join_style="mitre")
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(len(points)))
    pairs = list(combinations(range(len(places)), 2))
    lines = shapely.linestrings([[places[i], places[j]] for i, j in pairs])
    shapely.prepare(grown)
    for (i, j), seen, metres in zip(pairs, shapely.covers(grown, lines), shapely.length(lines), strict=True):
        if seen:
            graph.add_edge(i, j, weight=float(metres))
    return graph


def walks(floor: Polygon, points: Sequence[XY]) -> list[list[float]]:
    """Metres of the shortest walks among some points."""
    graph = seen_graph(floor, points)
    found = []
    for i in range(len(points)):
        metres = nx.single_source_dijkstra_path_length(graph, i)
        found.append([metres.get(j, inf) for j in range(len(points))])
    return found
