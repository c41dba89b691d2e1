"""Write a drillsim plan from the facts of a DOE reference school.

Usage: ``python floorplans/convert_doe.py floorplans/facts/doe_primary.json floorplans/doe_primary.yaml``.
The facts hold outlines, areas and people of the DOE Commercial Reference Buildings, with doors and stairs derived
by the rules R1 to R8 that stand in them. This script renames everything for people and adds, by the rules R9 onward
of facts/further_rules.json, what a drill needs and an energy model lacks: locks, posts, cameras, entries, assembly
points, whole people, bells.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shapely import Point, Polygon, unary_union

ORDINAL = ("first", "second", "third")
LOCKED = ("classroom", "office", "library", "gym", "cafeteria", "auditorium", "kitchen", "mechanical")
FIELD_M = 45.0
"""How far from the walls people gather."""
NEED_HELP = 3
"""Per cent of all people. Assumption A:people.needs_help."""

NAMES: dict[str, tuple[str, str]] = {
    "Aux_Gym": ("gym-aux", "Auxiliary gym"),
    "Auditorium": ("auditorium", "Auditorium"),
    "Bath": ("restrooms", "Restrooms"),
    "Bathrooms": ("restrooms", "Restrooms"),
    "Cafeteria": ("cafeteria", "Cafeteria"),
    "Gym": ("gym", "Gym"),
    "Kitchen": ("kitchen", "Kitchen"),
    "LIBRARY_MEDIA_CENTER": ("library", "Library"),
    "Library_Media_Center": ("library", "Library"),
    "Lobby": ("lobby", "Lobby"),
    "Main_Corridor": ("hall-main", "Main hall"),
    "Offices": ("office", "Offices"),
    "Passage_Cafeteria": ("passage-cafeteria", "Cafeteria passage"),
    "Passage_East": ("passage-east", "East passage"),
    "Passage_Gym": ("passage-gym", "Gym passage"),
    "Passage_Pod_3": ("passage-north", "North passage"),
}
ON_ONE_LEVEL = ("gym-aux", "auditorium", "cafeteria", "gym", "kitchen", "library")
"""Ids without the number of their level: no school has two of them."""

RULES: dict[str, str] = json.loads((Path(__file__).parent / "facts/further_rules.json").read_text(encoding="utf-8"))
"""R9 onward; R1 to R8 stand in the facts themselves."""


@dataclass
class Draft:
    """A plan in the making: what the facts say, and the new name of everything."""

    facts: dict[str, Any]
    spaces: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Room of the facts to (id, label)."""
    derived: dict[str, str] = field(default_factory=dict)
    """New id to the rules that made it."""

    def rooms(self, *, use: str | None = None, level: int | None = None) -> list[dict[str, Any]]:
        """Return the rooms of a use and level."""
        return [r for r in self.facts["rooms"] if use in (None, r["use"]) and level in (None, r["level"])]

    def room(self, id_: str) -> dict[str, Any]:
        """Return the room that now has this id."""
        return next(r for r in self.facts["rooms"] if self.spaces[r["id"]][0] == id_)

    def openings_of(self, id_: str) -> list[dict[str, Any]]:
        """Return the openings of the space that now has this id."""
        return [o for o in self.facts["openings"] if self.room(id_)["id"] in o["rooms"]]


