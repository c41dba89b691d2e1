"""Which crowd plays: the compiled one, or the reference that defines it; both mean the same."""

from __future__ import annotations

from typing import Any, Literal

import simpy

from drillsim.crowd.cells import Cells
from drillsim.crowd.laws import Laws
from drillsim.crowd.population import Population
from drillsim.crowd.reference import ReferenceCrowd
from drillsim.plan.network import Network

Engine = Literal["compiled", "reference"]


def crowd_of(
    env: simpy.Environment,
    network: Network,
    cells: Cells,
    laws: Laws,
    population: Population,
    *,
    engine: Engine = "compiled",
    **options: Any,
) -> ReferenceCrowd:
    """Return the people of one drill as a crowd; `options` as of `ReferenceCrowd`."""
    return ReferenceCrowd(env, network, cells, laws, population, **options)
