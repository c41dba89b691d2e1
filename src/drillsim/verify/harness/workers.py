"""Worker processes of the verification suites."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

import simpy

from drillsim.crowd.factory import build_crowd, is_to_be_compiled
from drillsim.crowd.geometry.cells import build_cells
from drillsim.crowd.laws import Laws
from drillsim.crowd.population import GroupLaw, draw_population
from drillsim.crowd.seating import place_people
from drillsim.plan.model import FloorPlan
from drillsim.plan.network import build
from drillsim.quantities import spread
from drillsim.streams.streams import Streams
from drillsim.study.chunks import process_pool


@contextmanager
def pool(workers: int) -> Iterator[Executor | None]:
    """Yield an executor of this many processes, None for a single one; an exception in the block ends them at once.

    Where the crowd is not compiled yet, one small run compiles it first, so that the processes only load the code.
    """
    if workers <= 1:
        yield None
        return
    if is_to_be_compiled():
        _evacuate_one_room()
    with process_pool(workers) as executor:
        yield executor


def _evacuate_one_room() -> None:
    """Compile the crowd by evacuating one person from one room."""
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
    cells, law = build_cells(network, Laws()), GroupLaw("anybody", 1.0, spread("1 m/s", "speed"), spread("0 s", "time"))
    people = draw_population(place_people(network, plan, None), Streams(0, "compile"), [law])
    crowd = build_crowd(simpy.Environment(), cells, people)
    crowd.evacuate()
    crowd.advance_to(60.0)
