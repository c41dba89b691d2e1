"""The plan file behind a draft: what is read, and how changes are written into its text with everything else as it stands.

Comments, order and ways of writing stay: only what was drawn differently is written anew, in the file's own unit. The new text is
read back before it takes the place of the old one.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from drillsim.documents.document import Document, read_document
from drillsim.documents.files import is_there, shown
from drillsim.editor.changes.draft import SECTIONS, Draft, draft_of, plan_of, replaced
from drillsim.editor.merging import merge
from drillsim.editor.splicing import FormPath, Forms, spliced, without
from drillsim.errors import PlanError
from drillsim.plan.read import check_plan_file
from drillsim.plan.short_forms import FormOrigin, expand

BACKUP, AUTOSAVE = ".bak", ".unsaved"
"""Endings, behind the name of the plan, of the file as it was before the last saving, and of work that was not saved."""
CLOSE = 1e-3
"""Largest difference in m between a drawn length and the same read back from the file."""
FIRST_LINES = """\
# A plan drawn with `drillsim edit`; lengths without a unit are in the unit that `units` names.
drillsim_plan: 1
"""


@dataclass(frozen=True)
class OpenFile:
    """A plan file at one moment: its text, its hash, its draft, and the line of each thing."""

    path: Path
    text: str
    digest: str
    draft: Draft
    lines: Mapping[tuple[str, str], int]
    origins: Mapping[tuple[str, str], FormOrigin] = field(default_factory=dict)
    """The short form of each thing that came from one, by section and id."""


def read_plan_file(path: Path) -> OpenFile:
    """Return a plan file to draw in. Raises PlanError where it does not have the form of a plan; faults of the building are no bar."""
    raw = path.read_bytes() if path.is_file() else b""
    plan, faults = check_plan_file(path)
    if plan is None:
        raise PlanError(faults=faults)
    written_out = expand(read_document(path, PlanError))
    lines = _lines(written_out.document)
    return OpenFile(path, _text(raw), sha256(raw).hexdigest(), draft_of(plan), lines, written_out.origins)


def new_plan(path: Path, units: str) -> OpenFile:
    """Return an empty plan, of one level, that is not written yet."""
    name = path.stem.replace("-", " ").replace("_", " ").strip().capitalize() or "School"
    draft: Draft = {
        "name": "School" if name == "Plan" else name,
        "units": units,
        **{section: [] for section in SECTIONS},
    }
    draft["levels"] = [{"id": "L0", "elevation": 0.0, "label": "First floor"}]
    return OpenFile(path, "", "", draft, {})


def with_people(draft: Draft, people: Mapping[str, int]) -> Draft:
    """Return a draft with other numbers of people in some spaces, by id."""
    changed = [s for s in draft["spaces"] if people.get(s["id"], s.get("people", 0)) != s.get("people", 0)]
    told = [
        ({**s, "people": n} if (n := people[s["id"]]) else {k: v for k, v in s.items() if k != "people"})
        for s in changed
    ]
    return replaced(draft, "spaces", told)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, '' where there is none."""
    return sha256(path.read_bytes()).hexdigest() if is_there(path) else ""


def _text(raw: bytes) -> str:
    return raw.decode("utf-8-sig")


def _lines(document: Document) -> dict[tuple[str, str], int]:
    """Return the line of each thing of a file."""
    found: dict[tuple[str, str], int] = {}
    for section in SECTIONS:
        for i, thing in enumerate(document.data.get(section) or []):
            if isinstance(thing, Mapping) and "id" in thing:
                found[section, str(thing["id"])] = document.place((section, i))[0]
    return found


def text_with(opened: OpenFile, draft: Draft, forms: Collection[FormPath]) -> str:
    """Return the text of a plan file with a draft in place of what it says.

    forms
        Places of the short forms that are written out; the others stand for what they stood for.
    """
    text, old = opened.text.replace("\r\n", "\n"), opened.draft
    if not text:
        text = f"{FIRST_LINES}name: {json.dumps(draft['name'])}\nunits: {draft.get('units') or 'm'}\n"
        old = {section: [] for section in SECTIONS} | {"name": draft["name"], "units": draft.get("units")}
    if opened.path.suffix.lower() == ".json":
        head = {"drillsim_plan": 1, "name": draft["name"], "units": draft.get("units")}
        data = json.loads(text) if opened.text else head
        return json.dumps(merge(data, without(old, opened.origins), draft), indent=2, ensure_ascii=False) + "\n"
    written = spliced(text, old, draft, Forms(opened.origins, frozenset(forms)))
    return written.replace("\n", "\r\n") if "\r\n" in opened.text else written


