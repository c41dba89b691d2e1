"""Conversion of the network to a networkx graph, for other programs."""

from __future__ import annotations

import networkx as nx

from drillsim.plan.network import Network
from drillsim.plan.passage import leads_to


def to_networkx(network: Network) -> nx.Graph[str]:
    """Return a network as an undirected networkx graph, a new one at each call.

    Nodes
        Opening ids (kind: the opening's kind; label; x, y in metres; level; spaces; width_m; lock; leads_to, the space that
        a one-way opening leads to, else ''), the stair ends ``<stair>:lower`` and ``<stair>:upper`` (kind 'stair_end';
        label; x, y, level, space, stair) and ``post:<post>`` (kind 'post'; label; x, y, level, space).
    Edges
        length_m, with `space` for a walk inside one space, or with `stair` and rise_m for a flight. Where two spaces
        share two openings, the shorter walk is kept.
    """
    plan = network.plan
    graph: nx.Graph[str] = nx.Graph(name=plan.name)
    ends: dict[tuple[int, int], str] = {}
    for w, opening in enumerate(plan.openings):
        level = next(plan.spaces[s].level for s in network.way_spaces[w] if s >= 0)
        x, y = opening.middle
        graph.add_node(
            opening.id,
            kind=opening.kind,
            label=opening.label,
            x=x,
            y=y,
            level=level,
            spaces=opening.spaces,
            width_m=opening.clear_width_m,
            lock=opening.lock,
            leads_to=leads_to(plan, opening) or "",
        )
        ends[w, 0] = ends[w, 1] = opening.id
    for i, stair in enumerate(plan.flights):
        w = network.openings + i
        for k, (word, room) in enumerate((("lower", stair.lower), ("upper", stair.upper))):
            x, y = network.way_xy[w, k].tolist()
            ends[w, k] = f"{stair.id}:{word}"
            level = plan.spaces[plan.space_index[room]].level
            graph.add_node(
                ends[w, k], kind="stair_end", label=stair.label, x=x, y=y, level=level, space=room, stair=stair.id
            )
        graph.add_edge(ends[w, 0], ends[w, 1], length_m=stair.length, stair=stair.id, rise_m=stair.rise)
    for s, space in enumerate(plan.spaces):
        ways = network.space_ways[s]
        names = [ends[w, network.side(w, s)] for w in ways]
        for i, name in enumerate(names):
            for j in range(i):
                _keep_shorter(graph, names[j], name, float(network.space_dist[s][i, j]), space.id)
    for post in plan.posts:
        s, node = plan.space_index[post.space], f"post:{post.id}"
        x, y = post.at
        graph.add_node(node, kind="post", label=post.label, x=x, y=y, level=plan.spaces[s].level, space=post.space)
        for w, metres in zip(network.space_ways[s], network.distances(s, post.at)[0].tolist(), strict=True):
            _keep_shorter(graph, node, ends[w, network.side(w, s)], metres, post.space)
    return graph


def _keep_shorter(graph: nx.Graph[str], a: str, b: str, length_m: float, space: str) -> None:
    """Add an edge; two openings that join the same two spaces keep the shorter of their two walks."""
    if a != b and (not graph.has_edge(a, b) or graph.edges[a, b]["length_m"] > length_m):
        graph.add_edge(a, b, length_m=length_m, space=space)
