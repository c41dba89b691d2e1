"""Ramps: walked at level speed, and as wide a way as a corridor (rules A4, A5); no stair for those who need help."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import drillsim as ds
from crowd_worlds import World, box, door, people_at, plan_of
from drillsim.cli import main
from drillsim.crowd.laws import Laws, seam_capacity_ps
from drillsim.engine.world.refuge import without_stairs
from drillsim.engine.world.world import World as SchoolWorld
from drillsim.plan.networkx_graph import to_networkx
from drillsim.plan.read import check_plan_file
from drillsim.plan.routes import Routes
from drillsim.scenario.people import LawsChoice

ENGINES = pytest.mark.parametrize("engine", ["reference", "compiled"])
UP, DOWN = 0.4, 0.5


def split_level(*, ramp: bool = True, length: float = 48.0, width: float = 2.0, turned: bool = False) -> ds.FloorPlan:
    """Two halls, the exit in the lower one; between them a ramp of 4 m rise, or a stair of the same length."""
    ends = {"lower": "low", "upper": "high+", "lower_opening": "foot", "upper_opening": "head"}
    flight = {"id": "way-up", **ends, "width": width, "length": length}
    how: dict[str, Any] = {"ramps": [flight | {"slope": "1:12"}]} if ramp else {"stairs": [flight | {"rise": 4}]}
    spaces = [("low", "corridor", box(0, 0, 10, 3)), ("a", "lobby", box(10, 0, 13, 3)),
              ("high+", "corridor", box(0, 0, 10, 3)), ("b+", "lobby", box(10, 0, 13, 3))]  # fmt: skip
    openings = [
        door("foot", "low", "a", 10, 1.5),
        door("head", "high+", "b+", 10, 1.5),
        door("e", "low", "outside", 0, 1.5),
    ]
    return plan_of(spaces[::-1] if turned else spaces, openings[::-1] if turned else openings, **how)


def played(engine: str, plan: ds.FloorPlan, people: int = 1, **speeds: float) -> World:
    high = plan.space_index["high+"]
    world = World(plan, people_at([(high, 9.0, 1.5)] * people, **speeds), engine=engine)
    world.crowd.evacuate()
    world.run(5_000.0)
    return world


@ENGINES
def test_a_ramp_is_walked_at_level_speed_whatever_the_speed_on_stairs(engine: str) -> None:
    world = played(engine, split_level(), speed=1.25, up=UP, down=DOWN)
    assert world.crowd.out_s == pytest.approx([(1.0 + 48.0 + 10.0) / 1.25])


@ENGINES
def test_a_stair_of_the_same_length_is_walked_at_the_speed_on_stairs(engine: str) -> None:
    world = played(engine, split_level(ramp=False), speed=1.25, up=UP, down=DOWN)
    assert world.crowd.out_s == pytest.approx([11.0 / 1.25 + 48.0 / DOWN])


@ENGINES
def test_a_long_ramp_takes_its_length_over_the_speed(engine: str) -> None:
    world = played(engine, split_level(length=400.0))
    assert world.crowd.out_s == pytest.approx([411.0])


@ENGINES
def test_a_ramp_takes_in_what_a_corridor_of_its_width_passes(engine: str) -> None:
    world = played(engine, split_level(width=1.2), people=12)
    use = next(u for u in world.crowd.ways() if u.way == "way-up")
    assert (use.kind, use.people) == ("ramp", 12)
    assert use.last_s - use.first_s == pytest.approx(11 / seam_capacity_ps(Laws(), 1.2))


@ENGINES
@pytest.mark.parametrize("people", [1, 9, 60])
def test_the_order_of_the_file_changes_nothing(engine: str, people: int) -> None:
    plain, turned = played(engine, split_level(), people), played(engine, split_level(turned=True), people)
    assert sorted(turned.crowd.out_s) == pytest.approx(sorted(plain.crowd.out_s), abs=1e-9)


@pytest.mark.parametrize("people", [2, 30, 150])
def test_both_engines_give_everybody_on_a_ramp_the_same_times(people: int) -> None:
    plan = split_level(width=0.9)
    first, second = (played(engine, plan, people, up=UP, down=DOWN) for engine in ("reference", "compiled"))
    assert second.crowd.out_s == pytest.approx(first.crowd.out_s, abs=1e-9)


@ENGINES
def test_a_wider_ramp_is_never_slower(engine: str) -> None:
    last = [float(played(engine, split_level(width=w), 80).crowd.out_s.max()) for w in (0.8, 1.2, 2.0, 3.5)]
    assert all(wide <= narrow + 1e-9 for narrow, wide in pairwise(last))


def test_the_way_over_a_ramp_is_chosen_where_it_is_quicker_than_a_stair() -> None:
    both = split_level(length=12.0)
    ends = {"lower": "low", "upper": "high+", "lower_opening": "foot", "upper_opening": "head"}
    stair = ds.FloorPlan.model_validate(
        {**both.model_dump(), "stairs": [{"id": "steps", **ends, "rise": 4, "width": 2, "length": 12}]},
        context={"si": True},
    )
    world = played("compiled", stair, speed=1.0, down=0.6)
    assert [u.way for u in world.crowd.ways() if u.people] == ["e", "way-up"]


def test_responders_walk_ramps_at_level_speed() -> None:
    world = World(split_level(), people_at([]))
    routes = Routes(world.network, level_mps=2.0, stair_up_mps=UP, stair_down_mps=DOWN)
    assert routes.seconds_to(0, (0.0, 1.5), world.space("high+"), (0.0, 1.5)) == pytest.approx((10 + 48 + 10) / 2.0)


def test_a_ramp_is_a_way_without_a_stair() -> None:
    by_ramp, by_stair = (without_stairs(SchoolWorld(split_level(ramp=ramp), LawsChoice())) for ramp in (True, False))
    assert by_ramp.all()
    assert by_stair.tolist() == [True, True, False, False]


def test_the_network_names_ramps_and_counts_them_apart() -> None:
    network = World(split_level(), people_at([])).network
    assert (network.facts()["stairs"], network.facts()["ramps"]) == (0, 1)
    assert "ramps" not in World(split_level(ramp=False), people_at([])).network.facts()
    graph = to_networkx(network)
    assert graph.edges["way-up:lower", "way-up:upper"]["length_m"] == 48.0
    assert network.facts()["diameter_m"] == pytest.approx(10.0 + 48.0)


FILE = """
drillsim_plan: 1
name: split
units: ft
levels: [{{id: L0, elevation: 0}}, {{id: L1, elevation: {height}}}]
spaces:
  - {{id: low, level: L0, use: corridor, polygon: [[0, 0], [60, 0], [60, 10], [0, 10]]}}
  - {{id: high, level: {level}, use: corridor, polygon: [[80, 0], [140, 0], [140, 10], [80, 10]]}}
