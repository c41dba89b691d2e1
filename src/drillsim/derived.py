"""Objects derived from constant data, such as a network from a plan: built once, and shared by all drills and threads."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, Self, TypeVar, TypeVarTuple, cast

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Derives:
    """A constant object that caches objects built from it alone."""

    def derived(self, make: Callable[[Self, *Ts], T], *args: *Ts) -> T:
        """Return `make(self, *args)`, built once for these arguments.

        The function is part of the key, so that its return type is the type of what is found. Two threads that ask at
        the same time may both build it; they are equal, and all callers get the one that was kept first.

        make
            A class, or a function of a module, without effects; a lambda would be another key at each call.
        args
            Hashable arguments.
        """
        kept, key = self._derived, (make, *args)
        if key not in kept:
            return cast(T, kept.setdefault(key, make(self, *args)))
        return cast(T, kept[key])

    @cached_property
    def _derived(self) -> dict[Any, Any]:
        return {}


class Latest(Generic[T]):
    """The last object that was made, and for what: a study plays a drill with one mix after the other, and all mixes ask for the same.

    It is replaced as a whole, so that threads may share it. A subclass each, for `derived`, names what is kept.
    """

    def __init__(self, _owner: object) -> None:
        self._kept: tuple[object, T] | None = None

    def of(self, key: object, make: Callable[[], T]) -> T:
        """Return the kept object if it was made for an equal key, else `make()`, which is kept from now on."""
        kept = self._kept
        if kept is None or kept[0] != key:
            kept = self._kept = key, make()
        return kept[1]


__all__ = ["Derives", "Latest"]
