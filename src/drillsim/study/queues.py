"""Queues over time: some drills of a study, played once more with looks at every queue.

A study keeps the longest queue of each way and its time, not how queues grow and shrink. Drills are reproducible and a look
changes nothing, so the first drills of a mix are simply played again where a figure asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from drillsim.study.design import Study

STEP_S = 10.0
"""Seconds between two looks."""
Queues = Mapping[tuple[str, str], NDArray[np.float64]]
"""By way and direction: the persons who wait, shape (drills, looks)."""


def queues_over_time(study: Study, scenario: str, mix: str, replications: Iterable[int]) -> Queues:
    """Return how many persons wait at each way, every STEP_S seconds from the start, in some drills of a study."""
    from drillsim.engine.simulate import simulate

    number = next(i for i, s in enumerate(study.scenarios) if s.name == scenario)
    drill, plan, staff = study.scenarios[number], study.plan_of(number), study.mixes_of(number)[mix]
    seen = [
        simulate(drill, plan, staff, seed=study.seed, replication=replication, queue_step_s=STEP_S).queues
        for replication in replications
    ]
    looks = max((len(counts) for queues in seen for counts in queues.values()), default=0)
    nobody = np.zeros(looks)
    ways = dict.fromkeys(way for queues in seen for way in queues)
    return {way: np.array([queues.get(way, nobody) for queues in seen], dtype=np.float64) for way in ways}
