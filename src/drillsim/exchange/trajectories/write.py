"""Writer of JuPedSim's trajectory database, version 2, which PedPy reads."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from drillsim.errors import ResultError
from drillsim.escape import one_line
from drillsim.exchange.jupedsim.walkable import walkable
from drillsim.exchange.jupedsim.write import area_wkt
from drillsim.exchange.trajectories.frames import Followed, Visit, visits
from drillsim.plan.model import FloorPlan

MOST_ROWS = 20_000_000
"""Rows beyond which a file would be larger than a gigabyte."""
NOTE = (
    "Positions are interpolated along walking legs between doors: use them for N-t curves, flow and travel times at doors, "
    "not for densities, speeds in a crowd or fundamental diagrams."
)
_TABLES = """
CREATE TABLE trajectory_data (frame INTEGER NOT NULL, id INTEGER NOT NULL, pos_x REAL NOT NULL, pos_y REAL NOT NULL, ori_x REAL NOT NULL, ori_y REAL NOT NULL);
CREATE TABLE metadata (key TEXT NOT NULL UNIQUE PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE geometry (hash INTEGER NOT NULL, wkt TEXT NOT NULL);
CREATE UNIQUE INDEX geometry_hash ON geometry (hash);
CREATE TABLE frame_data (frame INTEGER NOT NULL, geometry_hash INTEGER NOT NULL);
CREATE INDEX frame_id_idx ON trajectory_data (frame, id);
CREATE TABLE drillsim_agents (id INTEGER PRIMARY KEY, who TEXT NOT NULL, role TEXT NOT NULL, label TEXT NOT NULL, level TEXT NOT NULL,
  first_frame INTEGER NOT NULL, last_frame INTEGER NOT NULL);
CREATE TABLE drillsim_drill (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
"""


def trajectory_database(
    plan: FloorPlan,
    followed: Iterable[Followed],
    level: str,
    *,
    frames_per_s: float,
    until_s: float,
    roles: Mapping[str, tuple[str, str]] | None = None,
    about: Mapping[str, str] | None = None,
) -> bytes:
    """Return the frames of a level as an SQLite database; seven arguments: a drill, a level, a clock, and words.

    roles
        Role and label of each unit by id; others are 'person', or 'service' from outside.
    about
        What tells the drill, such as its seed, for the table drillsim_drill.

    Tables of JuPedSim: trajectory_data, metadata, geometry, frame_data. Beside them drillsim_agents: of every agent id the
    person or unit (`who`, the same on all levels), its role, label, level, first and last frame.

    Raises ResultError where nobody is on the level, or for more than MOST_ROWS rows.
    """
    found = visits(plan, followed, level, frames_per_s=frames_per_s, until_s=until_s)
    rows = sum(len(visit.xy) for visit in found)
    if not rows:
        raise ResultError(f"nobody is on level '{level}' in this drill: there is nothing to write")
    if rows > MOST_ROWS:
        raise ResultError(f"{rows:,} positions are more than {MOST_ROWS:,}. Ask for fewer frames per second")
    database = sqlite3.connect(":memory:")
    try:
        database.executescript(_TABLES)
        _add_frames(database, found)
        _add_area(database, area_wkt(walkable(plan, level).area), found)
        _add_words(database, found, frames_per_s, roles or {}, about or {})
        database.commit()
        return database.serialize()
    finally:
        database.close()


def _add_frames(database: sqlite3.Connection, found: Sequence[Visit]) -> None:
    """Write all positions in order of frame and agent; who walks looks ahead, who stands looks nowhere."""
    frames = np.concatenate([np.arange(v.first_frame, v.first_frame + len(v.xy)) for v in found])
    ids = np.concatenate([np.full(len(v.xy), v.number) for v in found])
    xy = np.round(np.concatenate([v.xy for v in found]), 4)
    ahead = np.concatenate([np.diff(v.xy, axis=0, append=v.xy[-1:]) for v in found])
    length = np.hypot(ahead[:, 0], ahead[:, 1])
    look = np.round(np.where(length[:, None] > 1e-9, ahead / np.maximum(length, 1e-9)[:, None], 0.0), 4)
    order = np.lexsort((ids, frames))
    columns = (frames, ids, xy[:, 0], xy[:, 1], look[:, 0], look[:, 1])
    rows = zip(*(column[order].tolist() for column in columns), strict=True)
    database.executemany("INSERT INTO trajectory_data VALUES (?, ?, ?, ?, ?, ?)", rows)


def _add_area(database: sqlite3.Connection, wkt: str, found: Sequence[Visit]) -> None:
    key = zlib.crc32(wkt.encode("ascii"))
    database.execute("INSERT INTO geometry VALUES (?, ?)", (key, wkt))
    last = max(v.first_frame + len(v.xy) for v in found)
    database.executemany("INSERT INTO frame_data VALUES (?, ?)", ((frame, key) for frame in range(last)))


def _add_words(
    database: sqlite3.Connection,
    found: Sequence[Visit],
    frames_per_s: float,
    roles: Mapping[str, tuple[str, str]],
    about: Mapping[str, str],
) -> None:
    all_xy = np.concatenate([v.xy for v in found])
    (west, south), (east, north) = all_xy.min(axis=0).tolist(), all_xy.max(axis=0).tolist()
    told = {"version": "2", "fps": repr(float(frames_per_s))}
    told |= {"xmin": repr(west), "xmax": repr(east), "ymin": repr(south), "ymax": repr(north)}
    database.executemany("INSERT INTO metadata VALUES (?, ?)", told.items())
    for visit in found:
        role, label = roles.get(visit.who) or ("person" if visit.who.startswith("person-") else "service", visit.who)
        last = visit.first_frame + len(visit.xy) - 1
        row = (visit.number, *map(one_line, (visit.who, role, label, visit.level)), visit.first_frame, last)
        database.execute("INSERT INTO drillsim_agents VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    words = {"note": NOTE, **about}
    database.executemany("INSERT INTO drillsim_drill VALUES (?, ?)", [(k, one_line(v)) for k, v in words.items()])


__all__ = ["NOTE", "trajectory_database"]
