"""What a study set out to answer, as plain data: enough to compare and draw its rows without the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from drillsim.record.presence import Chances


@dataclass(frozen=True)
class GoalLine:
    """A target for one measure: at most so many seconds, in such a share of the drills."""

    measure: str
    at_most_s: float
    in_share: float


@dataclass(frozen=True)
class MixLine:
    """A staffing mix as tables show it; yearly cost in USD as low, middle and high."""

    label: str
    cost_low: float = 0.0
    cost_mid: float = 0.0
    cost_high: float = 0.0
    cost_year: int | None = None
    cost_payer: str = ""


@dataclass(frozen=True)
class ScenarioLine:
    """A scenario as tables show it, with the measure that decides and the horizon it is watched to."""

    title: str
    primary: str
    horizon_s: float
    goals: tuple[GoalLine, ...] = ()
    of: str = ""
    """Name of the scenario whose rows it stands for, where that is not its own."""
    incident: str = ""
    """The incident it stands for, where a drill has several."""
    day: bool = False
    """Whether a replication is a whole day, with any number of incidents."""
    matters: Mapping[str, float] = field(default_factory=dict)
    """Least difference that matters, by measure; 'times' for every measure in seconds. What is not named has the default of
    `record.columns.MATTERS`."""
    chances: Mapping[str, Chances] = field(default_factory=dict)
    """Presence of each mix as far as chance decides it; drills are weighed by it (`analysis.weights.strata`)."""
    added: Mapping[str, int] = field(default_factory=dict)
    """Forced presences of which the study plays drills besides its own, as text, with the number of drills of each mix."""
    family: str = ""
    """Names its random draws: scenarios of one family meet the same drills, so that they are compared in pairs."""
    changes: Mapping[str, str] = field(default_factory=dict)
    """What differs from the base, in words, by key, where it is a variant."""
    mixes: Mapping[str, MixLine] = field(default_factory=dict)
    """Its own staffing, where it is a variant with other mixes under the names of the study."""


@dataclass(frozen=True)
class Outline:
    """The terms of a study, fixed before its first run: scenarios, mixes in file order, runs and seed.

    present
        Name of the mix the others are compared with.
    """

    seed: int
    runs: int
    present: str
    scenarios: Mapping[str, ScenarioLine] = field(default_factory=dict)
    mixes: Mapping[str, MixLine] = field(default_factory=dict)

    def label(self, mix: str) -> str:
        """Return what people call a mix; its name where it has no label."""
        return self.mixes[mix].label or mix

    def mix_line(self, scenario: str, mix: str) -> MixLine:
        """Return a mix as it is played in a scenario; a variant may bring its own under the same name."""
        return self.scenarios[scenario].mixes.get(mix) or self.mixes[mix]

    def title(self, scenario: str) -> str:
        """Return what people call a scenario; its name where it has no title."""
        return self.scenarios[scenario].title or scenario

    def as_dict(self) -> dict[str, Any]:
        """Return the outline as JSON-ready data; `outline_from` reads it back."""
        return asdict(self)


def outline_from(data: Mapping[str, Any]) -> Outline:
    """Return the outline that `Outline.as_dict` wrote.

    Raises KeyError or TypeError when the data is not of that form.
    """
    scenarios = {}
    for name, line in data["scenarios"].items():
        goals = tuple(GoalLine(**goal) for goal in line["goals"])
        own = {mix: MixLine(**told) for mix, told in line.get("mixes", {}).items()}
        scenarios[name] = ScenarioLine(**{**line, "goals": goals, "mixes": own, "chances": _chances(line)})
    mixes = {name: MixLine(**line) for name, line in data["mixes"].items()}
    return Outline(seed=data["seed"], runs=data["runs"], present=data["present"], scenarios=scenarios, mixes=mixes)


def _chances(line: Mapping[str, Any]) -> dict[str, Chances]:
    return {mix: Chances(one["units"], tuple(one["weekdays"])) for mix, one in line.get("chances", {}).items()}
