"""What the compiled crowds of all drills on the same cells share: arrays, layouts, the way out, components.

Drills on one plan may be played in several threads at once, and compiled code reads arrays by their addresses without asking
anybody. Therefore everything here is constant once it is built, its arrays cannot be written to, and what is built on
demand gives the same whoever builds it first: two threads may both build it, and either result serves.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from drillsim.crowd.compiled.allocation import Layout, initial_bytes
from drillsim.crowd.compiled.components import Components, components_of
from drillsim.crowd.compiled.static import Static, static_of
from drillsim.crowd.geometry.cells import Cells
from drillsim.crowd.geometry.distance_field import OUTSIDE_GOAL, WalkGoal, settles
from drillsim.crowd.geometry.legs import Legs, stretch, walked_m
from drillsim.crowd.kernel.distance_field import lay, leads_of
from drillsim.crowd.kernel.records import FIELD, Record
from drillsim.crowd.laws import Pace

Flags = NDArray[np.bool_]


class WayTo(NamedTuple):
    """What a goal says to everybody: metres left by node, where one is there, and the ways out of each space that lead on."""

    field: Record
    reach: NDArray[np.int32]
    leads: NDArray[np.int32]


class CompiledPlan:
    """Cells as the compiled crowd reads them; `cells.derived(CompiledPlan)` gives the one of some cells."""

    def __init__(self, cells: Cells) -> None:
        self.cells, self.legs = cells, cells.derived(Legs)
        self.static: Static = static_of(cells)
        self.start: NDArray[np.uint8] = initial_bytes(self.static)
        """The first bytes of the block of every drill."""
        self._layouts: dict[int, Layout] = {}
        self._ways_out: dict[Pace, WayTo] = {}
        self._leg_metres: dict[tuple[int, int], tuple[float, float]] = {}

    def layout(self, people: int) -> Layout:
        """Return where the arrays of a drill with so many people lie."""
        found = self._layouts.get(people)
        if found is None:
            found = self._layouts.setdefault(people, Layout(self.static, people))
        return found

    def leg_metres(self, node: int, way: int) -> tuple[float, float]:
        """Return the metres of the leg from a node to a way, and its drawn metres over these (see `stretch`)."""
        found = self._leg_metres.get((node, way))
        if found is None:
            leg = self.legs.leg(node, way)
            metres = walked_m(leg), stretch(self.legs.corners(node, way), leg)
            found = self._leg_metres.setdefault((node, way), metres)
        return found

    @cached_property
    def components(self) -> Components:
        """The parts of the plan between which nobody can walk but outside."""
        found = components_of(self.cells)
        for array in found:
            array.flags.writeable = False
        return found

    @cached_property
    def off_site(self) -> Flags:
        """(spaces,) which outdoor places no way leads to: whoever is there has no way left to go."""
        found = np.zeros(len(self.static.spaces), np.bool_)
        found[sorted(self.cells.graph.off_site)] = True
        found.flags.writeable = False
        return found

    @cached_property
    def outdoors(self) -> Flags:
        """(spaces,) which spaces count as out."""
        found = ~self.cells.network.space_indoors
        found.flags.writeable = False
        return found

    def way_out(self, pace: Pace) -> WayTo:
        """Return the field, reach and leads of the goal outside, in the building as the plan has it, for people of a pace."""
        found = self._ways_out.get(pace)
        if found is None:
            enter = self.static.allowed.copy()
            enter.reshape(-1, 2)[sorted(self.cells.locked_ways)] = False
            found = self.way_to(OUTSIDE_GOAL, frozenset(), enter, pace)
            for array in found:
                array.flags.writeable = False
            found = self._ways_out.setdefault(pace, found)
        return found

    def way_to(self, goal: WalkGoal, members: frozenset[int], enter: Flags, pace: Pace) -> WayTo:
        """Return the field (nodes,), the reach (spaces,) and the leads (spaces,) of a goal; see these names in Tables.

        members
            The ways or spaces that the goal means now.
        enter
            (nodes,) which nodes may be entered now; those that the goal avoids are left out here.
        pace
            Stair speed over level speed of the people whose field it is.
        """
        static = self.static
        flights_m = self.cells.graph.flights_m(pace)
        numbers, space, away = sorted(members), static.nodes["space"], -1
        if goal.avoided:
            enter = enter.copy()
            enter[sorted(goal.avoided)] = False
        field, reach = np.zeros(len(static.nodes), FIELD), np.zeros(len(static.spaces), np.int32)
        if settles(goal):
            reach[numbers] = 1
            targets = (space >= 0) & (reach[space] == 1)
        else:
            ends = self.off_site if goal.kind == "site" else self.outdoors
            reach[:] = ends
            targets = (space < 0) | ends[space]
            if goal.kind == "exits":
                targets = targets & np.isin(np.arange(len(space)) >> 1, numbers)
            elif goal.kind == "away":
                away = numbers[0]
        lay(field, static.spaces, static.gates, static.nodes, static.dist, flights_m, enter, targets, away)
        return WayTo(field, reach, leads_of(field, static.spaces, static.gates))
