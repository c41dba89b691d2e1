"""The network as a file for other programs, read back by networkx."""

from __future__ import annotations

import io
import json
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given, settings

import drillsim as ds
from depth import cases
from drillsim.cli import main
from drillsim.exchange.graph.write import graphml, node_link_json
from hostile_text import in_a_plan
from test_plan_network import door, exit_, plan_of, room

ROOT = Path(__file__).resolve().parents[1]


def named(*texts: str) -> ds.FloorPlan:
    """Two rooms, a door and two exits whose ids and labels are given texts."""
    a, b, d, e = (f"{text}{number}" for number, text in enumerate(texts[k % len(texts)] for k in range(4)))
    return plan_of(
        [room(a, 0, 0, 5, 5, label=texts[0]), room(b, 5, 0, 10, 5)],
        [door(d, a, b, 5, 2, label=texts[-1]), exit_(e, a, 0, 2), exit_(f"{e}~", b, 10, 2)],
        posts=[{"id": d, "space": a, "at": (1, 1), "label": texts[0]}],
    )


def walks(graph: nx.Graph[str]) -> dict[frozenset[str], float]:
    return {frozenset((a, b)): float(about["length_m"]) for a, b, about in graph.edges(data=True)}


@pytest.mark.parametrize("name", ["three_rooms", "village_school", "doe_primary"])
def test_node_link_json_is_the_graph_of_to_networkx(name: str) -> None:
    plan = ds.read_plan(ROOT / "floorplans" / f"{name}.yaml")
    back = nx.node_link_graph(json.loads(node_link_json(plan)), edges="edges")
    ours = ds.to_networkx(ds.build(plan))
    assert set(back) == set(ours)
    assert walks(back) == walks(ours)


@pytest.mark.parametrize("name", ["three_rooms", "courtyard_school"])
def test_graphml_has_the_same_shortest_walks(name: str) -> None:
    plan = ds.read_plan(ROOT / "floorplans" / f"{name}.yaml")
    back, ours = nx.read_graphml(io.BytesIO(graphml(plan))), ds.to_networkx(ds.build(plan))
    a = min(ours)
    theirs = nx.single_source_dijkstra_path_length(back, a, weight="length_m")
    assert theirs == pytest.approx(nx.single_source_dijkstra_path_length(ours, a, weight="length_m"))
    assert len(theirs) == len(ours)


@settings(max_examples=cases(50), deadline=None)
@given(in_a_plan)
def test_any_label_survives_as_text(text: str) -> None:
    plan = named(text)
    back = nx.node_link_graph(json.loads(node_link_json(plan)), edges="edges")
    assert set(back) == set(ds.to_networkx(ds.build(plan)))
    again = nx.read_graphml(io.BytesIO(graphml(plan)))
    assert sorted(walks(again).values()) == sorted(walks(back).values())


def test_ids_that_become_equal_as_text_stay_apart() -> None:
    plan = plan_of(
        [room("a", 0, 0, 5, 5), room("b", 5, 0, 10, 5)],
        [door("d\x07", "a", "b", 5, 2), door("d\\x07", "a", "b", 5, 4), exit_("e", "a", 0, 2)],
    )
    assert len(nx.read_graphml(io.BytesIO(graphml(plan)))) == 3


def test_the_same_bytes_each_time_and_nothing_replaced_unasked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = str(ROOT / "floorplans" / "three_rooms.yaml")
    for name, form in (("net.graphml", "graphml"), ("net.json", "node-link")):
        file = tmp_path / name
        assert main(["export", "plan", plan, str(file), "--as", form]) == 0
        first = file.read_bytes()
        file.write_bytes(b"mine")
        assert main(["export", "plan", plan, str(file), "--as", form]) == 2
        assert "add --overwrite" in capsys.readouterr().err
        assert file.read_bytes() == b"mine"
        assert main(["export", "plan", plan, str(file), "--as", form, "--overwrite"]) == 0
        assert file.read_bytes() == first
    assert sorted(p.name for p in tmp_path.iterdir()) == ["net.graphml", "net.json"]


def test_an_ending_that_tells_no_form_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = str(ROOT / "floorplans" / "three_rooms.yaml")
    assert main(["export", "plan", plan, str(tmp_path / "x.dwg")]) == 2
    assert ".graphml" in capsys.readouterr().err
    assert main(["export", "plan", plan, str(tmp_path / "x.dwg"), "--as", "graphml"]) == 0
