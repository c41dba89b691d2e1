"""What a sketch says, line by line: sizes, items beside a hall, wings and floors. Lengths in the sketch's own unit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

Compass = Literal["north", "south", "east", "west"]
USES = {
    "office": "office", "library": "library", "restroom": "restroom", "restrooms": "restroom", "gym": "gym",
    "cafeteria": "cafeteria", "kitchen": "kitchen", "auditorium": "auditorium", "nurse": "nurse", "storage": "storage",
    "mechanical": "mechanical", "lounge": "other", "lab": "classroom", "art": "classroom", "music": "classroom",
}  # fmt: skip
"""Words of a sketch to the use of the room."""
ONE_ONLY = ("gym", "cafeteria", "kitchen", "auditorium")
"""Uses of rooms that a floor like another one does not repeat: nothing stands above them."""
VECTORS: dict[str, tuple[int, int]] = {"north": (0, 1), "south": (0, -1), "east": (1, 0), "west": (-1, 0)}


@dataclass(frozen=True)
class Item:
    """A room, stair, entrance or gap beside a hall.

    kind
        room, stair, exit or gap.
    use
        Use of a room, as plan files have it.
    """

    line: int
    kind: str
    name: str
    use: str = ""
    number: int | None = None
    wide: float | None = None
    deep: float | None = None
    people: int | None = None


@dataclass(frozen=True)
class WayOut:
    """An exit of a hall: at its end, or in its long wall at a distance from the wing's start."""

    line: int
    side: Compass
    at: float | None = None


@dataclass(frozen=True)
class SketchedPlace:
    """An outdoor place against the building, by its size along it and away from it.

    wing
        The wing at whose exit it lies; '' for any.
    """

    line: int
    name: str
    wide: float
    deep: float
    side: Compass
    wing: str = ""
    people: int = 0


@dataclass
class SketchedWing:
    """A hall with what lies on its two sides.

    joins
        Name of the wing that it comes from; '' for the first one.
    at
        Where it leaves that wing: 'start', 'end', or the distance of its middle from the start of that wing.
    """

    name: str
    line: int
    direction: Compass | None = None
    length: float | None = None
    width: float | None = None
    joins: str = ""
    at: float | str = "end"
    sides: dict[str, list[Item]] = field(default_factory=dict)
    exits: list[WayOut] = field(default_factory=list)


@dataclass
class SketchedFloor:
    """One storey."""

    number: int
    line: int
    rise: float | None = None
    wings: list[SketchedWing] = field(default_factory=list)

    def like(self, other: SketchedFloor) -> None:
        """Take the wings of another floor, with its room numbers raised by a hundred for each storey, without exits and
        without its halls for many."""
        up = 100 * (self.number - other.number)
        for wing in other.wings:
            sides = {
                side: [_raised(item, up) for item in items if item.kind != "exit"] for side, items in wing.sides.items()
            }
            self.wings.append(replace(wing, sides=sides, exits=[]))


def _raised(item: Item, up: int) -> Item:
    if item.use in ONE_ONLY:
        return replace(item, kind="gap")
    return item if item.number is None else replace(item, number=item.number + up, name=str(item.number + up))


@dataclass
class Sketch:
    """A whole sketch; lengths in `units`."""

    file: str
    name: str = "Sketched school"
    units: str = "ft"
    hall: float | None = None
    wide: float | None = None
    deep: float | None = None
    people: int = 24
    accuracy: str = ""
    floors: list[SketchedFloor] = field(default_factory=list)
    outside: list[tuple[str, float, Compass]] = field(default_factory=list)
    """Places where people gather: name, distance from the building, side."""
    places: list[SketchedPlace] = field(default_factory=list)
