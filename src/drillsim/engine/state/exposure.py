"""Exposure: person-seconds within some walking metres of an incident.

The exposure within a radius r is the integral over time, from onset to the end, of the number of people whose cell lies
within r walking metres of the incident:

    E(r) = sum over cells c with d(c) <= r of  integral n_c(t) dt

The crowd keeps the inner integral of each cell (`person_seconds`) up to date at every change of its count, so that E(r) is
a difference of two snapshots and needs no sampling in time. A room stops to count when its door is locked: its cells are
cut off at the snapshot taken then. When an incident moves, the integral is closed and a new one begins at the new place.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drillsim.crowd.interface import Crowd
from drillsim.engine.world.world import RADII, XY, World


class Exposure:
    """The exposure of one incident at one place, from a snapshot at the start to one at the end."""

    def __init__(self, world: World, crowd: Crowd, space: int, point: XY) -> None:
        self.world, self.crowd = world, crowd
        self._near = world.cells_within(space, point)
        self._rooms = frozenset(world.cell_space[self._near[-1]].tolist())
        self._since = crowd.person_seconds()
        self._locked: dict[int, NDArray[np.float64]] = {}

    def room_locked(self, space: int) -> None:
        """Take the snapshot of a room that is locked: its people no longer count. A room that is locked already stays so."""
        if space in self._rooms and space not in self._locked:
            self._locked[space] = self.crowd.person_seconds()

    def stop(self) -> list[tuple[float, float]]:
        """Return (radius, person-seconds) around the point since the start."""
        spent = self.crowd.person_seconds() - self._since
        for room, then in self._locked.items():
            mine = self.world.cells.cells_of(room)
            spent[mine] = np.maximum(then[mine] - self._since[mine], 0.0)
        return [(radius, float(spent[cells].sum())) for radius, cells in zip(RADII, self._near, strict=True)]
