"""Person-seconds near an incident: how many people were how long within some walking metres of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drillsim.crowd.reference import ReferenceCrowd
from drillsim.engine.world import RADII, XY, World


class Exposure:
    """Counts from the onset of the first incident until it is over; people behind a locked door no longer count."""

    def __init__(self, world: World, crowd: ReferenceCrowd) -> None:
        self.world, self.crowd = world, crowd
        self._since: NDArray[np.float64] | None = None
        self._locked: dict[int, NDArray[np.float64]] = {}

    def start(self) -> None:
        """Count from now."""
        self._since = self.crowd.person_seconds()

    def room_locked(self, space: int) -> None:
        """Count nobody in this space from now on."""
        self._locked[space] = self.crowd.person_seconds()

    def stop(self, space: int, point: XY) -> list[tuple[float, float]]:
        """Return (radius, person-seconds) around a point since the start; nothing where it was stopped before."""
        if self._since is None:
            return []
        since, self._since = self._since, None
        spent = self.crowd.person_seconds() - since
        for room, then in self._locked.items():
            mine = np.array(self.world.cells.space) == room
            spent[mine] = np.maximum(then[mine] - since[mine], 0.0)
        near = self.world.cells_within(space, point)
        return [(radius, float(spent[cells].sum())) for radius, cells in zip(RADII, near, strict=True)]
