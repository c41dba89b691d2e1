"""Which crowd plays: the compiled one, or the reference that defines it; both mean the same."""

from __future__ import annotations

import warnings
from typing import Any, Literal, cast

import simpy

from drillsim.crowd.geometry.cells import Cells
from drillsim.crowd.laws import Laws
from drillsim.crowd.population import Population
from drillsim.crowd.reference.crowd import ReferenceCrowd
from drillsim.plan.network import Network

Engine = Literal["compiled", "reference"]
NO_NUMBA = (
    "numba is not installed here, so the reference crowd plays: the same results, some forty times slower. "
    "Install numba to have the compiled one, or write 'crowd_engine: reference' to be told no more"
)


def crowd_of(
    env: simpy.Environment,
    network: Network,
    cells: Cells,
    laws: Laws,
    population: Population,
    *,
    engine: Engine = "compiled",
    record_legs: bool = False,
    **options: Any,
) -> ReferenceCrowd:
    """Return the people of one drill as a crowd; `options` as of `ReferenceCrowd`.

    Walks are recorded by the reference crowd, which moves everybody alike. Where numba is missing it plays, too, with a
    warning. The compiled crowd has the reference's public face.
    """
    if engine == "compiled" and not record_legs:
        try:
            from drillsim.crowd.compiled.crowd import CompiledCrowd
            from drillsim.crowd.kernel.event_loop import advance
            from drillsim.jit import announce
        except ImportError:
            warnings.warn(NO_NUMBA, RuntimeWarning, stacklevel=2)
        else:
            announce(advance, "the crowd")
            return cast(ReferenceCrowd, CompiledCrowd(env, network, cells, laws, population, **options))
    return ReferenceCrowd(env, network, cells, laws, population, record_legs=record_legs, **options)


def is_to_be_compiled() -> bool:
    """Return whether the crowd has still to be compiled on this machine; processes beside each other would each do it."""
    try:
        from drillsim import jit
        from drillsim.crowd.kernel.event_loop import advance
    except ImportError:
        return False
    return jit.is_to_be_compiled(advance)
