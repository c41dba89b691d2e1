"""A second opinion: six buildings with 200, 1,000 and 4,000 people, played by drillsim and by jupedsim-network.

Run `python benchmarks/second_opinion.py` (needs `pip install '.[oracle]'`); it prints the tables of
docs/second_opinion.md. tests/test_second_opinion.py holds them to their tolerances.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import simpy

from drillsim.crowd.clock import advance_to
from drillsim.crowd.factory import Engine, build_crowd
from drillsim.crowd.geometry.cells import build_cells
from drillsim.crowd.interface import CrowdSettings
from drillsim.crowd.laws import Laws
from drillsim.crowd.population import Population
from drillsim.plan.network import build
from layouts import Layout, six_layouts
from peers.jupedsim_network import with_these
from seated import no_faster_than_the_relation, people_of

PEOPLE = (200, 1_000, 4_000)
SEED = 7
LOOK_S = 0.5
"""People in the corridors are counted this often in both programs."""
STEP_S, LONG_STEP_S = 0.1, 0.5
"""Time step of the other program; the long one for more than 1,000 people, and where it plays as it comes."""


@dataclass(frozen=True)
class Outcome:
    """Results that the two programs are compared by."""

    last_s: float
    mean_s: float
    corridor_peak: int | None
    """Most people in the corridors at once; None where there are none."""


@dataclass(frozen=True)
class Rules:
    """Where the two programs differ, each switch set as here or as there."""

    speed_capped: bool = True
    """Nobody walks faster than the SFPE relation allows at the density met, whatever his own speed (rule A 4)."""
    our_weights: bool = True
    """A full space shares its free places by capacity, not evenly (rule A 8)."""
    filling_slows: bool = False
    """A space takes people in more slowly above 1.88 persons/m2, not only when it is full (rule A 7)."""
    step_s: float | None = None
    """Time step of the other program; None for one that is short enough not to matter."""


SAME_RULES = Rules()
AS_THEY_COME = Rules(speed_capped=False, our_weights=False, filling_slows=True, step_s=LONG_STEP_S)
SHARED_BY_CAPACITY = replace(AS_THEY_COME, our_weights=True)
REFUSED_WHEN_FULL = replace(SHARED_BY_CAPACITY, filling_slows=False)
STEPS = {
    "as they come": AS_THEY_COME,
    "places of a full space shared by capacity (A 8)": SHARED_BY_CAPACITY,
    "only a full space refuses (A 7)": REFUSED_WHEN_FULL,
    "nobody faster than the SFPE relation (A 4)": replace(REFUSED_WHEN_FULL, speed_capped=True),
    "a step of 0.1 s up to 1,000 people: the same rules": SAME_RULES,
}
"""From the other program's rules to ours, one more at each step."""
T, TWO, THREE = (layout.name for layout in six_layouts()[3:])
BECAUSE = {
    (T, 1_000): "A 8, A 7", (T, 4_000): "A 7", (TWO, 1_000): "A 8, A 7", (TWO, 4_000): "A 8, A 7",
    (THREE, 200): "A 4", (THREE, 1_000): "A 8", (THREE, 4_000): "A 8",
}  # fmt: skip
"""The rule by which the two differ beyond the tolerance as they come."""
SWITCHES = {"A 4": {"speed_capped": True}, "A 7": {"filling_slows": False}, "A 8": {"our_weights": True}}
LAST, MEAN, MEAN_OF_200, PEAK = 0.02, 0.03, 0.08, 0.03
"""Tolerances: last exit, mean exit, mean exit of 200 people, most people in the corridors."""


@dataclass(frozen=True)
class Pair:
    """One building with some people, played by both."""

    layout: str
    persons: int
    ours: Outcome
    theirs: Outcome

    def differences(self) -> tuple[float, float, float | None]:
        """Return ours over theirs less one: last exit, mean exit, most people in the corridors."""
        peak = None
        if self.ours.corridor_peak is not None and self.theirs.corridor_peak:
            peak = self.ours.corridor_peak / self.theirs.corridor_peak - 1.0
        return self.ours.last_s / self.theirs.last_s - 1.0, self.ours.mean_s / self.theirs.mean_s - 1.0, peak

    def agree(self) -> bool:
        """Return whether all three are within their tolerances."""
        last, mean, peak = self.differences()
        mean_of_so_many = MEAN_OF_200 if self.persons <= 200 else MEAN
        return abs(last) <= LAST and abs(mean) <= mean_of_so_many and abs(peak or 0.0) <= PEAK


