"""What stands in for a name that a plan lacks: the thing of the plan that is most like it, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from drillsim.documents.yaml_text import scalar_text
from drillsim.errors import Fault
from drillsim.plan.model import FloorPlan, Space
from drillsim.plan.passage import is_exit
from drillsim.quantities import minutes

Found = tuple[str, str]
_ENTRANCE = ("entrance", "door", "lobby", "main")
_LIKE: dict[str, tuple[str, ...]] = {
    "cafeteria": ("gym", "auditorium", "library", "classroom"),
    "gym": ("auditorium", "cafeteria", "library", "classroom"),
    "kitchen": ("cafeteria", "mechanical", "storage", "classroom"),
    "office": ("nurse", "classroom"), "library": ("auditorium", "classroom"), "auditorium": ("gym", "cafeteria", "classroom"),
    "corridor": ("lobby", "passage", "outdoors", "classroom"), "restroom": ("corridor", "lobby", "classroom"),
    "nurse": ("office", "classroom"), "outdoors": ("corridor", "lobby"), "lobby": ("corridor", "passage", "classroom"),
    "classroom": ("library", "gym", "office", "other"), "passage": ("corridor", "lobby"), "stair": ("corridor", "lobby"),
    "mechanical": ("storage", "kitchen", "classroom"), "storage": ("mechanical", "classroom"), "other": ("classroom",),
}  # fmt: skip
"""Uses in whose place another one may stand, the most like first."""


def substitute(fault: Fault, old: str, plan: FloorPlan, taken: Collection[str] = ()) -> Found | None:
    """Return the name to write instead of one that this fault is about, and what it is; None where none would mend it.

    taken
        Names beside it, which are chosen only where nothing else is left.
    """
    name = old.strip("\"'")
    if fault.code == "DS209" or "period" in fault.message:
        found = _periods(name, plan)
    elif fault.code == "DS204":
        found = _exits(name, plan)
    elif fault.code == "DS207":
        found = _levels(name, plan) if "level" in fault.message.partition(":")[0] else _uses(name, plan)
    elif fault.code in ("DS203", "DS202"):
        found = list(_places(name, plan))
    elif fault.code == "DS208":
        found = [*_levels(name, plan), *((scalar_text(a.id), "assembly point") for a in plan.assembly)]
    else:
        found = []
    return next((f for f in found if f[0].strip('"') not in taken), found[0] if found else None)


def _places(name: str, plan: FloorPlan) -> Iterator[Found]:
    """Yield posts and spaces: of the same use, else at the entrance, else the rooms that hold most people."""
    use = next((u for u in _LIKE if u in name.lower()), "corridor" if "hall" in name.lower() else None)
    if use is None and any(word in name for word in ("desk", *_ENTRANCE)):
        posts = sorted(plan.posts, key=lambda p: not any(w in p.id.lower() for w in ("desk", "office", *_ENTRANCE)))
        yield from ((scalar_text(post.id), f"post in {plan.label_of(post.space)}") for post in posts)
        ways_in = (o for o in plan.openings if is_exit(plan, o))
        yield from ((scalar_text(s), f"inside {o.name}") for o in ways_in for s in o.spaces if s in plan.space_index)
    for wanted in (use, *_LIKE.get(use or "classroom", ()), "classroom"):
        for found in _largest([s for s in plan.spaces if s.use == wanted and s.id != name])[:3]:
            yield scalar_text(found.id), f"{wanted}, since there is no {name}"
    for found in _largest([s for s in plan.spaces if s.id != name and s.use != "outdoors"])[:3]:
        yield scalar_text(found.id), f"{found.use}, since there is no {name}"


def _largest(spaces: list[Space]) -> list[Space]:
    """Return spaces by their people, then by their extent; in the order of the file among equals."""

    def extent(space: Space) -> float:
        xs, ys = zip(*space.polygon, strict=True)
        return float((max(xs) - min(xs)) * (max(ys) - min(ys)))

    return sorted(spaces, key=lambda s: (-s.people, -extent(s)))


def _uses(name: str, plan: FloorPlan) -> list[Found]:
    """Return the uses of the plan that stand for another one: those like it, then those of its largest indoor spaces."""
    there = [str(s.use) for s in _largest([s for s in plan.spaces if s.use != "outdoors"])]
    like = [other for other in (*_LIKE.get(name, ()), "classroom") if other in {str(s.use) for s in plan.spaces}]
    return [(other, f"there is no {name}") for other in dict.fromkeys([*like, *there]) if other != name]


def _exits(name: str, plan: FloorPlan) -> list[Found]:
    """Return the exit of the same number, else the last one."""
    exits = [o for o in plan.openings if is_exit(plan, o)]
    number = min(int("".join(c for c in name if c.isdigit())[:3] or 2), len(exits)) or 1
    return [(scalar_text(exits[number - 1].id), f"exit {number} of {len(exits)}")] if exits else []


def _periods(name: str, plan: FloorPlan) -> list[Found]:
    """Return the bell periods that take its place: one called class first, then the longest."""
    others = sorted(
        (p for p in plan.timetable if p.period != name),
        key=lambda p: (p.period != "class", minutes(p.from_) - minutes(p.to)),
    )
    return [(scalar_text(p.period), f"there is no period '{name}'") for p in others]


def _levels(name: str, plan: FloorPlan) -> list[Found]:
    return [(scalar_text(v.id), "level of this plan") for v in plan.levels if v.id != name][:1]
