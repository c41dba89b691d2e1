"""Assignments: which responder was asked to which incident, and how far it has got; the one table of them.

Every rule about busy, free, sent, under way or on scene asks this table; neither a responder nor an incident knows of the
other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum

import simpy

from drillsim.engine.state.incident import IncidentState
from drillsim.engine.state.responder import Responder

Review = Callable[[IncidentState], None]
"""Compares the need of an incident with who is there, under way and asked, and asks for what is missing."""


class Status(IntEnum):
    """Progress of one assignment; each status implies those before it."""

    ASKED = 0
    """Called; the message has not been heard yet."""
    NOTIFIED = 1
    """Has heard where to go, and acknowledges or hands over its duty."""
    UNDER_WAY = 2
    """Has set off."""
    ON_SCENE = 3
    """Stands at the incident."""


@dataclass(eq=False)
class Assignment:
    """One responder's task for one incident, from the request on."""

    responder: Responder
    incident: IncidentState
    status: Status = Status.ASKED
    fetches: bool = False
    """Whether it brings the AED."""
    approaches: bool = True
    """Whether it goes to the incident; False for a supporting task elsewhere, such as meeting the police."""
    escorts: bool = False
    """Whether it meets the ambulance, and leads its crew to the patient."""
    meets_police: bool = False
    """Whether it goes to the entry of the police, and gives them keys and place."""
    process: simpy.Process | None = None
    """SimPy process that carries it out; interrupted when the responder is called off."""

    @property
    def has_word(self) -> bool:
        """Whether the responder has heard of it."""
        return self.status >= Status.NOTIFIED

    @property
    def has_set_off(self) -> bool:
        """Whether the responder has set off."""
        return self.status >= Status.UNDER_WAY


