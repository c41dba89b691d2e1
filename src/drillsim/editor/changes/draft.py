"""Draft: a plan as plain data in metres, while it is drawn.

A draft has the sections of a plan file, and may be unfinished. It is never changed in place: a change returns another draft that
shares what is the same, so that undoing is keeping the one before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import ValidationError

from drillsim.documents.document import told_of_code
from drillsim.errors import Fault, PlanError
from drillsim.plan.checks import check_plan
from drillsim.plan.model import OUTSIDE, FloorPlan

Thing = dict[str, Any]
Draft = dict[str, Any]
XY = tuple[float, float]
SECTIONS = ("levels", "spaces", "openings", "stairs", "ramps", "posts", "cameras", "equipment", "assembly")
"""Sections of a plan that hold things with an id, in the order of the file."""
DIGITS = 4
"""Decimals of a drawn coordinate in metres: a tenth of a millimetre."""


def draft_of(plan: FloorPlan) -> Draft:
    """Return a plan as a draft."""
    data = plan.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {**data, **{section: data.get(section, []) for section in SECTIONS}}


def plan_of(draft: Draft) -> FloorPlan:
    """Return a draft as a plan. Raises PlanError with every value that no plan may have, and where nothing is drawn."""
    try:
        return FloorPlan.model_validate(draft, context={"si": True})
    except ValidationError as e:
        raise told_of_code(e, FloorPlan, draft) from None


def faults_of(draft: Draft) -> list[Fault]:
    """Return what `check` finds in a draft; one fault where nothing is drawn yet."""
    if not draft["spaces"]:
        message = "no room is drawn yet. Choose 'Room' and draw one"
        return [Fault("DS003", draft["name"], 0, 0, message, path=("spaces",))]
    try:
        return check_plan(plan_of(draft))
    except PlanError as e:
        return list(e.faults)


def things(draft: Draft) -> Iterable[tuple[str, Thing]]:
    """Yield every thing of a draft with its section."""
    for section in SECTIONS:
        for thing in draft[section]:
            yield section, thing


def find(draft: Draft, section: str, id_: str) -> Thing:
    """Return a thing by section and id. Raises PlanError where there is none."""
    rows: list[Thing] = draft.get(section, []) if section in SECTIONS else []
    found = next((t for t in rows if t["id"] == id_), None)
    if found is None:
        raise PlanError(f"there is no '{id_}' among the {section}. Reload the page")
    return found


def replaced(draft: Draft, section: str, changed: Iterable[Thing]) -> Draft:
    """Return a draft with things of one section in place of those with the same ids."""
    new = {thing["id"]: thing for thing in changed}
    return {**draft, section: [new.get(thing["id"], thing) for thing in draft[section]]}


def added(draft: Draft, section: str, *new: Thing) -> Draft:
    """Return a draft with more things at the end of a section."""
    return {**draft, section: [*draft[section], *new]}


def on_level(draft: Draft, level: str) -> list[Thing]:
    """Return the spaces of a level."""
    return [s for s in draft["spaces"] if s["level"] == level]


def level_of(draft: Draft, space: str) -> str:
    """Return the level of a space, '' where there is no such space."""
    return next((str(s["level"]) for s in draft["spaces"] if s["id"] == space), "")


def free_id(draft: Draft, words: str, *more: Iterable[str]) -> str:
    """Return an id that nothing has, made of the words of a label."""
    slug = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:40] or "thing"
    taken = {t["id"] for _, t in things(draft)} | {OUTSIDE} | {i for ids in more for i in ids}
    if slug not in taken:
        return slug
    return next(name for n in range(2, 100_000) if (name := f"{slug}-{n}") not in taken)


def point(at: Sequence[float]) -> list[float]:
    """Return a drawn point with the decimals that are kept; minus zero is zero."""
    return [round(float(at[0]), DIGITS) + 0.0, round(float(at[1]), DIGITS) + 0.0]


def ring(corners: Iterable[Sequence[float]]) -> list[list[float]]:
    """Return corners as they are kept, without repeated neighbours."""
    kept: list[list[float]] = []
    for corner in map(point, corners):
        if not kept or corner != kept[-1]:
            kept.append(corner)
    while len(kept) > 1 and kept[0] == kept[-1]:
        kept.pop()
    return kept
