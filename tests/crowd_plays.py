"""Random plays for the crowd: a building, its people, and a script of orders, changes and units, all by id."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from hypothesis import strategies as st

from crowd_worlds import World, box, door, people_at, plan_of
from drillsim.crowd.interface import UnitPath
from drillsim.crowd.laws import Laws
from drillsim.plan.routes import Routes

HORSESHOE = [[0, 0], [24, 0], [24, 10], [0, 10], [0, 7.5], [21, 7.5], [21, 2.5], [0, 2.5]]
U_ROOM = [[9, 2.5], [15, 2.5], [15, 6.5], [13, 6.5], [13, 4.5], [11, 4.5], [11, 6.5], [9, 6.5]]
LAWS = [
    Laws(), Laws(door="lab"), Laws(door="imo", speed="weidmann"), Laws(speed="constant", density_max_pm2=1.0),
    Laws(door="sfpe-guide", patience_s=0.0), Laws(flow_psm=0.8, boundary_m=0.1), Laws(speed="weidmann", patience_s=30.0),
]  # fmt: skip
NAN = float("nan")
GROUPS = [(1.19, NAN, NAN), (1.34, 0.5, 0.7), (0.61, NAN, 0.4), (1.9, 0.9, NAN), (1.34, NAN, NAN)]
"""Level speed, and speed up and down stairs, NaN where it follows from the level speed; m/s."""
TIMES = [0.0, 1.0, 2.5, 4.0, 7.5, 11.0, 16.0, 23.0, 40.0]
ACTS = [
    "evacuate", "rooms", "refuge", "own", "own", "away", "close", "close", "reopen", "lock", "unlock", "let_in", "home",
    "evacuate-round", "rooms-round",
]  # fmt: skip
Person = tuple[str, float, float, tuple[float, float, float], float, float]
"""Space, x, y, speeds, premovement and time of arrival (NaN: there from the start)."""


@dataclass(frozen=True, repr=False)
class Play:
    """A complete input, for either engine."""

    spaces: list[Any]
    openings: list[dict[str, Any]]
    stairs: list[dict[str, Any]]
    laws: Laws
    routes: str
    assigned: dict[str, str]
    closed: list[str]
    people: list[Person]
    script: list[tuple[float, str, Any, slice, float]]
    """When, what, with which spaces or way, to whom, and the delay; what is told weekly stands here again."""
    units: list[Any]
    """Space ('' outside), point, lock delay and errands: when, and where to ('' to halt)."""
    watches: list[tuple[float, list[str], int]]
    looks: list[float]
    ramps: list[dict[str, Any]] = field(default_factory=list)

    def __repr__(self) -> str:
        """Return the play as Python text, one person, door or order a line."""
        lines = []
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, list) and one.name != "looks":
                lines += [f"    {one.name}=[", *(f"        {item!r}," for item in value), "    ],"]
            else:
                lines.append(f"    {one.name}={value!r},")
        return "\n".join(["Play(", *lines, ")"])

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(repr(self))

    def make(self, engine: str) -> tuple[World, list[Any]]:
        """Return a world with this play scheduled, and the list that units and watches write to."""
        plan = plan_of(self.spaces, self.openings, stairs=self.stairs, ramps=self.ramps)
        space, way = plan.space_index, {o.id: w for w, o in enumerate(plan.openings)}
        way |= {f.id: len(plan.openings) + n for n, f in enumerate(plan.flights)}
        crowd = people_at([(space[s], x, y) for s, x, y, *_ in self.people])
        level, up, down = np.array([p[3] for p in self.people], dtype=np.float64).reshape(-1, 3).T
        given = {"level_mps": level, "stair_up_mps": up, "stair_down_mps": down}
        given["premovement_s"] = np.array([p[4] for p in self.people], dtype=np.float64)
        given["arrives_s"] = np.array([p[5] for p in self.people], dtype=np.float64)
        options = {
            "routes": self.routes, "assigned": {space[s]: way[w] for s, w in self.assigned.items()},
            "closed": [way[w] for w in self.closed],
        }  # fmt: skip
        world = World(plan, type(crowd)(**{**crowd.__dict__, **given}), self.laws, options, engine)
        told: list[Any] = []
        for time_s, act, what, whom, delay_s in self.script:
            known = [space[s] for s in what] if isinstance(what, list) else {**space, **way}[what]
            world.at(
                time_s, lambda act=act, known=known, whom=whom, delay_s=delay_s: give(world, act, known, whom, delay_s)
            )
        for key, (home, xy, lock_s, errands) in enumerate(self.units):
            here = space[home] if home else -1
            number = world.crowd.add_unit(f"u{key}", here, xy, level_mps=2.0, stair_up_mps=0.9, stair_down_mps=NAN)
            for time_s, goal in errands:
                aim = space[goal] if goal else -1
                world.at(time_s, lambda n=number, aim=aim, lock_s=lock_s: send(world, n, aim, lock_s, told))
        for number, (time_s, rooms, at_most) in enumerate(self.watches):
            known = [space[s] for s in rooms]
            world.at(time_s, lambda n=number, known=known, at_most=at_most: watch(world, n, known, at_most, told))
        return world, told


def give(world: World, act: str, what: Any, whom: slice, delay_s: float) -> None:
    crowd, people = world.crowd, np.arange(len(world.people))[whom]
    if act == "evacuate":
        crowd.evacuate(people, delay_s=delay_s)
    elif act == "home":
        crowd.leave_site(people, delay_s=delay_s)
    elif act == "away":
        crowd.evacuate(people, away_from=what)
    elif act == "rooms":
        crowd.to_lockable(people, open_rooms=what, delay_s=delay_s)
    elif act == "evacuate-round":
        crowd.evacuate(people, delay_s=delay_s, avoided=into(world, what))
    elif act == "rooms-round":
        crowd.to_lockable(people, open_rooms=what[:-1] or what, delay_s=delay_s, avoided=into(world, what[-1]))
    elif act == "refuge":
        crowd.to_refuge(people, what, delay_s=delay_s)
    elif act == "own":
        crowd.to_own_room(people, [what[p % len(what)] for p in range(len(people))], delay_s=delay_s)
    elif act == "let_in":
        crowd.let_in(what, after_s=5.0)
    elif act in ("lock", "unlock"):
        getattr(crowd, f"{act}_room")(what)
    else:
        getattr(crowd, act)(what)


def into(world: World, space: int) -> list[int]:
    """Return the directions that lead into a space."""
    network = world.crowd.cells.network
    return [2 * way + network.side(way, space) for way in network.space_ways[space]]


def send(world: World, number: int, goal: int, lock_s: float, told: list[Any]) -> None:
    """Send a unit on the least way to the middle of a space, if there is one; halt it where no space is named.

    On every other path it is silent: it tells only when it stands before a lock, and when it has arrived.
    """
    if goal < 0:
        world.crowd.halt(number)
        return
    here, at = world.crowd.unit_place(number)
    point = world.network.representative_point(goal)
    routes = Routes(world.network)
    if here < 0:
        inner = world.network.inner_sides
        path = next((p for w in world.network.exits if (p := routes.path_through(w, int(inner[w]), goal, point))), None)
    else:
        path = routes.path(here, at, goal, point)
    if path is not None:
        silent = (number + len(path.ways)) % 2 == 0
        world.crowd.send(
            number, UnitPath(path.ways, goal, point, lock_delay=(lambda way, side: lock_s if way % 2 else 0.0) if lock_s else None,
            locks={way for way, _ in path.ways if way % 2} if silent else None,
            on_enter=None if silent else lambda p, s: told.append((world.env.now, p, "enters", s)),
            on_arrive=lambda p: told.append((world.env.now, p, "arrives", goal))))  # fmt: skip


def watch(world: World, number: int, rooms: list[int], at_most: int, told: list[Any]) -> None:
    event = world.crowd.when(rooms, at_most=at_most)
    event.callbacks.append(lambda _: told.append((world.env.now, number, "no more than", at_most)))


# ------------------------------------------------------------------ buildings
def across(id_: str, a: str, b: str, x: float, y: float, width: float, **more: Any) -> dict[str, Any]:
    return door(id_, a, b, x, y, width, line=[[x - width / 2, y], [x + width / 2, y]], **more)


def ring(side: float) -> tuple[list[Any], list[dict[str, Any]]]:
    """Four cupboards of one or two places in a ring, with an exit; the first has a door to room r3."""
    corners = [(24, -side), (24 + side, -side), (24 + side, -2 * side), (24, -2 * side)]
    spaces = [(f"c{i}", "storage", box(x, y, x + side, y + side)) for i, (x, y) in enumerate(corners)]
    middle, wide = side / 2, min(side, 0.7)
    openings = [
        door("c01", "c0", "c1", 24 + side, -middle, wide), across("c12", "c1", "c2", 24 + 3 * middle, -side, wide),
        door("c23", "c2", "c3", 24 + side, -3 * middle, wide), across("c30", "c3", "c0", 24 + middle, -side, wide),
        door("cr", "r3", "c0", 24, -middle, wide), door("cx", "c2", "outside", 24 + 2 * side, -3 * middle, wide),
    ]  # fmt: skip
    return spaces, openings


def upper_floors(
    kind: str, width: float, length: float
) -> tuple[list[Any], list[dict[str, Any]], list[dict[str, Any]]]:
    """A room above the hall's left end, with one stair; with two there is a hall between them, and perhaps a third floor."""

    def stair(id_: str, lower: str, upper: str, foot: str, head: str) -> dict[str, Any]:
        return {"id": id_, "lower": lower, "upper": upper, "rise": 4, "width": width, "length": length,
                "lower_opening": foot, "upper_opening": head}  # fmt: skip

    spaces = [
        ("foot", "stair", box(-6, 0, 0, 0.9)),
        ("head+", "stair", box(-6, 0, 0, 0.9)),
        ("up+", "classroom", box(-6, 0.9, 0, 6)),
    ]
    openings = [door("f", "foot", "hall", 0, 0.5, 0.9), across("h", "head+", "up+", -3, 0.9, 0.9)]
    stairs = [stair("t", "foot", "head+", "f", "h")]
    if kind != "one stair":
        spaces += [
            ("over+", "corridor", box(0, 0, 24, 2.5)),
            ("foot2", "stair", box(24, 1.5, 28, 2.5)),
            ("head2+", "stair", box(24, 1.5, 28, 2.5)),
        ]
        openings += [
            door("uo", "up+", "over+", 0, 1.7, 1.2),
            door("f2", "foot2", "hall", 24, 2, 0.9),
            door("h2", "head2+", "over+", 24, 2, 0.9),
        ]
        stairs.append(stair("t2", "foot2", "head2+", "f2", "h2"))
    if kind == "three storeys":
        spaces += [
            ("foot3+", "stair", box(10, 2.5, 14, 3.5)),
            ("head3++", "stair", box(10, 2.5, 14, 3.5)),
            ("top++", "gym", box(10, 3.5, 18, 9)),
        ]
        openings += [across("f3", "foot3+", "over+", 12, 2.5, 0.9), across("h3", "head3++", "top++", 12, 3.5, 0.9)]
        stairs.append(stair("t3", "foot3+", "head3++", "f3", "h3"))
    return spaces, openings, stairs


