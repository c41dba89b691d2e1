"""Additions to a mix: one more unit of each role that a mix may list, at some posts of the plan."""

from __future__ import annotations

from dataclasses import dataclass

from drillsim.plan.model import FloorPlan
from drillsim.scenario.defaults import SHIPPED
from drillsim.scenario.staffing import Mix, Unit, shipped_role

SERVICES = ("police", "ems", "fire-service")
ROLES = tuple(name for name in SHIPPED if name not in SERVICES)
"""Shipped roles that a mix may list."""
POSTS = 3
"""Posts at which each role is added."""


@dataclass(frozen=True, order=True)
class Addition:
    """One more unit: its role and the post or space where it stands."""

    role: str
    post: str

    @property
    def id(self) -> str:
        """Id of the unit, unlike any of a shipped mix; it names the unit's random draws."""
        return f"added-{self.role}"


def additions(plan: FloorPlan) -> list[Addition]:
    """Return every addition on a plan: the roles at its first posts, and at its first spaces where it has too few."""
    places = [*(p.id for p in plan.posts), *(s.id for s in plan.spaces if s.use != "stair")]
    return [Addition(role, post) for role in ROLES for post in list(dict.fromkeys(places))[:POSTS]]


def with_one_more(mix: Mix, addition: Addition) -> Mix:
    """Return a mix with one more unit, which is there in every drill."""
    unit = Unit(id=addition.id, role=addition.role, post=addition.post, presence=1.0)
    roles = {addition.role: shipped_role(addition.role), **mix.roles}
    return mix.model_copy(update={"units": (*mix.units, unit), "roles": roles})
