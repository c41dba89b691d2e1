"""Longitude and latitude on WGS84 to metres on the tangent plane of a point, and back.

Positions on the ellipsoid go to geocentric coordinates and from there to east, north, up at the anchor; up is dropped.
A length d at a distance r from the anchor comes out short by less than d · (r / R)² with R = 6,371 km: 3 mm in 100 m at a
distance of 35 km, nothing that counts on a campus. Source: docs/sources.md#wgs84.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import cos, degrees, radians, sin, sqrt

EQUATOR_M = 6_378_137.0
"""Semi-major axis a of WGS84, m. Source: docs/sources.md#wgs84."""
FLATTENING = 1 / 298.257223563
"""Flattening f of WGS84. Source: docs/sources.md#wgs84."""
_E2 = FLATTENING * (2 - FLATTENING)
_STEPS = 4
"""Corrections of the way back; each leaves about a millionth of the error on a campus."""


@dataclass(frozen=True)
class TangentPlane:
    """Plane that touches the ellipsoid at an anchor, with the plan's axes turned against north."""

    latitude: float
    """Of the plan's (0, 0), degrees north."""
    longitude: float
    """Of the plan's (0, 0), degrees east."""
    north_deg: float = 0.0
    """Degrees clockwise from the plan's +y axis to true north."""

    def to_plan(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Return x and y in metres."""
        east, north = self._east_north(longitude, latitude)
        turn = radians(self.north_deg)
        return east * cos(turn) + north * sin(turn), north * cos(turn) - east * sin(turn)

    def to_globe(self, x: float, y: float) -> tuple[float, float]:
        """Return longitude and latitude in degrees."""
        turn = radians(self.north_deg)
        east, north = x * cos(turn) - y * sin(turn), y * cos(turn) + x * sin(turn)
        along_m, across_m = self._radii_m
        longitude, latitude = self.longitude, self.latitude
        for _ in range(_STEPS):
            there = self._east_north(longitude, latitude)
            longitude += degrees((east - there[0]) / across_m)
            latitude += degrees((north - there[1]) / along_m)
        return longitude, latitude

    def _east_north(self, longitude: float, latitude: float) -> tuple[float, float]:
        here, there = self._origin, _geocentric(longitude, latitude)
        dx, dy, dz = (b - a for a, b in zip(here, there, strict=True))
        lam, phi = radians(self.longitude), radians(self.latitude)
        outward = cos(lam) * dx + sin(lam) * dy
        return cos(lam) * dy - sin(lam) * dx, cos(phi) * dz - sin(phi) * outward

    @cached_property
    def _origin(self) -> tuple[float, float, float]:
        return _geocentric(self.longitude, self.latitude)

    @cached_property
    def _radii_m(self) -> tuple[float, float]:
        """Metres per radian of latitude and of longitude at the anchor."""
        phi = radians(self.latitude)
        w2 = 1 - _E2 * sin(phi) ** 2
        return EQUATOR_M * (1 - _E2) / (w2 * sqrt(w2)), EQUATOR_M / sqrt(w2) * max(cos(phi), 1e-9)


def _geocentric(longitude: float, latitude: float) -> tuple[float, float, float]:
    """Return the position of a point of the ellipsoid, metres from the centre of the earth."""
    lam, phi = radians(longitude), radians(latitude)
    vertical_m = EQUATOR_M / sqrt(1 - _E2 * sin(phi) ** 2)
    return (
        vertical_m * cos(phi) * cos(lam),
        vertical_m * cos(phi) * sin(lam),
        vertical_m * (1 - _E2) * sin(phi),
    )
