"""Which crowd plays: the compiled one, or the reference that defines it; both mean the same."""

from __future__ import annotations

import warnings
from typing import Any, Literal, cast

import simpy

from drillsim.crowd.cells import Cells, build_cells
from drillsim.crowd.laws import Laws
from drillsim.crowd.population import GroupLaw, Population, draw_population, place_people
from drillsim.crowd.reference import ReferenceCrowd
from drillsim.plan.model import FloorPlan
from drillsim.plan.network import Network, build
from drillsim.quantities import spread
from drillsim.streams import Streams

Engine = Literal["compiled", "reference"]
ONE_MPS, AT_ONCE = spread("1 m/s", "speed"), spread("0 s", "time")
NO_NUMBA = (
    "numba is not installed here, so the reference crowd plays: the same results, some twenty times slower. "
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
            from drillsim.compiled import announce
            from drillsim.crowd.compiled_crowd import CompiledCrowd
            from drillsim.crowd.kernel import advance
        except ImportError:
            warnings.warn(NO_NUMBA, RuntimeWarning, stacklevel=2)
        else:
            announce(advance, "the crowd")
            return cast(ReferenceCrowd, CompiledCrowd(env, network, cells, laws, population, **options))
    return ReferenceCrowd(env, network, cells, laws, population, record_legs=record_legs, **options)


def compile_once() -> None:
    """Compile the crowd now, if that has still to be done on this machine, for processes that start next to find it."""
    try:
        from drillsim.compiled import is_to_be_compiled
        from drillsim.crowd.kernel import advance
    except ImportError:
        return
    if is_to_be_compiled(advance):
        square = [[0, 0], [4, 0], [4, 4], [0, 4]]
        door = {"id": "door", "kind": "exit", "spaces": ["room", "outside"], "line": [[0, 1], [0, 2]]}
        room = {"id": "room", "level": "floor", "use": "classroom", "polygon": square, "people": 1}
        plan = FloorPlan.model_validate(
            {
                "drillsim_plan": 1, "name": "one room", "units": "m", "levels": [{"id": "floor", "elevation": 0}],
                "spaces": [room], "openings": [door],
            },
            context={"bare_lengths": True},
        )  # fmt: skip
        network = build(plan)
        cells, law = build_cells(network, Laws()), GroupLaw("anybody", 1.0, ONE_MPS, AT_ONCE)
        people = draw_population(place_people(network, plan, None), Streams(0, "compile"), [law])
        crowd = crowd_of(simpy.Environment(), network, cells, Laws(), people)
        crowd.evacuate()
        crowd.advance_to(60.0)
