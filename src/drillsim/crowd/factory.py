"""Choice of the crowd of a drill: the compiled one, or the reference that defines it, with the same results."""

from __future__ import annotations

import warnings
from typing import Literal

import simpy

from drillsim.crowd.geometry.cells import Cells
from drillsim.crowd.interface import Crowd, CrowdSettings
from drillsim.crowd.population import Population, nobody
from drillsim.crowd.reference.crowd import ReferenceCrowd
from drillsim.escape import one_line

Engine = Literal["compiled", "reference"]
NO_NUMBA = (
    "{why}, so the reference crowd plays: the same results, some forty times slower. {remedy} to have the compiled one, "
    "or write 'crowd_engine: reference' to be told no more"
)


def build_crowd(
    env: simpy.Environment,
    cells: Cells,
    population: Population,
    settings: CrowdSettings | None = None,
    *,
    engine: Engine = "compiled",
    record_legs: bool = False,
) -> Crowd:
    """Return the persons of one drill as a crowd, on SimPy's clock.

    engine
        'compiled', or 'reference' for the definition itself: the same results, some forty times slower. Without numba
        the reference takes the compiled crowd's place, with a RuntimeWarning.
    record_legs
        Record the walk of everybody for a replay, which the reference crowd alone does; it plays then.
    """
    if engine == "compiled" and not record_legs:
        try:
            from drillsim.crowd.compiled.crowd import CompiledCrowd
            from drillsim.crowd.kernel.event_loop import advance
            from drillsim.jit import announce
        except ImportError as problem:
            warnings.warn(no_numba(problem), RuntimeWarning, stacklevel=2)
        else:
            announce(advance, "the crowd")
            return CompiledCrowd(env, cells, population, settings)
    return ReferenceCrowd(env, cells, population, settings, record_legs=record_legs)


def no_numba(problem: ImportError) -> str:
    """Return why nothing is compiled here: numba is missing, or is there and cannot be used."""
    if isinstance(problem, ModuleNotFoundError) and problem.name == "numba":
        return NO_NUMBA.format(why="numba is not installed here", remedy="Install numba")
    reason = " ".join(one_line(str(problem)).split())[:200]
    return NO_NUMBA.format(why=f"numba is installed here but cannot be used ({reason})", remedy="Mend that")


def is_to_be_compiled() -> bool:
    """Return whether the crowd has still to be compiled on this machine; processes beside each other would each do it."""
    try:
        from drillsim import jit
        from drillsim.crowd.kernel.event_loop import advance
    except ImportError:
        return False
    return jit.is_to_be_compiled(advance)


def compile_orders(cells: Cells) -> None:
    """Compile what answers orders and observations of the compiled crowd; another process may compile the kernel."""
    from drillsim.crowd.compiled.crowd import CompiledCrowd

    CompiledCrowd(simpy.Environment(), cells, nobody(["nobody"])).compile_orders()