@st.composite
def buildings(draw: st.DrawFn) -> Any:
    """One to three storeys: a hall, straight or bent, rooms around behind thin or thick walls, doors, exits and stairs."""
    bent, flip = draw(st.booleans()), st.booleans()
    width = st.sampled_from([0.6, 0.9, 1.2, 2.0])
    deep, wall = draw(st.sampled_from([1.0, 3.0, 6.0])), draw(st.sampled_from([0.0, 0.0, 0.0, 0.5]))
    one_way, locked = st.sampled_from([None] * 6 + ["in", "out"]), st.sampled_from([None] * 12 + ["outside", "both"])

    def may(opening: dict[str, Any]) -> dict[str, Any]:
        words = {"in": {"to": opening["spaces"][0]}, "out": {"to": opening["spaces"][1]}}
        more = {"one_way": words.get(draw(one_way) or ""), "locked": draw(locked)}
        if more["locked"] == "outside":
            more["locked"] = {"keeps_out_of": opening["spaces"][0]}
        return opening | {key: value for key, value in more.items() if value is not None}

    spaces: list[Any] = [("hall", "corridor", HORSESHOE if bent else box(0, 0, 24, 2.5))]
    openings = [may(across(f"d{i}", f"r{i}", "hall", 3 + 6 * i, -wall / 2, draw(width))) for i in range(4)]
    spaces += [
        (f"r{i}", draw(st.sampled_from(["classroom", "corridor"])), box(6 * i, -wall - deep, 6 * i + 6, -wall))
        for i in range(4)
    ]
    if draw(flip):
        openings.append(may(door("r01", "r0", "r1", 6, -wall - deep / 2, 0.8)))
    if draw(flip):
        openings.append(across("x0", "r0", "outside", 3, -wall - deep, draw(width)))
    if bent:
        spaces.append(("mid", "gym", box(0, 2.5, 21, 7.5)))
        openings += [
            may(across("m1", "mid", "hall", 5, 2.5, draw(width))),
            across("m2", "mid", "hall", 15, 7.5, draw(width)),
        ]
        openings.append(door("e2", "hall", "outside", 0, 8.7, draw(width)))
    else:
        spaces.append(("u", "library", U_ROOM))
        openings += [across("u1", "u", "hall", 10, 2.5, 0.9), across("u2", "u", "outside", 10, 6.5, 0.9)]
    if draw(flip) or not bent:
        openings.append(may(door("e1", "hall", "outside", 0, 1.2, draw(width))))
    if draw(flip):
        spaces.append(("yard", "outdoors", box(24, 0, 60, 20)))
        openings.append(
            door("ey", "hall", "yard", 24, 1.2, draw(width))
            | {"locked": draw(st.sampled_from(["no", "outside", "outside"]))}
        )
        if draw(st.sampled_from([True, True, True, False])):  # else it is an enclosed court
            openings.append(door("gate", "yard", "outside", 60, 10))
    if draw(flip):
        more = ring(draw(st.sampled_from([0.6, 0.9])))
        spaces, openings = spaces + more[0], openings + [may(o) for o in more[1]]
    stairs: list[dict[str, Any]] = []
    floors = draw(st.sampled_from(["", "", "one stair", "two stairs", "three storeys"]))
    if floors:
        more_spaces, more_openings, stairs = upper_floors(
            floors, draw(st.sampled_from([0.5, 1.2])), draw(st.sampled_from([2.5, 9]))
        )
        spaces, openings = spaces + more_spaces, openings + more_openings
    return spaces, openings, stairs


