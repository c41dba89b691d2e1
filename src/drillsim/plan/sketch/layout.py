"""Layout of a sketch: where each hall, room and junction lies, all walls in one of two directions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from drillsim.errors import Fault, PlanError
from drillsim.plan.sketch.words import VECTORS, Compass, Item, Sketch, SketchedFloor, SketchedWing

XY = tuple[float, float]
FEET_TO = {"ft": 1.0, "m": 0.3048}
HALL_FT, WIDE_FT, DEEP_FT = 10.0, 30.0, 30.0
"""Width of halls and size of rooms that a sketch does not state. Source: A:sketch.sizes."""
WIDE_FT_OF = {"stair": 20.0, "exit": 10.0, "gap": 20.0, "office": 30.0, "library": 60.0, "restroom": 16.0, "gym": 80.0,
              "cafeteria": 60.0, "auditorium": 60.0, "kitchen": 30.0, "nurse": 16.0, "storage": 12.0, "mechanical": 20.0}  # fmt: skip
"""Length along the hall of what is not a classroom. Source: A:sketch.sizes."""
DEEP_FT_OF = {"gym": 60.0, "cafeteria": 50.0, "auditorium": 60.0}
"""Depth of halls for many. Source: A:sketch.sizes."""
SLACK = 1e-6


@dataclass(frozen=True)
class Frame:
    """A wing's own directions: along its hall, and to the left of it."""

    origin: XY
    direction: Compass

    @property
    def along(self) -> tuple[int, int]:
        """Unit vector along the hall."""
        return VECTORS[self.direction]

    def point(self, along: float, left: float) -> XY:
        """Return a point on the plan: so far along the hall from its start, so far left of its middle."""
        x, y = self.along
        return round(self.origin[0] + along * x - left * y, 6), round(self.origin[1] + along * y + left * x, 6)

    def sign(self, side: str) -> int:
        """Return 1 for the left of the hall, -1 for its right, 0 for its ends."""
        x, y = self.along
        return -y * VECTORS[side][0] + x * VECTORS[side][1]


@dataclass(frozen=True)
class PlacedItem:
    """An item with its rectangle beside the hall."""

    item: Item
    side: str
    low: float
    high: float
    deep: float


@dataclass
class PlacedWing:
    """A wing with its place on the plan."""

    wing: SketchedWing
    frame: Frame
    width: float
    length: float = 0.0
    items: list[PlacedItem] = field(default_factory=list)
    hall_id: str = ""
    """Id of its hall in the plan."""
    junction: tuple[XY, XY] | None = None
    """The opening to the wing it comes from."""
    parent: PlacedWing | None = None
    taken_ends: set[str] = field(default_factory=set)
    """Ends of the hall where another wing goes on."""
    gaps: list[tuple[str, float, float]] = field(default_factory=list)
    """Stretches of its long walls where other wings begin."""

    def depth(self, sign: int) -> float:
        """Return the greatest depth of what lies on one side."""
        return max((p.deep for p in self.items if self.frame.sign(p.side) == sign), default=0.0)

    def rectangle(self, placed: PlacedItem | None = None) -> list[XY]:
        """Return the corners of an item, or of the hall itself, once around with the floor on the left."""
        half = self.width / 2
        low, high, near, far = 0.0, self.length, -half, half
        if placed is not None:
            low, high = placed.low, placed.high
            near, far = sorted(
                (self.frame.sign(placed.side) * half, self.frame.sign(placed.side) * (half + placed.deep))
            )
        return [self.frame.point(*p) for p in ((low, near), (high, near), (high, far), (low, far))]


class LayoutFaults:
    """Faults of a layout, each at the line of the sketch."""

    def __init__(self, file: str) -> None:
        """Start without faults."""
        self.file, self.faults = file, list[Fault]()

    def add(self, line: int, message: str) -> None:
        """Note one."""
        self.faults.append(Fault("DS317", self.file, line, 1, message))

    def stop(self) -> None:
        """Raise PlanError if there are any."""
        if self.faults:
            raise PlanError(faults=self.faults)


def lay_out(sketch: Sketch) -> list[list[PlacedWing]]:
    """Return the wings of every floor with their places; raises PlanError where they do not fit."""
    notes = LayoutFaults(sketch.file)
    floors: list[list[PlacedWing]] = []
    for floor in sketch.floors:
        below = floors[-1] if floors else []
        floors.append(_floor(sketch, floor, below, notes))
    notes.stop()
    for number, wings in enumerate(floors, 1):
        _check_overlaps(number, wings, notes)
    notes.stop()
    return floors


