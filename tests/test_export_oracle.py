"""What other programs make of our files: run with `pytest -m oracle` once the extra [oracle] is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

import drillsim as ds
from drillsim.exchange.jupedsim.walkable import walkable
from drillsim.exchange.jupedsim.write import wkt
from drillsim.record import events as ev
from test_export_trajectories import drill, opened, written

pytestmark = pytest.mark.oracle
ROOT = Path(__file__).resolve().parents[1]
FRAMES_PER_S = 10.0


@pytest.mark.filterwarnings("ignore")
def test_pedpy_counts_people_at_the_exits_when_they_leave(tmp_path: Path) -> None:
    pedpy = pytest.importorskip("pedpy")
    plan, file, content = drill().plan, tmp_path / "drill.sqlite", written(frames_per_s=FRAMES_PER_S)
    assert isinstance(plan, ds.FloorPlan)
    file.write_bytes(content)
    frames = pedpy.load_trajectory_from_jupedsim_sqlite(trajectory_file=file)
    area = pedpy.load_walkable_area_from_jupedsim_sqlite(trajectory_file=file)
    assert frames.frame_rate == FRAMES_PER_S
    assert pedpy.is_trajectory_valid(traj_data=frames, walkable_area=area)
    people = {number for (number,) in opened(content).execute("SELECT id FROM drillsim_agents WHERE role = 'person'")}
    times: list[float] = []
    for opening in plan.openings:
        if "outside" in opening.spaces:
            line = pedpy.MeasurementLine(opening.line)
            n_t, passed = pedpy.compute_n_t(traj_data=frames, measurement_line=line)
            mine = passed[passed["id"].isin(people)]
            times += (mine["frame"] / FRAMES_PER_S).tolist()
            used = next(way for way in drill().ways if way.way == opening.id and way.direction == "outside")
            assert len(mine) == used.people
            assert n_t["cumulative_pedestrians"].max() >= used.people
    ours = [e.time_s for e in drill().events if e.what == ev.OUT]
    assert len(times) == len(ours)
    assert max(abs(a - b) for a, b in zip(sorted(times), sorted(ours), strict=True)) <= 1 / FRAMES_PER_S + 1e-6


@pytest.mark.parametrize("name", ["three_rooms", "village_school", "courtyard_school", "doe_primary", "doe_secondary"])
def test_jupedsim_takes_the_walkable_area_and_the_exits(name: str) -> None:
    jps = pytest.importorskip("jupedsim")
    plan = ds.read_plan(ROOT / "floorplans" / f"{name}.yaml")
    for level in plan.levels:
        made = jps.Simulation(model=jps.CollisionFreeSpeedModel(), geometry=wkt(plan, level.id).decode("ascii"))
        for zone in walkable(plan, level.id).exits.values():
            made.add_exit_stage(list(zone.exterior.coords)[:-1])
