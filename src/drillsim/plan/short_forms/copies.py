"""Mirrored and repeated wings, written out: rooms first, then what goes with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from drillsim.errors import closest
from drillsim.plan.model import OUTSIDE
from drillsim.plan.short_forms.forms import Mirror, Repeat
from drillsim.plan.short_forms.parts import XY, FormOrigin, PlanPart, PlanParts, at_one_place
from drillsim.plan.short_forms.walls import THICKEST_M, off_outline


@dataclass
class Wing:
    """One copy of a wing: which spaces, where to, and under which names."""

    form: Mirror | Repeat
    part: PlanPart
    path: tuple[int | str, ...]
    move: Callable[[XY], XY]
    names: dict[str, str]
    """Id of each copied space to that of its copy."""
    levels: Mapping[str, str]
    """Level of each copied space to that of its copy, where they differ."""

    @property
    def origin(self) -> FormOrigin:
        """The short form that its objects come from."""
        return FormOrigin("mirror" if isinstance(self.form, Mirror) else "repeat", self.path)

    def renamed(self, text: str) -> str:
        """Return an id or a label as the copy has it."""
        if self.form.rename:
            olds = sorted((re.escape(old) for old in self.form.rename if old), key=len, reverse=True)
            text = re.sub("|".join(olds), lambda m: self.form.rename[m[0]], text) if olds else text
        if self.form.plus:
            text = re.sub("[0-9]+", lambda m: str(int(m[0]) + self.form.plus).zfill(len(m[0])), text)
        return text

    def level(self, level: str) -> str:
        """Return the level of a copy."""
        return self.levels.get(level, level)


def copy_spaces(parts: PlanParts, copies: list[PlanPart]) -> list[Wing]:
    """Add the spaces of every copied wing and return the wings."""
    wings = []
    for i, part in enumerate(copies):
        wing = _wing(parts, part, ("copies", i))
        if wing is not None and _copy_each(
            parts, wing, "spaces", [p for p in parts.lists["spaces"] if p.id in wing.names]
        ):
            wings.append(wing)
    return wings


def copy_things(parts: PlanParts, wing: Wing) -> None:
    """Add the doors, flights, posts, cameras and equipment of a copied wing."""
    _copy_each(parts, wing, "openings", [p for p in parts.lists["openings"] if _goes_along(parts, wing, p)])
    for section in ("stairs", "ramps"):
        inside = [p for p in parts.lists[section] if p.name("lower") in wing.names and p.name("upper") in wing.names]
        _copy_each(parts, wing, section, inside)
    for section in ("posts", "equipment"):
        _copy_each(parts, wing, section, [p for p in parts.lists[section] if p.name("space") in wing.names])
    cameras = [p for p in parts.lists["cameras"] if p.names("watches") and set(p.names("watches")) <= set(wing.names)]
    _copy_each(parts, wing, "cameras", cameras)


def _wing(parts: PlanParts, part: PlanPart, path: tuple[int | str, ...]) -> Wing | None:
    if not isinstance(part.data, dict) or not {"mirror", "repeat"} & set(part.data):
        parts.refuse("a copy begins with 'mirror: [SPACES]' or 'repeat: [SPACES]'", part, "", path)
        return None
    is_mirror = "mirror" in part.data
    form: Mirror | Repeat | None = parts.read(part, Mirror, path) if is_mirror else parts.read(part, Repeat, path)
    unknown = [
        k
        for k in part.data
        if k not in {f.alias or n for n, f in (Mirror if is_mirror else Repeat).model_fields.items()}
    ]
    for key in unknown:
        own = (Mirror if is_mirror else Repeat).model_fields
        parts.refuse(f"unknown key '{key}'.{closest(key, own)}", part, key, path)
    if form is None or unknown:
        return None
    ids = [p.id for p in parts.lists["spaces"] if p.id]
    named = form.mirror if isinstance(form, Mirror) else form.repeat
    key = "mirror" if is_mirror else "repeat"
    names: dict[str, str] = {}
    for pattern in named:
        found = [
            id_ for id_ in ids if id_ == pattern or ("*" in pattern and fnmatchcase(id_, pattern.replace("[", "[[]")))
        ]
        if not found:
            parts.refuse(f"{key}: no space called '{pattern}'.{closest(pattern, ids)}", part, key, path)
            return None
        names |= dict.fromkeys(found, "")
    move = _mirroring(parts, form, part, path) if isinstance(form, Mirror) else _shifting(form)
    if move is None:
        return None
    levels = _levels(parts, form, list(names), part, path)
    wing = Wing(form, part, path, move, {}, levels) if levels is not None else None
    if wing is not None:
        wing.names = {id_: wing.renamed(id_) for id_ in names}
    return wing


def _mirroring(
    parts: PlanParts, form: Mirror, part: PlanPart, path: tuple[int | str, ...]
) -> Callable[[XY], XY] | None:
    x, y = form.across.x, form.across.y
    if (x is None) == (y is None):
        parts.refuse("a mirror is one line: write 'across: {x: 60 ft}' or 'across: {y: 20 ft}'", part, "across", path)
        return None
    if x is not None:
        return lambda p: (2 * x - p[0], p[1])
    return lambda p: (p[0], 2 * (y or 0.0) - p[1])


def _shifting(form: Repeat) -> Callable[[XY], XY]:
    east, north = form.by
    return lambda p: (p[0] + east, p[1] + north)


def _levels(
    parts: PlanParts, form: Mirror | Repeat, names: list[str], part: PlanPart, path: tuple[int | str, ...]
) -> Mapping[str, str] | None:
    to = form.level if isinstance(form, Repeat) else None
    if isinstance(to, str):
        used = {p.name("level") for p in parts.lists["spaces"] if p.id in names}
        if len(used) > 1:
            message = (
                f"the wing lies on {len(used)} levels. Write 'level: {{{', '.join(f'{u}: …' for u in sorted(used))}}}'"
            )
            parts.refuse(message, part, "level", path)
            return None
        return dict.fromkeys(used, to)
    return to or {}


def _copy_each(parts: PlanParts, wing: Wing, section: str, found: list[PlanPart]) -> bool:
    """Add copies of these objects; return whether every one got an id of its own."""
    taken = {p.id: p for p in parts.lists[section]}
    if section in ("openings", "stairs", "ramps"):
        taken = {p.id: p for name in ("openings", "stairs", "ramps") for p in parts.lists[name]}
    made = []
    for part in found:
        new = wing.renamed(part.id)
        if not part.id or new in taken:
            line = f" (line {taken[new].spot.line + 1})" if new in taken else ""
            what = "would keep its id" if new == part.id else f"would be called '{new}', which is taken{line}"
            parts.refuse(
                f"the copy of '{part.id}' {what}. Every copied id becomes new by 'rename' or 'plus'",
                wing.part,
                wing.origin.form,
                wing.path,
            )
            parts.unread |= set(wing.names.values())
            return False
        copied = PlanPart(_copied(parts, wing, section, part), at_one_place(part.spot, wing.part.spot), wing.origin)
        taken[new] = copied
        made.append(copied)
    parts.lists[section] += made
    return True


def _copied(parts: PlanParts, wing: Wing, section: str, part: PlanPart) -> dict[str, Any]:
    """Return the data of a copy: moved and renamed."""
    data: dict[str, Any] = deepcopy(part.data) | {"id": wing.renamed(part.id)}
    if isinstance(data.get("label"), str):
        data["label"] = wing.renamed(data["label"])
    if "level" in data:
        data["level"] = wing.level(part.name("level"))
    for key in ("polygon", "line"):
        if key in data:
            data[key] = _moved(parts, wing, data[key])
    if isinstance(data.get("holes"), list):
        data["holes"] = [_moved(parts, wing, hole) for hole in data["holes"]]
    if "at" in data:
        data["at"] = _moved(parts, wing, [data["at"]])[0]
    for key in ("lower", "upper", "space"):
        if key in data:
            data[key] = wing.names.get(part.name(key), part.name(key))
    for key in ("lower_opening", "upper_opening"):
        if key in data:
            data[key] = wing.renamed(part.name(key))
    if "watches" in data:
        data["watches"] = [wing.names[name] for name in part.names("watches")]
    if section == "openings":
        ends = part.names("spaces")
        leads = [_leads_to(parts, wing, part, name) or name for name in ends]
        data["spaces"] = leads
        new = dict(zip(ends, leads, strict=True))
        for key, inner in (("one_way", "to"), ("locked", "keeps_out_of")):
            value = data.get(key)
            if isinstance(value, dict) and inner in value:
                name = PlanPart(value, part.spot.inside[key]).name(inner)
                data[key] = {inner: new.get(name, name)}
    return data


def _moved(parts: PlanParts, wing: Wing, points: Any) -> Any:
    read = parts.points(points)
    return points if read is None else parts.metres(map(wing.move, read))


def _goes_along(parts: PlanParts, wing: Wing, part: PlanPart) -> bool:
    ends = part.names("spaces") if isinstance(part.data, dict) else []
    if len(ends) != 2 or not set(ends) & set(wing.names):
        return False
    return all(_leads_to(parts, wing, part, name) is not None for name in ends)


def _leads_to(parts: PlanParts, wing: Wing, part: PlanPart, name: str) -> str | None:
    """Return the space that an end of a copied opening joins; None where it would join none."""
    if name in wing.names:
        return wing.names[name]
    ends = part.names("spaces")
    own = next((n for n in ends if n in wing.names), "")
    copy = parts.space(wing.names.get(own, ""))
    was = parts.space(own)
    if copy is None or was is None:
        return None
    if name == OUTSIDE:
        return OUTSIDE if copy.name("level") == was.name("level") else None
    line = parts.points(part.data.get("line"))
    if line is None:
        return None
    ends_m = [wing.move(p) for p in line]
    beside = [
        p for p in parts.lists["spaces"] if p.id not in wing.names.values() and p.name("level") == copy.name("level")
    ]
    touched = []
    for other in sorted(beside, key=lambda p: p.id != name):
        ring = parts.ring(other)
        if ring and len(ring) > 2 and off_outline(ring, ends_m) <= THICKEST_M:
            touched.append(other.id)
    return name if name in touched else touched[0] if len(touched) == 1 else None
