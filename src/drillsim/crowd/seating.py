"""Seats: the space of each person when a drill begins, by timetable, and the floors on which start points are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor

import numpy as np
import shapely
from numpy.typing import NDArray

from drillsim.plan.model import FloorPlan, Period, Space
from drillsim.plan.network import Network
from drillsim.plan.outlines import floor_of
from drillsim.streams.streams import Words, slot_words

Floats = NDArray[np.float64]


Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Seats:
    """The persons of a plan at one time of day, before anything is drawn; the same for every drill."""

    slots: tuple[str, ...]
    """'home space id/seat number' of each person, by home space in file order."""
    words: Words
    """The slots as words of the random streams."""
    home: Ints
    """(persons,) home space."""
    space: Ints
    """(persons,) space they sit in."""
    seat: Ints
    """(persons,) number of the seat in the home space, from 0."""
    triangles: Floats
    """(3, 2, triangles) x and y of each corner, over the floors of the occupied spaces."""
    share: Floats
    """(2, triangles) share of the space's area before each triangle, and up to its end."""
    reach: Floats
    """(triangles,) rank of the space plus the share up to the triangle's end; rising, to search in."""
    rank: Ints
    """(persons,) rank of the person's space among the occupied ones."""
    class_words: Words
    """Ids of the home spaces as words of the random streams, by rank: one class each."""
    class_rank: Ints
    """(persons,) rank of the person's home space among those of all."""

    def __len__(self) -> int:
        return len(self.slots)


def place_people(network: Network, plan: FloorPlan, period: Period | None) -> Seats:
    """Return who sits where in a bell period of the plan.

    Without a timetable everybody is at home; between two periods nobody is in. The shares of a use are rounded to
    whole persons together (largest remainder, ties in file order). Where a share of the home rooms has moved, the
    first rooms in file order moved as a whole, and their people fill the spaces of the other use by area.
    """
    present = _present(plan, period)
    home = np.repeat(np.arange(len(plan.spaces)), present).astype(np.int64)
    seat = np.concatenate([np.zeros(0, np.int64), *(np.arange(n) for n in present if n)]).astype(np.int64)
    space = home.copy()
    moved: dict[str, int] = {}
    for move in period.moves if period else ():
        rooms = [i for i, s in enumerate(plan.spaces) if s.use == move.home]
        first = moved.get(move.home, 0)
        last = moved[move.home] = min(len(rooms), first + floor(move.share * len(rooms) + 0.5))
        goals = [i for i, s in enumerate(plan.spaces) if s.use == move.to]
        persons = np.flatnonzero(np.isin(home, rooms[first:last]))
        if goals:
            areas = [float(network.space_area_m2[i]) for i in goals]
            counts = largest_remainder([len(persons) * a / sum(areas) for a in areas])
            space[persons] = np.repeat(goals, counts)
    slots = tuple(f"{plan.spaces[h].id}/{k}" for h, k in zip(home.tolist(), seat.tolist(), strict=True))
    return seats_in(plan, slots, home=home, space=space, seat=seat)


def seats_in(plan: FloorPlan, slots: tuple[str, ...], *, home: Ints, space: Ints, seat: Ints) -> Seats:
    """Return seats of these names, homes, spaces and numbers, with the floors of the spaces ready to be drawn on."""
    occupied, rank = np.unique(space, return_inverse=True)
    homes, class_rank = np.unique(home, return_inverse=True)
    parts = [_triangles(plan.spaces[i]) for i in occupied]
    shares = [_shares(part) for part in parts]
    return Seats(
        slots=slots,
        words=slot_words(slots),
        home=home,
        space=space,
        seat=seat,
        triangles=np.ascontiguousarray(np.concatenate([np.zeros((0, 3, 2)), *parts]).transpose(1, 2, 0)),
        share=np.ascontiguousarray(np.concatenate([np.zeros((0, 2)), *shares]).T),
        reach=np.concatenate([np.zeros(0), *(r + share[:, 1] for r, share in enumerate(shares))]),
        rank=rank.astype(np.int64).reshape(-1),
        class_words=slot_words([plan.spaces[i].id for i in homes]),
        class_rank=class_rank.astype(np.int64).reshape(-1),
    )