def name_spaces(draft: Draft) -> None:
    """Give every room an id and a label (R19)."""
    levels = range(len(draft.facts["levels"]))
    for level in levels:
        number = 100 * (level + 1)
        for pod in (1, 2, 3):
            sides = []
            for side in (1, 2):
                rooms = [r for r in draft.rooms(use="classroom", level=level) if _pod_side(r) == (pod, side)]
                sides.append(sorted(rooms, key=lambda r: -_middle(r)[0]))
            for side, rooms in enumerate(sides):
                for i, room in enumerate(rooms):
                    n = number + 2 * i + 1 + side
                    computers = " (computers)" if "Computer" in room["id"] else ""
                    draft.spaces[room["id"]] = (f"room-{n}", f"Room {n}{computers}")
            number += 2 * max(len(s) for s in sides)
    stairs = [s["id"] for s in draft.facts["stairs"]]
    mechanical = draft.rooms(use="mechanical")
    for room in draft.facts["rooms"]:
        level = room["level"]
        where = "" if len(levels) == 1 else f", {ORDINAL[level]} floor"
        word = re.sub(r"(_ZN_1_FLR_\d.*|_L\d)$", "", room["id"])
        if room["use"] == "classroom":
            continue
        if room["use"] == "mechanical":
            n = mechanical.index(room) + 1
            draft.spaces[room["id"]] = (f"mechanical-{n}", f"Mechanical room {n}")
        elif room["use"] == "stair":
            letter = chr(ord("A") + stairs.index(word))
            draft.spaces[room["id"]] = (f"stair-{letter.lower()}-{level}", f"Stair {letter}{where}")
        elif word.startswith("Corridor_Pod_"):
            draft.spaces[room["id"]] = (f"hall-west-{word[-1]}-{level}", f"West hall {word[-1]}{where}")
        else:
            id_, label = NAMES[word]
            alone = id_ in ON_ONE_LEVEL
            draft.spaces[room["id"]] = (id_, label) if alone else (f"{id_}-{level}", f"{label}{where}")


def _pod_side(room: dict[str, Any]) -> tuple[int, int]:
    if "Computer" in room["id"]:
        return (3, 2)
    found = re.search(r"Class_(\d)_Pod_(\d)", room["id"])
    assert found is not None, room["id"]
    return (int(found[2]), int(found[1]))


def _middle(thing: dict[str, Any]) -> tuple[float, float]:
    corners = thing["polygon"] if "polygon" in thing else thing["line"]
    return (sum(c[0] for c in corners) / len(corners), sum(c[1] for c in corners) / len(corners))


def number_exits(draft: Draft) -> dict[str, int]:
    """Return the number of each exit, clockwise from the main entrance (R19)."""
    floor = unary_union([Polygon(r["polygon"]) for r in draft.rooms(level=0)])
    assert isinstance(floor, Polygon), "the first floor falls into parts"
    ground = floor.exterior
    if not ground.is_ccw:
        ground = ground.reverse()
    exits = [o for o in draft.facts["openings"] if o["kind"] == "exit"]
    along = {o["id"]: -ground.project(Point(_middle(o))) for o in exits}  # minus: clockwise
    arches = [o for o in draft.openings_of("lobby-0") if o["kind"] == "opening"]
    hall = _middle(next(o for o in arches if draft.room("hall-main-0")["id"] in o["rooms"]))
    lobby = [o for o in exits if draft.room("lobby-0")["id"] in o["rooms"]]
    main = min(lobby, key=lambda o: (round(Point(_middle(o)).distance(Point(hall)), 3), _middle(o)[0]))
    turn = sorted(exits, key=lambda o: (along[o["id"]] - along[main["id"]]) % ground.length)
    return {o["id"]: n for n, o in enumerate(turn, 1)}


def whole_people(draft: Draft) -> dict[str, int]:
    """Return whole people per room, by largest remainder within each use (R16)."""
    people: dict[str, int] = {}
    for use in {r["use"] for r in draft.facts["rooms"]}:
        rooms = draft.rooms(use=use)
        exact = {r["id"]: float(r["people_weekday_10h"]) for r in rooms}
        whole = {k: int(v) for k, v in exact.items()}
        missing = int(sum(exact.values()) + 0.5) - sum(whole.values())
        for room in sorted(rooms, key=lambda r: (whole[r["id"]] - exact[r["id"]], _order(draft.spaces[r["id"]][0])))[
            :missing
        ]:
            whole[room["id"]] += 1
        people |= whole
    return people


def who_attends(draft: Draft) -> dict[str, str]:
    """Return the shares of the groups: one adult in each classroom, some who need help, the others pupils (R20)."""
    classes, people = draft.rooms(use="classroom"), whole_people(draft)
    adults = int(100 * len(classes) / sum(people[r["id"]] for r in classes) + 0.5)
    shares = {kind_of(draft.facts): 100 - adults - NEED_HELP, "adults": adults, "needs-help": NEED_HELP}
    return {group: f"{share} %" for group, share in shares.items()}


