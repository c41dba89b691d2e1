"""What a crowd offers to the response."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from drillsim.crowd.geometry.polyline import XY

LockDelay = Callable[[int, int], float]


OnEnter = Callable[[int, int], None]


OnArrive = Callable[[int], None]


class Order:
    """Where a unit goes: the ways still to pass, the point at the end, and whom to tell."""

    def __init__(
        self,
        ways: Sequence[tuple[int, int]],
        goal: tuple[int, XY] | None,
        lock_delay: LockDelay | None = None,
        locks: Collection[int] | None = None,
        on_enter: OnEnter | None = None,
        on_arrive: OnArrive | None = None,
    ) -> None:
        self.ways = [(int(w), int(side)) for w, side in ways]
        self.goal, self.lock_delay, self.locks = goal, lock_delay, locks
        self.on_enter, self.on_arrive = on_enter, on_arrive

    def asks(self, way: int) -> bool:
        """Return whether the response is asked for the delay at a way."""
        return self.lock_delay is not None and (self.locks is None or way in self.locks)

    def delay_s(self, way: int, side: int) -> float:
        """Return the seconds to open a way towards a side."""
        return self.lock_delay(way, side) if self.lock_delay is not None and self.asks(way) else 0.0
