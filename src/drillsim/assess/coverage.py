"""What a plan says before anybody is hired: shortest times from posts and entries, gaps, and the doors that decide.

Nothing is simulated. All times are those of one person alone in an empty building with every key at hand, so that no
staffing on these posts can be faster.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from drillsim.assess.page import page, way_label
from drillsim.errors import PlanError, closest
from drillsim.plan.model import FloorPlan
from drillsim.plan.network import Network, build
from drillsim.plan.routes import Reach, Routes, nearest_exit_m

LEVEL_MPS = 2.8
"""A jog indoors, middle of 2.4 to 3.2 m/s. Source: assumption A:responder.speed_jog."""
STAIR_UP_MPS = 0.9
"""Up a stair, along the slope. Source: assumption A:responder.stair_up."""
STAIR_DOWN_MPS = 1.2
"""Down a stair, along the slope. Source: assumption A:responder.stair_down."""
LIMITS_S = (60.0, 120.0, 180.0)
"""Times beyond which spaces are listed; a choice of presentation, not a standard."""
CROWD = 49
"""People a space with a single way out may hold. Source: assumption A:plan.single_way_out."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Origin:
    """A place somebody sets out from."""

    id: str
    label: str
    kind: Literal["post", "entry"]


@dataclass(frozen=True)
class DecidingDoor:
    """An opening or stair, and what closing it does to the times from the posts."""

    id: str
    label: str
    worst_s: float
    """Longest time from the nearest post to a space that can still be reached."""
    longer_s: float
    """By how much the longest time grows; 0 where another space stays the slowest."""
    slower: int
    """Spaces that are reached at least 5 s later."""
    cut_off: tuple[str, ...]
    """Ids of spaces that cannot be reached any more."""


@dataclass(frozen=True)
class Coverage:
    """The assessment of a plan; prints as a page of text, `as_data` gives plain numbers."""

    plan: FloorPlan
    origins: tuple[Origin, ...]
    spaces: tuple[str, ...]
    """Ids of the indoor spaces, in file order."""
    seconds: Floats
    """(origins, spaces) least seconds to the point that stands for the space; inf where there is no way."""
    limits_s: tuple[float, ...]
    level_mps: float
    stair_up_mps: float
    stair_down_mps: float
    no_pa: tuple[str, ...]
    """Spaces where no announcement is heard."""
    no_radio: tuple[str, ...]
    """Spaces without radio cover."""
    no_camera: tuple[str, ...]
    """Halls, lobbies, passages and stairs that no camera watches."""
    single_way: tuple[str, ...]
    """Spaces with a single way out that hold more than 49 people, by assigned people or by the timetable's moves."""
    exit_m: Mapping[str, float]
    """Metres from each opening to the nearest exit, the longest first; inf where none is reached."""
    doors: tuple[DecidingDoor, ...]
    """Doors that decide, the most important first."""

    def nearest_s(self, kind: Literal["post", "entry"] = "post") -> dict[str, float]:
        """Return the least seconds from any post (or entry) to each space, by id."""
        rows = [i for i, o in enumerate(self.origins) if o.kind == kind]
        best = self.seconds[rows].min(axis=0, initial=np.inf)
        return dict(zip(self.spaces, best.tolist(), strict=True))

    def beyond(self, limit_s: float, kind: Literal["post", "entry"] = "post") -> tuple[str, ...]:
        """Return the ids of the spaces that nobody from a post (or entry) reaches within the limit."""
        return tuple(s for s, t in self.nearest_s(kind).items() if t > limit_s)

    def as_data(self) -> dict[str, Any]:
        """Return the assessment as plain data for JSON; None stands for 'cannot be reached'."""
        return {
            "plan": self.plan.name,
            "speeds_mps": {"level": self.level_mps, "stair_up": self.stair_up_mps, "stair_down": self.stair_down_mps},
            "origins": [
                {"id": o.id, "label": o.label, "kind": o.kind, "seconds": dict(zip(self.spaces, t, strict=True))}
                for o, t in zip(self.origins, map(_plain, self.seconds), strict=True)
            ],
            "beyond": {f"{limit:g}": list(self.beyond(limit, self._kind)) for limit in self.limits_s},
            "no_pa": list(self.no_pa),
            "no_radio": list(self.no_radio),
            "no_camera": list(self.no_camera),
            "single_way": list(self.single_way),
            "exit_m": dict(zip(self.exit_m, _plain(self.exit_m.values()), strict=True)),
            "doors": [
                {
                    "id": d.id, "worst_s": _plain([d.worst_s])[0], "longer_s": _plain([d.longer_s])[0],
                    "slower": d.slower, "cut_off": list(d.cut_off),
                }
                for d in self.doors
            ],
        }  # fmt: skip

    @property
    def _kind(self) -> Literal["post", "entry"]:
        return "post" if any(o.kind == "post" for o in self.origins) else "entry"

    def __str__(self) -> str:
        return page(self)