def kind_of(facts: dict[str, Any]) -> str:
    """Return which of the two schools these facts are of: the one with two floors is the secondary school."""
    return "secondary" if len(facts["levels"]) > 1 else "primary"


def _order(id_: str) -> tuple[Any, ...]:
    """Sort ids as people count: room-9 before room-10."""
    return tuple(int(p) if p.isdigit() else p for p in re.split(r"(\d+)", id_))


def _flow(items: dict[str, Any]) -> str:
    return "{" + ", ".join(f"{k}: {_word(v)}" for k, v in items.items() if v is not None) + "}"


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{round(value, 3):g}" if abs(value) < 1e5 else str(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_word(v) for v in value) + "]"
    if isinstance(value, dict):
        return _flow(value)
    text = str(value)
    if re.fullmatch(r"\d+ %", text):
        return text
    return f'"{text}"' if re.search(r"[:,#{}\[\]]|^\d|^$", text) and not isinstance(value, int) else text


def _xy(point: Iterable[float]) -> list[float]:
    return [round(float(c), 3) + 0.0 for c in point]


def spaces_text(draft: Draft) -> list[str]:
    """Return the lines of the spaces: level by level, halls first, then classrooms in their order, then the rest."""
    people, lines = whole_people(draft), []
    groups: tuple[tuple[str, Callable[[dict[str, Any]], bool]], ...] = (
        ("halls, lobby and passages", lambda r: r["use"] in ("corridor", "lobby", "passage")),
        ("classrooms", lambda r: r["use"] == "classroom"),
        ("other rooms", lambda r: r["use"] not in ("corridor", "lobby", "passage", "classroom", "stair")),
        ("stairs", lambda r: r["use"] == "stair"),
    )
    for level in range(len(draft.facts["levels"])):
        for title, wanted in groups:
            rooms = sorted(
                (r for r in draft.rooms(level=level) if wanted(r)), key=lambda r: _order(draft.spaces[r["id"]][0])
            )
            if rooms:
                lines.append(f"  # {ORDINAL[level].capitalize()} floor: {title}")
            for room in rooms:
                id_, label = draft.spaces[room["id"]]
                parts = room["id"].rpartition("/")
                zone = f"{room['zone']}, part {parts[2]}" if parts[0] else room["zone"] or ""
                if room["derived"]:
                    draft.derived[id_] = room["derived"]
                items = {
                    "id": id_, "label": label, "level": f"L{level}", "use": room["use"],
                    "polygon": [_xy(c) for c in room["polygon"]], "people": people[room["id"]],
                    "landing": 4.6 if room["use"] == "stair" else None,
                }  # fmt: skip
                if room["use"] == "stair":
                    draft.derived[id_] = "R7 R14"
                lines.append(f"  - {_flow(items)}" + (f"  # {zone}" if zone else ""))
    return lines


