"""One session of drawing: the draft, its changes and their undoing, the check, and saving."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from threading import RLock
from typing import Any, Literal

from drillsim.editor.changes import doors, drawing, fixtures, levels, outlines, resizing, shaping
from drillsim.editor.changes.draft import SECTIONS, Draft, faults_of, find, plan_of
from drillsim.editor.changes.properties import MODELS, fields, set_of_plan, set_property, shown
from drillsim.editor.given import GivenValues, read_given
from drillsim.editor.messages import message_rows
from drillsim.editor.plan_file import (
    OpenFile,
    autosave,
    digest_of,
    new_plan,
    read_plan_file,
    read_unsaved,
    save,
    unsaved_beside,
)
from drillsim.errors import Fault, PlanError, only_errors
from drillsim.notation import length_text
from drillsim.plan.passage import is_exit

MOST_UNDONE = 500
"""Largest number of changes that can be undone."""
Given = GivenValues
Done = tuple[Draft, Any]


class StaleError(Exception):
    """The draft, or the file, is not the one that the caller has seen."""


class Session:
    """A plan file open in the editor. Calls from several threads take turns."""

    def __init__(self, path: Path, *, units: str = "ft") -> None:
        self.lock = RLock()
        self._kept: OpenFile = read_plan_file(path) if path.exists() else new_plan(path, units)
        self._draft = self._saved = self._kept.draft
        self._before: list[Draft] = []
        self._after: list[Draft] = []
        self._faults: list[Fault] = faults_of(self._draft)
        self.version = 1
        self._left_behind = unsaved_beside(path) is not None
        """Whether work of an earlier session lies beside the file, which this one has not taken."""
        self._autosaved = self._draft

    @property
    def path(self) -> Path:
        """The plan file."""
        return self._kept.path

    @property
    def draft(self) -> Draft:
        """The plan as it is drawn now."""
        return self._draft

    @property
    def is_saved(self) -> bool:
        """Whether everything drawn stands in the file."""
        return self._draft is self._saved

    def change(self, version: int, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Make one change by name and return the state after it; see `CHANGES`.

        Raises StaleError where the caller has seen another draft, and PlanError, with the draft as it was, where the change cannot be
        made.
        """
        with self.lock:
            if version != self.version:
                raise StaleError
            if name not in CHANGES:
                raise PlanError(f"there is no change called '{name}'")
            draft, told = CHANGES[name](self._draft, read_given(given))
            if draft["spaces"]:
                plan_of(draft)  # refuses what no plan may hold
            if draft != self._draft:
                self._before = [*self._before[-MOST_UNDONE + 1 :], self._draft]
                self._after = []
                self._take(draft)
            return self.state(made=told)

    def undo(self, version: int, *, again: bool = False) -> dict[str, Any]:
        """Take the last change back, or make it again, and return the state."""
        with self.lock:
            if version != self.version:
                raise StaleError
            source, other = (self._after, self._before) if again else (self._before, self._after)
            if not source:
                raise PlanError("there is nothing to make again" if again else "there is nothing to undo")
            other.append(self._draft)
            self._take(source.pop())
            return self.state()

    def restore(self, version: int) -> dict[str, Any]:
        """Take the work beside the file that was not saved, as a change that can be undone, and return the state."""
        with self.lock:
            if version != self.version:
                raise StaleError
            self._before.append(self._draft)
            self._take(read_unsaved(self.path))
            self._left_behind = False
            return self.state()

    def _take(self, draft: Draft) -> None:
        self._draft, self._faults = draft, faults_of(draft)
        self.version += 1

    def save(self, version: int, *, overwrite: bool = False) -> dict[str, Any]:
        """Write the draft into the file and return the state.

        Raises StaleError where the file has changed since it was read, unless `overwrite` says that this does not matter.
        """
        with self.lock:
            if version != self.version or (digest_of(self.path) != self._kept.digest and not overwrite):
                raise StaleError
            if not self._draft["spaces"]:
                raise PlanError("nothing is drawn yet, so nothing was saved. Draw a room first")
            self._kept = save(self._kept, self._draft)
            self._saved = self._draft
            self.autosave()
            return self.state()

    def autosave(self) -> Path | None:
        """Write work that is not saved beside the file and return where; None where there is none.

        Work of an earlier session that was not taken is kept under another name.
        """
        with self.lock:
            place = unsaved_beside(self.path)
            if self.is_saved or not self._draft["spaces"]:
                if place is not None and not self._left_behind:
                    place.unlink()
                return None
            if place is not None and self._draft is self._autosaved:
                return place
            if place is not None and self._left_behind:
                place.replace(place.with_name(place.name + "-before"))
            self._left_behind, self._autosaved = False, self._draft
            return autosave(self._kept, self._draft)

    def assess(self, version: int) -> dict[str, Any]:
        """Return the least seconds to each space from the posts, from the entries where there are no posts."""
        from drillsim.coverage.assess import assess as coverage_of

        with self.lock:
            if version != self.version:
                raise StaleError
            draft = self._draft
        if only_errors(self._faults):
            raise PlanError("times need a plan without errors. Mend those in the list first")
        coverage = coverage_of(plan_of(draft))
        kind: Literal["post", "entry"] = "post" if draft["posts"] else "entry"
        seconds = {s: round(t, 1) if t != float("inf") else None for s, t in coverage.nearest_s(kind).items()}
        return {"version": self.version, "from": kind, "seconds": seconds}

    def state(self, *, made: Any = None) -> dict[str, Any]:
        """Return what the page shows: the draft, the messages of the check, and what can be done next."""
        with self.lock:
            draft = self._draft
            return {
                "version": self.version,
                "file": self.path.name,
                "saved": self.is_saved,
                "undo": bool(self._before),
                "redo": bool(self._after),
                "unsaved_beside": unsaved_beside(self.path) is not None,
                "plan": {k: draft.get(k) for k in ("name", "units", "grid_north_deg", "entries", *SECTIONS)},
                "messages": message_rows(draft, self._faults, self._kept.lines),
                "summary": self._summary(),
                "made": made,
            }

    def _summary(self) -> str:
        draft, errors = self._draft, len(only_errors(self._faults))
        if not draft["spaces"]:
            return "Nothing is drawn yet."
        counts = f"{_counted(len(draft['spaces']), 'space')}, {_counted(len(draft['openings']), 'opening')}"
        if errors:
            return f"{counts}. {_counted(errors, 'error')} to mend before a drill can run."
        plan = plan_of(draft)
        exits = sum(is_exit(plan, o) for o in plan.openings)
        return f"{counts}, {_counted(exits, 'exit')}. Every space can reach an exit; a drill can run."

    def form(self, section: str, id_: str) -> dict[str, Any]:
        """Return the fields of a thing with their values, for its form."""
        with self.lock:
            if section not in MODELS:
                raise PlanError(f"there is no section called '{section}'")
            thing = find(self._draft, section, id_)
            unit = self._draft.get("units")
            size = resizing.size_of(thing) if section == "spaces" else ()
            return {"values": shown(section, thing, unit), "size": [length_text(v, unit) for v in size]}

    @staticmethod
    def vocabulary() -> dict[str, Any]:
        """Return the fields of each section; they do not change."""
        return {"fields": fields()}


