"""Positions of one drill as a database that JuPedSim and PedPy read: one level a file."""

from __future__ import annotations

from pathlib import Path

from drillsim.documents.files import is_there, shown
from drillsim.errors import ResultError, closest
from drillsim.exchange.trajectories.write import trajectory_database
from drillsim.plan.model import FloorPlan
from drillsim.record.trace import Trace
from drillsim.report.replay.tracks import tracks_of
from drillsim.scenario.staffing import Mix


def write_trajectories(
    trace: Trace,
    path: Path | str,
    *,
    level: str | None = None,
    frames_per_s: float = 10.0,
    mix: Mix | None = None,
    overwrite: bool = False,
) -> Path:
    """Write who was where on one level of a drill, as an SQLite database that PedPy loads, and return the file.

    trace
        A drill played with `record_legs=True`.
    level
        Id of the level; may be left out where the plan has one.
    mix
        The staffing of the drill, for roles and labels of its units in the table drillsim_agents.
    overwrite
        Replace a file of that name.

    Positions are interpolated along walking legs between doors: good for N-t curves, flow and travel times at doors, and not for
    densities, speeds in a crowd or fundamental diagrams.

    Raises ResultError for a drill without legs, an unknown level, a level on which nobody is, a file that is there already, and
    where the file cannot be written.
    """
    target = Path(path)
    if is_there(target) and not overwrite:
        raise ResultError(f"{shown(target)} is there already. Name another file, or say overwrite=True")
    content = trajectories_of(trace, level or _only_level(trace), frames_per_s=frames_per_s, mix=mix)
    try:
        target.write_bytes(content)
    except OSError as problem:
        raise ResultError(f"{shown(target)}: this cannot be written: {problem.strerror or problem}") from problem
    return target


def trajectories_of(trace: Trace, level: str, *, frames_per_s: float, mix: Mix | None = None) -> bytes:
    """Return the database of `write_trajectories` as bytes; the same bytes for the same drill."""
    plan = _plan_of(trace)
    levels = [one.id for one in plan.levels]
    if level not in levels:
        raise ResultError(f"no level called '{level}' in {plan.name}.{closest(level, levels)}")
    if not frames_per_s > 0.0:
        raise ResultError(f"frames_per_s is {frames_per_s:g}: it must be more than 0")
    people, units, _ = tracks_of(trace)
    return trajectory_database(
        plan,
        [*people, *units],
        level,
        frames_per_s=frames_per_s,
        until_s=trace.horizon_s,
        roles={unit.id: (unit.role, unit.label or unit.id) for unit in mix.units} if mix is not None else {},
        about={
            "scenario": trace.scenario,
            "mix": trace.mix,
            "seed": str(trace.seed),
            "replication": str(trace.replication),
        },
    )


def _plan_of(trace: Trace) -> FloorPlan:
    if not isinstance(trace.plan, FloorPlan):
        raise ResultError("this drill kept no legs. Play it with simulate(..., record_legs=True)")
    return trace.plan


def _only_level(trace: Trace) -> str:
    levels = [one.id for one in _plan_of(trace).levels]
    if len(levels) > 1:
        raise ResultError(f"the plan has {len(levels)} levels: name one with level=, such as '{levels[0]}'")
    return levels[0]


__all__ = ["trajectories_of", "write_trajectories"]
