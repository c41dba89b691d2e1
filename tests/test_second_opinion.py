"""The crowd against jupedsim-network: run with `pytest -m oracle` once the extra [oracle] is installed."""

import re
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from layouts import Layout, six_layouts

pytestmark = pytest.mark.oracle
PAGE = Path(__file__).parent.parent / "docs" / "second_opinion.md"
LAYOUTS = {layout.name: layout for layout in six_layouts()}
PEOPLE = (200, 1_000, 4_000)
CASES = [(name, persons) for name in LAYOUTS for persons in PEOPLE]


@pytest.fixture(scope="module")
def opinion() -> ModuleType:
    import second_opinion

    return second_opinion


@cache
def played(opinion: ModuleType, rules: Any, name: str, persons: int) -> Any:
    return opinion.pair(LAYOUTS[name], persons, rules)


def told(heading: str) -> dict[tuple[str, str], str]:
    """The lines of a table of the page, by building and people."""
    text = PAGE.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return {(cells[1], cells[2]): line for line in lines if (cells := [cell.strip() for cell in line.split("|")])}


def numbers(line: str) -> list[float]:
    cells = [cell.strip().replace(",", "") for cell in line.split("|")]
    return [float(cell) for cell in cells if re.fullmatch(r"\d+(\.\d+)?", cell)]


@pytest.mark.parametrize(("name", "persons"), CASES)
def test_both_programs_agree_under_the_same_rules(opinion: ModuleType, name: str, persons: int) -> None:
    found = played(opinion, opinion.SAME_RULES, name, persons)
    assert found.agree(), opinion.row(found)


@pytest.mark.parametrize(("name", "persons"), CASES)
def test_where_they_differ_as_they_come_a_rule_is_named(opinion: ModuleType, name: str, persons: int) -> None:
    found = played(opinion, opinion.AS_THEY_COME, name, persons)
    named = opinion.BECAUSE.get((name, persons))
    assert (named is None) == found.agree(), opinion.row(found)


def test_the_named_rules_account_for_the_differences(opinion: ModuleType) -> None:
    for (name, persons), rules in opinion.BECAUSE.items():
        same = opinion.with_our(rules)
        assert opinion.pair(LAYOUTS[name], persons, same).agree(), (name, persons, rules)


@pytest.mark.parametrize("heading", ["The same rules", "As they come"])
def test_the_page_shows_what_is_measured(opinion: ModuleType, heading: str) -> None:
    rules = {"The same rules": opinion.SAME_RULES, "As they come": opinion.AS_THEY_COME}[heading]
    lines = told(heading)
    for name, persons in CASES:
        found = played(opinion, rules, name, persons)
        measured = numbers(opinion.row(found))
        assert numbers(lines[name, f"{found.persons:,}"]) == pytest.approx(measured, rel=0.002, abs=0.11), name


def test_a_building_is_filled_to_what_it_holds_and_no_further(opinion: ModuleType) -> None:
    name = "one room, two unequal doors"
    assert played(opinion, opinion.SAME_RULES, name, 4_000).persons == LAYOUTS[name].places == 1_620
    with pytest.raises(ValueError, match="holds 1620 people, not 1621"):
        opinion.people_of(LAYOUTS[name], 1_621, seed=1)


def test_both_programs_walk_the_same_metres(opinion: ModuleType) -> None:
    from drillsim.crowd.geometry.cells import build_cells
    from drillsim.crowd.geometry.distance_field import OUTSIDE_GOAL
    from drillsim.crowd.laws import Laws
    from drillsim.plan.network import build

    for layout in LAYOUTS.values():
        network = build(layout.plan())
        field = build_cells(network, Laws()).field(OUTSIDE_GOAL, frozenset())
        for room in layout.rooms:
            ours = min(option.left_m for option in field.starts(network.plan.space_index[room.id]))
            assert ours == pytest.approx(metres_after(layout, room.id) + room.besides_m, abs=0.02), room.id


def metres_after(layout: Layout, room: str) -> float:
    """Metres from a room's door to safety through the other program's links, stairs counted as level metres of ours."""
    from drillsim.crowd.laws import LEVEL_K_MPS, stair_k_mps
    from layouts import RISER_M, TREAD_M

    onward = {link.source: link for link in layout.links}
    stairs = {node.name for node in layout.nodes if node.is_flight}
    metres, place = 0.0, onward[room].target
    while place not in layout.safe:
        link = onward[place]
        metres += link.length_m * (LEVEL_K_MPS / stair_k_mps(RISER_M, TREAD_M) if place in stairs else 1.0)
        place = link.target
    return metres