def _floor(sketch: Sketch, floor: SketchedFloor, below: Sequence[PlacedWing], notes: LayoutFaults) -> list[PlacedWing]:
    placed: list[PlacedWing] = []
    if not floor.wings:
        notes.add(
            floor.line,
            f"floor {floor.number} has no wing. Write 'Floor {floor.number}: like floor 1', or wings below it",
        )
    for wing in floor.wings:
        made = _place(sketch, wing, placed, below, notes)
        if made is not None:
            made.gaps = list(_gaps(sketch, floor, wing, made))
            _fill(sketch, made, notes)
            placed.append(made)
    return placed


def size(sketch: Sketch, feet: float) -> float:
    """Return a shipped length in the sketch's unit, rounded as people would."""
    return feet if sketch.units == "ft" else round(feet * FEET_TO["m"] * 2) / 2


def hall_width(sketch: Sketch, wing: SketchedWing) -> float:
    """Return the width of a wing's hall."""
    return wing.width or sketch.hall or size(sketch, HALL_FT)


def _place(
    sketch: Sketch, wing: SketchedWing, placed: Sequence[PlacedWing], below: Sequence[PlacedWing], notes: LayoutFaults
) -> PlacedWing | None:
    """Return a wing with its frame and where it joins its parent; None where it cannot be placed."""
    width = hall_width(sketch, wing)
    same = next((p for p in below if p.wing.name.lower() == wing.name.lower()), None)
    parent = next((p for p in placed if p.wing.name.lower() == wing.joins.lower()), None) if wing.joins else None
    if same is not None and not wing.joins and placed and same.parent is not None:
        parent = next((p for p in placed if p.wing.name.lower() == same.wing.joins.lower()), None)
        wing.joins, wing.at = same.wing.joins, same.wing.at
    direction = wing.direction or (same.frame.direction if same else None)
    if direction is None:
        return None
    if wing.joins and parent is None:
        names = ", ".join(p.wing.name for p in placed) or "none"
        notes.add(
            wing.line, f"wing {wing.name} begins at wing {wing.joins}, which does not stand above it (there: {names})"
        )
        return None
    if parent is None:
        if placed:
            notes.add(wing.line, f"wing {wing.name} begins nowhere. Write 'from {placed[0].wing.name} at 120'")
            return None
        return PlacedWing(wing, same.frame if same else Frame((0.0, 0.0), direction), width)
    return _attach(wing, direction, width, parent, notes)


def _attach(
    wing: SketchedWing, direction: Compass, width: float, parent: PlacedWing, notes: LayoutFaults
) -> PlacedWing | None:
    frame, half = parent.frame, parent.width / 2
    sign = frame.sign(direction)
    ahead = sum(a * b for a, b in zip(frame.along, VECTORS[direction], strict=True))
    name, other = wing.name, parent.wing.name
    if isinstance(wing.at, float):
        if not sign:
            notes.add(
                wing.line,
                f"wing {name} runs along wing {other}. Write 'from {other}' to go on at its end, or another direction",
            )
            return None
        low, high = wing.at - width / 2, wing.at + width / 2
        if low < -SLACK or high > parent.length + SLACK:
            notes.add(
                wing.line,
                f"wing {other} is {parent.length:g} long: no hall of {width:g} begins at {wing.at:g}. Write 'at end' or a place on it",
            )
            return None
        made = PlacedWing(wing, Frame(frame.point(wing.at, sign * half), direction), width, parent=parent)
        made.junction = (frame.point(low, sign * half), frame.point(high, sign * half))
        return made
    at_end = wing.at == "end"
    s = parent.length if at_end else 0.0
    if ahead == (1 if at_end else -1):
        made = PlacedWing(wing, Frame(frame.point(s, 0.0), direction), width, parent=parent)
        reach = min(half, width / 2)
    elif sign:
        origin = frame.point(s + (width / 2 if at_end else -width / 2), -sign * half)
        made = PlacedWing(wing, Frame(origin, direction), width, parent=parent)
        reach = half
    else:
        notes.add(
            wing.line,
            f"wing {name} would run back over wing {other}. Turn it, or write 'at {'start' if at_end else 'end'}'",
        )
        return None
    if wing.at in parent.taken_ends:
        notes.add(
            wing.line,
            f"another wing begins at that {wing.at} of wing {other} already. Write 'at 120', a place on its side",
        )
    parent.taken_ends.add(str(wing.at))
    made.junction = (frame.point(s, -reach), frame.point(s, reach))
    return made


