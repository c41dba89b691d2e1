"""Objects derived from constant data, such as a network from a plan: built once, and shared by all drills and threads."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Self, TypeVar, TypeVarTuple, cast

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


__all__ = ["Derives"]
