"""A unit of the stationary crowd: where it stands, or the walk it is on."""

from __future__ import annotations

from dataclasses import dataclass, field

from drillsim.crowd.clock import Timer
from drillsim.crowd.geometry.walk_cache import Place
from drillsim.crowd.interface import UnitPath
from drillsim.crowd.states import NOWHERE, STANDING


@dataclass(slots=True, eq=False)
class Walker:
    """One unit: where it stands, or the walk it is on."""

    number: int
    key: str
    space: int
    start: Place
    """Where it stands or where its walk began."""
    end: Place
    """Where its walk ends; the near side of the way it unlocks or waits at."""
    level_mps: float
    stair_mps: tuple[float, float]
    """Down and up a stair; NaN where the stair's own factor tells."""
    path: UnitPath | None = None
    to_pass: list[int] = field(default_factory=list)
    """Directions of the path that are still to pass."""
    state: int = STANDING
    target: int = NOWHERE
    """The direction it passes next, which is the node beyond."""
    began_s: float = 0.0
    lasts_s: float = 0.0
    step: Timer | None = None
