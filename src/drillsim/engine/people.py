"""The people of a drill: which groups they are of, by the scenario, the plan or the default, and who is where."""

from __future__ import annotations

from drillsim.crowd.population import GroupLaw, Population, draw_population, nobody
from drillsim.engine.times import Clock
from drillsim.engine.world import World
from drillsim.plan.model import FloorPlan
from drillsim.scenario.groups import DEFAULT_SHARES, PREMOVEMENT, SHIPPED_GROUPS, Group
from drillsim.scenario.model import Scenario
from drillsim.scenario.people import People
from drillsim.streams import Streams


def groups_of(scenario: Scenario, plan: FloorPlan) -> tuple[GroupLaw, ...]:
    """Return who attends: the scenario's groups, else the plan's, else the default; each with every law filled in."""
    wish = scenario.people
    named = wish.groups
    if named is None:
        named = {name: Group(share=share) for name, share in (plan.groups or DEFAULT_SHARES).items()}
    return tuple(law_of(name, group, wish) for name, group in named.items())


def law_of(name: str, group: Group, people: People) -> GroupLaw:
    """Return the laws of one group: its own, else what is said for everybody, else those of the shipped group.

    Where the group has a level speed of its own, the shipped speeds on stairs no longer belong to it: they follow from
    its level speed and the steps.

    Raises KeyError where it is no shipped group and has no speed; reading a scenario refuses that.
    """
    shipped = SHIPPED_GROUPS.get(name, {})
    stairs = {} if group.speed else shipped
    return GroupLaw(
        name=name,
        share=group.share,
        level=group.speed or shipped["speed"],
        premovement=group.premovement or people.premovement or shipped.get("premovement", PREMOVEMENT),
        stair_up=group.stair_up or people.stair_up or stairs.get("stair_up"),
        stair_down=group.stair_down or people.stair_down or stairs.get("stair_down"),
    )


def people_of(scenario: Scenario, world: World, streams: Streams, clock: Clock) -> Population:
    """Return the people of the drill; nobody to walk where everybody stays."""
    groups = groups_of(scenario, world.plan)
    stays = scenario.crowd == "stays" or scenario.demand is not None
    seats = world.no_seats if stays else world.seats(clock.period(0.0))
    if not len(seats):
        return nobody([law.name for law in groups])
    return draw_population(seats, streams, groups)
