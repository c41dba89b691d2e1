"""Positions of a drill as a database of JuPedSim: agents, frames, times at doors."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import shapely

import drillsim as ds
from drillsim.cli import main
from drillsim.exchange.trajectories.write import trajectory_database
from drillsim.record import events as ev
from drillsim.report.replay.tracks import tracks_of
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mix

ROOT = Path(__file__).resolve().parents[1]
TEACHING = ROOT / "scenarios" / "teaching" / "lockdown.yaml"


@cache
def drill() -> ds.Trace:
    plan = ds.read_plan(ROOT / "floorplans" / "three_rooms.yaml")
    fire = {"kind": "fire", "where": "room-101"}
    given = {"name": "fire", "time_of_day": "10:00", "horizon": "8 min", "incidents": [fire]}
    scenario = Scenario.model_validate({**given, "protocol": {"action": "evacuate", "announced_by": "alarm"}})
    mix = Mix.model_validate({"name": "one", "units": [{"id": "sro-1", "role": "sro", "post": "front-desk"}]})
    return ds.simulate(scenario, plan, mix, seed=1, record_legs=True)


def written(level: str = "L0", frames_per_s: float = 5.0, **more: object) -> bytes:
    trace = drill()
    people, units, _ = tracks_of(trace)
    assert isinstance(trace.plan, ds.FloorPlan)
    clock = {"frames_per_s": frames_per_s, "until_s": trace.horizon_s}
    return trajectory_database(trace.plan, [*people, *units], level, **clock, **more)  # type: ignore[arg-type]


def opened(content: bytes) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    database.deserialize(content)
    return database


def test_the_same_drill_is_the_same_bytes() -> None:
    assert written() == written()


@pytest.mark.parametrize("level", ["L0", "L1"])
def test_all_positions_are_inside_the_walkable_area(level: str) -> None:
    database = opened(written(level))
    area = shapely.from_wkt(database.execute("SELECT wkt FROM geometry").fetchone()[0])
    xy = np.array(database.execute("SELECT pos_x, pos_y FROM trajectory_data").fetchall())
    assert shapely.contains_xy(area, xy[:, 0], xy[:, 1]).all()
    looks = np.array(database.execute("SELECT ori_x, ori_y FROM trajectory_data").fetchall())
    assert set(np.round(np.hypot(looks[:, 0], looks[:, 1]), 3)) <= {0.0, 1.0}


def test_the_last_frames_of_those_who_leave_are_those_of_the_events() -> None:
    out = sorted(e.time_s for e in drill().events if e.what == ev.OUT)
    database = opened(written())
    rows = database.execute("SELECT who, max(last_frame) FROM drillsim_agents WHERE role = 'person' GROUP BY who")
    last = sorted((frame - 1) / 5.0 for _, frame in rows)  # two frames stand beyond the door
    assert len(last) == len(out) == 50
    assert all(0.0 <= frame_s - time_s <= 1 / 5.0 + 1e-6 for frame_s, time_s in zip(last, out, strict=True))


def test_a_person_keeps_its_name_over_levels_and_each_visit_its_own_id() -> None:
    visits = [opened(written(k)).execute("SELECT id, who FROM drillsim_agents").fetchall() for k in ("L0", "L1")]
    ids = [number for level in visits for number, _ in level]
    assert len(set(ids)) == len(ids)
    assert {who for _, who in visits[1]} & {who for _, who in visits[0]}


def test_roles_and_labels_stand_beside_and_hostile_ones_stay_text() -> None:
    database = opened(written(roles={"sro-1": ("sro", "a\x00'); DROP TABLE geometry;--")}))
    rows = database.execute("SELECT who, label FROM drillsim_agents WHERE role = 'sro'").fetchall()
    assert rows == [("sro-1", "a\\x00'); DROP TABLE geometry;--")]
    assert database.execute("SELECT count(*) FROM geometry").fetchone() == (1,)


def test_frames_are_even_and_rows_in_order() -> None:
    rows = opened(written()).execute("SELECT frame, id FROM trajectory_data").fetchall()
    assert rows == sorted(set(rows))


def test_python_writes_what_the_verb_writes_and_replaces_nothing_unasked(tmp_path: Path) -> None:
    file = tmp_path / "t.sqlite"
    with pytest.raises(ds.ResultError, match="2 levels"):
        ds.write_trajectories(drill(), file)
    ds.write_trajectories(drill(), file, level="L1", frames_per_s=5.0)
    tables = ("trajectory_data", "drillsim_agents", "geometry")
    ours, theirs = opened(file.read_bytes()), opened(written("L1"))
    assert all(
        ours.execute(f"SELECT * FROM {t}").fetchall() == theirs.execute(f"SELECT * FROM {t}").fetchall() for t in tables
    )
    with pytest.raises(ds.ResultError, match="is there already"):
        ds.write_trajectories(drill(), file, level="L1")
    for wrong, told in (({"level": "L9"}, "no level called"), ({"level": "L0", "frames_per_s": 0.0}, "more than 0")):
        with pytest.raises(ds.ResultError, match=told):
            ds.write_trajectories(drill(), tmp_path / "x", **wrong)
    with pytest.raises(ds.ResultError, match="record_legs"):
        ds.write_trajectories(replace(drill(), plan=None), tmp_path / "x", level="L0")


def test_the_verb_writes_a_file_for_each_level_and_says_what_it_is_not_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "t.sqlite"
    assert main(["export", "trajectories", str(TEACHING), str(file), "--frames-per-second", "1"]) == 0
    assert "not for densities" in capsys.readouterr().out
    assert sorted(p.name for p in tmp_path.iterdir()) == ["t-L0.sqlite", "t-L1.sqlite"]
    assert main(["export", "trajectories", str(TEACHING), str(file), "--frames-per-second", "1"]) == 2
    assert main(["export", "trajectories", str(TEACHING), str(file), "--level", "x"]) == 2
