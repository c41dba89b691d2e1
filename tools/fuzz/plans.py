"""Plan files of every form, drawn from a number: all units and notations, none, one and many of everything."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from fuzz.mutate import Raw

Tree = dict[str, Any]
XY = tuple[float, float]
FOOT = 0.3048
SIZES = {"m": 1.0, "cm": 0.01, "mm": 0.001, "ft": FOOT, "in": 0.0254}
ROOMS = (
    "classroom",
    "office",
    "cafeteria",
    "kitchen",
    "gym",
    "auditorium",
    "library",
    "restroom",
    "storage",
    "nurse",
    "other",
)
HALLS = ("corridor", "passage", "lobby")
NAMES = ("{}", "room-{}", "0{}", "1e{}", "{}.0", "Raum {}", "-{}", "r/{}", "true{}")
"""How ids look; some of them like numbers."""
DOOR_M = 0.9


class Drawn:
    """One plan while it is drawn: everything in metres, and how this file writes lengths."""

    def __init__(self, number: int) -> None:
        self.luck = random.Random(number)
        self.unit = self.luck.choice([None, "m", "cm", "mm", "ft", "in"])
        self.words = self.luck.choice([0.0, 0.0, 0.3, 1.0]) if self.unit else 1.0
        """Share of lengths that are written with a unit of their own."""
        self.far = self.luck.choice([(0.0, 0.0), (0.0, 0.0), (-40.0, 7.3), (431_234.56, 5_412_345.67)])
        self.style = self.luck.choice([feet_and_inches, feet_and_inches, *(decimal(u) for u in SIZES)])
        self.name = self.luck.choice(NAMES)
        self.spaces: list[Tree] = []
        self.openings: list[Tree] = []
        self.stairs: list[Tree] = []
        self.ramps: list[Tree] = []
        self.levels = self.luck.choice([1, 1, 1, 2, 3])
        self.odd = self.luck.choice([0.0, 0.0, 0.0, 0.3, 1.0])
        """How often doors are locked and one-way without a thought, and exits are named that are none."""
        self.long = self.top = self.end = 0.0
        """Length of the halls, and the walls of the lowest one opposite the rooms: where it begins, where it ends."""

    def id(self, what: str) -> Any:
        """Return an id for the next thing of a kind, quoted or not."""
        number = len(getattr(self, what)) + {"spaces": 0, "openings": 100, "stairs": 900, "ramps": 950}[what]
        text = self.name.format(number)
        return Raw(text) if self.luck.random() < 0.5 else text

    def length(self, metres: float) -> Any:
        """Return a length as this file writes it."""
        if self.luck.random() < self.words:
            return self.style(metres)
        return round(metres / SIZES[self.unit or "m"], 4)

    def point(self, at: XY) -> list[Any]:
        """Return a point of the floor."""
        return [self.length(at[0] + self.far[0]), self.length(at[1] + self.far[1])]

    def often(self, share: float) -> bool:
        """Return whether something of this share happens."""
        return self.luck.random() < share


def decimal(unit: str) -> Callable[[float], str]:
    """Return a notation of lengths in one unit."""
    return lambda metres: f"{metres / SIZES[unit]:.3f} {unit}"


def feet_and_inches(metres: float) -> str:
    """Return a length as architects write it, to the quarter of an inch: 3'-0 1/4\"."""
    quarters = round(abs(metres) / FOOT * 48)
    feet, rest = divmod(quarters, 48)
    inches, part = divmod(rest, 4)
    fraction = ("", " 1/4", " 1/2", " 3/4")[part]
    return f"{'-' if metres < 0 and quarters else ''}{feet}'-{inches}{fraction}\""