def largest_remainder(shares: Sequence[float]) -> list[int]:
    """Return whole numbers that add up to the rounded sum (half up); ties go to the earlier one."""
    whole = [floor(s + 1e-9) for s in shares]
    missing = floor(sum(shares) + 0.5 + 1e-9) - sum(whole)
    by_rest = sorted(range(len(shares)), key=lambda i: (-round(shares[i] - whole[i], 9), i))
    for i in by_rest[:missing]:
        whole[i] += 1
    return whole


def _present(plan: FloorPlan, period: Period | None) -> list[int]:
    present = [s.people for s in plan.spaces]
    if not plan.timetable:
        return present
    if period is None:
        return [0] * len(present)
    for use in {s.use for s in plan.spaces}:
        rooms = [i for i, s in enumerate(plan.spaces) if s.use == use]
        share = period.share.get(use, 0.0)
        counts = largest_remainder([plan.spaces[i].people * share for i in rooms])
        for i, n in zip(rooms, counts, strict=True):
            present[i] = n
    return present


def _triangles(space: Space) -> Floats:
    """Return triangles that cover a floor, shape (n, 3, 2), in an order that depends on its corners only.

    A convex floor is a fan about its first corner; any other is cut through each corner parallel to the y axis, and
    the trapezoids that remain are fans.
    """
    floor_ = floor_of(space.polygon, space.holes)  # as drawn, columns may overlap or reach the wall
    corners = shapely.get_coordinates(floor_)
    if not space.holes and floor_.convex_hull.area - floor_.area < 1e-9 * floor_.area:
        return _fan(corners[:-1])
    xs = sorted(set(corners[:, 0].tolist()))
    low, high = floor_.bounds[1], floor_.bounds[3]
    fans = []
    for x0, x1 in pairwise(xs):
        part = shapely.intersection(floor_, shapely.box(x0, low, x1, high))
        pieces = [g for g in shapely.get_parts(part) if g.area > 1e-9]
        fans += [_fan(_ring(g)) for g in sorted(pieces, key=lambda g: g.centroid.y)]
    return np.concatenate(fans)


def _ring(piece: shapely.Polygon) -> Floats:
    ring = np.array(shapely.normalize(piece).exterior.coords)[:-1]
    return np.roll(ring, -int(np.lexsort((ring[:, 1], ring[:, 0]))[0]), axis=0)


def _fan(corners: Floats) -> Floats:
    return np.array([[corners[0], corners[k], corners[k + 1]] for k in range(1, len(corners) - 1)])


def _areas(triangles: Floats) -> Floats:
    a, b, c = triangles[:, 0], triangles[:, 1], triangles[:, 2]
    return np.asarray(np.abs((b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])) / 2)


def _shares(triangles: Floats) -> Floats:
    upto = np.cumsum(_areas(triangles))
    upto /= upto[-1]
    upto[-1] = 1.0
    return np.column_stack([np.concatenate([[0.0], upto[:-1]]), upto])


def points_on_floors(seats: Seats, u0: Floats, u1: Floats) -> tuple[Floats, Floats]:
    """Return points uniform on each person's floor: a triangle by area, then a point in it."""
    if not len(seats):
        return np.zeros(0), np.zeros(0)
    which = np.searchsorted(seats.reach, seats.rank + u0, side="left")
    before, upto = (share[which] for share in seats.share)
    root = np.sqrt(np.minimum(np.maximum((u0 - before) / (upto - before), 0.0), 1.0))
    near, on, across = 1 - root, 1 - u1, u1
    x, y = (near * a[which] + root * (on * b[which] + across * c[which]) for a, b, c in seats.triangles.swapaxes(0, 1))
    return x, y
