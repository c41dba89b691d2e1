"""How an incident comes to notice, and how the report travels: draws made once, as delays."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from drillsim.engine.units import Responder
from drillsim.engine.world import World
from drillsim.plan.model import Space
from drillsim.scenario.model import Incident, Noticing, Reporting
from drillsim.scenario.roles import REPORT_DELAY, camera_detection
from drillsim.streams import Streams

SUPERVISED = ("classroom", "office", "library", "gym", "cafeteria", "nurse", "kitchen")
"""Uses where an adult is normally present. Assumption A:detection.supervised_uses."""
MOST_REPORTS = 20
"""A report is repeated at most this often before somebody walks over; then it counts as made."""


@dataclass(frozen=True)
class Notice:
    """The first source to notice: how long after the onset, who, and the unit if it was one."""

    delay_s: float
    who: str
    why: str
    unit: Responder | None = None


@dataclass(frozen=True)
class Sighting:
    """When a unit notices for itself: seconds after the onset."""

    unit: Responder
    delay_s: float
    why: str


def race(
    incident: Incident, space: int, units: list[Sighting], noticing: Noticing, world: World, streams: Streams, *,
    watched: bool,
) -> Notice:  # fmt: skip
    """Return the winner of the race of sources: people, cameras, and units that are there or walk in.

    units
        The units with their own notice: see `sightings`.
    watched
        Whether somebody is there at the onset. Ties go to the earlier source: people, cameras in plan order,
        units in mix order. Every source has its own draw, used or not.
    """
    if incident.noticed_after is not None:
        fixed = incident.noticed_after.quantile(streams.uniform("notice.fixed", incident.id))
        return Notice(fixed, "people", "as the scenario fixes it")
    where = world.plan.spaces[space]
    u = streams.uniform("notice.people", incident.id)
    if watched:
        best = Notice(noticing.witness.quantile(u), "people", "somebody there saw it")
    else:
        best = Notice(noticing.unsupervised.quantile(u), "people", "somebody came by")
    for camera in world.plan.cameras:
        delay = _camera(incident, camera.id, noticing, streams) if where.id in camera.watches else inf
        if delay < best.delay_s:
            best = Notice(delay, camera.id, "seen on a camera")
    for sighting in units:
        if sighting.delay_s < best.delay_s:
            best = Notice(sighting.delay_s, sighting.unit.id, sighting.why, sighting.unit)
    return best


def sightings(
    incident: Incident, space: int, units: list[Responder], noticing: Noticing, streams: Streams, *, onset_s: float
) -> list[Sighting]:
    """Return when each unit on campus that stands in the space, or walks in on its patrol, notices for itself."""
    found = []
    for unit in units:
        walks_in = _until_there(unit, space, onset_s) if unit.present and not unit.gone else inf
        if walks_in < inf:
            own = noticing.witness.quantile(streams.uniform("notice.unit", f"{incident.id}/{unit.id}"))
            found.append(Sighting(unit, walks_in + own, "was there" if walks_in == 0 else "came by on patrol"))
    return found


def supervised(space: Space) -> bool:
    """Return whether an adult is normally in this space: what the plan says, else by its use."""
    return space.use in SUPERVISED if space.supervised is None else space.supervised


def _camera(incident: Incident, id_: str, noticing: Noticing, streams: Streams) -> float:
    seen = noticing.camera_watched * camera_detection(noticing.monitors)
    if streams.uniform("notice.camera_seen", f"{incident.id}/{id_}") >= seen:
        return inf
    return noticing.camera_decision.quantile(streams.uniform("notice.camera_decision", f"{incident.id}/{id_}"))


def _until_there(unit: Responder, space: int, onset_s: float) -> float:
    if unit.loop is None:
        return 0.0 if unit.post is not None and unit.post[0] == space else inf
    wait = unit.loop.next_in(space, unit.phase_s + onset_s)
    return inf if wait is None else wait


def report_delay(incident: Incident, reporting: Reporting, streams: Streams) -> tuple[float, int]:
    """Return noticed-to-reported in seconds and the number of tries; a failed report repeats with a new draw."""
    law = reporting.delay or REPORT_DELAY[reporting.by]
    total = 0.0
    for attempt in range(MOST_REPORTS):
        total += law.quantile(streams.uniform("report.delay", incident.id, attempt))
        if streams.uniform("report.success", incident.id, attempt) < reporting.success:
            return total, attempt + 1
    return total, MOST_REPORTS
