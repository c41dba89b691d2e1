"""Detection and report of an incident: each source's delay is drawn once, at the onset.

Every source that may notice (people, cameras, a door's alarm, the incident's own stages, units on their duties) has a draw
of its own. The first to notice reports; the others follow with theirs, in case the report is lost or does not say where.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import dist, inf

from drillsim.engine.state.drill_state import DrillState
from drillsim.engine.state.incident import IncidentState
from drillsim.engine.state.responder import Responder
from drillsim.engine.world.rooms import has_telephone, supervised
from drillsim.quantities import Spread
from drillsim.scenario.defaults import REPORT_DELAY, camera_detection
from drillsim.scenario.incident import Incident
from drillsim.scenario.response import Reporting

HEARING_M = 20.0
"""Metres from an incident to the middle of a space of its level whose people hear it. Assumption A:detection.hearing."""
BY = {"radio": "by radio", "phone": "by phone", "badge": "by badge", "in-person": "in person"}
"""Means of a report, in words."""


@dataclass(frozen=True)
class Notice:
    """One source that notices: how long after the onset, who, why, by which means it tells, and the unit if it is one."""

    delay_s: float
    who: str
    why: str
    means: str
    """A key of `Reporting.place_known`."""
    unit: Responder | None = None


def sources(drill: DrillState, incident: IncidentState) -> list[Notice]:
    """Return every source that will notice an incident, the first to do so first; each has its own draw, used or not.

    Ties go to the earlier source: people, cameras in plan order, the door's alarm, the incident's own stages, units
    in mix order. Empty when nobody ever notices.
    """
    definition, streams = incident.definition, drill.streams
    watched = _is_watched(drill, incident)
    if isinstance(definition, Incident) and definition.noticed_after is not None:
        fixed = definition.noticed_after.quantile(streams.uniform("notice.fixed", incident.id))
        return [Notice(fixed, "people", "as the scenario fixes it", drill.scenario.reporting.by)]
    if incident.kind.noticed_by != "witness":
        return [_told(drill, incident)]
    found = [*_people(drill, incident, watched=watched), *_cameras(drill, incident)]
    if isinstance(definition, Incident):
        found += _door(drill, incident, definition)
        found += [
            Notice(seen, "alarm", f"stage {i + 1} is detected", "camera") for i, (_, seen) in enumerate(incident.stages)
        ]
    found += [on_duty(drill, incident, unit) for unit in drill.units]
    return sorted((n for n in found if n.delay_s < inf), key=lambda n: n.delay_s)


def on_duty(drill: DrillState, incident: IncidentState, unit: Responder) -> Notice:
    """Return the notice of a unit that does its duty from now on, at its next visit to the space; after inf for none."""
    there = unit.visits(incident.space, drill.env.now) - drill.env.now
    own = drill.scenario.noticing.witness.quantile(drill.streams.uniform("notice.unit", f"{incident.id}/{unit.id}"))
    return Notice(there + own, unit.id, "was there" if there == 0 else "came by on patrol", "unit", unit)


def _told(drill: DrillState, incident: IncidentState) -> Notice:
    """Return the notice of what nobody sees at its place: a person is missed, a message comes, the police are told."""
    kind, delay_s, means = incident.kind, 0.0, str(drill.scenario.reporting.by)
    if kind.noticed_by == "school":
        delay_s = drill.scenario.noticing.witness.quantile(drill.streams.uniform("notice.people", incident.id))
    else:
        means = "phone"
    return Notice(delay_s, "people", kind.notice, means)


def _is_watched(drill: DrillState, incident: IncidentState) -> bool:
    """Return whether somebody is there at the onset: people, or the adult of a supervised space while school is in."""
    if drill.crowd.count_in([incident.space]) > 0:
        return True
    space = drill.world.plan.spaces[incident.space]
    return supervised(space) and drill.is_anybody_in()


def _people(drill: DrillState, incident: IncidentState, *, watched: bool) -> Iterator[Notice]:
    """Yield the notice of whoever is there, or comes by; nobody where pupils keep it to themselves."""
    streams, noticing = drill.streams, drill.scenario.noticing
    if not watched and not _may_come_to_know(drill, incident):
        return
    in_charge = watched and supervised(drill.world.plan.spaces[incident.space])
    if not in_charge and streams.uniform("notice.trust", incident.id) >= drill.trust:
        return
    means: str = drill.scenario.reporting.by
    if in_charge and streams.uniform("notice.badge", incident.id) < noticing.badges:
        means = "badge"
    u = streams.uniform("notice.people", incident.id)
    if watched:
        yield Notice(noticing.witness.quantile(u), "people", "somebody there saw it", means)
    else:
        yield Notice(noticing.unsupervised.quantile(u), "people", "somebody came by", means)


def _may_come_to_know(drill: DrillState, incident: IncidentState) -> bool:
    """Return whether anybody may come to know of an incident where nobody is: who takes part, passes by, or hears it.

    People pass in circulation, on stairs and outdoors while anybody is in the building, and a kind for which people call 911 is
    heard in all of it. In an empty building, and in a room that nobody is near, only technology and rounds notice anything.
    """
    if incident.kind.has_participants:
        return True
    if not drill.is_anybody_in():
        return False
    spaces, here = drill.world.plan.spaces, drill.world.plan.spaces[incident.space]
    if incident.kind.calls_911 or here.is_circulation or here.use == "outdoors":
        return True
    near = [
        i
        for i, space in enumerate(spaces)
        if space.level == here.level and dist(drill.world.points_by_id[space.id][1], incident.point) <= HEARING_M
    ]
    return drill.crowd.count_in(near) > 0


def _cameras(drill: DrillState, incident: IncidentState) -> Iterator[Notice]:
    """Yield the notice of each camera that watches the space; inf where nobody looks at its picture."""
    streams, noticing = drill.streams, drill.scenario.noticing
    space = drill.world.plan.spaces[incident.space]
    seen = noticing.camera_watched * camera_detection(noticing.monitors)
    for camera in drill.world.plan.cameras:
        if space.id in camera.watches:
            slot, delay_s = f"{incident.id}/{camera.id}", inf
            if streams.uniform("notice.camera_seen", slot) < seen:
                delay_s = noticing.camera_decision.quantile(streams.uniform("notice.camera_decision", slot))
            yield Notice(delay_s, camera.id, "seen on a camera", "camera")


def _door(drill: DrillState, incident: IncidentState, definition: Incident) -> Iterator[Notice]:
    """Yield the alarm of the door by which it comes in; a door that is propped open rings no alarm."""
    world, streams, noticing = drill.world, drill.streams, drill.scenario.noticing
    if definition.through is None:
        return
    way = world.ways_by_id[definition.through]
    if not world.plan.openings[way].alarm or way in drill.travel.propped:
        return
    if streams.uniform("notice.alarm_heard", incident.id) < noticing.alarm_detects:
        delay = noticing.alarm_assessment.quantile(streams.uniform("notice.alarm", incident.id))
        yield Notice(delay, "alarm", f"the alarm of {world.plan.openings[way].name} rings", "camera")


@dataclass(frozen=True)
class Report:
    """A report: by which means, how long it takes, after how many tries, whether it gets through and names the place."""

    means: str
    delay_s: float
    tries: int
    arrives: bool
    names_place: bool


def report_of(drill: DrillState, incident: IncidentState, notice: Notice) -> Report:
    """Return the report of a notice; a failed try repeats with a new draw, at most `reporting.tries` times.

    Who has no radio, or no cover for it at either end, uses the telephone of the room, else somebody goes to the office. One try
    by radio is lost then, and no try is sooner or tells more than by radio with the same luck, so that a radio that fails never
    helps.
    """
    streams, reporting = drill.streams, drill.scenario.reporting
    if incident.kind.noticed_by == "police":
        takes_s = reporting.from_police.quantile(streams.uniform("report.delay", incident.id, 0))
        known = streams.uniform("report.place", f"{incident.id}/phone") < reporting.place_known.phone
        return Report("phone", takes_s, 1, True, known)
    wished = _wished_means(reporting.by, notice)
    means = wished if wished != "radio" else _instead_of_radio(drill, incident, notice)
    laws = [_report_law(reporting, name) for name in dict.fromkeys((wished, means))]
    known = getattr(reporting.place_known, notice.means.replace("-", "_"))
    if means != wished and notice.means == wished:
        known = min(known, getattr(reporting.place_known, means.replace("-", "_")))
    names_place = (
        streams.uniform("report.place", f"{incident.id}/{notice.means}") < known and not incident.kind.is_sought
    )
    total = 0.0 if means == wished else laws[0].quantile(streams.uniform("report.delay", incident.id, 0))
    for attempt in range(reporting.tries):
        u = streams.uniform("report.delay", incident.id, attempt)
        total += max(law.quantile(u) for law in laws)
        if streams.uniform("report.success", incident.id, attempt) < reporting.success:
            return Report(means, total, attempt + 1, True, names_place)
    return Report(means, total, reporting.tries, False, names_place)


def _wished_means(by: str, notice: Notice) -> str:
    """Return the best means of a reporter, cover apart: its badge, a unit's radio, else the usual one of the school."""
    if notice.means == "badge" or by == "badge":
        return "badge"
    return "radio" if notice.unit is not None and notice.unit.role.radio else by


def _instead_of_radio(drill: DrillState, incident: IncidentState, notice: Notice) -> str:
    """Return the means of somebody who would report by radio: that, a telephone, or on foot.

    Who watches screens or panels, and who tells what nobody saw at its place, has the telephone of a room with cover.
    """
    has_radio = notice.unit is None or notice.unit.role.radio
    is_elsewhere = notice.means == "camera" or incident.kind.noticed_by != "witness"
    covered = drill.office_has_radio if is_elsewhere else drill.radio_reaches(incident.space)
    if has_radio and covered:
        return "radio"
    return "phone" if is_elsewhere or has_telephone(drill.world.plan.spaces[incident.space]) else "in-person"


def _report_law(reporting: Reporting, means: str) -> Spread:
    own = reporting.delay if means == reporting.by else None
    return own or REPORT_DELAY[means]