def drawn_plan(number: int, unit: str | None = "drawn", notation: Callable[[float], str] | None = None) -> Tree:
    """Return a plan file as plain data.

    unit, notation
        What to write lengths in, instead of what is drawn; with a notation every length has its own unit.
    """
    p = Drawn(number)
    if unit != "drawn":
        p.unit, p.words = unit, 0.0 if notation is None else 1.0
        p.style = notation or p.style
    wing = p.luck.choice([0, 1, 2, 3, 8, 20])
    halls = [_storey(p, level, wing) for level in range(p.levels)]
    for lower, (one, other) in enumerate(pairwise(halls)):
        for _ in range(p.luck.choice([0, 1, 1, 1, 1, 2 if p.odd else 1])):
            _stair(p, lower, one, other)
    _way_out(p, halls[0])
    plan: Tree = {"drillsim_plan": 1, "name": f"drawn {number}", "units": p.unit}
    plan["levels"] = [{"id": f"L{k}", "elevation": p.length(4.0 * k)} for k in range(p.levels)]
    plan |= {"spaces": p.spaces, "openings": p.openings, "stairs": p.stairs, "ramps": p.ramps}
    plan |= _furniture(p)
    return {key: value for key, value in plan.items() if value is not None and (value != [] or p.often(0.3))}


def _space(p: Drawn, level: int, use: str, ring: list[XY], **more: Any) -> Any:
    made: Tree = {
        "id": p.id("spaces"),
        "level": f"L{level}",
        "use": use,
        "polygon": [p.point(xy) for xy in _written(p, ring)],
    }
    if p.often(0.2):
        made["through"] = p.often(0.5)
    if p.often(0.8):
        made["people"] = p.luck.choice([0, 1, 2, 9, 25, 60])
    if p.often(0.1):
        made |= {"pa": p.often(0.5), "radio": p.often(0.5), "supervised": p.often(0.5)}
    p.spaces.append(made | more)
    return made["id"]


def _written(p: Drawn, ring: list[XY]) -> list[XY]:
    """Return a ring as people draw it: corners doubled and collinear, begun anywhere, either way round."""
    if p.often(0.3):
        more: list[XY] = []
        for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
            more += [a, a] if p.often(0.2) else [a]
            if p.often(0.3):
                t = p.luck.random()
                more.append((a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))
        ring = more
    start = p.luck.randrange(len(ring))
    return [*ring[start:], *ring[:start]][:: p.luck.choice([1, -1])]


def _box(x0: float, y0: float, x1: float, y1: float) -> list[XY]:
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def _storey(p: Drawn, level: int, wing: int) -> Any:
    """Draw a hall with rooms on one side, and perhaps bays, a court with a ring around it, or a neck."""
    long, wide = max(6.0, 6.0 * wing), p.luck.choice([1.2, 2.4, 3.0, 9.0])
    ring, more, top = _box(0, 0, long, wide), {}, wide
    forms = ["plain", "plain", "bays", "neck", "bent"]
    if p.odd or wide > 2:
        forms.append("column")
    if p.odd or (long > 2 * wide + 2 and wide < 9):
        forms.append("ring")
    form = p.luck.choice(forms)
    bent = form == "bent"
    match form:
        case "bays":
            x = p.luck.uniform(1, long - 3.5)
            ring = [
                (0, 0),
                (long, 0),
                (long, wide),
                (x + 2, wide),
                (x + 2, wide + 3),
                (x, wide + 3),
                (x, wide),
                (0, wide),
            ]
        case "ring":
            ring, top = _box(0, 0, long, 20), 20.0
            more = {"holes": [[p.point(xy) for xy in _box(wide, wide, long - wide, 20 - wide)]]}
        case "neck":
            x, gap = long / 2, p.luck.choice([0.02, 0.3, 0.7, 1.0])
            ring = [
                (0, 0),
                (x, 0),
                (x, wide - gap),
                (x + 0.2, wide - gap),
                (x + 0.2, 0),
                (long, 0),
                (long, wide),
                (0, wide),
            ]
        case "column":
            more = {"holes": [[p.point(xy) for xy in _box(2, wide / 2, 2.3, p.luck.choice([wide / 2 + 0.3, wide]))]]}
        case "bent":
            ring = [(0, 0), (long, 0), (long, wide + 15), (long - 2, wide + 15), (long - 2, wide), (0, wide)]
    if level == 0:
        p.long, p.top, p.end = long, top, max(y for _, y in ring) if bent else top
    hall = _space(p, level, p.luck.choice(HALLS), ring, **more)
    for k in range(wing):
        room = _space(p, level, p.luck.choice(ROOMS), _box(6 * k, -8, 6 * k + 6, 0))
        for _ in range(p.luck.choice([0, 1, 1, 2] if p.often(p.odd / 5) else [1, 1, 1, 2])):
            x = 6 * k + p.luck.uniform(1, 5)
            _opening(p, "door", room, hall, ((x - DOOR_M / 2, 0), (x + DOOR_M / 2, 0)))
        if k and p.often(0.1):
            _opening(p, "opening", room, p.spaces[-2]["id"], ((6 * k, -5), (6 * k, -4)))
    return hall


