"""Buildings of rooms, corridors and stairs, each defined once for two programs: drillsim and jupedsim-network.

Ours gets an ordinary floor plan. The other program has no plan: its nodes have an area, its links one length each. So its
corridors are cut where people come in, which in most of these buildings is where our own cells are cut; and what a
straight walk across a corridor is longer than the walk along it is walked in the room there. Everybody walks the same
metres in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import dist, floor
from typing import Any

from drillsim.plan.model import FloorPlan

Box = tuple[float, float, float, float]
XY = tuple[float, float]
DENSITY_MAX_PM2 = 2.7
DOOR_M, EXIT_M, HALL_M = 0.9, 1.8, 3.0
RISER_M, TREAD_M = 0.17, 0.28
FLIGHT_M, FLIGHT_WIDTH_M = 9.0, 1.5
LANDING_M2, STAIR_ROOM_M = 4.5, 6.0
EAST_M = 0.001
"""A door on the edge of two cells lies in the western one; this much further on it lies in the eastern one."""


@dataclass(frozen=True)
class Node:
    """A space of the other program."""

    name: str
    area_m2: float
    is_flight: bool = False


@dataclass(frozen=True)
class Link:
    """A passage of the other program."""

    source: str
    target: str
    width_m: float
    kind: str
    """'door', 'seam' (from piece to piece of a corridor), 'stair' (onto a flight) or 'stair end' (off it)."""
    length_m: float = 0.0
    """Walked in the source."""


@dataclass(frozen=True)
class Room:
    """A room with seats."""

    id: str
    box: Box
    doors: dict[str, XY]
    """By the place of safety they lead to."""
    besides_m: float = 0.0
    """What is walked in the room by the other program besides the way to the door."""

    @property
    def area_m2(self) -> float:
        return (self.box[2] - self.box[0]) * (self.box[3] - self.box[1])

    @property
    def places(self) -> int:
        """Capacity in persons."""
        return floor(DENSITY_MAX_PM2 * self.area_m2 + 1e-9)


@dataclass
class Layout:
    """One building, for both programs; the methods add to it."""

    name: str
    rooms: list[Room] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    halls: list[str] = field(default_factory=list)
    """The corridors of the plan."""
    hall_nodes: list[str] = field(default_factory=list)
    """The pieces of these corridors in the other program."""
    safe: tuple[str, ...] = ("outside",)
    """Its places of safety."""
    spaces: list[dict[str, Any]] = field(default_factory=list)
    openings: list[dict[str, Any]] = field(default_factory=list)
    stairs: list[dict[str, Any]] = field(default_factory=list)
    _pieces: list[tuple[str, float, float, str]] = field(default_factory=list)
    """Corridor, where a piece begins, metres along it to the outlet, and its name."""

    @property
    def places(self) -> int:
        """Capacity of all rooms in persons."""
        return sum(room.places for room in self.rooms)

    def plan(self) -> FloorPlan:
        """Return the floor plan."""
        levels = sorted({space["level"] for space in self.spaces})
        return FloorPlan.model_validate(
            {
                "drillsim_plan": 1, "name": self.name, "units": "m",
                "levels": [{"id": id_, "elevation": 4 * i} for i, id_ in enumerate(levels)],
                "spaces": self.spaces, "openings": self.openings, "stairs": self.stairs,
            },
            context={"bare_lengths": True},
        )  # fmt: skip

    def space(self, id_: str, use: str, box: Box, *, level: int = 0, **more: Any) -> None:
        """Add a space to the plan."""
        x0, y0, x1, y1 = box
        polygon = [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]
        self.spaces.append({"id": id_, "use": use, "level": f"L{level}", "polygon": polygon, **more})

    def way(self, kind: str, a: str, b: str, at: XY, width: float, *, upright: bool = False) -> None:
        """Add an opening to the plan; an upright one lies in a wall along y."""
        dx, dy = (0.0, width / 2) if upright else (width / 2, 0.0)
        line = [[at[0] - dx, at[1] - dy], [at[0] + dx, at[1] + dy]]
        self.openings.append({"id": f"{a}-{b}-{at[0]:g}-{at[1]:g}", "kind": kind, "spaces": [a, b], "line": line})

    def hall(self, id_: str, box: Box, *, level: int = 0) -> None:
        """Add a corridor to the plan."""
        self.space(id_, "corridor", box, level=level)
        self.halls.append(id_)

    def piece(self, name: str, area_m2: float) -> None:
        """Add a piece of a corridor to the other program."""
        self.nodes.append(Node(name, area_m2))
        self.hall_nodes.append(name)

    def pieces(self, hall: str, outlet_x: float, *arms: Sequence[float], dead_end_m: float = 0.0) -> str:
        """Cut a corridor along x for the other program, each piece leading on towards the outlet.

        arms
            Where the pieces begin, the furthest first, on each side of the outlet. The last pieces of all arms are one
            node at the outlet, whose name is returned.
        dead_end_m
            What belongs to the furthest piece, besides, where nobody walks.
        """
        middle, area = f"{hall}@{outlet_x:g}", 0.0
        for arm in arms:
            names = [*(f"{hall}@{x:g}" for x in arm[:-1]), middle]
            metres = [abs(b - a) for a, b in pairwise([*arm, outlet_x])]
            self._pieces += [(hall, x, abs(x - outlet_x), name) for x, name in zip(arm, names, strict=True)]
            for k, (name, after) in enumerate(pairwise(names)):
                self.piece(name, HALL_M * (metres[k] + (0.0 if k else dead_end_m)))
                self.links.append(Link(name, after, HALL_M, "seam", metres[k]))
            area += HALL_M * metres[-1]
        self.piece(middle, area)
        return middle

    def room(self, id_: str, box: Box, door: XY, hall: str, outlet: XY, *, level: int = 0) -> None:
        """Add a classroom with a door to a corridor whose pieces are known."""
        self.space(id_, "classroom", box, level=level)
        self.way("door", id_, hall, door, DOOR_M)
        along, piece = min((m, name) for h, x, m, name in self._pieces if h == hall and abs(x - door[0]) < 2 * EAST_M)
        room = Room(id_, box, {self.safe[0]: door}, max(0.0, dist(door, outlet) - along))
        self.rooms.append(room)
        self.nodes.append(Node(id_, room.area_m2))
        self.links.append(Link(id_, piece, DOOR_M, "door"))

    def stairwell(self, storeys: int, x: float) -> None:
        """Add a stairwell at the east end of the corridors 'hall-0', 'hall-1', ...; its foot is 'landing-0'."""
        for level in range(storeys):
            id_, area = f"landing-{level}", LANDING_M2 if level else STAIR_ROOM_M * HALL_M
            self.space(id_, "stair", (x, 0, x + STAIR_ROOM_M, HALL_M), level=level, landing=area)
            self.way("stair_door", id_, f"hall-{level}", (x, HALL_M / 2), EXIT_M, upright=True)
            self.nodes.append(Node(id_, area))
            if level:
                below, flight = f"landing-{level - 1}", f"flight-{level}"
                self.stairs.append(
                    {
                        "id": flight, "lower": below, "upper": id_, "rise": 3.74,
                        "width": FLIGHT_WIDTH_M, "length": FLIGHT_M, "riser": RISER_M, "tread": TREAD_M,
                    }
                )  # fmt: skip
                self.nodes.append(Node(flight, FLIGHT_M * FLIGHT_WIDTH_M, is_flight=True))
                self.links.append(Link(id_, flight, FLIGHT_WIDTH_M, "stair"))
                self.links.append(Link(flight, below, FLIGHT_WIDTH_M, "stair end", FLIGHT_M))


def corridor_school(rooms: int = 40) -> Layout:
    """A corridor with classrooms of 8 x 9 m on both sides and an exit at each end; 164 m long with 40 rooms."""
    half = rooms // 2
    length, y = 8.0 * half + 4.0, HALL_M / 2
    layout = Layout(f"corridor school of {rooms} rooms")
    layout.hall("hall", (0, 0, length, HALL_M))
    doors = [6.0 + 8.0 * k for k in range(half)]
    for outlet in (0.0, length):
        near = sorted((x for x in doors if abs(x - outlet) < length / 2), key=lambda x: -abs(x - outlet))
        middle = layout.pieces("hall", outlet, near, dead_end_m=length / 2 - abs(near[0] - outlet))
        layout.way("exit", "hall", "outside", (outlet, y), EXIT_M, upright=True)
        layout.links.append(Link(middle, "outside", EXIT_M, "door", abs(near[-1] - outlet)))
        for x in near:
            layout.room(f"n-{x:g}", (x - 4, HALL_M, x + 4, HALL_M + 9), (x, HALL_M), "hall", (outlet, y))
            layout.room(f"s-{x:g}", (x - 4, -9, x + 4, 0), (x, 0), "hall", (outlet, y))
    return layout


def campus(schools: int, apart_m: float = 40.0) -> Layout:
    """Corridor schools of 40 rooms side by side, as one building; for our program only."""
    school = corridor_school()
    layout = Layout(f"campus of {schools:,} corridor schools")
    for k in range(schools):
        up = apart_m * k
        layout.halls += [f"{hall}/{k}" for hall in school.halls]
        for space in school.spaces:
            polygon = [[x, y + up] for x, y in space["polygon"]]
            layout.spaces.append(space | {"id": f"{space['id']}/{k}", "polygon": polygon})
        for opening in school.openings:
            joined = [side if side in school.safe else f"{side}/{k}" for side in opening["spaces"]]
            line = [[x, y + up] for x, y in opening["line"]]
            layout.openings.append(opening | {"id": f"{opening['id']}/{k}", "spaces": joined, "line": line})
        for room in school.rooms:
            x0, y0, x1, y1 = room.box
            doors = {name: (x, y + up) for name, (x, y) in room.doors.items()}
            layout.rooms.append(Room(f"{room.id}/{k}", (x0, y0 + up, x1, y1 + up), doors))
    return layout


def one_room() -> Layout:
    """One room with one door."""
    layout = Layout("one room, one door")
    layout.space("room", "gym", (0, 0, 40, 40))
    layout.way("exit", "room", "outside", (0, 20), 2.0, upright=True)
    layout.rooms.append(Room("room", (0, 0, 40, 40), {"outside": (0, 20)}))
    layout.nodes.append(Node("room", 1600.0))
    layout.links.append(Link("room", "outside", 2.0, "door"))
    return layout


def two_doors() -> Layout:
    """One room with two doors of unequal width; everybody takes the nearer one."""
    layout = Layout("one room, two unequal doors", safe=("west", "east"))
    layout.space("room", "gym", (0, 0, 30, 20))
    layout.nodes.append(Node("room", 600.0))
    doors = {"west": (0.0, 10.0), "east": (30.0, 10.0)}
    for (name, at), width in zip(doors.items(), (DOOR_M, EXIT_M), strict=True):
        layout.way("exit", "room", "outside", at, width, upright=True)
        layout.links.append(Link("room", name, width, "door"))
    layout.rooms.append(Room("room", (0, 0, 30, 20), doors))
    return layout


def tee() -> Layout:
    """Two arms of a corridor meet in a third, at whose end is the exit."""
    layout = Layout("T of corridors")
    layout.hall("bar", (0, 0, 90, HALL_M))
    layout.hall("stem", (43.5, -30, 46.5, 0))
    layout.way("opening", "bar", "stem", (45, 0), HALL_M)
    layout.way("exit", "stem", "outside", (45, -30), EXIT_M)
    west, east = [10.0, 20.0, 30.0, 40.0], [80.0, 70.0, 60.0, 50.0]
    middle = layout.pieces("bar", 45, west, east)
    chain = [middle, "stem@0", "stem@1", "stem@2", "outside"]
    for name in chain[1:-1]:
        layout.piece(name, 10 * HALL_M)
    kinds = (("door", HALL_M, 5.0), ("seam", HALL_M, 10.0), ("seam", HALL_M, 10.0), ("door", EXIT_M, 10.0))
    for (a, b), (kind, width, metres) in zip(pairwise(chain), kinds, strict=True):
        layout.links.append(Link(a, b, width, kind, metres))
    for x in (*west, *east):
        low, door = (x - 7, x + EAST_M) if x < 45 else (x - 3, x)
        layout.room(f"n-{x:g}", (low, HALL_M, low + 10, HALL_M + 10), (door, HALL_M), "bar", (45, 0))
        layout.room(f"s-{x:g}", (low, -10, low + 10, 0), (door, 0), "bar", (45, 0))
    return layout


def storeys(count: int) -> Layout:
    """Storeys of a corridor with eight classrooms each, joined by one stairwell at the east end.

    With two storeys the stair ends in the corridor of the ground floor, whose exit is at the west end; with more, people
    of every storey merge at its landings and leave at its foot.
    """
    merging = count > 2
    layout = Layout(f"{count} storeys, the stair {'merges at landings' if merging else 'ends in a corridor'}")
    doors, end, y = [10.0, 20.0, 30.0, 40.0], 50.0, HALL_M / 2
    for level in range(count):
        hall, west = f"hall-{level}", not merging and level == 0
        layout.hall(hall, (0, 0, end, HALL_M), level=level)
        middle = layout.pieces(hall, 0.0, [end, *doors[::-1]]) if west else layout.pieces(hall, end, doors)
        if west:
            layout.way("exit", hall, "outside", (0, y), EXIT_M, upright=True)
            layout.links.append(Link("landing-0", f"{hall}@{end:g}", EXIT_M, "door"))
        layout.links.append(Link(middle, "outside" if west else f"landing-{level}", EXIT_M, "door", 10.0))
        for x in doors:
            door, outlet = (x, (0.0, y)) if west else (x + EAST_M, (end, y))
            for side, y0, wall in (("n", HALL_M, HALL_M), ("s", -10.0, 0.0)):
                box = (x - 5, y0, x + 5, y0 + 10)
                layout.room(f"{side}-{level}-{x:g}", box, (door, wall), hall, outlet, level=level)
    layout.stairwell(count, end)
    if merging:
        layout.way("exit", "landing-0", "outside", (end + STAIR_ROOM_M, y), EXIT_M, upright=True)
        layout.links.append(Link("landing-0", "outside", EXIT_M, "door", STAIR_ROOM_M))
    return layout


def six_layouts() -> list[Layout]:
    """Return the buildings that are compared."""
    return [corridor_school(), one_room(), two_doors(), tee(), storeys(2), storeys(3)]
