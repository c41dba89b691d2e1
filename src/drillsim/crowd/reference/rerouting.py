"""Rerouting in the reference crowd: who decides again after a change, and from where (rules A 11 and A 12).

Whoever decides again and would take the way that it has keeps its place in the queue, or its walk. Therefore a person first
chooses as if it stood at the point that it has reached, and leaves only for another way. The queue before its own way is
then those ahead of it, not those behind.
"""

from __future__ import annotations

from drillsim.crowd.geometry.distance_field import WalkGoal
from drillsim.crowd.geometry.legs import stretch, walked_m
from drillsim.crowd.geometry.polyline import split
from drillsim.crowd.geometry.turned_walk import TurnedWalk
from drillsim.crowd.laws import Pace
from drillsim.crowd.reference.walking import Laid, Walking
from drillsim.crowd.states import NOWHERE, QUEUED, STANDING, STRANDED, WALKING


class Rerouting(Walking):
    """Persons who decide again on the way."""

    def _concerned(self, before: Laid) -> list[int]:
        """Return who decides again: whose way closed or moved, to whom a better one opened, and who is stranded (A 11).

        before
            By what distances were laid before the change.
        """
        found, better = [], dict[tuple[WalkGoal, Pace], frozenset[int]]()
        for p in range(self._people):
            state, target = self._state[p], self._target[p]
            again = state == STRANDED
            if state in (WALKING, QUEUED) and target >= 0:
                for goal in (self._aim[p], self._goal[p]):
                    old, new, key = self._field_as(goal, p, before), self._field(goal, p), (goal, self._pace[p])
                    if old is not new and key not in better:
                        better[key] = new.spaces_better_off(old)
                    again |= new.differs(old, target) or self._space[p] in better.get(key, ())
            if again:
                found.append(p)
        return found

    def _reroute(self, people: list[int]) -> None:
        """Let persons decide again, in order of number; before that, those whose way is closed leave queue or walk."""
        for p in people:
            target = self._target[p]
            if target >= 0 and not self._field(self._aim[p], p).open[target]:
                self._leave(p)
        for p in people:
            self._decide_again(p)

    def _decide_again(self, p: int) -> None:
        """Choose from the point reached; take another way than before, or keep place and walk."""
        held = self._target[p]
        if held < 0:
            self._decide_afresh(p, same_speed=True)
            return
        claims, self._claims[held] = self._claims[held], self._ahead(p)
        began = self._node[p], self._rows[p], self._turned[p], self._x[p], self._y[p]
        self._stand_here(p)
        chosen = self._way_afresh(p)
        self._node[p], self._rows[p], self._turned[p], self._x[p], self._y[p] = began
        self._claims[held] = claims
        if chosen != held:
            self._leave(p)
            self._take(p, chosen, same_speed=True)

    def _ahead(self, p: int) -> int:
        """Return how many are before somebody at its way: in the queue those ahead, on the walk all others bound for it."""
        target = self._target[p]
        if self._state[p] == QUEUED and self._leg[p][self._piece[p]][2] == target:
            return self._queues[target].index(p)
        return self._claims[target] - 1

    def _leave(self, p: int) -> None:
        """Take a person off queue or leg; it stands at the point of the leg that it has reached (A 12)."""
        state, target = self._state[p], self._target[p]
        if state not in (WALKING, QUEUED):
            return
        cell, _, direction = self._leg[p][self._piece[p]]
        if self._tracks is not None:
            self._record(p, self._walked_m(p) - sum(piece[1] for piece in self._leg[p][: self._piece[p]]))
        self._stand_here(p)
        if state == QUEUED:
            self._quit(p, direction)
        else:
            self._call_off(p)
        self._cell[p], self._state[p] = cell, STANDING
        if target >= 0:
            self._claims[target] -= 1
            self._target[p] = NOWHERE

    def _stand_here(self, p: int) -> None:
        """Take the point that somebody has reached as the one from which its ways are measured."""
        target = self._target[p]
        if self._state[p] == QUEUED and self._leg[p][self._piece[p]][2] == target:
            self._node[p], self._rows[p], self._turned[p] = target ^ 1, None, None
        elif self._node[p] < 0 or self._walked_m(p) > 0.0:
            self._stand_on_leg(p)

    def _stand_on_leg(self, p: int) -> None:
        """Keep the point reached, and in a space with corners the turned walk from it (A 12)."""
        space, corners = self._space[p], self._course(p)
        walked = self._walked_m(p)
        back, point, on = split(corners, walked * stretch(corners, self._leg[p]))
        turned = None
        if p < self._people and not self.cells.network.is_convex(space):
            rest = walked_m(self._leg[p]) - walked
            onto = self._target[p] ^ 1
            turned = TurnedWalk(
                self._legs, space, self._start(p), onto, walked, rest, (back, point, on), self._metres(p)
            )
        self._node[p], self._turned[p] = NOWHERE, turned
        self._rows[p] = turned.metres if turned else None
        self._x[p], self._y[p] = point