SPOTS = {"hall": box(0, 0, 24, 2.5), "u": box(9, 2.5, 11, 6.5)}
"""Where people may stand in spaces with corners."""


@st.composite
def plays(draw: st.DrawFn) -> Play:
    """A building, its people with their speeds, and a script of orders, changes and units."""
    spaces, openings, stairs = draw(buildings())
    outlines = {id_: SPOTS.get(id_, polygon) for id_, _, polygon in spaces}
    ids, ways = list(outlines), [o["id"] for o in openings] + [s["id"] for s in stairs]
    ramps = []
    if stairs and draw(st.booleans()):
        last = stairs.pop()
        ramps = [{key: value for key, value in last.items() if key != "rise"} | {"slope": "1:12"}]
    share = st.floats(0.01, 0.99)

    def spot(space: str) -> tuple[float, float]:
        (low_x, low_y), _, (high_x, high_y), _ = outlines[space]
        return (low_x + (high_x - low_x) * draw(share), low_y + (high_y - low_y) * draw(share))

    cupboards = [id_ for id_ in ids if id_ in ("c0", "c1", "c2", "c3")]
    homes = st.sampled_from(ids + ["yard"] * 6 * ("yard" in ids))
    groups = (cupboards if draw(st.booleans()) else []) + ["yard"] * ("yard" in ids and draw(st.booleans()))
    groups = groups + [draw(homes) for _ in range(draw(st.sampled_from([0, *range(1, 10), *range(4, 10)])))]
    people: list[Person] = []
    for space in groups:
        (low_x, low_y), _, (high_x, high_y), _ = outlines[space]
        places = max(1, int(2.5 * (high_x - low_x) * (high_y - low_y)))
        count = places if places < 3 else draw(st.sampled_from([1, 3, 6, 9, 12, 25]))
        group, before = draw(st.sampled_from(GROUPS)), draw(st.sampled_from([0.0, 0.0, 3.0, 7.5]))
        late = draw(st.sampled_from([NAN] * 7 + [2.0, 9.25]))
        people += [(space, *spot(space), group, before, late) for _ in range(min(count, places))]
    whom = st.sampled_from([slice(None), slice(None), slice(0, None, 2), slice(1, None, 3)])
    rooms = st.lists(st.sampled_from(ids), min_size=1, max_size=4)
    if cupboards:
        (x, _), _, (far_x, _), _ = outlines["c0"]
        onward = [id_ for id_ in (*cupboards[1:], cupboards[0]) for _ in range(1 if far_x - x < 0.7 else 2)]
        rooms = st.one_of(rooms, st.permutations(cupboards), st.just(onward), st.just(onward))
    script: list[Any] = []
    for i in range(draw(st.integers(1, 9))):
        act = draw(st.sampled_from(ACTS if i else ACTS[:5]))
        what: Any = draw(rooms) if act in ("rooms", "rooms-round", "refuge", "own") else draw(st.sampled_from(ids))
        if act in ("close", "reopen", "let_in"):
            what = draw(
                st.sampled_from(ways if act != "let_in" else ways[: len(openings)] + ["ey"] * 9 * ("ey" in ways))
            )
        order = (draw(st.sampled_from(TIMES)), act, what, draw(whom), draw(st.sampled_from([0.0, 0.0, 1.5])))
        script += [(order[0] + 9.0 * again, *order[1:]) for again in range(draw(st.sampled_from([1, 1, 1, 3])))]
        if act == "close" and draw(st.sampled_from([True, True, False])):
            script.append((order[0] + draw(st.sampled_from([0.0, 1.5, 6.0, 14.0])), "reopen", *order[2:]))
    if "yard" in ids and draw(st.booleans()):
        script[:0] = [(0.0, "rooms", [id_ for id_ in ids if id_ != "yard"], slice(None), 0.0)]
        script.append((draw(st.sampled_from(TIMES)), "let_in", "ey", slice(None), 0.0))
    units = []
    for _ in range(draw(st.sampled_from([0, 1, 2, 3]))):
        home = draw(st.sampled_from(["", *ids]))
        errands = draw(st.lists(st.tuples(st.sampled_from(TIMES), st.sampled_from([*ids, ""])), min_size=1, max_size=3))
        units.append((home, spot(home) if home else (30.0, 1.0), draw(st.sampled_from([0.0, 0.0, 2.0])), errands))
    exits = [o["id"] for o in openings if o["kind"] == "exit"]
    routes = draw(st.sampled_from(["least-time", "least-time", "shortest", "assigned"]))
    return Play(
        spaces, openings, stairs, draw(st.sampled_from(LAWS)), routes,
        {id_: draw(st.sampled_from(exits)) for id_ in ids} if routes == "assigned" and exits else {},
        draw(st.lists(st.sampled_from(ways), max_size=1)), people, script, units,
        draw(st.lists(st.tuples(st.sampled_from(TIMES), rooms, st.integers(0, 9)), max_size=2)),
        sorted(draw(st.lists(st.floats(0, 60), max_size=4))), ramps,
    )  # fmt: skip
