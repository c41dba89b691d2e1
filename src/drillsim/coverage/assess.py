"""Assessment of a plan without simulation: travel times from posts and entries, gaps, and critical doors.

All times are those of one person alone in an empty building with every key at hand. They are lower bounds: no
staffing on these posts can be faster.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from drillsim.coverage.coverage import Coverage, DecidingDoor, Floats, Origin, way_label
from drillsim.errors import PlanError, closest
from drillsim.plan.egress_checks import SINGLE_WAY_OUT_LIMIT
from drillsim.plan.model import FloorPlan
from drillsim.plan.network import Network, build
from drillsim.plan.passage import may_pass
from drillsim.plan.routes import Routes, TravelTimes, nearest_exit_m

LEVEL_MPS = 2.8
"""Jogging speed indoors, middle of 2.4 to 3.2 m/s. Source: assumption A:responder.speed_jog."""
STAIR_UP_MPS = 0.9
"""Speed up a stair, along the slope. Source: assumption A:responder.stair_up."""
STAIR_DOWN_MPS = 1.2
"""Speed down a stair, along the slope. Source: assumption A:responder.stair_down."""
LIMITS_S = (60.0, 120.0, 180.0)
"""Times beyond which spaces are listed; a choice of presentation, not a standard."""


def assess(
    plan: FloorPlan,
    *,
    posts: Sequence[str] | None = None,
    level_mps: float = LEVEL_MPS,
    stair_up_mps: float = STAIR_UP_MPS,
    stair_down_mps: float = STAIR_DOWN_MPS,
    limits_s: Sequence[float] = LIMITS_S,
) -> Coverage:
    """Assess a plan: travel times from posts and entries, gaps, distances to exits, and critical doors.

    posts
        Ids of posts, or of spaces to stand in; by default all posts of the plan.
    level_mps, stair_up_mps, stair_down_mps
        Speeds in m/s; on stairs along the slope.
    limits_s
        Times in s beyond which spaces are listed.

    Raises PlanError for an unknown post.
    """
    network = build(plan)

    def routes_without(*closed: int) -> Routes:
        return Routes(
            network,
            level_mps=level_mps,
            stair_up_mps=stair_up_mps,
            stair_down_mps=stair_down_mps,
            closed=frozenset(closed),
        )

    routes = routes_without()
    origins, starts = _posts(network, posts)
    reaches = routes.from_points(starts)
    for way in _entries(network):
        origins.append(Origin(plan.openings[way].id, plan.openings[way].name, "entry"))
        reaches.append(routes.from_entry(way, int(network.inner_sides[way])))
    indoors = np.flatnonzero(network.space_indoors)
    places = np.flatnonzero(network.space_indoors | np.array([len(ways) > 0 for ways in network.space_ways]))
    watched = {s for c in plan.cameras for s in c.watches}
    metres = nearest_exit_m(network)
    beside = [
        w
        for w in range(network.openings)
        if network.space_indoors[network.way_spaces[w][network.way_spaces[w] >= 0]].any()
    ]
    longest = sorted(beside, key=lambda w: (-metres[w], w))
    reached = [plan.spaces[i] for i in places]
    return Coverage(
        plan=plan,
        origins=tuple(origins),
        spaces=tuple(s.id for s in reached),
        seconds=np.stack([r.space_s for r in reaches])[:, places] if reaches else np.empty((0, len(places))),
        limits_s=tuple(limits_s),
        level_mps=level_mps,
        stair_up_mps=stair_up_mps,
        stair_down_mps=stair_down_mps,
        no_pa=tuple(s.id for s in plan.spaces if not s.pa),
        no_radio=tuple(s.id for s in plan.spaces if not s.radio),
        no_camera=tuple(s.id for s in reached if (s.is_circulation or s.use == "outdoors") and s.id not in watched),
        single_way=_single_ways(network, indoors.tolist()),
        exit_m={plan.openings[w].id: float(metres[w]) for w in longest},
        doors=_critical_doors(network, starts, reaches[: len(starts)], places, routes_without),
    )


def _posts(network: Network, wanted: Sequence[str] | None) -> tuple[list[Origin], list[tuple[int, ArrayLike]]]:
    plan = network.plan
    at: dict[str, tuple[str, int, ArrayLike]] = {
        s.id: (s.name, i, network.representative_point(i)) for i, s in enumerate(plan.spaces)
    }
    at |= {p.id: (p.name, plan.space_index[p.space], p.at) for p in plan.posts}
    ids = [p.id for p in plan.posts] if wanted is None else list(wanted)
    for id_ in ids:
        if id_ not in at:
            raise PlanError(f"no space or post called '{id_}' in {plan.name}.{closest(id_, sorted(at))}")
    return [Origin(i, at[i][0], "post") for i in ids], [at[i][1:] for i in ids]


def _entries(network: Network) -> list[int]:
    """Return the exits by which services come in, each once; the plan's first exit where it names none."""
    named = dict.fromkeys([*network.plan.entries.police, *network.plan.entries.ems])
    return [network.way_index(e) for e in named] or list(network.exits[:1])