class Assignments:
    """Every assignment of one drill.

    An incident keeps the assignments of those who have finished: they were sent, they came, and they still count as
    present. A responder has at most one *current* assignment, the one that keeps it busy; finishing ends that. Being
    called off removes the assignment altogether, so that the incident's need counts as open again:

        missing = need - (asked + notified + under way + on scene)

    team
        How many armed responders of one service a hostile incident needs at its door.
    """

    def __init__(self, team: int = 1) -> None:
        self.team = team
        self._current: dict[Responder, Assignment] = {}
        self._all: dict[IncidentState, list[Assignment]] = {}
        """By incident, in the order of the requests."""
        self._present: dict[IncidentState, list[Responder]] = {}
        """By incident, in the order of arrival."""

    # ------------------------------------------------------------------ changes

    def assign(
        self, responder: Responder, incident: IncidentState, *, approaches: bool = True, escorts: bool = False
    ) -> Assignment:
        """Make an incident the current one of a responder, asked now."""
        new = self._current[responder] = Assignment(responder, incident, approaches=approaches, escorts=escorts)
        self._all.setdefault(incident, []).append(new)
        return new

    def resume(self, responder: Responder, incident: IncidentState) -> Assignment:
        """Make an incident that a responder has come to the current one again; KeyError where it never came."""
        found = {a.responder: a for a in self._all.get(incident, [])}[responder]
        self._current[responder] = found
        return found

    def arrive(self, responder: Responder) -> None:
        """Record a responder on scene of its current incident."""
        current = self._current[responder]
        current.status = Status.ON_SCENE
        self._present.setdefault(current.incident, []).append(responder)

    def finish(self, responder: Responder) -> None:
        """End the current assignment, if there is one; its incident still counts the responder."""
        self._current.pop(responder, None)

    def withdraw(self, responder: Responder) -> Assignment:
        """Remove and return the current assignment: its incident counts the responder as sent no more."""
        old = self._current.pop(responder)
        self._all[old.incident] = [a for a in self._all[old.incident] if a.responder is not responder]
        return old

    def leave_scene(self, responder: Responder, incident: IncidentState) -> bool:
        """Remove a responder from a scene; return whether it was there."""
        present = self._present.get(incident, [])
        if responder not in present:
            return False
        present.remove(responder)
        return True

    # ------------------------------------------------------------------ one responder

    def of(self, responder: Responder) -> Assignment | None:
        """Return the current assignment of a responder, None where nothing keeps it busy."""
        return self._current.get(responder)

    def incident_of(self, responder: Responder) -> IncidentState | None:
        """Return the incident that keeps a responder busy."""
        current = self._current.get(responder)
        return None if current is None else current.incident

    def is_busy(self, responder: Responder) -> bool:
        """Return whether an incident keeps a responder busy."""
        return responder in self._current

    # ------------------------------------------------------------------ one incident

    def sent(self, incident: IncidentState) -> list[Responder]:
        """Return the units of the mix that were sent to an incident and not called off, in the order of the requests."""
        return [a.responder for a in self._all.get(incident, ()) if a.approaches and not a.responder.service]

    def in_status(self, incident: IncidentState, status: Status) -> list[Responder]:
        """Return those on their way to an incident, or there, who have got exactly this far."""
        return [a.responder for a in self._all.get(incident, ()) if a.approaches and a.status is status]

    def under_way(self, incident: IncidentState) -> list[Responder]:
        """Return those who have set off for an incident and are not there yet."""
        return self.in_status(incident, Status.UNDER_WAY)

    def on_scene(self, incident: IncidentState) -> list[Responder]:
        """Return those who have come to an incident and were not called off, in the order of arrival."""
        return self._present.get(incident, [])

    def resolvers(self, incident: IncidentState) -> list[Responder]:
        """Return those on scene whose role resolves this kind, armed where it is hostile."""
        return [r for r in self.on_scene(incident) if incident.is_resolved_by(r.role)]

    def is_needed_at_patient(self, responder: Responder) -> bool:
        """Return whether a responder gives first aid to a patient and nobody of at least its level is there beside it."""
        current = self.of(responder)
        if current is None or not current.incident.kind.has_patient or current.status is not Status.ON_SCENE:
            return False
        others = [r for r in self.on_scene(current.incident) if r is not responder]
        care = responder.role.care
        return care > 0 and not current.incident.ended and all(r.role.care < care for r in others)

    def fetcher(self, incident: IncidentState) -> Responder | None:
        """Return who was asked to bring the AED to an incident; None where nobody was."""
        return next((a.responder for a in self._all.get(incident, ()) if a.fetches), None)

    def escort(self, incident: IncidentState) -> Responder | None:
        """Return who was asked to meet the ambulance for an incident; None where nobody was."""
        return next((a.responder for a in self._all.get(incident, ()) if a.escorts), None)

    def supporting(self, incident: IncidentState) -> list[Assignment]:
        """Return the current supporting tasks for an incident, but for meeting an ambulance."""
        return [
            a
            for a in self._all.get(incident, ())
            if not a.approaches and not a.escorts and self._current.get(a.responder) is a
        ]

    def need_is_met(self, incident: IncidentState) -> bool:
        """Return whether those on scene can do what an incident needs.

        One who resolves; in a disorder as many as it needs; in a hostile event `team` armed people of one service.
        """
        return self.lacks(incident, self.on_scene(incident)) == 0

    def need(self, incident: IncidentState) -> int:
        """Return how many responders an incident needs: its quorum, a team of armed ones, or one who resolves."""
        if incident.kind.needs_quorum:
            return incident.definition.needs
        return self.team if incident.kind.needs_arms else 1

    def missing(self, incident: IncidentState, *, services: bool = False) -> int:
        """Return how many responders an incident still lacks: its need without those asked, under way or on scene.

        Only those count who can meet the need (`lacks`) and who find a way there.

        services
            Count people of services too. Without, those of services count once they are on scene.
        """
        return self.lacks(
            incident,
            [
                a.responder
                for a in self._all.get(incident, ())
                if a.approaches
                and (a.status is Status.ON_SCENE or not a.responder.has_no_way)
                and (services or not a.responder.service or a.status is Status.ON_SCENE)
            ],
        )

    def lacks(self, incident: IncidentState, people: Iterable[Responder]) -> int:
        """Return how many responders an incident would lack with these people on scene.

        In a disorder the roles of the quorum count, and one of those present must resolve it; elsewhere roles that
        resolve the kind count, armed ones where it needs arms, and a team is made up by people of one service.
        """
        need, people = self.need(incident), list(people)
        able = [r for r in people if incident.is_resolved_by(r.role)]
        if incident.kind.needs_quorum:
            return max(need - sum(r.role.quorum for r in people), 0 if able else 1)
        if incident.kind.needs_arms:
            return need - min(need, max((sum(r.service == one.service for r in able) for one in able), default=0))
        return max(need - len(able), 0)


__all__ = ["Assignment", "Assignments", "Review", "Status"]
