"""Result of an assessment: its numbers, and a page of plain text of at most 79 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from drillsim.escape import one_line
from drillsim.plan.model import FloorPlan
from drillsim.quantities import clock

WIDE = 79
"""Columns of the page."""
SHOWN = 6
"""Entries of a list before it is cut short."""


def page(coverage: Coverage) -> str:
    """Return the page of an assessment: times by origin, slowest spaces, gaps, distances to exits, critical doors."""
    parts = (_head, _times, _slowest, _gaps, _exits, _doors)
    return "\n\n".join("\n".join(lines) for part in parts if (lines := part(coverage)))


def _head(c: Coverage) -> list[str]:
    text = (
        f"Coverage of {c.plan.name}: least times on foot, one person alone in an empty building, keys at hand "
        f"(level {_speed(c.level_mps)}, stairs up {_speed(c.stair_up_mps)}, down {_speed(c.stair_down_mps)}). "
        "No staffing on these posts can be faster; nothing was simulated."
    )
    caution = one_line(c.plan.provenance.caution)
    return textwrap.wrap(f"{text} {caution}".rstrip(), WIDE)


def _speed(mps: float) -> str:
    return f"{mps:g} m/s ({mps / 0.3048:.1f} ft/s)"


def _times(c: Coverage) -> list[str]:
    limits = "".join(f"{'> ' + clock(t):>8}" for t in c.limits_s)
    lines = [f"{'From':<36}{'half in':>9}{'all in':>9}{limits}"]
    for origin, seconds in zip(c.origins, c.seconds, strict=True):
        lines.append(_row(c, origin.label + (", arriving" if origin.kind == "entry" else ""), seconds))
    posts = [i for i, o in enumerate(c.origins) if o.kind == "post"]
    if len(posts) > 1:
        lines.append(_row(c, "the nearest of these posts", c.seconds[posts].min(axis=0)))
    return [*lines, f"(columns '>': how many of {len(c.spaces)} {_noun(c)} are reached later than that)"]


def _noun(c: Coverage) -> str:
    outdoors = any(s.use == "outdoors" and s.id in c.spaces for s in c.plan.spaces)
    return "places" if outdoors else "spaces"


def _row(c: Coverage, label: str, seconds: NDArray[np.float64]) -> str:
    ordered = np.sort(seconds)
    half = float(ordered[(len(ordered) - 1) // 2]) if len(ordered) else np.inf
    most = float(ordered[-1]) if len(ordered) else np.inf
    beyond = "".join(f"{int((seconds > t).sum()):>8}" for t in c.limits_s)
    return f"{_cut(label, 35):<36}{_time(half):>9}{_time(most):>9}{beyond}"


def _time(seconds: float) -> str:
    return clock(seconds) if np.isfinite(seconds) else "no way"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 3] + "..."


def _slowest(c: Coverage) -> list[str]:
    posts = any(o.kind == "post" for o in c.origins)
    best = c.nearest_s("post" if posts else "entry")
    rank = sorted(best, key=lambda s: (-best[s], c.spaces.index(s)))[:SHOWN]
    names = ", ".join(f"{c.plan.label_of(s)} {_time(best[s])}" for s in rank)
    return _say(f"Slowest to reach from the nearest {'post' if posts else 'entry'}", names)


def _say(title: str, text: str) -> list[str]:
    return textwrap.wrap(f"{title}: {text}.", WIDE, subsequent_indent="  ", break_long_words=False)


def _gaps(c: Coverage) -> list[str]:
    rows = (
        ("No announcement heard in", c.no_pa),
        ("No radio cover in", c.no_radio),
        (f"Halls{'' if _noun(c) == 'spaces' else ', outdoor places'} and stairs without a camera", c.no_camera),
        ("One way out and more than 49 people", c.single_way),
    )
    return [line for title, ids in rows for line in _say(title, _listed(c, ids))]


def _listed(c: Coverage, ids: Sequence[str]) -> str:
    if not ids:
        return "none"
    shown = "; ".join(c.plan.label_of(i) for i in ids[:SHOWN])
    return f"{len(ids)}: {shown}" + (f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else "")


def _exits(c: Coverage) -> list[str]:
    rows = [f"{way_label(c.plan, d)} {_length(m)}" for d, m in list(c.exit_m.items())[:3]]
    return _say("Longest ways from a door to the nearest exit", "; ".join(rows)) if rows else []


def _length(metres: float) -> str:
    return f"{metres:.1f} m ({metres / 0.3048:.0f} ft)" if np.isfinite(metres) else "no way"


def _doors(c: Coverage) -> list[str]:
    if not any(o.kind == "post" for o in c.origins):
        return []
    if not c.doors:
        return ["Doors that decide: none; closing any one of them changes hardly any time."]
    lines = ["Doors that decide (closing this one alone, times from the nearest post):"]
    for door in c.doors[:SHOWN]:
        effects = []
        if door.cut_off:
            effects.append(f"cuts off {len(door.cut_off)} space{'s' * (len(door.cut_off) > 1)}")
        if door.longer_s >= 0.5:
            effects.append(f"longest time {clock(door.worst_s)} instead of {clock(door.worst_s - door.longer_s)}")
        if door.slower:
            effects.append(f"{door.slower} space{'s' * (door.slower > 1)} reached at least 5 s later")
        lines += textwrap.wrap(
            f"  {door.label}: {', '.join(effects)}.", WIDE, subsequent_indent="    ", break_long_words=False
        )
    return lines


def way_label(plan: FloorPlan, id_: str) -> str:
    """Return the label of an opening or stair; the id and the spaces it joins where it has none."""
    label = plan.label_of(id_)
    if label != id_ or id_ not in plan.opening_index:
        return label
    between = [plan.label_of(s) for s in plan.openings[plan.opening_index[id_]].spaces]
    return f"{id_} ({' to '.join(between)})"


Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Origin:
    """Starting point of travel times: a post, or an entry of arriving services."""

    id: str
    label: str
    kind: Literal["post", "entry"]


@dataclass(frozen=True)
class DecidingDoor:
    """Opening or stair, and the effect of closing it on the times from the posts."""

    id: str
    label: str
    worst_s: float
    """Longest time from the nearest post to a space that can still be reached."""
    longer_s: float
    """Increase of the longest time in s; 0 where another space stays the slowest."""
    slower: int
    """Number of spaces that are reached at least 5 s later."""
    cut_off: tuple[str, ...]
    """Ids of spaces that are no longer reached."""


def _plain(numbers: Any) -> list[float | None]:
    return [round(float(n), 3) if np.isfinite(n) else None for n in numbers]


@dataclass(frozen=True)
class Coverage:
    """Assessment of a plan; `print` gives a page of text, `as_data` plain numbers."""

    plan: FloorPlan
    origins: tuple[Origin, ...]
    spaces: tuple[str, ...]
    """Ids of the indoor spaces, and of the outdoor places that a way leads to, in file order."""
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
    """Halls, lobbies, passages, stairs and outdoor places that no camera watches."""
    single_way: tuple[str, ...]
    """Spaces with a single way out that hold more than 49 people, by assigned people or by the timetable's moves."""
    exit_m: Mapping[str, float]
    """Metres from each opening to the nearest exit, the longest first; inf where none is reached."""
    doors: tuple[DecidingDoor, ...]
    """Critical doors, most severe first."""

    def nearest_s(self, kind: Literal["post", "entry"] = "post") -> dict[str, float]:
        """Return the least seconds from any post (or entry) to each space, by id; inf where there is no route."""
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
