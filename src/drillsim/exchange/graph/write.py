"""Writers of the network: GraphML, and node-link JSON as networkx reads it."""

from __future__ import annotations

import io
import json
from typing import Any

import networkx as nx

from drillsim.escape import one_line
from drillsim.plan.model import FloorPlan
from drillsim.plan.network import build
from drillsim.plan.networkx_graph import to_networkx


def node_link_json(plan: FloorPlan) -> bytes:
    """Return the network of `to_networkx` as node-link JSON: `networkx.node_link_graph(json.load(file), edges="edges")`.

    Ids and labels stand as in the plan, in ASCII with JSON's escapes; a pair of spaces is a list.
    """
    graph = to_networkx(build(plan))
    told: dict[str, Any] = {
        "directed": False,
        "multigraph": False,
        "graph": dict(graph.graph),
        "nodes": [{**about, "id": node} for node, about in graph.nodes(data=True)],
        "edges": [{**about, "source": a, "target": b} for a, b, about in graph.edges(data=True)],
    }
    return (json.dumps(told, indent=1, allow_nan=False) + "\n").encode("ascii")


def graphml(plan: FloorPlan) -> bytes:
    """Return the network of `to_networkx` as GraphML, whose values are single: `spaces` becomes space_a and space_b.

    XML holds no control characters: they are shown by their escape. Should two ids become equal by that, the later one gets a
    number behind it.
    """
    graph = to_networkx(build(plan))
    flat: nx.Graph[str] = nx.Graph(name=one_line(plan.name))
    names: dict[str, str] = {}
    taken: set[str] = set()
    for node, about in graph.nodes(data=True):
        names[node] = _free_name(one_line(node), taken)
        flat.add_node(names[node], **_single(about))
    for a, b, about in graph.edges(data=True):
        flat.add_edge(names[a], names[b], **_single(about))
    content = io.BytesIO()
    nx.write_graphml_xml(flat, content, prettyprint=True)  # the same bytes whether lxml is installed or not
    return content.getvalue()


def _free_name(name: str, taken: set[str]) -> str:
    """Return the name, or the first of name~2, name~3 that is not taken, and take it."""
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name}~{number}"
    taken.add(free)
    return free


def _single(about: dict[str, Any]) -> dict[str, Any]:
    """Return attributes with single values, text without control characters, and each pair of spaces apart."""
    flat: dict[str, Any] = {}
    for key, value in about.items():
        if isinstance(value, tuple):
            flat |= {f"space_{side}": one_line(str(one)) for side, one in zip("ab", value, strict=True)}
        else:
            flat[key] = one_line(value) if isinstance(value, str) else value
    return flat


__all__ = ["graphml", "node_link_json"]
