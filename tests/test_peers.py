"""Peers of the crowd: plain SimPy by hand, and a table that says who was left out."""

from __future__ import annotations

import numpy as np
import pytest

from layouts import corridor_school, one_room, storeys
from peers.__main__ import OURS, lines, measured
from peers.plain_simpy import DOOR_BOUNDARY_M, FLOW_PSM, evacuate
from seated import people_of


def test_plain_simpy_serves_one_person_at_a_time() -> None:
    layout, people = one_room(), people_of(one_room(), 400, seed=1)
    out_s, pass_s = np.sort(evacuate(layout, people)), 1.0 / (FLOW_PSM * (2.0 - 2.0 * DOOR_BOUNDARY_M))
    at_the_door = np.sort(np.hypot(people.x, people.y - 20.0) / people.level_mps)
    expected = np.zeros(400)
    for i, arrives in enumerate(at_the_door):
        expected[i] = max(arrives, expected[i - 1] if i else 0.0) + pass_s
    assert out_s == pytest.approx(expected)


def test_plain_simpy_empties_stairs_and_corridors() -> None:
    for layout in (corridor_school(8), storeys(3)):
        assert (evacuate(layout, people_of(layout, 60, seed=2)) > 0.0).all()


def test_a_table_has_a_row_for_every_program_and_names_who_was_left_out() -> None:
    rows = list(measured(one_room(), 30, 1))
    told = {r["by"]: r for r in rows}
    assert (told[OURS]["times_ours"], told[OURS]["last_more"]) == (1.0, 0.0)
    assert float(str(told["plain SimPy"]["last_s"])) == pytest.approx(float(str(told[OURS]["last_s"])), rel=0.1)
    assert all("cpu_s" in r or r["note"] for r in rows)
    assert len(list(lines(rows))) == len(rows) + 2


def test_everybody_is_left_out_with_a_reason_where_a_program_cannot() -> None:
    assert "JuPedSim" in {str(r["by"]) for r in measured(storeys(3), 8, 1) if "note" in r}