def openings_text(draft: Draft) -> list[str]:
    """Return the lines of the openings: exits by number, then leafless openings and stair doors, then doors by room."""
    numbers = number_exits(draft)
    rows: list[tuple[int, Any, dict[str, Any]]] = []
    counts: dict[str, int] = {}
    use = {r["id"]: r["use"] for r in draft.facts["rooms"]}
    doors_of = {r: [o for o in draft.facts["openings"] if o["kind"] == "door" and o["rooms"][0] == r] for r in use}
    for o in draft.facts["openings"]:
        ids = [draft.spaces[r][0] if r in draft.spaces else "outside" for r in o["rooms"]]
        labels = [draft.spaces[r][1] if r in draft.spaces else "outside" for r in o["rooms"]]
        base = {"spaces": ids, "line": [_xy(p) for p in o["line"]], "width": o["width_m"]}
        if o["kind"] == "exit":
            n = numbers[o["id"]]
            lobby = ids[0].startswith("lobby")
            id_, label = (f"exit-{n}", f"Door {n}") if n > 1 else ("main-entrance", "Door 1 (main entrance)")
            lock = "access-control" if lobby else "key"
            alarm = True if use[o["rooms"][0]] in ("corridor", "stair") else None
            rows.append((0, n, {"id": id_, "label": label, "kind": "exit", **base, "lock": lock, "alarm": alarm}))
            draft.derived[id_] = f"{o['derived']} R9"
        elif o["kind"] == "opening":
            id_ = f"between-{ids[0]}-and-{ids[1]}"
            rows.append(
                (1, _order(id_), {"id": id_, "label": f"{labels[0]} to {labels[1]}", "kind": "opening", **base})
            )
            draft.derived[id_] = o["derived"]
        elif o["kind"] == "stair_door":
            id_ = f"{ids[0]}-door"
            rows.append((2, _order(id_), {"id": id_, "label": f"{labels[0]}, door", "kind": "stair_door", **base}))
            draft.derived[id_] = o["derived"]
        else:
            room = o["rooms"][0]
            counts[room] = counts.get(room, 0) + 1
            several = len(doors_of[room]) > 1
            stem = ids[0].removeprefix("room-") if use[room] == "classroom" else ids[0]
            id_ = f"door-{stem}" + (f"-{counts[room]}" if several else "")
            label = f"{labels[0]}, door" + (f" {counts[room]}" if several else "")
            key = "key" if use[room] in LOCKED else None
            items = {"id": id_, "label": label, "kind": "door", **base, "lock": key}
            rows.append((3 if use[room] == "classroom" else 4, _order(id_), items))
            draft.derived[id_] = f"{o['derived']} R9" if key else o["derived"]
    titles = (
        "Exits, clockwise from the main entrance", "Leafless openings between halls", "Stair doors",
        "Doors of classrooms", "Doors of other rooms",
    )  # fmt: skip
    lines = []
    for part, title in enumerate(titles):
        group = sorted((r for r in rows if r[0] == part), key=lambda r: r[1])
        if group:
            lines += [f"  # {title}", *(f"  - {_flow(r[2])}" for r in group)]
    return lines


def stairs_text(draft: Draft) -> list[str]:
    """Return the lines of the stairs."""
    lines = []
    for stair in draft.facts["stairs"]:
        lower, upper = (draft.spaces[r][0] for r in stair["rooms"])
        id_ = lower.rpartition("-")[0]
        draft.derived[id_] = "R7"
        items = {
            "id": id_, "label": f"Stair {id_[-1].upper()}", "lower": lower, "upper": upper, "rise": stair["rise_m"],
            "width": stair["clear_width_m"], "length": stair["walk_length_m"], "riser": stair["riser_m"],
            "tread": stair["tread_m"],
        }  # fmt: skip
        lines.append(f"  - {_flow(items)}  # {stair['id']}")
    return lines


def inward(draft: Draft, space: str, opening: dict[str, Any], *, by_m: float, aside_m: float = 0.0) -> list[float]:
    """Return the point of a space so many metres inside an opening, and so many aside along the wall."""
    (x0, y0), (x1, y1) = opening["line"]
    mx, my = _middle(opening)
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    floor = Polygon(draft.room(space)["polygon"])
    for sign in (1, -1):
        for turn in (1, -1):
            x, y = mx - sign * uy * by_m + turn * ux * aside_m, my + sign * ux * by_m + turn * uy * aside_m
            if floor.contains(Point(x, y)):
                return _xy((x, y))
    raise ValueError(f"no point inside {space} beside its opening")