def _single_ways(network: Network, indoors: Sequence[int]) -> tuple[str, ...]:
    plan = network.plan
    found = []
    for i in indoors:
        if _ways_out(network, i) == 1 and _most_people(network, i) > SINGLE_WAY_OUT_LIMIT:
            found.append(plan.spaces[i].id)
    return tuple(found)


def _ways_out(network: Network, space: int) -> int:
    """Return by how many ways somebody without keys can leave a space."""
    plan, here = network.plan, network.plan.spaces[space].id
    doors = [plan.openings[w] for w in network.space_ways[space] if w < network.openings]
    beyond = [(o, o.spaces[1] if o.spaces[0] == here else o.spaces[0]) for o in doors]
    flights = sum(w >= network.openings for w in network.space_ways[space])
    return flights + sum(may_pass(plan, opening, other) for opening, other in beyond)


def _most_people(network: Network, space: int) -> float:
    """Return the largest number of persons that the plan or a period of its timetable places in a space."""
    plan, here = network.plan, network.plan.spaces[space]
    most = float(here.people)
    area = sum(float(network.space_area_m2[i]) for i, s in enumerate(plan.spaces) if s.use == here.use)
    for period in plan.timetable:
        moved = sum(
            m.share * period.share.get(m.home, 0.0) * sum(s.people for s in plan.spaces if s.use == m.home)
            for m in period.moves
            if m.to == here.use
        )
        own = period.share.get(here.use, 0.0) * here.people
        most = max(most, own + moved * float(network.space_area_m2[space]) / area)
    return most


def _critical_doors(
    network: Network,
    starts: Sequence[tuple[int, ArrayLike]],
    reaches: Sequence[TravelTimes],
    places: NDArray[np.int64],
    routes_without: Callable[[int], Routes],
) -> tuple[DecidingDoor, ...]:
    """Return the critical ways: those whose closing slows or cuts off spaces, most severe first.

    Each way on a least-time route from the nearest post is closed in turn. Left out are ways that slow no space by 5 s
    and cut off at most one: the only door of a room is critical for that room alone.
    """
    if not starts:
        return ()
    plan = network.plan
    before = np.min([r.space_s for r in reaches], axis=0)[places]
    worst = _worst(before)
    found = []
    for way in _used_ways(network, starts, reaches, places):
        after = np.min([r.space_s for r in routes_without(way).from_points(starts)], axis=0)[places]
        lost = np.isfinite(before) & ~np.isfinite(after)
        fine = np.isfinite(after)
        slower = int(np.sum(after[fine] - before[fine] >= 5.0))
        if slower == 0 and lost.sum() <= 1:
            continue
        worst_s = _worst(after)
        cut_off = tuple(plan.spaces[i].id for i in places[lost])
        found.append(
            DecidingDoor(
                network.name_of_way(way),
                way_label(plan, network.name_of_way(way)),
                worst_s,
                max(worst_s - worst, 0.0),
                slower,
                cut_off,
            )
        )
    return tuple(sorted(found, key=lambda d: (-len(d.cut_off), -round(d.longer_s, 6), -d.slower, d.id)))


def _used_ways(
    network: Network,
    starts: Sequence[tuple[int, ArrayLike]],
    reaches: Sequence[TravelTimes],
    places: NDArray[np.int64],
) -> list[int]:
    """Return the ways on the least-time routes from the nearest posts; closing any other way changes no time."""
    used: set[int] = set()
    nearest = np.argmin([r.space_s for r in reaches], axis=0)
    for i in places.tolist():
        k = int(nearest[i])
        path = reaches[k].routes.path(*starts[k], i, network.representative_point(i))
        used.update(w for w, _ in (path.ways if path else ()))
    return sorted(used)


def _worst(seconds: Floats) -> float:
    """Return the longest finite time in s, 0 where there is none."""
    return float(np.max(seconds[np.isfinite(seconds)], initial=0.0))
