"""Number of cases per property: DRILLSIM_CASES=20000 tries that many new ones of each, DRILLSIM_SHRINK=1 shrinks a failing one.

Without it every run tries the same cases, so that a failure is always due to the change at hand.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, settings


def cases(usual: int) -> int:
    return int(os.environ.get("DRILLSIM_CASES", usual))


def plays_of(usual: int, parts: int = 1) -> settings:
    """Return settings for one of several parts of so many cases; a failing case is printed as found, unless asked small."""
    phases = [Phase.generate, Phase.shrink] if "DRILLSIM_SHRINK" in os.environ else [Phase.generate]
    return settings(
        max_examples=max(1, cases(usual) // parts), deadline=None, database=None, phases=phases,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip


def numbers_up_to(usual: int, deep: int) -> pytest.MarkDecorator:
    """Return the parameter `count` of a test that tries so many numbered cases, and many more with the marker `deep`."""
    return pytest.mark.parametrize("count", [cases(usual), pytest.param(deep, marks=pytest.mark.deep)])
