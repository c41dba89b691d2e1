"""Person-seconds near an incident: how many people were how long within some walking metres of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drillsim.crowd.interface import Crowd
from drillsim.engine.world.world import RADII, XY, World


class Exposure:
    """Counts for one incident from its onset until it is over; people behind a locked door no longer count."""

    def __init__(self, world: World, crowd: Crowd, space: int, point: XY) -> None:
        self.world, self.crowd = world, crowd
        self._near = world.cells_within(space, point)
        self._rooms = frozenset(world.cell_space[self._near[-1]].tolist())
        self._since = crowd.person_seconds()
        self._locked: dict[int, NDArray[np.float64]] = {}

    def room_locked(self, space: int) -> None:
        """Count nobody in this space from now on."""
        if space in self._rooms:
            self._locked[space] = self.crowd.person_seconds()

    def stop(self) -> list[tuple[float, float]]:
        """Return (radius, person-seconds) around the point since the start."""
        spent = self.crowd.person_seconds() - self._since
        for room, then in self._locked.items():
            mine = self.world.cells.cells_of(room)
            spent[mine] = np.maximum(then[mine] - self._since[mine], 0.0)
        return [(radius, float(spent[cells].sum())) for radius, cells in zip(RADII, self._near, strict=True)]