def assess(
    plan: FloorPlan,
    *,
    posts: Sequence[str] | None = None,
    level_mps: float = LEVEL_MPS,
    stair_up_mps: float = STAIR_UP_MPS,
    stair_down_mps: float = STAIR_DOWN_MPS,
    limits_s: Sequence[float] = LIMITS_S,
) -> Coverage:
    """Assess a plan before staffing it: times from posts and entries, gaps, exits, and the doors that decide.

    posts
        Ids of posts or spaces somebody could stand at; all posts of the plan where absent.

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
        inner = 0 if network.way_spaces[way, 0] >= 0 else 1
        reaches.append(routes.from_entry(way, inner))
    indoors = np.flatnonzero(network.space_indoors)
    watched = {s for c in plan.cameras for s in c.watches}
    metres = nearest_exit_m(network)
    longest = sorted(range(network.openings), key=lambda w: (-metres[w], w))
    inside = [plan.spaces[i] for i in indoors]
    return Coverage(
        plan=plan,
        origins=tuple(origins),
        spaces=tuple(s.id for s in inside),
        seconds=np.stack([r.space_s for r in reaches])[:, indoors] if reaches else np.empty((0, len(indoors))),
        limits_s=tuple(limits_s),
        level_mps=level_mps,
        stair_up_mps=stair_up_mps,
        stair_down_mps=stair_down_mps,
        no_pa=tuple(s.id for s in inside if not s.pa),
        no_radio=tuple(s.id for s in inside if not s.radio),
        no_camera=tuple(s.id for s in inside if s.is_circulation and s.id not in watched),
        single_way=_single_ways(network, indoors.tolist()),
        exit_m={plan.openings[w].id: float(metres[w]) for w in longest},
        doors=_doors_that_decide(network, starts, reaches[: len(starts)], indoors, routes_without),
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
        ways_out = [w for w in network.space_ways[i] if network.passable[w, 1 - network.side(w, i)]]
        if len(ways_out) == 1 and _most_people(network, i) > CROWD:
            found.append(plan.spaces[i].id)
    return tuple(found)


def _most_people(network: Network, space: int) -> float:
    """Return the most people the plan or its timetable ever puts into a space."""
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


def _doors_that_decide(
    network: Network,
    starts: Sequence[tuple[int, ArrayLike]],
    reaches: Sequence[Reach],
    indoors: NDArray[np.int64],
    routes_without: Callable[[int], Routes],
) -> tuple[DecidingDoor, ...]:
    """Return what each way on a least-time way from a post does to the times when it is closed.

    The only way into a single space decides for nobody else and is left out.
    """
    if not starts:
        return ()
    plan = network.plan
    before = np.min([r.space_s for r in reaches], axis=0)[indoors]
    worst = _worst(before)
    found = []
    for way in _used_ways(network, starts, reaches, indoors):
        after = np.min([r.space_s for r in routes_without(way).from_points(starts)], axis=0)[indoors]
        lost = np.isfinite(before) & ~np.isfinite(after)
        fine = np.isfinite(after)
        slower = int(np.sum(after[fine] - before[fine] >= 5.0))
        if slower == 0 and lost.sum() <= 1:
            continue
        worst_s = _worst(after)
        cut_off = tuple(plan.spaces[i].id for i in indoors[lost])
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
    reaches: Sequence[Reach],
    indoors: NDArray[np.int64],
) -> list[int]:
    """Return the ways on the least-time way from the nearest post to each space; no other closing changes a time."""
    used: set[int] = set()
    nearest = np.argmin([r.space_s for r in reaches], axis=0)
    for i in indoors.tolist():
        k = int(nearest[i])
        path = reaches[k].routes.path(*starts[k], i, network.representative_point(i))
        used.update(w for w, _ in (path.ways if path else ()))
    return sorted(used)


def _worst(seconds: Floats) -> float:
    """Return the longest time that is one."""
    return float(np.max(seconds[np.isfinite(seconds)], initial=0.0))


def _plain(numbers: Any) -> list[float | None]:
    return [round(float(n), 3) if np.isfinite(n) else None for n in numbers]