openings:
  - {{id: e, kind: exit, spaces: [low, outside], line: [[0, 2], [0, 6]]}}
  - {{id: f, kind: exit, spaces: [high, outside], line: [[140, 2], [140, 6]]}}
ramps:
  - {{id: r, lower: low, upper: high, width: {width}, length: {length}, slope: {slope}}}
"""


def faults(tmp_path: Path, **more: Any) -> list[str]:
    words = {"height": 3, "level": "L1", "width": 6, "length": "40 ft", "slope": "1:12"} | more
    path = tmp_path / "plan.yaml"
    path.write_text(FILE.format(**words), encoding="utf-8")
    return [f"{f.code} {f.message}" for f in check_plan_file(path)[1]]


@pytest.mark.parametrize("slope", ["1:12", "8 %", "0.08", "'1 : 20'", "5 percent"])
def test_a_slope_is_read_as_people_write_it(tmp_path: Path, slope: str) -> None:
    assert faults(tmp_path, slope=slope, length="60 ft") == []


@pytest.mark.parametrize("slope", ["0", "1:0", "12", "-1:12", "120 %", "steep", "1:12:3", "2 ft"])
def test_a_slope_that_is_none_is_a_located_fault(tmp_path: Path, slope: str) -> None:
    (fault,) = faults(tmp_path, slope=slope)
    assert fault.startswith("DS1")


@pytest.mark.parametrize(
    ("more", "code", "word"),
    [
        ({"slope": "1:4"}, "DS404", "steep"),
        ({"height": 12}, "DS404", "rises"),
        ({"width": "1 ft"}, "DS502", "refuses"),
        ({"width": "20 in"}, "DS402", "unusual"),
        ({"height": -3}, "DS304", "Swap them"),
        ({"length": "20000 ft"}, "DS105", "at most"),
    ],
)
def test_an_odd_ramp_is_told(tmp_path: Path, more: dict[str, Any], code: str, word: str) -> None:
    (fault,) = faults(tmp_path, **more)
    assert fault.startswith(code)
    assert word in fault


def test_a_ramp_may_lie_on_one_level_where_a_stair_may_not(tmp_path: Path) -> None:
    assert [f for f in faults(tmp_path, level="L0") if "L1" not in f] == []


def test_the_ends_of_a_ramp_are_two_spaces(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    text = FILE.format(height=3, level="L1", width=6, length="40 ft", slope="1:12").replace("upper: high", "upper: low")
    path.write_text(text, encoding="utf-8")
    found = [f.message for f in check_plan_file(path)[1] if f.code == "DS304"]
    assert found == ["ramp 'r' begins and ends in 'low'. Name the space at its foot and the one at its head"]


def test_the_check_of_a_plan_counts_its_ramps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(FILE.format(height=3, level="L1", width=6, length="40 ft", slope="1:12"), encoding="utf-8")
    assert main(["check", str(path)]) == 0
    assert "2 exits, 0 stairs, 1 ramp." in " ".join(capsys.readouterr().out.split())