def _opening(p: Drawn, kind: str, one: Any, other: Any, line: tuple[XY, XY]) -> Any:
    made: Tree = {"id": p.id("openings"), "kind": kind, "spaces": [one, other] if p.often(0.5) else [other, one]}
    made["line"] = [p.point(line[0]), p.point(line[1])]
    if p.often(0.3):
        made["width"] = p.length(p.luck.choice([0.3, 0.6, 0.8, 12.0] if p.often(p.odd) else [0.7, 0.8, 0.9, 0.9, 1.8]))
    if p.often(0.5):
        made["lock"] = p.luck.choice(["none", "key", "push-button", "auto", "access-control"])
    inner = other if one == "outside" else one
    if kind == "door" and p.often(0.2):
        made["locked"] = p.luck.choice(["no", "outside", {"keeps_out_of": inner}])
    if kind == "exit" and p.often(0.2):
        made["one_way"] = p.luck.choice(["out", {"to": other}])
    if p.often(0.3 * p.odd):
        made["locked"] = p.luck.choice(
            ["no", "outside", "both", {"keeps_out_of": one}, {"keeps_out_of": other}, {"keeps_out_of": "outside"}]
        )
    if p.often(0.3 * p.odd):
        made["one_way"] = p.luck.choice(["in", "out", {"to": one}, {"to": other}, {"to": "outside"}])
    if p.often(0.1):
        made |= {"alarm": p.often(0.5), "wide_on_purpose": p.often(0.5)}
    p.openings.append(made)
    return made["id"]


def _stair(p: Drawn, level: int, lower: Any, upper: Any) -> None:
    x, away = (0.0, -5.0) if level == 0 else (p.long, 5.0)
    ends = [_space(p, level + up, "stair", _box(min(x, x + away), 0, max(x, x + away), 1.2)) for up in (0, 1)]
    doors = [
        _opening(p, p.luck.choice(["stair_door", "stair_door", "door"]), room, hall, ((x, 0.1), (x, 1.0)))
        for room, hall in zip(ends, (lower, upper), strict=True)
    ]
    made: Tree = {
        "id": p.id("stairs"),
        "lower": ends[0],
        "upper": ends[1],
        "width": p.length(p.luck.choice([0.5, 1.2, 2.4])),
    }
    if p.often(0.2):
        _ramp(p, made | {"id": p.id("ramps")}, p.luck.choice([48.5, 55.0, 9.0]))
        return
    made |= {"rise": p.length(4), "length": p.length(p.luck.choice([3.0, 8.0, 10.5]))}
    if p.often(0.5):
        made |= {
            "riser": p.length(p.luck.choice([0.12, 0.17, 0.3])),
            "tread": p.length(p.luck.choice([0.2, 0.28, 0.45])),
        }
    if p.often(0.3):
        made |= {"lower_opening": doors[0], "upper_opening": doors[1]}
    p.stairs.append(made)


