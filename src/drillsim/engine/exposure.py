"""Person-seconds near an incident: how many people were how long within some walking metres of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drillsim.engine.travel import Crowd
from drillsim.engine.world import RADII, XY, World


class Exposure:
    """Counts for one incident from its onset until it is over; people behind a locked door no longer count."""

    def __init__(self, world: World, crowd: Crowd) -> None:
        self.world, self.crowd = world, crowd
        self._since = crowd.person_seconds()
        self._locked: dict[int, NDArray[np.float64]] = {}

    def room_locked(self, space: int) -> None:
        """Count nobody in this space from now on."""
        self._locked[space] = self.crowd.person_seconds()

    def stop(self, space: int, point: XY) -> list[tuple[float, float]]:
        """Return (radius, person-seconds) around a point since the start."""
        spent = self.crowd.person_seconds() - self._since
        for room, then in self._locked.items():
            mine = self.world.cells_in(room)
            spent[mine] = np.maximum(then[mine] - self._since[mine], 0.0)
        near = self.world.cells_within(space, point)
        return [(radius, float(spent[cells].sum())) for radius, cells in zip(RADII, near, strict=True)]
