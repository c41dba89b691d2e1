"""What a report is made of; the caller gathers it, so that a page needs neither the engine nor a study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drillsim.coverage.coverage import Coverage
from drillsim.plan.model import FloorPlan
from drillsim.record.outline import Outline
from drillsim.scenario.staffing import Mixes

Audience = Literal["internal", "public"]
Units = Literal["us", "metric"]
MARKS: Mapping[str, str] = {
    "internal": "INTERNAL: only for those who plan the safety of this school",
    "public": "PUBLIC: without plan, places and routes",
}
"""The handling mark of each audience, on every page and on every picture."""


class Played(Protocol):
    """Rows, outline, curves and ways of a study: `study.results.Results` is one."""

    @property
    def runs(self) -> pd.DataFrame:
        """One row per scenario, mix, replication and incident."""

    @property
    def outline(self) -> Outline:
        """Scenarios, mixes, goals, seed and number of drills."""

    @property
    def curves(self) -> Mapping[tuple[str, str], Mapping[str, NDArray[np.float64]]]:
        """Counts by (scenario, mix) and name, shape (drills, points), at even steps to the horizon."""

    @property
    def ways(self) -> pd.DataFrame:
        """Which way people went, one row for each direction of a way and drill."""


@dataclass(frozen=True)
class Fragment:
    """A part of the page that another module makes, such as the replay of two drills: HTML that stands without its script."""

    html: str
    script: str = ""
    style: str = ""


@dataclass(frozen=True)
class PlayedSetting:
    """A number or word that a drill was played with.

    scenario
        Name of the scenario it holds for, '' for all.
    is_own
        Whether the user's files say it; otherwise it is the shipped default.
    sources
        Names of sources and numbered assumptions.
    """

    key: str
    value: str
    meaning: str
    is_own: bool
    sources: tuple[str, ...] = ()
    scenario: str = ""


@dataclass(frozen=True)
class Reach:
    """Least times from some posts to every space, of an empty building.

    whose
        Who starts from these posts, in words.
    """

    whose: str
    coverage: Coverage


@dataclass(frozen=True)
class Material:
    """Everything that a report shows.

    summary
        Content of summary.json.
    other_plans
        Plans of the variants, whose places the public must not read either.
    reaches
        Assessment of the plan, that of the present staffing first.
    settings
        The numbers that the drills were played with.
    swings
        Rows of sensitivity.csv; None where nothing was moved.
    duty_hours
        By scenario and mix, hours a day of each duty: planned on campus, and kept from incidents; where days were played.
    duty_days
        School days that these are means of.
    reproduce
        Versions, seed, hashes and command, by name.
    replays
        Replays by scenario.
    """

    school: str
    played: Played
    summary: Mapping[str, Any]
    plan: FloorPlan
    mixes: Mixes
    other_plans: Sequence[FloorPlan] = ()
    reaches: Sequence[Reach] = ()
    settings: Sequence[PlayedSetting] = ()
    swings: pd.DataFrame | None = None
    duty_hours: Mapping[tuple[str, str], Mapping[str, tuple[float, float]]] = field(default_factory=dict)
    duty_days: int = 0
    reproduce: Mapping[str, str] = field(default_factory=dict)
    replays: Mapping[str, Fragment] = field(default_factory=dict)
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Kinds of the incidents of each scenario."""
