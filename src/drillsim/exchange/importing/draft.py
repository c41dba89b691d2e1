"""Draft of a plan: its objects in the form of a plan file, in metres, and what an importer found, guessed and missed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from drillsim.exchange.importing.rules import RULES
from drillsim.plan.model import OUTSIDE

XY = tuple[float, float]
Thing = dict[str, Any]
"""An object as a plan file has it, lengths in metres."""
SNAP_M = 0.05
"""Gap of outlines that is closed unless the user says otherwise, m. Source: A:import.snap."""
DECIMALS = 4
"""Decimals of a coordinate in metres from a foreign file: a tenth of a millimetre."""


@dataclass(frozen=True)
class Wishes:
    """What a user says about a file to import.

    units
        Unit of its coordinates, over what the file says; None: as the file says.
    snap_m
        Largest gap of an outline that is closed, metres.
    layers
        Patterns of layer names by what they hold, for drawings (`rooms`, `doors`, `exits`, `walls`, `obstacles`, `names`).
    plan
        Plan file that exists already, whose people a room list updates.
    above
        Further drawings of the floors above, in order.
    levels
        Patterns of layer names by level, lowest first, for a drawing of several floors.
    storey_m
        Height of a storey where a file tells none; None: 4 m, as assumed.
    """

    units: str | None = None
    snap_m: float = SNAP_M
    layers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    plan: Path | None = None
    above: Sequence[Path] = ()
    levels: Mapping[str, Sequence[str]] = field(default_factory=dict)
    storey_m: float | None = None


@dataclass(frozen=True)
class ImportFinding:
    """One line of what an import tells."""

    kind: Literal["understood", "guessed", "left out", "missing"]
    text: str
    point: XY | None = None
    """Its place, metres."""


Reader = Callable[[Path, Wishes], "Draft"]
"""An importer: reads a file into a draft, or raises PlanError with one located fault."""


@dataclass
class Draft:
    """A plan in the making, in metres."""

    name: str
    source: str
    """The file, for the plan's provenance."""
    levels: list[Thing] = field(default_factory=list)
    spaces: list[Thing] = field(default_factory=list)
    openings: list[Thing] = field(default_factory=list)
    stairs: list[Thing] = field(default_factory=list)
    ramps: list[Thing] = field(default_factory=list)
    other: dict[str, Any] = field(default_factory=dict)
    """Sections that an importer takes over as they are."""
    counts: dict[str, int] = field(default_factory=dict)
    """What the file holds, by the word of its own format."""
    derived: dict[str, str] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    """People by space, where a file updates a plan that is there already and changes nothing else of it."""
    findings: list[ImportFinding] = field(default_factory=list)
    _ids: set[str] = field(default_factory=lambda: {OUTSIDE})

    def id_for(self, wanted: str, prefix: str) -> str:
        """Return an id for an object that the file calls `wanted`: its name in lower case, else the prefix, numbered where it is taken."""
        base = re.sub(r"[^\w]+", "-", wanted.lower()).strip("-_")[:40]
        number = 1
        name = base or f"{prefix}-1"
        while name in self._ids:
            number += 1
            name = f"{base or prefix}-{number}"
        self._ids.add(name)
        return name

    def take_id(self, wanted: str) -> str:
        """Return an id that the file gives, as it stands."""
        self._ids.add(wanted)
        return wanted

    def derive(self, id_: str, rule: str) -> None:
        """Mark an object as made by a rule of `RULES`; the first rule stays."""
        self.derived.setdefault(id_, rule)

    def note(
        self, kind: Literal["understood", "guessed", "left out", "missing"], text: str, point: XY | None = None
    ) -> None:
        """Add a finding."""
        self.findings.append(ImportFinding(kind, text, point))

    def document(self) -> dict[str, Any]:
        """Return the data of the plan file."""
        known = dict(self.other.get("provenance") or {})
        old_rules, old_derived = dict(known.pop("rules", {}) or {}), dict(known.pop("derived", {}) or {})
        derived = {**old_derived, **self.derived}
        rules = {**old_rules, **{r: RULES[r] for r in sorted(set(self.derived.values()))}}
        provenance = {"source": self.source, **known, **({"rules": rules, "derived": derived} if derived else {})}
        rest = {k: v for k, v in self.other.items() if k not in ("provenance", "name", "units", "drillsim_plan")}
        sections = {
            "levels": self.levels,
            "spaces": self.spaces,
            "openings": self.openings,
            "stairs": self.stairs,
            "ramps": self.ramps,
        }
        return {
            "drillsim_plan": 1,
            "name": self.name,
            "units": "m",
            **{k: v for k, v in sections.items() if v},
            **rest,
            "provenance": provenance,
        }

    def text(self) -> str:
        """Return the plan file."""
        from drillsim.plan.writing import plan_text

        return plan_text(self.document(), heading=f"Imported by drillsim import from {self.source}.")


def rounded(points: Iterable[Sequence[float]]) -> list[list[float]]:
    """Return points as a plan file has them, to a tenth of a millimetre, without repeated ones."""
    found: list[list[float]] = []
    for point in points:
        xy = [round(float(point[0]), DECIMALS) + 0.0, round(float(point[1]), DECIMALS) + 0.0]
        if not found or xy != found[-1]:
            found.append(xy)
    if len(found) > 1 and found[0] == found[-1]:
        found.pop()
    return found
