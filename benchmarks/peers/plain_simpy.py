"""Evacuation as a plain SimPy model of one's own: people walk, queue at passages, and walk on.

What most first models of this kind are. A passage is a resource of one place that serves one person per 1 / capacity seconds
(1.3 persons per metre and second of effective width, the SFPE figure that drillsim has as its default). People take the shortest
way, at their own free speed, on the level and on stairs. No density slows anybody, and no space is ever full.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from math import hypot
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from drillsim.crowd.population import Population
from layouts import Layout, Link, Room

FLOW_PSM = 1.3
"""Persons per second and metre of effective width (docs/sources.md#sfpe)."""
DOOR_BOUNDARY_M = 0.15
"""Taken off each side of a passage (docs/sources.md#sfpe)."""


class Passage:
    """A queue before a passage, and the time that it takes a person to pass."""

    def __init__(self, env: simpy.Environment, link: Link) -> None:
        self.link = link
        self.queue = simpy.Resource(env)
        self.pass_s = 1.0 / (FLOW_PSM * (link.width_m - 2.0 * DOOR_BOUNDARY_M))


def evacuate(layout: Layout, people: Population) -> NDArray[np.float64]:
    """Play an evacuation to its end, and return when each person is out, in seconds."""
    env, out_s = simpy.Environment(), np.zeros(len(people))
    passages = {(link.source, link.target): Passage(env, link) for link in layout.links}
    rooms = {i: room for i, space in enumerate(layout.spaces) for room in layout.rooms if room.id == space["id"]}
    for i in range(len(people)):
        room, at = rooms[int(people.space[i])], (float(people.x[i]), float(people.y[i]))
        metres, way = _way(layout, passages, room, at)
        env.process(_person(env, i, (metres, float(people.level_mps[i])), way, out_s))
    env.run()
    return out_s


def _way(
    layout: Layout, passages: Mapping[tuple[str, str], Passage], room: Room, at: tuple[float, float]
) -> tuple[float, Sequence[Passage]]:
    """Return the metres to the nearest door, and all passages from there to safety."""
    metres, safe = min((hypot(at[0] - x, at[1] - y), name) for name, (x, y) in room.doors.items())
    way = list(_passages(layout, passages, room.id, safe))
    return metres + room.besides_m, way


def _passages(layout: Layout, passages: Mapping[tuple[str, str], Passage], start: str, safe: str) -> Iterator[Passage]:
    """Yield the passages from a node on; only the room of two doors leaves a choice, which `safe` makes."""
    node = start
    while node not in layout.safe:
        found = [one for (source, _), one in passages.items() if source == node]
        chosen = next((one for one in found if one.link.target == safe), found[0])
        yield chosen
        node = chosen.link.target


def _person(
    env: simpy.Environment, i: int, walk: tuple[float, float], way: Sequence[Passage], out_s: NDArray[np.float64]
) -> Generator[Any, Any, None]:
    """Walk to each passage, wait for one's turn, and pass."""
    metres, speed_mps = walk
    yield env.timeout(metres / speed_mps)
    for passage in way:
        yield env.timeout(passage.link.length_m / speed_mps)
        with passage.queue.request() as turn:
            yield turn
            yield env.timeout(passage.pass_s)
    out_s[i] = env.now