def _agreed(opened: OpenFile, draft: Draft) -> Path:
    """Write the text that says what was drawn beside its file, and return where.

    A short form stays until something that came from it is drawn differently; it is written out too where the text with it would
    not say what was drawn, as where the wall moved that a row lies along. Raises PlanError where no text says it.
    """
    meant = draft_of(plan_of(draft))
    every = {origin.path for origin in opened.origins.values()}
    forms = {o.path for at, o in opened.origins.items() if _thing(opened.draft, at) != _thing(draft, at)}
    while True:
        beside = _written_beside(opened.path.resolve(), text_with(opened, draft, forms))
        plan, faults = check_plan_file(beside)
        read = draft_of(plan) if plan is not None else None
        if read is not None and alike(by_id(read), by_id(meant)):
            return beside
        beside.unlink(missing_ok=True)
        differ = (
            {o.path for at, o in opened.origins.items() if not alike(_thing(read, at), _thing(meant, at))}
            if read
            else every
        )
        if not (differ or every) - forms:
            reason = faults[0].message if plan is None and faults else "it would not say what was drawn"
            raise PlanError(f"{shown(opened.path)} was not changed: {reason}. Report this as a fault of drillsim")
        forms |= (differ - forms) or every


def _thing(draft: Draft, at: tuple[str, str]) -> Any:
    return next((t for t in draft[at[0]] if t["id"] == at[1]), None)


def by_id(draft: Draft) -> Draft:
    """Return a draft with the things of each section in the order of their ids, and its exits of services and roles as they are."""
    return {**draft, **{section: sorted(draft[section], key=lambda t: str(t["id"])) for section in SECTIONS}}


def save(opened: OpenFile, draft: Draft) -> OpenFile:
    """Write a draft into its file and return the file as it is then.

    The text is written beside the file, read back and compared with the draft; then the old file is kept as `.bak` and the new
    one takes its place. Raises PlanError, with the file as it was, where the text would not say what was drawn.
    """
    path = opened.path.resolve()
    beside = _agreed(opened, draft)
    try:
        if is_there(path):
            shutil.copymode(path, beside)
            shutil.copy2(path, path.with_name(path.name + BACKUP))
        os.replace(beside, path)  # noqa: PTH105 - atomic, also over an existing file
    finally:
        beside.unlink(missing_ok=True)
    return replace(read_plan_file(opened.path), draft=draft)


def autosave(opened: OpenFile, draft: Draft) -> Path:
    """Write a draft beside its file, under the name of the file and `.unsaved`, and return where."""
    place = opened.path.resolve().with_name(opened.path.name + AUTOSAVE)
    os.replace(_agreed(opened, draft), place)  # noqa: PTH105
    return place


def unsaved_beside(path: Path) -> Path | None:
    """Return the file with work that was not saved, where there is one."""
    place = path.resolve().with_name(path.name + AUTOSAVE)
    return place if place.is_file() else None


def read_unsaved(path: Path) -> Draft:
    """Return the work that was not saved beside a plan file, as a draft."""
    place = unsaved_beside(path)
    if place is None:
        raise PlanError("there is no unsaved work beside this file")
    plan, faults = check_plan_file(place)
    if plan is None:
        raise PlanError(faults=faults)
    return draft_of(plan)


def _written_beside(path: Path, text: str) -> Path:
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def alike(one: Any, other: Any) -> bool:
    """Return whether two drafts say the same, lengths to a millimetre."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        keys = {k for k in (*one, *other) if one.get(k) not in ([], None) or other.get(k) not in ([], None)}
        return all(alike(one.get(k), other.get(k)) for k in keys)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, bool) or isinstance(other, bool) or isinstance(one, str):
        return bool(one == other)
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= CLOSE
    return bool(one == other)