def _counted(n: int, word: str) -> str:
    return f"{n:,} {word}{'' if n == 1 else 's'}"


def _box(given: Given) -> list[tuple[float, float]]:
    if len(given["corners"]) != 2:
        raise PlanError("corners: two opposite corners of a rectangle are needed here")
    (x0, y0), (x1, y1) = given["corners"]
    west, east, south, north = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
    return [(west, south), (east, south), (east, north), (west, north)]


def _selected(section: str, done: tuple[Draft, Any]) -> Done:
    draft, ids = done
    return draft, {"section": section, "ids": ids if isinstance(ids, list) else [ids]}


def _room(draft: Draft, given: Given) -> Done:
    corners = given["corners"]
    how = {k: given[k] for k in ("use", "label", "people") if k in given}
    return _selected(
        "spaces", drawing.draw_room(draft, given["level"], _box(given) if len(corners) == 2 else corners, **how)
    )


def _row(draft: Draft, given: Given) -> Done:
    a, _, b, _ = _box(given)
    if given["corners"][0] != a:  # numbered from the corner where the drawing began
        a, b = given["corners"]
    how = {k: v for k, v in given.items() if k not in ("level", "corners", "count")}
    return _selected("spaces", drawing.draw_row(draft, given["level"], (a, b), given["count"], **how))