def _ramp(p: Drawn, made: Tree, long: float) -> None:
    p.ramps.append(made | {"length": p.length(long), "slope": p.luck.choice(["1:12", "8.4 %", "1:12", "1:20", "30 %"])})


def _way_out(p: Drawn, hall: Any) -> None:
    """Draw no exit, one, or several; by a yard with a gate, or an enclosed one."""
    for _ in range(p.luck.choice([0, 1, 1, 1, 1, 1, 1, 2])):
        _opening(p, "exit", hall, "outside", ((p.long - 0.95, p.end), (p.long - 0.05, p.end)))
    if p.often(0.4):
        yard = _space(p, 0, "outdoors", _box(-12, p.top, 0.98, p.top + 30))
        door = _opening(p, p.luck.choice(["exit", "door"]), hall, yard, ((0.04, p.top), (0.94, p.top)))
        if p.often(0.6):
            _opening(p, "exit", yard, "outside", ((-12, p.top + 20), (-12, p.top + 22)))
        if p.often(0.3):  # two levels of one storey
            made = {"id": p.id("ramps"), "lower": yard, "upper": hall, "width": p.length(1.2)}
            _ramp(p, made | {"lower_opening": door, "upper_opening": door}, 6.0)


def _furniture(p: Drawn) -> Tree:
    """Draw posts, cameras and all that has a section of its own: none, one or several of each."""
    ids = [s["id"] for s in p.spaces]
    ways = [o["id"] for o in p.openings if p.often(p.odd) or "outside" in o["spaces"]]

    def some(make: Callable[[int], Any]) -> list[Any]:
        return [make(k) for k in range(p.luck.choice([0, 0, 1, 3]))]

    def spot(k: int) -> Tree:
        return {"id": f"spot {k}", "space": ids[0], "at": p.point((1.0, 0.5))}

    periods = [("class", "8:00", "11:50"), ("lunch", "11:50", "12:30 pm"), ("late", "1 pm", "24:00")]
    return {
        "posts": some(spot),
        "cameras": some(lambda k: {"id": f"cam {k}", "watches": p.luck.sample(ids, min(k, len(ids)))}),
        "equipment": some(lambda k: spot(k) | {"kind": p.luck.choice(["aed", "first-aid-kit"])}),
        "entries": {key: ways[-1:] for key in ("police", "ems") if p.often(0.4)} or None,
        "assembly": some(lambda k: {"id": f"field {k}", "at": p.point((-40.0 - k, 3.0)), "exits": ways[-k:] if k else []}),
        "timetable": [
            {"period": n, "from": a, "to": b, "share": {"classroom": p.luck.choice([Raw("1.0"), "50 %", Raw("0")])}}
            for n, a, b in periods[: p.luck.choice([0, 0, 1, 3])]
        ],
        "groups": {g: f"{p.luck.choice([3, 50, 97])} %" for g in ("primary", "needs-help") if p.often(0.3)} or None,
        "grid_north_deg": p.luck.choice([None, 0, 17.5, -90]),
    }  # fmt: skip


def drawn_scenario(number: int, plan: Tree) -> Tree:
    """Return a scenario for a drawn plan as plain data."""
    luck = random.Random(number + 1)
    action = luck.choice(["evacuate", "lockdown", "hold", "secure", "shelter"])
    where = luck.choice([s["id"] for s in plan["spaces"]])
    more = {"shelter_in": [where]} if action == "shelter" else {}
    return {
        "drillsim": 1, "name": "drawn", "plan": "plan.yaml", "horizon": "20 min", "time_of_day": "10:00",
        "incidents": [{"id": "main", "kind": luck.choice(["fire", "hostile", "medical", "behaviour", "disorder"]), "at": "0 s", "where": where}],
        "protocol": {"action": action, "announced_by": luck.choice(["office", "alarm"] if action == "evacuate" else ["office"])} | more,
    }  # fmt: skip
