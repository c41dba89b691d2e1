"""Sketch as the document of a plan file: spaces, doors, stairs and what a drill needs besides."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from drillsim.plan.sketch.layout import FEET_TO, XY, LayoutFaults, PlacedItem, PlacedWing, lay_out, size
from drillsim.plan.sketch.outdoors import add_outdoor_places
from drillsim.plan.sketch.words import VECTORS, Item, Sketch
from drillsim.plan.writing.lengths import plain

DOOR_FT, DOUBLE_FT = 3.0, 6.0
"""Width of a door, and of a double one. Source: A:sketch.sizes."""
RISE_FT = 13.0
"""Height of a storey. Source: A:sketch.sizes."""
RISER_FT, TREAD_FT, LANDINGS_FT, STAIR_FT = 7 / 12, 11 / 12, 9.0, 5.0
"""Step (7/11 in, docs/sources.md#sfpe), walking length on the landings and clear width of a stair. Source: A:sketch.sizes."""
ACCURACY_FT = 3.0
"""Accuracy that is stated where the sketch states none. Source: A:sketch.sizes."""
ASSEMBLY_FT = 150.0
"""Distance of the assembly point from the building where the sketch names none. Source: A:sketch.sizes."""
MANY = 49
"""Persons beyond which a room gets two double doors. Source: A:plan.single_way_out."""
MARK = "sketch: distances ±"
"""Beginning of the source of a sketched plan."""
TIMETABLE = (
    ("class", "08:00", "09:30"), ("passing", "09:30", "09:35"), ("class", "09:35", "11:30"), ("lunch", "11:30", "12:15"),
    ("passing", "12:15", "12:20"), ("class", "12:20", "13:45"), ("passing", "13:45", "13:50"), ("class", "13:50", "15:45"),
    ("dismissal", "15:45", "16:00"),
)  # fmt: skip
"""Bell periods of a sketched school. Source: A:sketch.timetable."""


def sketch_document(sketch: Sketch) -> dict[str, Any]:
    """Return a sketch as the document of a plan file; raises PlanError where its parts do not fit together."""
    return _Draft(sketch, lay_out(sketch)).document()


def _tidy(value: Any) -> Any:
    """Return data with whole numbers as such: 30, not 30.0."""
    if isinstance(value, dict):
        return {key: _tidy(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_tidy(part) for part in value]
    return plain(value) if isinstance(value, float) else value


class _Draft:
    def __init__(self, sketch: Sketch, floors: list[list[PlacedWing]]) -> None:
        self.sketch, self.floors = sketch, floors
        self.spaces: list[dict[str, Any]] = []
        self.openings: list[dict[str, Any]] = []
        self.stairs: dict[str, dict[int, tuple[str, int]]] = {}
        self.ids: set[str] = set()
        self.exits: list[str] = []
        self.wing_of_exit: dict[str, str] = {}
        self.notes = LayoutFaults(sketch.file)

    def document(self) -> dict[str, Any]:
        for number, wings in enumerate(self.floors, 1):
            for placed in wings:
                self._wing(number, placed)
        flights = list(self._flights())
        if not self.exits:
            self.notes.add(
                self.sketch.floors[0].wings[0].line,
                "no wing of floor 1 has an exit. Write 'exits: west, east' below one",
            )
        add_outdoor_places(self.sketch, self.spaces, self.openings, self.wing_of_exit, self.notes)
        self.notes.stop()
        accuracy = self.sketch.accuracy or f"{size(self.sketch, ACCURACY_FT):g} {self.sketch.units}"
        source = f"{MARK} {accuracy}, sizes that the sketch does not state are assumed"
        first = self.exits[0]
        document = {
            "drillsim_plan": 1, "name": self.sketch.name, "units": self.sketch.units, "levels": self._levels(),
            "spaces": self.spaces, "openings": self.openings, **({"stairs": flights} if flights else {}),
            "posts": [self._desk(first), self._entrance(first)], "entries": {"police": [first], "ems": [first]}, "assembly": list(self._assembly(first)),
            "timetable": list(self._timetable()), "groups": {"secondary": "92 %", "adults": "5 %", "needs-help": "3 %"},
            "provenance": {"source": source, "credit": f"Sketch: distances ± {accuracy}"},
        }  # fmt: skip
        return {key: _tidy(value) for key, value in document.items()}

    def _levels(self) -> list[dict[str, Any]]:
        levels, height = [], 0.0
        for floor in self.sketch.floors:
            height += self._rise(floor.number) if floor.number > 1 else 0.0
            levels.append(
                {"id": f"floor-{floor.number}", "label": f"Floor {floor.number}", "elevation": round(height, 6)}
            )
        return levels

    def _rise(self, number: int) -> float:
        return self.sketch.floors[number - 1].rise or size(self.sketch, RISE_FT)

    def _feet(self, feet: float) -> float:
        return round(feet * FEET_TO[self.sketch.units], 4)

    def _new(self, wanted: str) -> str:
        number, name = 1, wanted
        while name in self.ids:
            number += 1
            name = f"{wanted}-{number}"
        self.ids.add(name)
        return name

    # ---------------------------------------------------------------- spaces and their doors

    def _wing(self, number: int, placed: PlacedWing) -> None:
        several = len(self.floors) > 1
        floor = f", floor {number}" if several else ""
        word = re.sub(r"\W+", "-", placed.wing.name.lower()).strip("-") or "x"
        hall = self._new(f"hall-{word}-{number}" if several else f"hall-{word}")
        placed.wing.name = placed.wing.name.upper() if len(placed.wing.name) == 1 else placed.wing.name
        self._space(hall, f"Hall {placed.wing.name}{floor}", number, "corridor", placed.rectangle(), 0)
        placed.hall_id = hall
        if placed.junction is not None and placed.parent is not None:
            self._opening(f"{hall}-joins", "opening", (hall, placed.parent.hall_id), placed.junction)
        for item in placed.items:
            self._item(number, placed, item, hall, floor)
        for way in placed.wing.exits:
            self._way_out(placed, hall, way.line, way.side, way.at)
        self.wing_of_exit |= {id_: placed.wing.name for id_ in self.exits if id_ not in self.wing_of_exit}

    def _space(self, id_: str, label: str, number: int, use: str, corners: list[XY], people: int) -> None:
        space = {
            "id": id_,
            "label": label,
            "level": f"floor-{number}",
            "use": use,
            "polygon": [list(p) for p in corners],
        }
        self.spaces.append(space | ({"people": people} if people else {}))

    def _opening(self, id_: str, kind: str, spaces: tuple[str, str], line: tuple[XY, XY], **more: Any) -> None:
        self.openings.append(
            {"id": id_, **({"label": more.pop("label")} if "label" in more else {}), "kind": kind, "spaces": list(spaces),
             "line": [list(line[0]), list(line[1])], **more}
        )  # fmt: skip

    def _item(self, number: int, placed: PlacedWing, here: PlacedItem, hall: str, floor: str) -> None:
        item = here.item
        corners = placed.rectangle(here)
        if item.kind == "stair":
            id_ = self._new(f"stair-{item.name.lower()}-{number}")
            self._space(id_, f"Stair {item.name}{floor}", number, "stair", corners, 0)
            ends = self.stairs.setdefault(item.name, {})
            if number in ends:
                self.notes.add(
                    item.line,
                    f"floor {number} has a stair {item.name} already (line {ends[number][1]}). Use another letter",
                )
            ends[number] = (id_, item.line)
            self._door(placed, here, id_, hall, "stair_door")
        elif item.kind == "exit":
            id_ = self._new("entrance")
            self._space(id_, f"Entrance {len(self.exits) + 1}", number, "passage", corners, 0)
            sign, half = placed.frame.sign(here.side), placed.width / 2
            near = (placed.frame.point(here.low, sign * half), placed.frame.point(here.high, sign * half))
            self._opening(f"{id_}-joins", "opening", (id_, hall), near)
            far = sign * (half + here.deep)
            self._exit(id_, item.line, placed.frame.point(here.low, far), placed.frame.point(here.high, far))
        else:
            self._room(number, placed, here, hall, corners)

    def _room(self, number: int, placed: PlacedWing, here: PlacedItem, hall: str, corners: list[XY]) -> None:
        item = here.item
        wanted = f"room-{item.number}" if item.number is not None else re.sub(r"\W+", "-", item.name.lower()).strip("-")
        id_ = self._new(wanted or "room")
        if item.number is not None and id_ != wanted:
            self.notes.add(item.line, f"room {item.number} stands twice. Every room has a number of its own")
        again = id_.removeprefix(wanted).strip("-")
        label = f"Room {item.number}" if item.number is not None else f"{item.name} {again}".strip()
        people = self._people(item)
        self._space(id_, label, number, item.use, corners, people)
        lock = (
            "key"
            if item.use in ("classroom", "office", "library", "gym", "cafeteria", "auditorium", "kitchen", "mechanical")
            else "none"
        )
        self._door(
            placed,
            here,
            id_,
            hall,
            "door",
            lock=lock,
            many=people > MANY or item.use in ("gym", "cafeteria", "auditorium"),
        )

    def _people(self, item: Item) -> int:
        if item.people is not None:
            return item.people
        return self.sketch.people if item.use == "classroom" else 2 if item.use in ("office", "nurse", "kitchen") else 0

    def _door(
        self,
        placed: PlacedWing,
        here: PlacedItem,
        id_: str,
        hall: str,
        kind: str,
        *,
        lock: str = "none",
        many: bool = False,
    ) -> None:
        wide = here.high - here.low
        door = min(self._feet(DOUBLE_FT if many else DOOR_FT), wide * 0.8)
        middles = (0.25, 0.75) if many and wide > 3 * door else (0.5,)
        left = placed.frame.sign(here.side) * placed.width / 2
        for i, share in enumerate(middles):
            at = here.low + share * wide
            line = placed.frame.point(at - door / 2, left), placed.frame.point(at + door / 2, left)
            more = {} if lock == "none" else {"lock": lock}
            self._opening(f"d-{id_}{'-b' if i else ''}", kind, (id_, hall), line, **more)

    # ---------------------------------------------------------------- ways out

    def _way_out(self, placed: PlacedWing, hall: str, line: int, side: str, at: float | None) -> None:
        frame, half = placed.frame, placed.width / 2
        sign = frame.sign(side)
        if sign:
            where = placed.length / 2 if at is None else at
            door = self._feet(DOUBLE_FT) / 2
            blocked = [(p.low, p.high) for p in placed.items if p.side == side] + [
                (a, b) for s, a, b in placed.gaps if s == side
            ]
            if (
                where < door
                or where > placed.length - door
                or any(a < where + door and b > where - door for a, b in blocked)
            ):
                self.notes.add(
                    line,
                    f"no outer wall at {where:g} on the {side} side of wing {placed.wing.name}. Write 'exit' between two rooms of that side",
                )
                return
            self._exit(hall, line, frame.point(where - door, sign * half), frame.point(where + door, sign * half))
            return
        is_end = sum(a * b for a, b in zip(frame.along, VECTORS[side], strict=True)) > 0
        joined = placed.taken_ends | ({"start"} if placed.parent is not None and not self._turns(placed) else set())
        if ("end" if is_end else "start") in joined or (
            not is_end and isinstance(placed.wing.at, float) and placed.parent
        ):
            self.notes.add(
                line, f"another hall goes on at the {side} end of wing {placed.wing.name}. Put the exit somewhere else"
            )
            return
        s = placed.length if is_end else 0.0
        self._exit(hall, line, frame.point(s, -half), frame.point(s, half))

    def _turns(self, placed: PlacedWing) -> bool:
        """Return whether a wing begins beside the end of its parent, so that its own start is an outer wall."""
        assert placed.parent is not None
        return isinstance(placed.wing.at, str) and placed.parent.frame.sign(placed.frame.direction) != 0

    def _exit(self, space: str, line: int, a: XY, b: XY) -> None:
        """Add a double door in the middle of an outer wall, or one as wide as the wall allows."""
        wall = math.dist(a, b)
        if self.spaces and self.spaces[-1]["level"] != "floor-1":
            self.notes.add(line, "an exit of an upper floor leads into the air. Put it on floor 1")
            return
        share = min(self._feet(DOUBLE_FT), wall * 0.8) / wall / 2
        ends = [
            (round(a[0] + t * (b[0] - a[0]), 6), round(a[1] + t * (b[1] - a[1]), 6)) for t in (0.5 - share, 0.5 + share)
        ]
        number = len(self.exits) + 1
        lock = "access-control" if number == 1 else "key"
        self._opening(
            f"exit-{number}", "exit", (space, "outside"), (ends[0], ends[1]), label=f"Door {number}", lock=lock
        )
        self.exits.append(f"exit-{number}")

    def _flights(self) -> Iterator[dict[str, Any]]:
        count = len(self.floors)
        for name, ends in sorted(self.stairs.items()):
            line = next(iter(ends.values()))[1]
            if len(ends) < 2:
                floor = next(iter(ends))
                where = (
                    "there is one floor. Write 'Floor 2: like floor 1'"
                    if count == 1
                    else f"it stands on floor {floor} alone. Name it on the floor above or below too"
                )
                self.notes.add(line, f"stair {name} leads nowhere: {where}")
            for low in sorted(ends):
                if low + 1 in ends:
                    yield self._flight(name, low, ends[low][0], ends[low + 1][0], several=len(ends) > 2)
        for number in range(2, count + 1):
            if not any({number - 1, number} <= set(ends) for ends in self.stairs.values()):
                self.notes.add(
                    self.sketch.floors[number - 1].line,
                    f"no stair joins floor {number} with floor {number - 1}. Write 'stair A' beside a hall of both",
                )

    def _flight(self, name: str, low: int, lower: str, upper: str, *, several: bool) -> dict[str, Any]:
        rise = self._rise(low + 1)
        steps = max(1, round(rise / self._feet(RISER_FT)))
        length = steps * math.hypot(self._feet(RISER_FT), self._feet(TREAD_FT)) + self._feet(LANDINGS_FT)
        return {
            "id": f"stair-{name.lower()}" + (f"-{low}-{low + 1}" if several else ""), "label": f"Stair {name}", "lower": lower,
            "upper": upper, "width": self._feet(STAIR_FT), "length": round(length, 2), "rise": rise,
        }  # fmt: skip

    # ---------------------------------------------------------------- what a drill needs besides

    def _desk(self, first: str) -> dict[str, Any]:
        """Return the front desk: in the office, else inside the first exit."""
        office = next((s for s in self.spaces if s["use"] == "office" and s["level"] == "floor-1"), None)
        space = office or next(s for s in self.spaces if s["id"] == self._opening_of(first)["spaces"][0])
        xs, ys = zip(*space["polygon"], strict=True)
        at = [round((min(v) + max(v)) / 2, 4) for v in (xs, ys)]
        return {"id": "front-desk", "label": "Front desk", "space": space["id"], "at": at}

    def _entrance(self, first: str) -> dict[str, Any]:
        """Return the post inside the first exit."""
        exit_ = self._opening_of(first)
        (x0, y0), (x1, y1) = exit_["line"]
        space = next(s for s in self.spaces if s["id"] == exit_["spaces"][0])
        xs, ys = zip(*space["polygon"], strict=True)
        inward = ((min(xs) + max(xs)) / 2 - (x0 + x1) / 2, (min(ys) + max(ys)) / 2 - (y0 + y1) / 2)
        share = min(0.5, self._feet(6.0) / math.hypot(*inward))
        at = [round((x0 + x1) / 2 + share * inward[0], 4), round((y0 + y1) / 2 + share * inward[1], 4)]
        return {"id": "main-entrance", "label": "Main entrance", "space": space["id"], "at": at}

    def _opening_of(self, id_: str) -> dict[str, Any]:
        return next(o for o in self.openings if o["id"] == id_)

    def _assembly(self, first: str) -> Iterator[dict[str, Any]]:
        xs, ys = zip(*(p for s in self.spaces for p in s["polygon"] if s["use"] != "outdoors"), strict=True)
        x, y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
        places = self.sketch.outside or [("field", self._feet(ASSEMBLY_FT), "north")]
        ids: set[str] = set()
        for space in self.spaces if not self.sketch.outside else ():
            if space["use"] == "outdoors":
                (x0, y0), _, (x1, y1), _ = space["polygon"]
                places = []
                ids.add(space["id"])
                yield {
                    "id": space["id"],
                    "label": space["label"],
                    "at": [round((x0 + x1) / 2, 4), round((y0 + y1) / 2, 4)],
                }
        for name, away, side in places:
            id_ = re.sub(r"\W+", "-", name.lower()).strip("-") or "field"
            while id_ in ids:
                id_ += "-2"
            ids.add(id_)
            at = {
                "north": (x, max(ys) + away),
                "south": (x, min(ys) - away),
                "east": (max(xs) + away, y),
                "west": (min(xs) - away, y),
            }
            yield {"id": id_, "label": name[:1].upper() + name[1:], "at": [round(v, 4) for v in at[side]]}

    def _timetable(self) -> Iterator[dict[str, Any]]:
        uses = {s["use"] for s in self.spaces}
        share = {
            use: "100 %" for use in ("classroom", "office", "nurse", "kitchen") if use in uses or use == "classroom"
        }
        for name, begin, end in TIMETABLE:
            moves = [{"share": "60 %", "to": "corridor"}] if name in ("passing", "dismissal") else []
            if name == "lunch" and "cafeteria" in uses:
                moves = [{"share": "33 %", "to": "cafeteria"}]
            if name == "class" and any(place.people for place in self.sketch.places):
                yield {"period": name, "from": begin, "to": end, "share": share | {"outdoors": "100 %"}}
                continue
            yield {"period": name, "from": begin, "to": end, "share": share, **({"moves": moves} if moves else {})}