def extras_text(draft: Draft) -> list[str]:
    """Return the lines of posts, cameras, equipment, entries, assembly points and timetable (R10 to R13, R17, R18)."""
    exits = {n: o for o in draft.facts["openings"] for k, n in number_exits(draft).items() if o["id"] == k}
    desk = next(o for o in draft.openings_of("office-0") if draft.room("lobby-0")["id"] in o["rooms"])
    posts = [("front-desk", "Front desk", "lobby-0", inward(draft, "lobby-0", desk, by_m=2.0))]
    posts.append(("main-entrance", "Main entrance", "lobby-0", inward(draft, "lobby-0", exits[1], by_m=2.5)))
    for id_, label, space in (
        ("cafeteria", "Cafeteria", "cafeteria"),
        ("gym", "Gym", "gym"),
    ):
        posts.append((id_, label, space, _xy(Polygon(draft.room(space)["polygon"]).centroid.coords[0])))
    watched = [
        draft.spaces[r["id"]][0]
        for r in draft.facts["rooms"]
        if r["use"] in ("lobby", "corridor", "passage", "cafeteria")
    ]
    cameras = [(f"cam-{s}", s) for s in sorted(watched, key=_order)]
    kit: list[tuple[str, str, str, list[float]]] = []
    places = [("aed", "lobby-0"), ("aed", "gym")] + [
        ("aed", f"hall-main-{k}") for k in range(1, len(draft.facts["levels"]))
    ]
    places += [("first-aid-kit", s) for s in ("office-0", "gym", "kitchen")]
    for kind, space in places:
        gap_m = 0.6 if kind == "aed" else 1.2
        door = next(o for o in draft.openings_of(space) if o["kind"] in ("door", "stair_door"))
        kit.append(
            (f"{kind}-{space}", kind, space, inward(draft, space, door, by_m=0.2, aside_m=door["width_m"] / 2 + gap_m))
        )
    draft.derived |= {p[0]: "R10" for p in posts if p[0] not in draft.derived and p[0] not in ("cafeteria", "gym")}
    draft.derived |= {c[0]: "R11" for c in cameras} | {k[0]: "R18" for k in kit}
    lines = ["posts:", *(f"  - {_flow({'id': i, 'label': n, 'space': s, 'at': at})}" for i, n, s, at in posts)]
    lines += ["cameras:", *(f"  - {_flow({'id': i, 'watches': [s]})}" for i, s in cameras)]
    lines += ["equipment:", *(f"  - {_flow({'id': i, 'kind': k, 'space': s, 'at': at})}" for i, k, s, at in kit)]
    lines += ["entries: {police: [main-entrance], ems: [main-entrance]}", "assembly:"]
    west, south, east, north = unary_union([Polygon(r["polygon"]) for r in draft.facts["rooms"]]).bounds
    points = {
        "field-south": ((west + east) / 2, south - FIELD_M), "field-west": (west - FIELD_M, (south + north) / 2),
        "field-north": ((west + east) / 2, north + FIELD_M), "field-east": (east + FIELD_M, (south + north) / 2),
    }  # fmt: skip
    nearest: dict[str, list[str]] = {k: [] for k in points}
    for n in sorted(exits):
        here = Point(_middle(exits[n]))
        field_id = min(points, key=lambda k: here.distance(Point(points[k])))
        nearest[field_id].append("main-entrance" if n == 1 else f"exit-{n}")
    for id_, at in points.items():
        if nearest[id_]:
            draft.derived[id_] = "R13"
            label = id_.removeprefix("field-").capitalize() + " field"
            lines.append(f"  - {_flow({'id': id_, 'label': label, 'at': _xy(at), 'exits': nearest[id_]})}")
    lines += ["", f"groups: {_flow(who_attends(draft))}  # (R20)"]
    return [*lines, "", "timetable:  # who is where, on a day that ends with an assembly (R17)", *timetable_text(draft)]


BELLS: tuple[tuple[str, str, str], ...] = (
    ("arrival", "07:40", "08:00"), ("class", "08:00", "09:30"), ("passing", "09:30", "09:35"),
    ("class", "09:35", "11:30"), ("lunch", "11:30", "12:15"), ("passing", "12:15", "12:20"), ("class", "12:20", "13:45"),
    ("passing", "13:45", "13:50"), ("class", "13:50", "15:00"), ("assembly", "15:00", "15:45"),
    ("dismissal", "15:45", "16:00"),
)  # fmt: skip
"""The bell periods of a day (R17)."""