def with_our(rules: str) -> Rules:
    """Return both programs as they come, but for the named rules (such as 'A 8, A 7'), which are the same."""
    same = AS_THEY_COME
    for name in rules.split(", "):
        same = replace(same, **SWITCHES[name])
    return same


def ours(layout: Layout, people: Population, *, engine: Engine = "compiled", routes: str = "shortest") -> Outcome:
    """Play a building with drillsim's crowd."""
    network, laws, env = build(layout.plan()), Laws(), simpy.Environment()
    crowd = build_crowd(env, build_cells(network, laws), people, CrowdSettings(routes), engine=engine)
    halls = [network.plan.space_index[hall] for hall in layout.halls]
    crowd.evacuate()
    looks = peak = 0
    while crowd.inside():
        looks += 1
        advance_to(env, looks * LOOK_S)
        peak = max(peak, crowd.count_in(halls))
    return Outcome(float(crowd.out_s.max()), float(crowd.out_s.mean()), peak if halls else None)


def theirs(layout: Layout, people: Population, rules: Rules) -> Outcome:
    """Play a building with jupedsim-network."""
    step = rules.step_s or (STEP_S if len(people) <= 1_000 else LONG_STEP_S)
    simulation = with_these(
        layout, people, our_weights=rules.our_weights, supply_reduction=rules.filling_slows, dt=step
    )
    found = simulation.run(SEED)
    pieces = [i for i, name in enumerate(found.node_names) if name in layout.hall_nodes]
    inside = found.node_occupancy[:: round(LOOK_S / step), pieces].sum(axis=1)
    peak = int(inside.max()) if pieces else None
    return Outcome(found.evacuation_time, float(np.mean(found.exit_times)), peak)


def pair(layout: Layout, persons: int, rules: Rules) -> Pair:
    """Play a building with the same persons by both programs; as many as it holds, where that is fewer."""
    persons = min(persons, layout.places)
    people = people_of(layout, persons, SEED)
    mine = no_faster_than_the_relation(people) if rules.speed_capped else people
    return Pair(layout.name, persons, ours(layout, mine), theirs(layout, people, rules))


def pairs(rules: Rules) -> Iterator[Pair]:
    """Play every building with every number of people."""
    for layout in six_layouts():
        for persons in PEOPLE:
            yield pair(layout, persons, rules)


def row(p: Pair, *, because: bool = False) -> str:
    """Return one line of a table: ours, theirs, and by how many percent ours is more."""
    last, mean, peak = p.differences()
    cells = [p.layout, f"{p.persons:,}"]
    for mine, other, difference in (
        (p.ours.last_s, p.theirs.last_s, last),
        (p.ours.mean_s, p.theirs.mean_s, mean),
    ):
        cells += [f"{mine:.1f}", f"{other:.1f}", f"{difference:+.1%}"]
    cells += ["", "", ""] if peak is None else [f"{p.ours.corridor_peak}", f"{p.theirs.corridor_peak}", f"{peak:+.1%}"]
    cells += [BECAUSE.get((p.layout, p.persons), "")] if because else []
    return f"| {' | '.join(cells)} |"


def table(rules: Rules) -> Iterator[str]:
    """Yield the lines of one table."""
    because = rules != SAME_RULES
    groups = ("last exit, s", "mean exit, s", "most in corridors")
    heads = ["building", "people", *(head for what in groups for head in (what, "theirs", "more"))]
    yield f"| {' | '.join([*heads, *(['because'] if because else [])])} |"
    yield "|---|" + "--:|" * (len(heads) - 1) + "---|" * because
    for p in pairs(rules):
        yield row(p, because=because)


def steps() -> Iterator[str]:
    """Yield the lines of the table of reasons: the largest differences as the rules are made equal one by one."""
    yield "| the same so far | last exit | mean exit | most in corridors |"
    yield "|---|--:|--:|--:|"
    for name, rules in STEPS.items():
        columns = zip(*(p.differences() for p in pairs(rules)), strict=True)
        largest = [max((d for d in column if d is not None), key=abs) for column in columns]
        yield f"| {name} | {' | '.join(f'{d:+.1%}' for d in largest)} |"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", action="store_true", help="also go from the other program's rules to ours")
    arguments = parser.parse_args()
    for title, rules in (("The same rules", SAME_RULES), ("As they come", AS_THEY_COME)):
        print(f"\n## {title}\n")
        for line in table(rules):
            print(line, flush=True)
    if arguments.steps:
        print("\n## From the other program's rules to ours\n")
        for line in steps():
            print(line, flush=True)


if __name__ == "__main__":
    main()
