"""Reader of sketches: a few kinds of line, each told what it lacks."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import cast

from drillsim.documents.document import read_text
from drillsim.documents.files import shown
from drillsim.errors import Fault, PlanError, closest
from drillsim.escape import quoted
from drillsim.notation import UNITS, value_of
from drillsim.plan.sketch.words import (
    USES,
    VECTORS,
    Compass,
    Item,
    Sketch,
    SketchedFloor,
    SketchedPlace,
    SketchedWing,
    WayOut,
)

MOST_ITEMS = 1000
"""Most rooms of a sketch; beyond, a number is mistyped."""
MOST_FLOORS = 9
LENGTH = r"([0-9]+(?:\.[0-9]+)?(?:\s*(?:ft|feet|foot|meters?|metres?|m)\b|')?)"
SIDE = r"(north|south|east|west)"
_PLACE = (
    rf"([A-Za-z][\w '-]*?)\s+{LENGTH}\s*(?:x|by)\s*{LENGTH}(?:\s+([0-9]+)\s+(?:people|students|pupils))?\s+{SIDE}"
    r"(?:\s+of\s+(?:wing\s+)?([A-Za-z0-9][\w -]*))?"
)
"""An outdoor place with a size: name, along the building, away from it, people, side, wing."""
_HEADS = (
    "School",
    "Units",
    "Hall",
    "Rooms",
    "Accuracy",
    "Outside",
    "Floor",
    "Wing",
    "north",
    "south",
    "east",
    "west",
    "exits",
)


def read_sketch(path: str | Path) -> Sketch:
    """Read a sketch; raises PlanError with every fault, each with its line and what to write."""
    return _SketchReader(shown(Path(path))).read(read_text(Path(path), PlanError))


class _SketchReader:
    def __init__(self, file: str) -> None:
        self.sketch = Sketch(file)
        self.faults: list[Fault] = []
        self.line = 0
        self.items = 0
        self.done = ""

    def read(self, text: str) -> Sketch:
        lines = [(i, line.split("#")[0].strip()) for i, line in enumerate(text.splitlines(), 1)]
        for i, line in lines:
            if line.lower().startswith("units"):
                self._line(i, line)
        for i, line in lines:
            if line and not line.lower().startswith("units"):
                self._line(i, line)
        self.line = len(lines)
        if not self.faults and not any(f.wings for f in self.sketch.floors):
            self.refuse(
                "the sketch has no wing. Write 'Wing A: 200 long, east', and its rooms below: 'north: 101-107 odd'"
            )
        if self.faults:
            raise PlanError(faults=self.faults)
        return self.sketch

    def refuse(self, message: str) -> None:
        self.faults.append(Fault("DS317", self.sketch.file, self.line, 1, message))

    def _line(self, number: int, line: str) -> None:
        self.line = number
        head, colon, rest = line.partition(":")
        word = head.split()[0].lower() if head.split() else ""
        readers: dict[str, Callable[[str, str], None]] = {
            "school": self._school, "units": self._units, "hall": self._hall, "rooms": self._rooms,
            "accuracy": self._accuracy, "outside": self._outside, "floor": self._floor, "wing": self._wing,
            "north": self._side, "south": self._side, "east": self._side, "west": self._side,
            "exits": self._exits, "exit": self._exits,
        }  # fmt: skip
        if word not in readers:
            known = closest(word.capitalize(), _HEADS)
            self.refuse(
                f"'{quoted(head.strip())}' is no line of a sketch.{known} A line begins with such a word and a colon"
            )
        elif not colon and word != "floor":
            self.refuse(f"a colon is missing. Write '{word.capitalize()}: …'")
        else:
            readers[word](head.strip(), rest.strip())

    # ---------------------------------------------------------------- the whole school

    def _school(self, head: str, rest: str) -> None:
        self.sketch.name = rest or self.sketch.name

    def _units(self, head: str, rest: str) -> None:
        word = {"feet": "ft", "foot": "ft", "metres": "m", "meters": "m"}.get(rest.lower(), rest.lower())
        if word in ("ft", "m"):
            self.sketch.units = word
        else:
            self.refuse(f"units are ft or m, not '{quoted(rest)}'. Write 'Units: ft'")

    def _hall(self, head: str, rest: str) -> None:
        match = re.fullmatch(rf"{LENGTH}(?:\s+wide)?", rest, re.I)
        if match is None:
            self.refuse(f"'{quoted(rest)}' is no width of halls. Write 'Hall: 10 wide'")
        else:
            self.sketch.hall = self._length(match[1])

    def _rooms(self, head: str, rest: str) -> None:
        match = re.fullmatch(
            rf"{LENGTH}\s*(?:x|by)\s*{LENGTH}(?:\s*,\s*([0-9]+)(?:\s+(?:people|students|pupils))?)?", rest, re.I
        )
        if match is None:
            self.refuse(
                f"'{quoted(rest)}' is no size of rooms. Write 'Rooms: 30 x 28, 24 people': along the hall, deep, people"
            )
            return
        self.sketch.wide, self.sketch.deep = self._length(match[1]), self._length(match[2])
        self.sketch.people = int(match[3]) if match[3] else self.sketch.people

    def _accuracy(self, head: str, rest: str) -> None:
        match = re.fullmatch(rf"(?:±|\+-|\+/-)?\s*{LENGTH}", rest, re.I)
        if match is None:
            self.refuse(f"'{quoted(rest)}' is no accuracy. Write 'Accuracy: 3 ft'")
        else:
            self.sketch.accuracy = f"{self._length(match[1]):g} {self.sketch.units}"

    def _outside(self, head: str, rest: str) -> None:
        for part in filter(None, map(str.strip, rest.split(","))):
            match = re.fullmatch(rf"([A-Za-z][\w '-]*?)\s+{LENGTH}\s+{SIDE}", part, re.I)
            if place := re.fullmatch(_PLACE, part, re.I):
                self._place(place)
            elif match is None:
                self.refuse(
                    f"'{quoted(part)}' is no place outside. Write 'Outside: field 200 north' for where people gather, 200 away, and "
                    "'playground 120 x 80 north' for a place at an exit, 120 along the building"
                )
            else:
                self.sketch.outside.append((match[1], self._length(match[2]), cast(Compass, match[3].lower())))

    def _place(self, match: re.Match[str]) -> None:
        people = min(int(match[4]), 100_000) if match[4] else 0
        side = cast(Compass, match[5].lower())
        wide, deep = self._length(match[2]), self._length(match[3])
        self.sketch.places.append(SketchedPlace(self.line, match[1], wide, deep, side, match[6] or "", people))

    # ---------------------------------------------------------------- floors and wings

    def _floor(self, head: str, rest: str) -> None:
        match = re.fullmatch(r"floor\s+([0-9]+)", head, re.I)
        number = int(match[1]) if match else 0
        if number != len(self.sketch.floors) + 1 or number > MOST_FLOORS:
            self.refuse(
                f"floors are numbered from 1 upward, at most {MOST_FLOORS}; 'Floor {len(self.sketch.floors) + 1}' comes here"
            )
            return
        floor = SketchedFloor(number, self.line)
        left, up = self._take(rf",?\s*{LENGTH}\s+(?:up|high|above)", rest)
        floor.rise = self._length(up[1]) if up else None
        left, like = self._take(r"(?:like|same as)\s+(?:floor\s+)?([0-9]+)", left)
        if like and not 1 <= int(like[1]) < number:
            self.refuse(f"floor {number} can be like a floor below it, not like {like[1]}")
        elif like:
            floor.like(self.sketch.floors[int(like[1]) - 1])
        if left.strip(" ,"):
            self.refuse(
                f"'{quoted(left.strip(' ,'))}' is not understood. Write 'Floor {number}: like floor 1, 13 up', or wings below it"
            )
        self.sketch.floors.append(floor)

    def _wing(self, head: str, rest: str) -> None:
        name = head[4:].strip()
        if not re.fullmatch(r"[A-Za-z0-9][\w -]{0,19}", name):
            self.refuse(f"'{quoted(name)}' is no name of a wing. Write 'Wing A: 200 long, east'")
            return
        if not self.sketch.floors:
            self.sketch.floors.append(SketchedFloor(1, self.line))
        floor = self.sketch.floors[-1]
        if any(w.name.lower() == name.lower() for w in floor.wings):
            self.refuse(f"floor {floor.number} has a wing {name} already. Choose another name")
        wing = SketchedWing(name, self.line)
        left, joins = self._take(
            rf"from\s+(?:the\s+)?(?:wing\s+)?([A-Za-z0-9][\w-]*)(?:\s+at\s+(?:its\s+|the\s+)?(start|end|{LENGTH}))?",
            rest,
        )
        if joins:
            wing.joins = joins[1]
            wing.at = "end" if joins[2] is None else joins[2].lower() if joins[3] is None else self._length(joins[3])
        left, long = self._take(rf"{LENGTH}\s+long", left)
        left, wide = self._take(rf"{LENGTH}\s+wide", left)
        wing.length = self._length(long[1]) if long else None
        wing.width = self._length(wide[1]) if wide else None
        left, way = self._take(rf"(?:going\s+|to the\s+)?{SIDE}", left)
        below = self.sketch.floors[-2].wings if len(self.sketch.floors) > 1 else []
        known = any(w.name.lower() == name.lower() for w in below)
        if way:
            wing.direction = cast(Compass, way[1].lower())
        elif not known:
            self.refuse(f"wing {name} lacks its direction. Write 'Wing {name}: 200 long, east'")
        if left.strip(" ,"):
            self.refuse(
                f"'{quoted(left.strip(' ,'))}' is not understood. Write 'Wing {name}: 150 long, north from A at 120': length, direction, where it begins"
            )
        if floor.wings and not joins and not known:
            self.refuse(
                f"wing {name} begins nowhere. Write 'from {floor.wings[0].name} at 120', or 'from {floor.wings[0].name}' for its end"
            )
        floor.wings.append(wing)

    def _side(self, head: str, rest: str) -> None:
        wing = self._last()
        side = head.lower()
        if wing is None or side not in VECTORS:
            self.refuse("the rooms of a side stand below their wing. Write 'Wing A: 200 long, east' above" if wing is None
                        else f"'{quoted(head)}' is no side. Write north, south, east or west")  # fmt: skip
            return
        if (wing.direction and VECTORS[side][0] == 0 and VECTORS[wing.direction][0] == 0) or (
            wing.direction and VECTORS[side][1] == 0 and VECTORS[wing.direction][1] == 0
        ):
            sides = "east and west" if VECTORS[wing.direction][0] == 0 else "north and south"
            self.refuse(f"wing {wing.name} runs {wing.direction}: its rooms lie {sides}")
            return
        items = wing.sides.setdefault(side, [])
        for part in filter(None, map(str.strip, rest.split(","))):
            items += self._items(part)
        if self.items > MOST_ITEMS:
            self.items = -(10**9)
            self.refuse(f"more than {MOST_ITEMS:,} rooms. Check the numbers of this line")

    def _exits(self, head: str, rest: str) -> None:
        wing = self._last()
        if wing is None:
            self.refuse("exits stand below their wing. Write 'Wing A: 200 long, east' above")
            return
        for part in filter(None, map(str.strip, rest.split(","))):
            match = re.fullmatch(rf"{SIDE}(?:\s+end)?(?:\s+at\s+{LENGTH})?", part, re.I)
            if match is None:
                self.refuse(f"'{quoted(part)}' is no exit. Write 'exits: west, east, north at 120'")
            else:
                at = self._length(match[2]) if match[2] else None
                wing.exits.append(WayOut(self.line, cast(Compass, match[1].lower()), at))

    def _last(self) -> SketchedWing | None:
        wings = self.sketch.floors[-1].wings if self.sketch.floors else []
        return wings[-1] if wings else None

    # ---------------------------------------------------------------- items beside a hall

    def _items(self, text: str) -> list[Item]:
        left, size = self._take(rf"{LENGTH}\s*(?:x|by)\s*{LENGTH}", text)
        left, wide = self._take(rf"{LENGTH}\s+wide", left) if not size else (left, None)
        left, people = self._take(r"([0-9]+)\s+(?:people|students|pupils)", left)
        wide_m = self._length(size[1]) if size else self._length(wide[1]) if wide else None
        deep_m = self._length(size[2]) if size else None
        count = min(int(people[1]), 100_000) if people else None
        left = left.strip()
        rooms = re.fullmatch(
            r"(?:rooms?\s+)?([0-9]{1,5})(?:\s*(?:-|–|to)\s*([0-9]{1,5}))?(?:\s+(odd|even))?", left, re.I
        )
        if rooms:
            return self._numbered(rooms, wide_m, deep_m, count)
        self.items += 1
        if stair := re.fullmatch(r"stairs?\s+([A-Za-z0-9]{1,8})", left, re.I):
            return [Item(self.line, "stair", stair[1].upper(), wide=wide_m, deep=deep_m)]
        if re.fullmatch(r"exit|entrance", left, re.I):
            return [Item(self.line, "exit", "", wide=wide_m)]
        if gap := re.fullmatch(rf"gap(?:\s+{LENGTH})?", left, re.I):
            return [Item(self.line, "gap", "", wide=self._length(gap[1]) if gap[1] else wide_m)]
        name = left.lower()
        word = next((w for w in (name, *reversed(name.split())) if w in USES), None)
        if word is None or not re.fullmatch(r"[\w '&.-]{1,40}", left):
            words = closest(name, [*USES, "stair A", "exit", "gap 20", "101-107 odd"], most=30)
            self.refuse(f"'{quoted(text)}' is nothing that stands beside a hall.{words}")
            return []
        return [
            Item(
                self.line,
                "room",
                left.capitalize() if left.islower() else left,
                USES[word],
                None,
                wide_m,
                deep_m,
                count,
            )
        ]

    def _numbered(self, rooms: re.Match[str], wide: float | None, deep: float | None, people: int | None) -> list[Item]:
        first, last = int(rooms[1]), int(rooms[2] or rooms[1])
        half = (rooms[3] or "").lower()
        if last < first:
            self.refuse(
                f"'{rooms[0]}' counts down. Write the smaller number first; the row begins where the wing begins"
            )
            return []
        numbers = [n for n in range(first, last + 1) if not half or n % 2 == (half == "odd")]
        self.items += len(numbers)
        if len(numbers) > MOST_ITEMS:
            return []
        return [Item(self.line, "room", str(n), "classroom", n, wide, deep, people) for n in numbers]

    def _take(self, pattern: str, text: str) -> tuple[str, re.Match[str] | None]:
        """Return the text without the first part that follows a pattern, and that part."""
        match = re.search(rf"(?<![\w.]){pattern}(?![\w.])", text, re.I)
        return (text[: match.start()] + " " + text[match.end() :], match) if match else (text, None)

    def _length(self, text: str) -> float:
        """Return a length in the sketch's unit."""
        metres = value_of(text.lower(), "length")
        number = float(text) if metres is None else round(metres / UNITS["length"][self.sketch.units], 6)
        if not 0 < number <= 5000:
            self.refuse(f"'{quoted(text)}' is no length of a school")
            return 1.0
        return number