def timetable_text(draft: Draft) -> list[str]:
    """Return the lines of the bell periods, with the share of home rooms that sit somewhere else (R17)."""
    assembly = ("80 %", "auditorium") if draft.rooms(use="auditorium") else ("100 %", "gym")
    moves: dict[str, tuple[tuple[str, str], ...]] = {
        "arrival": (("40 %", "corridor"), ("10 %", "cafeteria")), "passing": (("60 %", "corridor"),),
        "lunch": (("50 %", "cafeteria"),), "assembly": (assembly,),
        "dismissal": (("60 %", "corridor"), ("20 %", "lobby")),
    }  # fmt: skip
    lines = []
    for period, start, end in BELLS:
        present = 0.5 if period == "arrival" else 1.0
        gone = [{"share": share, "home": "classroom", "to": to} for share, to in moves.get(period, ())]
        text = f'period: {period}, from: "{start}", to: "{end}", share: {{classroom: {present}}}'
        lines.append(f"  - {{{text}{f', moves: {_word(gone)}' if gone else ''}}}")
    return lines


def provenance_text(draft: Draft) -> list[str]:
    """Return the lines that tell source, credit, licence, rules, and which object was made by which rule."""
    facts = draft.facts
    total = sum(r["people_weekday_10h"] for r in draft.rooms(use="classroom"))
    added = {k: v.replace("{classroom_people}", f"{int(total + 0.5):,}") for k, v in RULES.items()}
    source, _, credit = facts["source"].partition(" Credit: ")
    lines = [
        "provenance:",
        f"  source: {json.dumps(source)}",
        f"  credit: {json.dumps('Credit: ' + credit)}",
        "  licence: >-",
        "    The underlying IDF was prepared under US-government sponsorship, without warranty; credit DOE,",
        "    NREL, PNNL and LBNL in publications and do not use their names for endorsement (Deru et al. 2010).",
        "    An archetype, not a school that stands somewhere.",
        "  rules:  # R1 to R8 came with the facts; R9 onward were written for drillsim, and are equally derived",
        *(f"    {k}: {json.dumps(v, ensure_ascii=False)}" for k, v in {**facts["rules"], **added}.items()),
        "  derived:  # object: the rules that made it; outlines and people without an entry are the IDF's own",
    ]
    return lines + [f"    {k}: {v}" for k, v in draft.derived.items()]


def convert(facts: dict[str, Any]) -> str:
    """Return the text of the plan."""
    draft = Draft(facts)
    name_spaces(draft)
    kind = kind_of(facts)
    floors = "two floors" if len(facts["levels"]) > 1 else "one floor"
    levels = [
        f"  - {_flow({'id': f'L{i}', 'label': f'{ORDINAL[i].capitalize()} floor', 'elevation': level['z']})}"
        for i, level in enumerate(facts["levels"])
    ]
    exits = sum(o["kind"] == "exit" for o in facts["openings"])
    counts = f"{len(facts['openings'])} openings, {exits} exits, {len(facts['stairs'])} stairs"
    head = [
        f"# DOE reference {kind} school: {len(facts['rooms'])} spaces on {floors}, {counts}.",
        "# An archetype made for energy studies, not a school that stands somewhere. Doors, stairs, locks, posts and",
        "# names are derived by the written rules at the end; the comment after a space is its zone in the DOE model.",
        "# The figures of building codes in the rules are a designer's pattern, not a claim of compliance.",
        "# Made by floorplans/convert_doe.py from floorplans/facts/; change the script rather than this file.",
        "drillsim_plan: 1",
        f"name: DOE {kind} school",
        "units: m",
        "",
        "levels:", *levels,
        "",
        "spaces:  # corners in metres; x to the east, y to the north",
        *spaces_text(draft),
        "",
        "openings:  # lock is its kind; exits with a lock are locked from outside",
        *openings_text(draft),
    ]  # fmt: skip
    stairs = ["", "stairs:", *stairs_text(draft)] if facts["stairs"] else []
    body = [*head, *stairs, "", *extras_text(draft), "", *provenance_text(draft)]
    return "\n".join(body) + "\n"


def main(arguments: list[str]) -> int:
    """Convert FACTS.json to OUT.yaml."""
    if len(arguments) != 2:
        print("usage: python floorplans/convert_doe.py FACTS.json OUT.yaml", file=sys.stderr)
        return 2
    facts = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    Path(arguments[1]).write_text(convert(facts), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