def _gaps(
    sketch: Sketch, floor: SketchedFloor, wing: SketchedWing, made: PlacedWing
) -> Iterator[tuple[str, float, float]]:
    """Yield the stretches of a wing's long walls where later wings begin."""
    for other in floor.wings:
        direction = other.direction
        if other.joins.lower() == wing.name.lower() and isinstance(other.at, float) and direction:
            width = hall_width(sketch, other)
            yield direction, other.at - width / 2, other.at + width / 2


def _fill(sketch: Sketch, made: PlacedWing, notes: LayoutFaults) -> None:
    """Set the items of both sides one after the other, and the length of the hall."""
    wing, frame = made.wing, made.frame
    needed = max((high for _, _, high in made.gaps), default=0.0)
    for side, items in wing.sides.items():
        if not frame.sign(side):
            sides = " and ".join(s for s in VECTORS if frame.sign(s))
            notes.add(
                items[0].line if items else wing.line, f"wing {wing.name} runs {frame.direction}: its rooms lie {sides}"
            )
            continue
        gaps = sorted((low, high) for where, low, high in made.gaps if where == side)
        at = _clear_of_parent(made, side)
        for item in items:
            wide, deep = _size(sketch, item)
            for low, high in gaps:
                if at + wide > low + SLACK and at < high - SLACK:
                    at = high
            if item.kind != "gap":
                made.items.append(PlacedItem(item, side, at, at + wide, deep))
            at += wide
        needed = max(needed, at)
    made.length = wing.length or needed
    if made.length <= 0:
        notes.add(
            wing.line,
            f"wing {wing.name} has no length. Write 'Wing {wing.name}: 150 long, {frame.direction}', or rooms below it",
        )
    elif needed > made.length + SLACK:
        notes.add(
            wing.line,
            f"wing {wing.name} is {made.length:g} long, and what lies along it needs {needed:g}. Make it longer, or rooms narrower: '101-107 odd 25 wide'",
        )


def _clear_of_parent(made: PlacedWing, side: str) -> float:
    """Return where the rooms of a side may begin: clear of the rooms of the wing that this one comes from."""
    parent = made.parent
    if parent is None:
        return 0.0
    sign = parent.frame.sign(made.frame.direction)
    if not sign:
        return 0.0
    if isinstance(made.wing.at, float):
        return parent.depth(sign)
    back = sum(a * b for a, b in zip(VECTORS[side], parent.frame.along, strict=True)) * (
        -1 if made.wing.at == "end" else 1
    )
    return parent.width + parent.depth(sign) if back > 0 else 0.0


def _size(sketch: Sketch, item: Item) -> tuple[float, float]:
    use = item.use or item.kind
    wide = item.wide or (size(sketch, WIDE_FT_OF[use]) if use in WIDE_FT_OF else sketch.wide or size(sketch, WIDE_FT))
    deep = item.deep or (size(sketch, DEEP_FT_OF[use]) if use in DEEP_FT_OF else sketch.deep or size(sketch, DEEP_FT))
    return wide, deep


def _check_overlaps(number: int, wings: Sequence[PlacedWing], notes: LayoutFaults) -> None:
    """Note what would lie over something else."""
    boxes: list[tuple[int, str, XY, XY]] = []
    for placed in wings:
        parts = [(placed.wing.line, f"the hall of wing {placed.wing.name}", placed.rectangle())]
        parts += [(p.item.line, _called(p.item), placed.rectangle(p)) for p in placed.items]
        for line, name, corners in parts:
            low = min(x for x, _ in corners), min(y for _, y in corners)
            high = max(x for x, _ in corners), max(y for _, y in corners)
            over = next(
                (b for b in boxes if all(low[k] < b[3][k] - SLACK and b[2][k] < high[k] - SLACK for k in (0, 1))), None
            )
            if over is not None:
                notes.add(
                    line,
                    f"on floor {number}, {name} would lie over {over[1]} (line {over[0]}). Move its wing, add 'gap 20' before it, or make it less deep",
                )
                return
            boxes.append((line, name, low, high))


def _called(item: Item) -> str:
    return {"stair": f"stair {item.name}", "exit": "the entrance"}.get(
        item.kind, f"room {item.name}" if item.number else item.name
    )
