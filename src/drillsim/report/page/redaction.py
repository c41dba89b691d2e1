"""Public reports: no name of a place leaves the school, neither by a title nor by the label of a staffing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from drillsim.plan.model import FloorPlan
from drillsim.record.outline import Outline
from drillsim.report.page.material import Material, PlayedSetting

PLACE = "[place]"
SHORTEST = 3
"""Characters of a name that is looked for; 'A' or '12' would be found in any text."""
_ABOUT_PLACES = re.compile(
    r"lock|camera|post|patrol|where|place|path|entr|zone|radio|route|door|way|perimeter|injects|incident\.|plan",
    re.IGNORECASE,
)
_SEPARATORS, _BETWEEN = re.compile(r"[\s_-]+"), r"[\s_-]+"
KEPT_FROM_PUBLIC = frozenset({"rooms_failed", "rooms_unlockable", "rooms_open", "perimeter_locked_s", "unattended_s"})
"""Measures that tell of locks, or of time without anybody there."""
KEPT_CHANGE = "a change that is kept inside"
"""Stands for a change of the building or of its staff's places in a public report."""


class PublicResults:
    """Results under the titles and labels that the public may read.

    hide
        Puts PLACE where a text names a place of the plans.
    """

    def __init__(self, played: Any, plans: Iterable[FloorPlan]) -> None:
        self.hide = hider(place_names(plans))
        self.runs, self.curves, self.outline = played.runs, played.curves, hidden(played.outline, self.hide)


def place_names(plans: Iterable[FloorPlan]) -> list[str]:
    """Return every id and label of the plans that is long enough to be looked for, the longest first."""
    names: set[str] = set()
    for plan in plans:
        things = [*plan.spaces, *plan.openings, *plan.flights, *plan.posts, *plan.cameras, *plan.assembly, *plan.levels]
        for thing in things:
            names |= {thing.id, getattr(thing, "label", "") or thing.id}
        names |= {getattr(one, "id", "") for one in getattr(plan, "equipment", ())} | {
            getattr(one, "label", "") for one in getattr(plan, "equipment", ())
        }
    return sorted((name for name in names if len(name.strip()) >= SHORTEST), key=lambda name: (-len(name), name))


def hider(names: Iterable[str]) -> Callable[[str], str]:
    """Return a function that puts PLACE where a text names a place, whatever its case, and with a space, hyphen or underscore alike."""
    listed = [_BETWEEN.join(map(re.escape, _SEPARATORS.split(name))) for name in names]
    if not listed:
        return lambda text: text
    found = re.compile(rf"(?<!\w)(?:{'|'.join(listed)})(?!\w)", re.IGNORECASE)
    return lambda text: found.sub(PLACE, text)


def hidden(outline: Outline, hide: Callable[[str], str]) -> Outline:
    """Return an outline whose titles, labels and changes name no place."""
    mixes = {name: replace(line, label=hide(line.label or name)) for name, line in outline.mixes.items()}
    scenarios = {
        name: replace(
            line, title=hide(line.title or name), changes=_hidden(line.changes, hide),
            mixes={mix: replace(own, label=hide(own.label or mix)) for mix, own in line.mixes.items()},
        )
        for name, line in outline.scenarios.items()
    }  # fmt: skip
    return replace(outline, scenarios=scenarios, mixes=mixes)


def _hidden(changes: Mapping[str, str], hide: Callable[[str], str]) -> dict[str, str]:
    """Return the changes of a variant without places, and one phrase for those that tell of locks, posts or routes."""
    told = {hide(key): hide(value) for key, value in changes.items() if not _ABOUT_PLACES.search(key)}
    return told if len(told) == len(changes) else {**told, KEPT_CHANGE: ""}


def public_material(material: Material, hide: Callable[[str], str]) -> Material:
    """Return the material without swings, names of roles, kinds and files, and keys that tell of places."""
    roles = {
        name: role.model_copy(update={"label": hide(role.label or name)}) for name, role in material.mixes.roles.items()
    }
    kinds = {name: tuple(map(hide, found)) for name, found in material.kinds.items()}
    renamed = {hide(kind): kind for found in material.kinds.values() for kind in found}
    roles = {
        name: role.model_copy(update={"words": {k: role.words[v] for k, v in renamed.items() if v in role.words}})
        for name, role in roles.items()
    }
    return replace(
        material,
        summary=_without_places(material.summary, hide),
        mixes=material.mixes.model_copy(update={"roles": roles}),
        kinds=kinds,
        swings=public_swings(material.swings, hide),
        reproduce={hide(key): hide(value) for key, value in material.reproduce.items() if key != "command"},
    )


def _without_places(summary: Mapping[str, Any], hide: Callable[[str], str]) -> dict[str, Any]:
    """Return a summary in which nothing that a goal depends on names a place."""
    scenarios = {
        name: {
            **one,
            "goals": [{**g, "depends_on": [hide(str(k)) for k in g.get("depends_on") or ()]} for g in one["goals"]],
        }
        for name, one in summary["scenarios"].items()
    }
    return {**summary, "scenarios": scenarios}


def public_swings(swings: pd.DataFrame | None, hide: Callable[[str], str]) -> pd.DataFrame | None:
    """Return the rows of sensitivity.csv that tell nothing of places, locks, cameras, posts or routes."""
    if swings is None:
        return None
    telling = swings["by"].astype(str).str.contains(_ABOUT_PLACES) | swings["value"].astype(str).str.contains(
        _ABOUT_PLACES
    )
    kept = swings[~telling]
    return kept.assign(**{name: kept[name].astype(str).map(hide) for name in ("by", "value")})


PUBLIC_DUTIES = frozenset({"mentoring", "counselling", "mediation", "teaching"})
"""Duties whose hours the public may read; hours at posts, desks and on patrol tell when these stand empty."""


def public_settings(settings: Iterable[PlayedSetting], hide: Callable[[str], str]) -> list[PlayedSetting]:
    """Return the settings that tell nothing of places, locks, cameras, posts or routes."""
    return [
        replace(one, key=hide(one.key), value=hide(one.value), meaning=hide(one.meaning), scenario=hide(one.scenario))
        for one in settings
        if one.sources and not _ABOUT_PLACES.search(one.key)
    ]