def _door(draft: Draft, given: Given) -> Done:
    how = {k: given[k] for k in ("width_m", "lock", "kind", "label", "reach_m") if k in given}
    return _selected("openings", doors.put_door(draft, given["level"], given["at"], **how))


def _stair(draft: Draft, given: Given) -> Done:
    if "corners" in given:
        return _selected("stairs", levels.draw_stair(draft, given["level"], _box(given), label=given.get("label", "")))
    return _selected("stairs", levels.join_stair(draft, given["level"], given["at"], label=given.get("label", "")))


def _fixture(draft: Draft, given: Given) -> Done:
    if given["kind"] == "assembly":
        return _selected("assembly", fixtures.put_assembly(draft, given["at"], label=given.get("label", "")))
    section = fixtures.FIXED.get(given["kind"], ("", ""))[0]
    label = given.get("label", "")
    return _selected(section, fixtures.put_fixture(draft, given["level"], given["at"], given["kind"], label=label))


def _move(draft: Draft, given: Given) -> Done:
    if given["section"] == "openings":
        return doors.move_door(draft, given["id"], given["to"], given.get("reach_m", 1.0)), None
    return fixtures.move_point(draft, given["section"], given["id"], given["to"]), None


def _size(draft: Draft, given: Given) -> Done:
    draft, told = resizing.set_size(draft, given["id"], given["name"], str(given["value"]))
    return draft, {"told": told}


def _move_room(draft: Draft, given: Given) -> Done:
    draft, told = resizing.move_room(draft, given["id"], given["from"], given["to"])
    return draft, {"told": told}


def _outlines(draft: Draft, given: Given) -> Done:
    how = {"use": given.get("use", "classroom"), "people": given.get("people", 0)}
    draft, ids, told = outlines.take_outlines(draft, given["level"], given["outlines"], **how)
    return draft, {"section": "spaces", "ids": ids, "told": told}


CHANGES: Mapping[str, Callable[[Draft, Given], Done]] = {
    "room": _room,
    "row": _row,
    "door": _door,
    "stair": _stair,
    "fixture": _fixture,
    "level": lambda d, g: _selected("levels", levels.add_level(d, g.get("label", ""), g["elevation_m"])),
    "copy-level": lambda d, g: _selected(
        "levels", levels.copy_level(d, g["level"], g.get("label", ""), g["elevation_m"])
    ),
    "corner": lambda d, g: (shaping.move_corner(d, g["level"], g["from"], g["to"]), None),
    "wall": lambda d, g: (shaping.push_wall(d, g["level"], g["from"], g["to"]), None),
    "move": _move,
    "move-room": _move_room,
    "size": _size,
    "outlines": _outlines,
    "remove": lambda d, g: (fixtures.remove(d, g["section"], g["id"]), None),
    "set": lambda d, g: (set_property(d, g["section"], g["id"], g["name"], g["value"]), None),
    "set-plan": lambda d, g: (set_of_plan(d, g["name"], g["value"]), None),
    "entry": lambda d, g: (fixtures.set_entry(d, g["id"], g["service"], g["comes"]), None),
}
"""Every change that the page can ask for, by name."""
