"""Drawing of rooms: one, and a row of equal ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from shapely import Polygon

from drillsim.editor.changes.doors import middle_door
from drillsim.editor.changes.draft import Draft, Thing, added, find, free_id, ring
from drillsim.errors import PlanError

XY = tuple[float, float]
SMALLEST_M2 = 0.25
"""A drawn room below this area is a slip of the hand, m2. Source: assumption A:editor.smallest."""
MOST_IN_A_ROW = 60
"""Largest number of rooms that one row has."""
CALLED = {
    "classroom": "Room", "corridor": "Hall", "passage": "Passage", "lobby": "Lobby", "stair": "Stair", "office": "Office",
    "cafeteria": "Cafeteria", "kitchen": "Kitchen", "gym": "Gym", "auditorium": "Auditorium", "library": "Library",
    "restroom": "Restroom", "mechanical": "Mechanical room", "storage": "Storage", "nurse": "Nurse", "outdoors": "Field",
    "other": "Space",
}  # fmt: skip
"""What a room of each use is called until it gets a label."""


def draw_room(
    draft: Draft,
    level: str,
    corners: Sequence[Sequence[float]],
    *,
    use: str = "classroom",
    label: str = "",
    people: int = 0,
) -> tuple[Draft, str]:
    """Return the draft with a room on a level, and the room's id. Raises PlanError for an outline that encloses nothing."""
    find(draft, "levels", level)
    outline = ring(corners)
    if len(outline) < 3 or abs(Polygon(outline).area) < SMALLEST_M2:
        raise PlanError("this outline encloses nothing. Draw it with more room between its corners")
    if not Polygon(outline).is_valid:
        raise PlanError("this outline crosses itself. Draw its corners in order around the room")
    space = _space(draft, level, outline, use=use, label=label or _next_label(draft, use), people=people)
    return added(draft, "spaces", space), space["id"]


def _space(draft: Draft, level: str, outline: list[list[float]], *, use: str, label: str, people: int) -> Thing:
    space: Thing = {"id": free_id(draft, label), "label": label, "level": level, "use": use, "polygon": outline}
    return {**space, "people": people} if people else space


def _next_label(draft: Draft, use: str) -> str:
    """Return the label of the next room of a use: the next number for classrooms, else the word, numbered from the second on."""
    word = CALLED.get(use, "Space")
    labels = {s.get("label", s["id"]) for s in draft["spaces"]}
    if use == "classroom":
        numbers = [int(m[1]) for name in labels if (m := re.fullmatch(r"Room (\d{1,6})", str(name)))]
        return f"Room {max(numbers, default=100) + 1}"
    return word if word not in labels else next(t for n in range(2, 100_000) if (t := f"{word} {n}") not in labels)


def draw_row(draft: Draft, level: str, corners: tuple[XY, XY], count: int, **how: Any) -> tuple[Draft, list[str]]:
    """Return the draft with a row of equal rooms in a rectangle, and their ids, numbered from the first corner on.

    how
        `first` number (its leading zeros are kept), `step`, `prefix`, `use`, `people`; `along` 'x' or 'y', by default the longer
        side; `doors`: whether each gets a door in the middle of its wall to a hall; `width_m` and `lock` of those doors.
    """
    find(draft, "levels", level)
    if not 1 <= count <= MOST_IN_A_ROW:
        raise PlanError(f"a row has 1 to {MOST_IN_A_ROW} rooms, not {count}")
    (x0, y0), (x1, y1) = corners
    along = how.get("along") or ("x" if abs(x1 - x0) >= abs(y1 - y0) else "y")
    if abs((x1 - x0) * (y1 - y0)) < SMALLEST_M2 * count:
        raise PlanError("this rectangle is too small for so many rooms")
    ids = []
    for k in range(count):
        near, far = k / count, (k + 1) / count
        if along == "x":
            box = [
                (x0 + near * (x1 - x0), y0),
                (x0 + far * (x1 - x0), y0),
                (x0 + far * (x1 - x0), y1),
                (x0 + near * (x1 - x0), y1),
            ]
        else:
            box = [
                (x0, y0 + near * (y1 - y0)),
                (x1, y0 + near * (y1 - y0)),
                (x1, y0 + far * (y1 - y0)),
                (x0, y0 + far * (y1 - y0)),
            ]
        label = _numbered(str(how.get("first") or "101"), k * int(how.get("step", 1)), str(how.get("prefix", "Room")))
        draft, id_ = draw_room(
            draft, level, box, use=str(how.get("use", "classroom")), label=label, people=int(how.get("people", 0))
        )
        ids.append(id_)
    if how.get("doors", True):
        for id_ in ids:
            draft = middle_door(draft, id_, width_m=how.get("width_m"), lock=str(how.get("lock", "key")))
    return draft, ids


def _numbered(first: str, more: int, prefix: str) -> str:
    """Return a label with the number `first` raised by so much: '101' and 2 make 'Room 103', 'B07' makes 'B09'."""
    found = re.fullmatch(r"(.*?)(\d{1,6})(\D*)", first.strip())
    if found is None:
        number = first.strip() if not more else f"{first.strip()} {more + 1}"
    else:
        number = f"{found[1]}{int(found[2]) + more:0{len(found[2])}}{found[3]}"
    return f"{prefix} {number}".strip()
