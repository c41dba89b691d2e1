"""The named laws of the crowd: how fast people walk, what doors, seams and stairs let through, how many fit.

Every function here is scalar arithmetic on numbers, so that the compiled engine calls the very same ones.
Sources: SFPE Handbook, hydraulic model (docs/sources.md#sfpe); IMO MSC.1/Circ.1533 (docs/sources.md#imo);
Weidmann 1993 (docs/sources.md#weidmann93); laboratory bottlenecks, Seyfried et al. 2009 (docs/sources.md#seyfried09).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, floor, sqrt

from drillsim.errors import ScenarioError, closest

SFPE, WEIDMANN, CONSTANT = 0, 1, 2
SPEED_LAWS = {"sfpe": SFPE, "weidmann": WEIDMANN, "constant": CONSTANT}
DOOR_LAWS = {"sfpe": (1.30, 0.15), "sfpe-guide": (1.33, 0.15), "imo": (1.33, 0.0), "lab": (1.92, 0.018)}
"""Specific flow in persons/s/m, and the boundary layer at each side of a door in m."""
SEAM_BOUNDARIES_M = {"imo": 0.0, "lab": 0.018}
WALL_BOUNDARY_M = 0.20
STAIR_BOUNDARY_M = 0.30
"""Both sides of a stair together."""
FREE_DENSITY_PM2 = 0.54
SLOPE_M2 = 0.266
LEVEL_K_MPS = 1.40
UP_TO_DOWN = 0.8  # A:crowd.stair_up
Pace = tuple[float, float]
"""Stair speed over level speed, down and up; 0 where it follows from the steps."""
BY_STEPS: Pace = (0.0, 0.0)
GATE_M = 0.001
"""What every way counts in a potential besides its walk, so that it falls strictly over legs of 0 m."""
LEAST_CAPACITY_PS = 0.05  # A:crowd.least_capacity
WEIDMANN_GAMMA_PM2, WEIDMANN_JAM_PM2 = 1.913, 5.4


def speed_factor(law: int, density_pm2: float) -> float:
    """Return the share of the free speed that is left at a density.

    law
        SFPE (free up to 0.54 persons/m2, then falling linearly), WEIDMANN (Kladek's formula) or CONSTANT.
    density_pm2
        Persons per m2, not negative; the caller cuts it at the storage limit and passes 0 for a person alone.
    """
    if law == SFPE:
        if density_pm2 <= FREE_DENSITY_PM2:
            return 1.0
        return (1.0 - SLOPE_M2 * density_pm2) / (1.0 - SLOPE_M2 * FREE_DENSITY_PM2)
    if law == WEIDMANN and density_pm2 > 0.0:
        return 1.0 - exp(-WEIDMANN_GAMMA_PM2 * (1.0 / density_pm2 - 1.0 / WEIDMANN_JAM_PM2))
    return 1.0


def metres_between(ax: float, ay: float, bx: float, by: float) -> float:
    """Return the metres between two points; in the same arithmetic in both engines, unlike a library's hypot."""
    return sqrt((bx - ax) * (bx - ax) + (by - ay) * (by - ay))


ON_CHORD_M = 1e-6
"""A point so near to a chord between two cells lies on it: rounding."""
NO_CROSSING = -1.0


def crossing_m(
    px: float, py: float, qx: float, qy: float, length_m: float, done_m: float,
    x: float, y: float, nx: float, ny: float, half_m: float,
) -> float:  # fmt: skip
    """Return the metres along a straight stretch at which it leaves a cell through a chord; NO_CROSSING where it does not.

    px, py, qx, qy, length_m
        The stretch from p to q, and its length.
    done_m
        Metres of it that have been walked; the chord is crossed there or later.
    x, y, nx, ny, half_m
        The chord: its middle, its unit normal out of the cell, and half its length.
    """
    before = nx * (px - x) + ny * (py - y)
    beyond = nx * (qx - x) + ny * (qy - y)
    if beyond <= ON_CHORD_M or beyond <= before:
        return NO_CROSSING
    run = beyond - before
    if before + run * (done_m / length_m) > ON_CHORD_M:
        return NO_CROSSING
    at = min(max(-before / run * length_m, done_m), length_m)
    share = at / length_m
    aside = nx * (py + (qy - py) * share - y) - ny * (px + (qx - px) * share - x)
    return at if -half_m - ON_CHORD_M <= aside <= half_m + ON_CHORD_M else NO_CROSSING


CROSSINGS_AT_A_POINT = 4
"""At one point of a walk at most so many chords are crossed: where chords meet at a corner, rounding could turn for ever."""


def gate_capacity_ps(flow_psm: float, boundary_m: float, width_m: float) -> float:
    """Return the persons per second a gate or seam lets through: flow x (width less the layer at both sides)."""
    return flow_psm * (width_m - 2.0 * boundary_m)


def stair_k_mps(riser_m: float, tread_m: float) -> float:
    """Return the SFPE speed constant of a stair, 51.8 x sqrt(tread/riser) m/min, in m/s.

    At most that of level floor, 1.40 (A:crowd.stair_k): the formula is fitted to steps of 1.00 to 1.23, and no steps are faster than none.
    """
    return min(51.8 * sqrt(tread_m / riser_m) / 60.0, LEVEL_K_MPS)


def stair_capacity_ps(k_mps: float, width_m: float) -> float:
    """Return the persons per second a stair takes in: k/(4 x 0.266) per metre of effective width."""
    return k_mps / (4.0 * SLOPE_M2) * (width_m - STAIR_BOUNDARY_M)


def stair_factor(k_mps: float, up: bool) -> float:
    """Return stair speed over level speed where no stair speed is assigned: k/1.40 down, 0.8 of that up."""
    down = k_mps / LEVEL_K_MPS
    return UP_TO_DOWN * down if up else down


def places_in(area_m2: float, density_max_pm2: float) -> int:
    """Return how many persons a cell holds; never less than one."""
    return max(1, floor(density_max_pm2 * area_m2 + 1e-9))


@dataclass(frozen=True)
class Laws:
    """The laws one drill is played under; printed in every report and swept as model form.

    door
        'sfpe', 'sfpe-guide', 'imo' or 'lab'; `flow_psm` and `boundary_m` (at each side), where given, take its place.
    speed
        'sfpe', 'weidmann' or 'constant'.
    density_max_pm2
        Storage limit, persons per m2 (2.7: docs/sources.md#sfpe).
    patience_s
        What a queue must save, in seconds, before somebody leaves the way that is nearest in time (A:crowd.patience).
    """

    door: str = "sfpe"
    speed: str = "sfpe"
    density_max_pm2: float = 2.7
    patience_s: float = 5.0
    flow_psm: float | None = None
    boundary_m: float | None = None

    def __post_init__(self) -> None:
        """Refuse names that do not exist and limits at which nobody could walk."""
        if self.door not in DOOR_LAWS:
            raise ScenarioError(f"no door law called '{self.door}'.{closest(self.door, DOOR_LAWS)}")
        if self.speed not in SPEED_LAWS:
            raise ScenarioError(f"no speed law called '{self.speed}'.{closest(self.speed, SPEED_LAWS)}")
        if (self.flow_psm is not None and self.flow_psm <= 0) or (self.boundary_m or 0.0) < 0:
            raise ScenarioError("a door law of one's own needs a flow above 0 and a boundary that is not negative")
        if self.patience_s < 0:
            raise ScenarioError("patience must not be negative")
        if self.density_max_pm2 <= 0 or speed_factor(self.speed_law, self.density_max_pm2) < 0.01:
            raise ScenarioError(
                f"density_max of {self.density_max_pm2:g} /m2 leaves nobody room to walk under the speed law "
                f"'{self.speed}'. Write a smaller one, for instance 2.7 /m2"
            )

    @property
    def speed_law(self) -> int:
        """The number of the speed law."""
        return SPEED_LAWS[self.speed]

    @property
    def door_flow_psm(self) -> float:
        """Specific flow of doors and seams, persons/s/m."""
        return DOOR_LAWS[self.door][0] if self.flow_psm is None else self.flow_psm

    @property
    def door_boundary_m(self) -> float:
        """Boundary layer at each side of a door, m."""
        return DOOR_LAWS[self.door][1] if self.boundary_m is None else self.boundary_m

    @property
    def seam_boundary_m(self) -> float:
        """Boundary layer at each side of a seam, m: 0.20, but that of the door under 'imo' and 'lab'."""
        return SEAM_BOUNDARIES_M.get(self.door, WALL_BOUNDARY_M)


def door_capacity_ps(laws: Laws, width_m: float) -> float:
    """Return the persons per second a door of this clear width lets through."""
    return gate_capacity_ps(laws.door_flow_psm, laws.door_boundary_m, width_m)


def seam_capacity_ps(laws: Laws, width_m: float) -> float:
    """Return the persons per second that pass a cut across a floor of this width."""
    return gate_capacity_ps(laws.door_flow_psm, laws.seam_boundary_m, width_m)


AVOIDED = 10.0  # A:crowd.avoided
"""Metres inside a space to keep away from count this often."""


TIE = 1e-9
