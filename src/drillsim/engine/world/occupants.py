"""The people of a drill: which groups they are of, by the scenario, the plan or the default, and who is where."""

from __future__ import annotations

from collections import Counter

from drillsim.crowd.arrivals import ArrivalSource, add_arrivals
from drillsim.crowd.population import GroupLaw, Population, draw_population, nobody
from drillsim.derived import Latest
from drillsim.engine.world.clock import Clock
from drillsim.engine.world.world import World
from drillsim.plan.model import FloorPlan
from drillsim.scenario.groups import DEFAULT_SHARES, PREMOVEMENT, SHIPPED_GROUPS, Group
from drillsim.scenario.model import Scenario
from drillsim.scenario.people import People
from drillsim.streams.streams import Streams


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
        class_share=people.class_share,
    )


def sources_of(scenario: Scenario, plan: FloorPlan) -> tuple[ArrivalSource, ...]:
    """Return the sources of people of a drill, in file order; each ends with the drill at the latest."""
    if not scenario.people.sources:
        return ()
    ends_s = scenario.horizon + max((i.at for i in scenario.incidents), default=0.0)
    groups, seen = groups_of(scenario, plan), Counter[str]()
    found = []
    for wish in scenario.people.sources:
        found.append(
            ArrivalSource(
                space=plan.space_index[wish.space],
                number=seen[wish.space],
                rate_ps=wish.rate,
                from_s=wish.from_,
                to_s=min(wish.to if wish.to is not None else ends_s, ends_s),
                groups=groups if wish.group is None else (_one(wish.group, groups, scenario.people),),
            )
        )
        seen[wish.space] += 1
    return tuple(found)


def _one(name: str, groups: tuple[GroupLaw, ...], people: People) -> GroupLaw:
    """Return the group of the drill with this name, else the shipped one; KeyError where there is neither."""
    return next((law for law in groups if law.name == name), None) or law_of(name, Group(share=1.0), people)


def people_of(scenario: Scenario, world: World, streams: Streams, clock: Clock) -> Population:
    """Return the people of the drill, those who come in later too; nobody to walk where everybody stays."""
    if scenario.crowd == "stays" or scenario.demand is not None:
        return nobody([law.name for law in groups_of(scenario, world.plan)])
    here = seated_people(scenario, world, streams, clock)
    return add_arrivals(here, world.plan, sources_of(scenario, world.plan), streams)


def seated_people(scenario: Scenario, world: World, streams: Streams, clock: Clock) -> Population:
    """Return the people who are there from the start, each at its drawn point, whether they may walk or not."""
    period = clock.period(clock.onset_s)
    return world.derived(_LatestPeople).of(
        (streams.name, period, scenario.people),
        lambda: draw_population(world.seats(period), streams, groups_of(scenario, world.plan)),
    )


class _LatestPeople(Latest[Population]):
    """The people of the last drill."""
