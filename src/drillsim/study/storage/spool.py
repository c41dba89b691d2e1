"""Curves and ways of the drills of a study, put aside: in memory while they are few, then in a temporary file without a name.

Rows are needed all the time and are small. Curves and ways are a few kilobytes a drill and are asked for once or twice, a scenario
and mix at a time, so they wait as bytes in blocks of some hundred drills, and memory does not grow with the study.
"""

from __future__ import annotations

import pickle
import zlib
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from drillsim.record.content import Spool
from drillsim.record.trace import GRID, WayUse
from drillsim.study.storage.drills import DrillResult

BLOCK = 256
"""Drills in a block."""
Pair = tuple[str, str]
"""Names of a scenario and a mix."""
WayKey = tuple[str, str, int]
"""Names of a scenario and a mix, and the number of a drill."""


@dataclass
class _Open:
    """Drills of one scenario and mix that are not put aside yet."""

    pair: Pair
    curves: dict[str, array[float]] = field(default_factory=dict)
    ways: dict[int, tuple[WayUse, ...]] = field(default_factory=dict)
    drills: int = 0


class Aside:
    """The curves and ways of drills, which come scenario by scenario and mix by mix."""

    def __init__(self) -> None:
        """Begin with no drill."""
        self.curves, self.ways = CurvesAside(Spool()), WaysAside(Spool())
        self._open: _Open | None = None

    def add(self, pair: Pair, number: int, one: DrillResult) -> None:
        """Put the curves and ways of a drill aside; its number is that of its replication."""
        if self._open is None or self._open.pair != pair or self._open.drills >= BLOCK:
            self.close()
            self._open = _Open(pair)
        self._open.drills += 1
        for name, values in one.curves.items():
            self._open.curves.setdefault(name, array("d")).extend(values)
        if one.ways:
            self._open.ways[number] = one.ways

    def close(self) -> None:
        """Put aside what is left."""
        if self._open is not None:
            for name, values in self._open.curves.items():
                self.curves.add(self._open.pair, name, np.frombuffer(values).reshape(-1, GRID))
            self.ways.add(self._open.pair, self._open.ways)
        self._open = None


class CurvesAside(Mapping[Pair, Mapping[str, NDArray[np.float64]]]):
    """Curves by scenario and mix, and by name: (drills, GRID), read anew whenever they are asked for."""

    def __init__(self, spool: Spool) -> None:
        """Begin with none."""
        self._spool = spool
        self._places: dict[Pair, dict[str, list[tuple[int, int]]]] = {}

    def add(self, pair: Pair, name: str, values: NDArray[np.float64]) -> None:
        """Put curves aside, (drills, GRID)."""
        place = self._spool.add(zlib.compress(np.ascontiguousarray(values).tobytes(), 1))
        self._places.setdefault(pair, {}).setdefault(name, []).append(place)

    def __getitem__(self, pair: Pair) -> Mapping[str, NDArray[np.float64]]:
        return _OfPair(self._spool, self._places[pair])

    def __iter__(self) -> Iterator[Pair]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


class _OfPair(Mapping[str, NDArray[np.float64]]):
    """Curves of one scenario and mix by name."""

    def __init__(self, spool: Spool, places: Mapping[str, list[tuple[int, int]]]) -> None:
        self._spool, self._places = spool, places

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        found = bytearray()
        for place in self._places[name]:
            found += zlib.decompress(self._spool.read(*place))
        return np.frombuffer(found).reshape(-1, GRID)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


@dataclass(frozen=True)
class _Block:
    pair: Pair
    numbers: array[int]
    place: tuple[int, int]


class WaysAside(Mapping[WayKey, tuple[WayUse, ...]]):
    """Use of each way by scenario, mix and number of the drill, in the order in which the drills came."""

    def __init__(self, spool: Spool) -> None:
        """Begin with none."""
        self._spool = spool
        self._blocks: list[_Block] = []
        self._length = 0
        self._last: tuple[_Block | None, Mapping[int, tuple[WayUse, ...]]] = (None, {})

    def add(self, pair: Pair, ways: Mapping[int, tuple[WayUse, ...]]) -> None:
        """Put the ways of some drills aside, by their numbers."""
        if ways:
            plain = {number: [tuple(use) for use in uses] for number, uses in ways.items()}
            place = self._spool.add(zlib.compress(pickle.dumps(plain, protocol=pickle.HIGHEST_PROTOCOL), 1))
            self._blocks.append(_Block(pair, array("q", ways), place))
            self._length += len(ways)

    def __getitem__(self, key: WayKey) -> tuple[WayUse, ...]:
        block, found = self._last
        if block is None or block.pair != key[:2] or key[2] not in found:
            block = next((one for one in self._blocks if one.pair == key[:2] and key[2] in one.numbers), None)
            if block is None:
                raise KeyError(key)
            found = self._read(block)
            self._last = block, found
        return found[key[2]]

    def _read(self, block: _Block) -> dict[int, tuple[WayUse, ...]]:
        told = pickle.loads(zlib.decompress(self._spool.read(*block.place)))  # our own bytes, from `add`
        return {number: tuple(WayUse(*use) for use in uses) for number, uses in told.items()}

    def __iter__(self) -> Iterator[WayKey]:
        return ((*block.pair, number) for block in self._blocks for number in block.numbers)

    def __len__(self) -> int:
        return self._length


__all__ = ["BLOCK", "Aside", "CurvesAside", "WaysAside"]
