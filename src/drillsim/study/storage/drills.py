"""Finished drills of a study: rows, curves and ways under their key, and the bytes as which they are sent and stored."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from drillsim.record.store import PRESENCE, settled
from drillsim.record.trace import Value, WayUse

Drill = tuple[int, int, int]
"""Index of the scenario, index of the mix, index of the drill in the `strata` of the study."""


@dataclass(frozen=True)
class DrillResult:
    """Rows and curves of one finished drill, under its key."""

    key: Drill
    rows: tuple[Mapping[str, Value], ...]
    """One per incident; none for a school day without incidents; one that says why for a failed drill."""
    curves: Mapping[str, tuple[float, ...]]
    """Values at 61 instants from 0 to the horizon, by name; none for a failed drill."""
    ways: tuple[WayUse, ...] = ()
    """Use of each way; none for a failed drill."""


class PlayedDrill(NamedTuple):
    """A finished drill as a worker sends it, and as it is stored."""

    drill: Drill
    payload: bytes
    """JSON, compressed by zlib; without the names and numbers that the study gives to the drill."""
    sha256: bytes
    """Of the JSON."""
    final: bool = True
    """False for a drill that was lost with its process, and is worth playing again."""


_NAMES = ("scenario", "mix", "replication", *PRESENCE)


def packed_drill(result: DrillResult, *, final: bool = True) -> PlayedDrill:
    """Return a drill as bytes, equal for equal drills."""
    rows = [{k: v for k, v in row.items() if k not in _NAMES} for row in result.rows]
    told = {"rows": rows, "curves": result.curves, "ways": result.ways}
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    return PlayedDrill(result.key, zlib.compress(text, 1), hashlib.sha256(text).digest(), final)


def unpacked_drill(payload: bytes, key: Drill, heads: Mapping[str, Value]) -> DrillResult:
    """Return the drill that `packed_drill` made, under the names and numbers that a study gives to it (`chunks.numbered`)."""
    told, heads = json.loads(zlib.decompress(payload)), settled(heads)
    return DrillResult(
        key,
        tuple({**heads, **row} for row in told["rows"]),
        {name: tuple(values) for name, values in told["curves"].items()},
        tuple(WayUse(*way) for way in told["ways"]),
    )


__all__ = ["Drill", "DrillResult", "PlayedDrill", "packed_drill", "unpacked_drill"]
