"""Buildings of the crowd cases, given in the form of plan files: corridors, rooms, stairs, towers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from drillsim.plan.model import FloorPlan

Corners = list[list[float]]
Plain = dict[str, Any]

FOOT, HEAD = (0, 0.0, 2.0), (1, 20.0, 2.0)
"""Space, x and y of the two ends of `flight`."""
FT_M = 0.3048
IN_M = 0.0254


def box(x0: float, y0: float, x1: float, y1: float) -> Corners:
    """Return the corners of a rectangle, metres."""
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]


def space(id_: str, use: str, polygon: Corners, level: int = 0, **more: Any) -> Plain:
    """Return a space in the form of a plan file, on level `L<level>`; `more` adds keys."""
    return {"id": id_, "level": f"L{level}", "use": use, "polygon": polygon} | more


def gate(id_: str, inner: str, outer: str, at: Sequence[float], width_m: float = 1.0, *, axis: str = "y") -> Plain:
    """Return a door, or an exit where one side is 'outside', whose midpoint is `at` and whose line runs along an axis."""
    (x, y), half = at, width_m / 2
    line = [[x, y - half], [x, y + half]] if axis == "y" else [[x - half, y], [x + half, y]]
    kind = "exit" if "outside" in (inner, outer) else "door"
    return {"id": id_, "kind": kind, "spaces": [inner, outer], "line": line, "width": width_m}


def drawn(
    name: str, spaces: Sequence[Plain], gates: Sequence[Plain], stairs: Sequence[Plain] = (), *, storey_m: float = 4.0
) -> FloorPlan:
    """Return the plan of these spaces, openings and stairs; levels `storey_m` apart are added for all that spaces name."""
    top = max(int(s["level"][1:]) for s in spaces)
    levels = [{"id": f"L{i}", "elevation": i * storey_m} for i in range(top + 1)]
    data = {"name": name, "units": "m", "levels": levels, "spaces": spaces, "openings": gates, "stairs": stairs}
    return FloorPlan.model_validate({"drillsim_plan": 1, **data}, context={"bare_lengths": True})


def corridor(length_m: float, width_m: float, *, use: str = "corridor") -> FloorPlan:
    """Return a straight floor from x = 0 to an exit over its whole width at x = length."""
    hall = space("hall", use, box(0, 0, length_m, width_m))
    return drawn("corridor", [hall], [gate("exit", "hall", "outside", (length_m, width_m / 2), width_m)])


@lru_cache(maxsize=16)
def room_8_by_5(exit_width_m: float = 1.0, people: int = 0) -> FloorPlan:
    """Return the room of 8 by 5 m of the IMO and NIST tests, with an exit in the middle of a 5 m wall, at (8, 2.5)."""
    room = space("room", "classroom", box(0, 0, 8, 5), people=people)
    return drawn("room of 8 by 5 m", [room], [gate("exit", "room", "outside", (8, 2.5), exit_width_m)])


def flight(
    length_m: float,
    width_m: float,
    *,
    step_m: tuple[float, float] = (0.178, 0.279),
    exit_width_m: float = 3.0,
    landing_m2: float = 40.0,
    people: tuple[int, int] = (0, 0),
) -> FloorPlan:
    """Return two stair rooms, 0 'foot' and 1 'head', joined by one flight; each has an exit, at FOOT and at HEAD.

    Both exits lie where the flight ends, so that nobody walks but on the flight. Close the exit on the side where
    people start (ways 0 'foot-exit' and 1 'head-exit'), and everybody takes the stair (way 2).
    """
    rooms = [space("foot", "stair", box(-10, 0, 0, 4), landing=landing_m2, people=people[0]),
             space("head", "stair", box(20, 0, 30, 4), 1, landing=landing_m2, people=people[1])]  # fmt: skip
    ends = (("foot", FOOT), ("head", HEAD))
    exits = [gate(f"{id_}-exit", id_, "outside", at[1:], exit_width_m) for id_, at in ends]
    stair = {
        "id": "stair", "lower": "foot", "upper": "head", "lower_opening": "foot-exit", "upper_opening": "head-exit",
        "rise": 4, "width": width_m, "length": length_m, "riser": step_m[0], "tread": step_m[1],
    }  # fmt: skip
    return drawn("one flight", rooms, exits, [stair])


class Stairwell(NamedTuple):
    """Dimensions of the stairs of a tower."""

    length_m: float = 8.0
    """Walking length from storey to storey, landings included."""
    width_m: float = 1.2
    landing_m2: float = 6.0
    storey_m: float = 4.0


def tower(
    *,
    storeys: int,
    corridor_m: tuple[float, float],
    people: int = 0,
    rooms: Sequence[tuple[float, float, int]] = (),
    door_m: float = 1.0,
    stairwell: Stairwell | None = None,
) -> FloorPlan:
    """Return storeys above each other, each a corridor along x with a stair at both ends; exits are at the stairs' feet.

    corridor_m
        Length and width. Stair doors and exits are `door_m` wide, and so are the doors of the rooms.
    people
        Persons in each corridor above the ground.
    rooms
        Range of x and number of persons of rooms 5 m deep on either side of every corridor, doors in the middle.
    """
    stairwell = stairwell or Stairwell()
    (length, width), middle = corridor_m, corridor_m[1] / 2
    spaces, gates, stairs = [], [], []
    for level in range(storeys):
        hall = f"hall-{level}"
        spaces.append(space(hall, "corridor", box(0, 0, length, width), level, people=people if level else 0))
        for side, x0, x1, at in (("west", -3.0, 0.0, 0.0), ("east", length, length + 3.0, length)):
            landing = f"{side}-{level}"
            spaces.append(space(landing, "stair", box(x0, 0, x1, width), level, landing=stairwell.landing_m2))
            gates.append(gate(f"{landing}-door", landing, hall, (at, middle), door_m) | {"kind": "stair_door"})
            if level:
                steps = {"rise": stairwell.storey_m, "length": stairwell.length_m, "width": stairwell.width_m}
                ends = {"lower": f"{side}-{level - 1}", "upper": landing}
                stairs.append({"id": f"{side}-{level}-down", **ends, **steps})
        for i, (x0, x1, seated) in enumerate(rooms):
            for name, y0, y1, wall in (("south", -5.0, 0.0, 0.0), ("north", width, width + 5.0, width)):
                room = f"{name}-{level}-{i}"
                spaces.append(space(room, "classroom", box(x0, y0, x1, y1), level, people=seated))
                gates.append(gate(f"{room}-door", room, hall, ((x0 + x1) / 2, wall), door_m, axis="x"))
    gates += [gate("west-exit", "west-0", "outside", (-3.0, middle), door_m),
              gate("east-exit", "east-0", "outside", (length + 3.0, middle), door_m)]  # fmt: skip
    return drawn("tower", spaces, gates, stairs, storey_m=stairwell.storey_m)


def nine_storey_office() -> FloorPlan:
    """Return the office of the SFPE example: eight storeys of 300 people above the ground, two stairs of 44 in.

    Corridors of 300 by 8 ft, stair doors and the exit of each stair 36 in, steps of 7 by 11 in, 38 ft to walk from
    storey to storey, landings of 8 by 4 ft. Source: docs/sources.md#sfpe.
    """
    return tower(
        storeys=9, corridor_m=(300 * FT_M, 8 * FT_M), people=300, door_m=36 * IN_M, stairwell=Stairwell(38 * FT_M, 44 * IN_M, 32 * FT_M**2, 12 * FT_M),
    )  # fmt: skip
