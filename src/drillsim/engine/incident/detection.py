"""How an incident comes to notice, and how the report travels: draws made once, as delays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from drillsim.engine.state.incident import IncidentState
from drillsim.engine.state.responder import Responder
from drillsim.engine.world.world import World
from drillsim.plan.model import Space
from drillsim.scenario.defaults import REPORT_DELAY, camera_detection
from drillsim.scenario.incident import Incident
from drillsim.scenario.response import Noticing, Reporting
from drillsim.streams.streams import Streams

SUPERVISED = ("classroom", "office", "library", "gym", "cafeteria", "nurse", "kitchen")
"""Uses where an adult is normally present. Assumption A:detection.supervised_uses."""


@dataclass(frozen=True)
class Notice:
    """One source that notices: how long after the onset, who, why, by which means it tells, and the unit if it is one."""

    delay_s: float
    who: str
    why: str
    means: str
    """A key of `Reporting.place_known`."""
    unit: Responder | None = None


def sources(
    incident: IncidentState, units: list[Responder], noticing: Noticing, reporting: Reporting, world: World, streams: Streams, *,
    watched: bool, propped: frozenset[int], now_s: float,
) -> list[Notice]:  # fmt: skip
    """Return every source that will notice, the first to do so first; each has its own draw, used or not.

    watched
        Whether somebody is there at the onset.
    propped
        Openings that stand open: they ring no alarm.

    Ties go to the earlier source: people, cameras in plan order, the door's alarm, the incident's own stages, units
    in mix order. Empty when nobody ever notices.
    """
    wish = incident.definition
    if isinstance(wish, Incident) and wish.noticed_after is not None:
        fixed = wish.noticed_after.quantile(streams.uniform("notice.fixed", incident.id))
        return [Notice(fixed, "people", "as the scenario fixes it", reporting.by)]
    found = [*_people(incident, noticing, reporting, world, streams, watched=watched)]
    space = world.plan.spaces[incident.space]
    for camera in world.plan.cameras:
        if space.id in camera.watches:
            delay = _camera(incident, camera.id, noticing, streams)
            found.append(Notice(delay, camera.id, "seen on a camera", "camera"))
    if isinstance(wish, Incident):
        found += _door(incident, wish, noticing, world, streams, propped)
        found += [
            Notice(seen, "alarm", f"stage {i + 1} is detected", "camera") for i, (_, seen) in enumerate(incident.stages)
        ]
    for unit in units:
        there = unit.visits(incident.space, now_s) - now_s if unit.is_here(now_s) else inf
        if there < inf:
            own = noticing.witness.quantile(streams.uniform("notice.unit", f"{incident.id}/{unit.id}"))
            why = "was there" if there == 0 else "came by on patrol"
            found.append(Notice(there + own, unit.id, why, "unit", unit))
    return sorted((n for n in found if n.delay_s < inf), key=lambda n: n.delay_s)


def _people(
    incident: IncidentState, noticing: Noticing, reporting: Reporting, world: World, streams: Streams, *, watched: bool
) -> Iterator[Notice]:
    """Yield the notice of whoever is there, or comes by; nobody where pupils keep it to themselves."""
    in_charge = watched and supervised(world.plan.spaces[incident.space])
    if not in_charge and streams.uniform("notice.trust", incident.id) >= noticing.trust:
        return
    means = reporting.by
    if in_charge and streams.uniform("notice.badge", incident.id) < noticing.badges:
        means = "badge"
    u = streams.uniform("notice.people", incident.id)
    if watched:
        yield Notice(noticing.witness.quantile(u), "people", "somebody there saw it", means)
    else:
        yield Notice(noticing.unsupervised.quantile(u), "people", "somebody came by", means)


def _door(
    incident: IncidentState, wish: Incident, noticing: Noticing, world: World, streams: Streams, propped: frozenset[int]
) -> Iterator[Notice]:
    """Yield the alarm of the door by which it comes in."""
    if wish.through is None:
        return
    way = world.ways_by_id[wish.through]
    if not world.plan.openings[way].alarm or way in propped:
        return
    if streams.uniform("notice.alarm_heard", incident.id) < noticing.alarm_detects:
        delay = noticing.alarm_assessment.quantile(streams.uniform("notice.alarm", incident.id))
        yield Notice(delay, "alarm", f"the alarm of {world.plan.openings[way].name} rings", "camera")


def supervised(space: Space) -> bool:
    """Return whether an adult is normally in this space: what the plan says, else by its use."""
    return space.use in SUPERVISED if space.supervised is None else space.supervised


def _camera(incident: IncidentState, id_: str, noticing: Noticing, streams: Streams) -> float:
    seen = noticing.camera_watched * camera_detection(noticing.monitors)
    if streams.uniform("notice.camera_seen", f"{incident.id}/{id_}") >= seen:
        return inf
    return noticing.camera_decision.quantile(streams.uniform("notice.camera_decision", f"{incident.id}/{id_}"))


@dataclass(frozen=True)
class Report:
    """A report: how long it takes, after how many tries, whether it gets through, and whether it names the place."""

    delay_s: float
    tries: int
    arrives: bool
    names_place: bool


def report_of(
    incident: IncidentState, notice: Notice, reporting: Reporting, streams: Streams, *, covered: bool
) -> Report:
    """Return the report of a notice; a failed try repeats with a new draw.

    covered
        Whether there is radio where it is sent from: without, a report by radio waits for one repeat.
    """
    means = "badge" if notice.means == "badge" else reporting.by
    own = reporting.delay if means == reporting.by else None
    law = own or REPORT_DELAY[means]
    known = getattr(reporting.place_known, notice.means.replace("-", "_"))
    names_place = streams.uniform("report.place", f"{incident.id}/{notice.means}") < known
    total = 0.0 if covered or means != "radio" else reporting.repeat
    for attempt in range(reporting.tries):
        total += law.quantile(streams.uniform("report.delay", incident.id, attempt))
        if streams.uniform("report.success", incident.id, attempt) < reporting.success:
            return Report(total, attempt + 1, True, names_place)
    return Report(total, reporting.tries, False, names_place)
