"""Draws from spreads by named streams."""

from __future__ import annotations

from drillsim.quantities import Spread
from drillsim.streams import Streams


def sample(law: Spread, streams: Streams, purpose: str, slot: str, index: int = 0) -> float:
    """Return the value of a spread for one named draw; a constant needs no draw."""
    return law.a if law.form == "constant" else law.quantile(streams.uniform(purpose, slot, index))
