"""The plan file behind a draft: what is read, and how changes are written into its text with everything else as it stands.

Comments, order and ways of writing stay: only what was drawn differently is written anew, in the file's own unit. The new text is
read back before it takes the place of the old one.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from drillsim.documents.document import read_document
from drillsim.documents.files import is_there, shown
from drillsim.editor.changes.draft import SECTIONS, Draft, draft_of, plan_of
from drillsim.editor.merging import merge
from drillsim.editor.splicing import spliced
from drillsim.errors import PlanError
from drillsim.plan.read import check_plan_file

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


def read_plan_file(path: Path) -> OpenFile:
    """Return a plan file to draw in. Raises PlanError where it does not have the form of a plan; faults of the building are no bar."""
    raw = path.read_bytes() if path.is_file() else b""
    plan, faults = check_plan_file(path)
    if plan is None:
        raise PlanError(faults=faults)
    return OpenFile(path, _text(raw), sha256(raw).hexdigest(), draft_of(plan), _lines(path))


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


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, '' where there is none."""
    return sha256(path.read_bytes()).hexdigest() if is_there(path) else ""


def _text(raw: bytes) -> str:
    return raw.decode("utf-8-sig")


def _lines(path: Path) -> dict[tuple[str, str], int]:
    """Return the line of each thing of a file."""
    document = read_document(path, PlanError)
    found: dict[tuple[str, str], int] = {}
    for section in SECTIONS:
        for i, thing in enumerate(document.data.get(section) or []):
            if isinstance(thing, Mapping) and "id" in thing:
                found[section, str(thing["id"])] = document.place((section, i))[0]
    return found


def text_with(kept: OpenFile, draft: Draft) -> str:
    """Return the text of a plan file with a draft in place of what it says."""
    old = kept.draft if kept.text else {section: [] for section in SECTIONS}
    text = kept.text or f"{FIRST_LINES}name: {json.dumps(draft['name'])}\nunits: {draft.get('units') or 'm'}\n"
    if not kept.text:
        old = {**old, "name": draft["name"], "units": draft.get("units")}
    if kept.path.suffix.lower() == ".json":
        data = (
            json.loads(text) if kept.text else {"drillsim_plan": 1, "name": draft["name"], "units": draft.get("units")}
        )
        return json.dumps(merge(data, old, draft), indent=2, ensure_ascii=False) + "\n"
    written = spliced(text.replace("\r\n", "\n"), old, draft)
    return written.replace("\n", "\r\n") if "\r\n" in kept.text else written


def save(kept: OpenFile, draft: Draft) -> OpenFile:
    """Write a draft into its file and return the file as it is then.

    The text is written beside the file, read back and compared with the draft; then the old file is kept as `.bak` and the new
    one takes its place. Raises PlanError, with the file as it was, where the text would not say what was drawn.
    """
    path = kept.path.resolve()
    beside = _written_beside(path, text_with(kept, draft))
    try:
        plan, faults = check_plan_file(beside)
        if plan is None or not alike(draft_of(plan), draft_of(plan_of(draft))):
            reason = faults[0].message if plan is None and faults else "it would not say what was drawn"
            raise PlanError(f"{shown(kept.path)} was not changed: {reason}. Save under another name, and report this")
        if is_there(path):
            shutil.copymode(path, beside)
            shutil.copy2(path, path.with_name(path.name + BACKUP))
        os.replace(beside, path)  # noqa: PTH105 - atomic, also over an existing file
    finally:
        beside.unlink(missing_ok=True)
    return replace(read_plan_file(kept.path), draft=draft)


def autosave(kept: OpenFile, draft: Draft) -> Path:
    """Write a draft beside its file, under the name of the file and `.unsaved`, and return where."""
    place = kept.path.resolve().with_name(kept.path.name + AUTOSAVE)
    beside = _written_beside(kept.path.resolve(), text_with(kept, draft))
    os.replace(beside, place)  # noqa: PTH105
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
