"""Dispatch: whom to send to an incident, by the policy of its kind, and the incidents whose need is still open.

The policy *nearest* ranks units by hand-over and travel time from where they are now; *preference* by a table of the
scenario; *all* sends everybody suited. A more urgent incident may call units off a less urgent one, free units first.
Incidents that lack somebody are looked at again, the most urgent first, then the longest waiting, whenever it changes who is
there (rule B18 of docs/model/response.md).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from drillsim.engine.response.assignments import Assignments, Status
from drillsim.engine.state.drill_state import DrillState
from drillsim.engine.state.incident import LOWEST, IncidentState
from drillsim.engine.state.responder import Responder
from drillsim.engine.world.world import XY
from drillsim.record import events as ev
from drillsim.scenario.response import Preference


class Dispatcher:
    """The dispatcher's choices; `Response` carries them out."""

    def __init__(self, drill: DrillState, assignments: Assignments) -> None:
        self.drill, self.assignments, self.rules = drill, assignments, drill.scenario.dispatch
        self._reported: list[IncidentState] = []
        """Reported incidents in the order of the reports; those that are over or refused leave it later."""
        self._waits: set[IncidentState] = set()
        """Those of them for which nobody on campus is free."""
        self._refused: set[IncidentState] = set()
        """Those that do not wait: all were busy, and the scenario has no queue."""
        self._nobody: set[IncidentState] = set()
        """Those of which it is logged that nobody on campus suits."""

    def on_campus(self) -> list[Responder]:
        """Return the units on campus now, in mix order."""
        return [u for u in self.drill.units if u.is_here]

    def off_campus(self, incident: IncidentState) -> list[Responder]:
        """Return the units off campus that may be called in, and help to meet the need of an incident, in mix order."""
        return [
            u
            for u in self.drill.units
            if not u.is_here
            and u.presence.away_until_s is None
            and u.unit.returns is not None
            and u.role.radio
            and self._may_be_sent(incident, u)
            and (incident.is_resolved_by(u.role) or (incident.kind.needs_quorum and u.role.quorum))
        ]

    def free(self) -> list[Responder]:
        """Return the units on campus without an assignment, in mix order."""
        return [u for u in self.on_campus() if not self.assignments.is_busy(u)]

    def suits(self, incident: IncidentState, unit: Responder) -> bool:
        """Return whether a unit may be sent: its role does something for this kind, and no agreement keeps it out."""
        kept_out = incident.definition.discipline and any(unit.role.is_a(name) for name in self.rules.agreement)
        return unit.role.word(incident.kind) != "stays-away" and not kept_out

    def may_call_off(self, incident: IncidentState, unit: Responder) -> bool:
        """Return whether a more urgent incident may take a unit off the one it is busy with.

        Whoever gives first aid stays until somebody of at least that level takes over; only a hostile event calls it off.
        """
        current = self.assignments.of(unit)
        if current is not None and current.escorts and self.rules.pre_empt and incident.rank > LOWEST:
            return True  # any other need, of the same patient too, comes before meeting the ambulance
        present = self.assignments.incident_of(unit)
        if self.rules.pre_empt and self._is_spare_at_patient(incident, unit):
            return True
        if incident.kind.may_approach and self.assignments.is_needed_at_patient(unit):
            return False
        return self.rules.pre_empt and present is not None and present.rank < incident.rank

    def _is_spare_at_patient(self, incident: IncidentState, unit: Responder) -> bool:
        """Return whether a unit is beside somebody who gives first aid as well, or after it, while another patient has nobody."""
        current = self.assignments.of(unit)
        if not incident.kind.has_patient or current is None or not unit.role.care:
            return False
        if current.incident is incident or not current.incident.kind.has_patient:
            return False
        there = [*self.assignments.sent(incident), *self.assignments.on_scene(incident)]
        is_alone = not any(u.role.care for u in there)
        return is_alone and current.status is Status.ON_SCENE and not self.assignments.is_needed_at_patient(unit)

    def _may_be_sent(self, incident: IncidentState, unit: Responder) -> bool:
        """Return whether a unit suits an incident and stands in its line of the table, where the policy is *preference*."""
        if self.rules.policy(incident.kind) != "preference":
            return self.suits(incident, unit)
        line = self.preference(incident)
        return line is not None and unit.id in line.units and self.suits(incident, unit)

    def may_be_told(self, incident: IncidentState, unit: Responder) -> bool:
        """Return whether a unit may be sent and can hear of it by radio, or is sent already."""
        if unit in self.assignments.sent(incident):
            return self.suits(incident, unit)
        return unit.role.radio and self._may_be_sent(incident, unit)

    def can_be_met(self, incident: IncidentState) -> bool:
        """Return whether those on campus who may, will and can be told are enough for an incident, busy or not."""
        people = [u for u in self.on_campus() if self.may_be_told(incident, u) and not u.has_no_way]
        return self._are_enough(incident, people)

    def is_provided_for(self, incident: IncidentState) -> bool:
        """Return whether the units that are asked, under way or on scene are enough for an incident.

        However many search, they are not before one of them has found the place.
        """
        if incident.kind.is_sought and not incident.place_known.triggered:
            return False
        return self._are_enough(incident, [u for u in self.assignments.sent(incident) if not u.has_no_way])

    def _are_enough(self, incident: IncidentState, units: list[Responder]) -> bool:
        words = incident.kind.helped_by
        if incident.kind.has_patient:
            return any(u.role.word(incident.kind) in words and u.role.care for u in units)
        if "assists" in words:
            return any(u.role.word(incident.kind) in words for u in units)
        return self.assignments.lacks(incident, units) == 0

    def choose(self, incident: IncidentState) -> list[Responder]:
        """Return whom to send to a reported incident now; free units first, then those who may be called off."""
        policy = self.rules.policy(incident.kind)
        if incident in self._refused or (policy != "all" and self._is_complete(incident)):
            return []
        suited = self._may_be_asked(incident)
        if policy == "all":
            return suited
        ranked = self._by_preference(incident, suited) if policy == "preference" else self._by_time(incident, suited)
        ranked = sorted(ranked, key=self._is_on_a_scene)
        return self._lead_and_back_up(incident, ranked)

    def _may_be_asked(self, incident: IncidentState) -> list[Responder]:
        """Return the units with a radio that suit an incident and are free, or may be called off for it, in mix order."""
        return [
            u
            for u in self.on_campus()
            if u.role.radio
            and self.suits(incident, u)
            and (not self.assignments.is_busy(u) or self.may_call_off(incident, u))
        ]

    def choose_first_aid(
        self, incident: IncidentState, chosen: list[Responder], fetcher: Responder | None
    ) -> Responder | None:
        """Return who else gives first aid: the nearest unit that does, unless it is sent already or the AED is there sooner.

        None where somebody who gives first aid is there or under way, whoever brings the AED apart.
        """
        sent = self.assignments.sent(incident)
        if not incident.kind.has_patient or any(u.role.care for u in sent if u is not fetcher):
            return None
        may = [u for u in dict.fromkeys([*chosen, *self._may_be_asked(incident)]) if u.role.care and u is not fetcher]
        first = next(iter(sorted(self._by_time(incident, may), key=self._is_on_a_scene)), None)
        if first is None or first in chosen:
            return None
        by_fetcher = fetcher is not None and fetcher.role.care > 0
        if by_fetcher and fetcher is not None and self._aed_s(incident, fetcher) <= self._arrives_s(incident, first):
            return None
        return first

    def _is_on_a_scene(self, unit: Responder) -> bool:
        """Return whether a unit is on scene of an incident; one that is still on the way to it counts as free for one that
        may call it off."""
        current = self.assignments.of(unit)
        return current is not None and current.status is Status.ON_SCENE

    def choose_fetcher(self, incident: IncidentState, chosen: list[Responder]) -> Responder | None:
        """Return who brings the AED: of those on the way and the free units that may, who is at the patient with it first.

        The first who gives first aid goes straight there, but where taking the AED along costs it little (`aed_detour`) and
        nobody would bring it sooner; who brings it to a search: `_fetches_meanwhile`. None where the plan has no AED, or where
        somebody was asked for it already.
        """
        places, known = self.drill.aeds(), incident.place_known.triggered
        if not places or not incident.kind.has_patient or self.assignments.fetcher(incident) is not None:
            return None
        if incident.aed_there or any(u.carries_aed for u in self.assignments.sent(incident)):
            return None
        if not known:
            return self._fetches_meanwhile(incident, chosen)
        there = self.assignments.on_scene(incident)
        asked = [*self.assignments.sent(incident), *chosen, *self._may_be_asked(incident)]
        may = [u for u in dict.fromkeys(asked) if u not in there]
        first = sorted(self._by_time(incident, [u for u in may if u.role.care]), key=self._is_on_a_scene)
        care = first[0] if first and not any(u.role.care for u in there) else None
        may = [u for u in may if u.role.fetches_aed and self._may_fetch(incident, u, care)]
        return min(may, key=lambda u: (self._is_on_a_scene(u), self._aed_s(incident, u), u.order), default=None)

    def _fetches_meanwhile(self, incident: IncidentState, chosen: list[Responder]) -> Responder | None:
        """Return who brings the AED to the search: who has one in hand first, of the free units that nobody sends to search.

        Where there is none, of those who search, as long as somebody else who gives first aid searches on.
        """
        search = dict.fromkeys([*self.assignments.sent(incident), *chosen])
        care = [u for u in search if u.role.care]
        spare = [u for u in self._may_be_asked(incident) if u not in search and not self.assignments.is_busy(u)]
        may = [
            u for u in (*spare, *search) if u.role.fetches_aed and (u not in search or any(c is not u for c in care))
        ]
        return min(may, key=lambda u: (u in search, self._aed_s(incident, u), u.order), default=None)

    def _may_fetch(self, incident: IncidentState, unit: Responder, care: Responder | None) -> bool:
        """Return whether a unit may go by way of the AED: the first who gives first aid only at a small detour."""
        if unit is not care:
            return True
        detour_s = self._aed_s(incident, unit) - self._arrives_s(incident, unit)
        return detour_s <= self.drill.scenario.medical.aed_detour

    def choose_escort(
        self, incident: IncidentState, asked: Collection[Responder], goal: tuple[int, XY]
    ) -> Responder | None:
        """Return who meets the ambulance: of the free units that nothing else is asked of, the one who is there first.

        asked
            Who is asked for something else now.
        goal
            Space and point inside the entry of the ambulance.
        """
        if self.assignments.escort(incident) is not None:
            return None
        may = [u for u in self.free() if u.role.radio and self.suits(incident, u) and u not in asked]
        return self.first_at(incident, may, goal)

    def first_at(self, incident: IncidentState, units: Iterable[Responder], goal: tuple[int, XY]) -> Responder | None:
        """Return which of some units can be at a place first, for a task of an incident; ties by mix order.

        None where none of them finds a way; one that is on a stair comes last.
        """
        found: list[tuple[float, int, Responder]] = []
        for unit in units:
            space, at = self.drill.travel.place(unit)
            routes = self.drill.travel.routes(unit, unit.pace(incident.kind))
            way_s = routes.seconds_to(space, at, *goal) if space >= 0 else float("inf")
            if space < 0 or way_s < float("inf"):
                found.append((unit.set_off_s(self.drill.env.now, incident.number) + way_s, unit.order, unit))
        return min(found, key=lambda one: one[:2])[2] if found else None

    def _aed_s(self, incident: IncidentState, unit: Responder) -> float:
        """Return the seconds until a unit is at the patient with an AED; until it has one in hand while the place is unknown."""
        travel, drill, leaves_s = self.drill.travel, self.drill, self._leaves_s(incident, unit)
        space, at = travel.place_in(unit, leaves_s)
        if space < 0:
            return float("inf")
        routes = travel.routes(unit, unit.pace(incident.kind))
        ways = [
            routes.seconds_to(space, at, box, xy)
            + (routes.seconds_to(box, xy, incident.space, incident.point) if incident.place_known.triggered else 0.0)
            for _, box, xy in drill.aeds()
        ]
        take_s = unit.sample(drill.scenario.medical.aed_take, "unit.aed_take", incident.number)
        return leaves_s + min(ways, default=float("inf")) + take_s

    def _arrives_s(self, incident: IncidentState, unit: Responder) -> float:
        """Return the seconds until a unit is there: word, hand-over and static travel time; inf where it is on a stair."""
        travel, leaves_s = self.drill.travel, self._leaves_s(incident, unit)
        space, at = travel.place_in(unit, leaves_s)
        if space < 0:
            return float("inf")
        routes = travel.routes(unit, unit.pace(incident.kind))
        return leaves_s + routes.seconds_to(space, at, incident.space, incident.point)

    def _leaves_s(self, incident: IncidentState, unit: Responder) -> float:
        """Return the seconds until a unit sets off if it is called now: 0 for one that is on the way already."""
        current = self.assignments.of(unit)
        if current is not None and current.incident is incident and current.has_set_off:
            return 0.0
        heard_s = self.drill.word_s(unit, incident.number)
        return heard_s + unit.set_off_s(self.drill.env.now + heard_s, incident.number)

    def _is_complete(self, incident: IncidentState) -> bool:
        """Return whether as many are sent as it needs, with a back-up for one who would be alone."""
        alone = self.rules.back_up and not incident.kind.needs_quorum and len(self.assignments.sent(incident)) < 2
        return not alone and self.assignments.missing(incident) == 0

    def _by_time(self, incident: IncidentState, suited: list[Responder]) -> list[Responder]:
        """Return units by time of arrival as far as it is known, ties by mix order; by mix order if the place is unknown."""
        if len(suited) < 2 or self.rules.service == "from_dispatch" or not incident.place_known.triggered:
            return suited
        return sorted(suited, key=lambda u: (self._arrives_s(incident, u), u.order))

    def _by_preference(self, incident: IncidentState, suited: list[Responder]) -> list[Responder]:
        line = self.preference(incident)
        place = {id_: i for i, id_ in enumerate(line.units)} if line is not None else {}
        return sorted((u for u in suited if u.id in place), key=lambda u: place[u.id])

    def preference(self, incident: IncidentState) -> Preference | None:
        """Return the line of the preference table for an incident's space: named itself, by its use, or the rest."""
        space = self.drill.world.plan.spaces[incident.space]
        named = [p for p in self.rules.preference if space.id in p.spaces]
        by_use = [p for p in self.rules.preference if space.use in p.spaces]
        rest = [p for p in self.rules.preference if not p.spaces]
        return next(iter([*named, *by_use, *rest]), None)

    def _lead_and_back_up(self, incident: IncidentState, ranked: list[Responder]) -> list[Responder]:
        """Return the first ones who can meet what is missing (else who assists), and a back-up for who is alone.

        A disorder takes as many as it needs, one of them with the word *resolves*.
        """
        sent, missing = self.assignments.sent(incident), self.assignments.missing(incident)
        able = [u for u in ranked if incident.is_resolved_by(u.role)]
        if incident.kind.needs_quorum:
            counting = [u for u in ranked if u.role.quorum][:missing]
            if able and not any(incident.is_resolved_by(u.role) for u in (*sent, *counting)):
                counting = [*counting[: missing - 1], able[0]]
            return counting or ([] if sent else ranked[:1])
        lead = able[:missing]
        if not lead and not sent:
            lead = ranked[:1]
        rest = [u for u in ranked if u not in lead and not self.assignments.is_busy(u)]
        alone = len(lead) + len(sent) == 1
        if not incident.place_known.triggered and not sent and self.rules.back_up:
            # nobody is known to be nearest: who resolves goes beside the two who would go without it
            return list(dict.fromkeys([*lead, *(u for u in ranked[:2] if not self.assignments.is_busy(u))]))
        return lead + (rest[:1] if self.rules.back_up and alone else [])

    def report(self, incident: IncidentState) -> None:
        """Enter a reported incident in the list of those whose need is compared with who is there."""
        if incident not in self._reported:
            self._reported.append(incident)

    def open(self) -> list[IncidentState]:
        """Return the reported incidents that are not over and not refused, the most urgent first, then the earlier report."""
        self._reported = [c for c in self._reported if not c.ended and c not in self._refused]
        return sorted(self._reported, key=lambda c: -c.rank)

    def wait(self, incident: IncidentState) -> None:
        """Put an incident for which nobody was chosen into the line; log it where it cannot wait."""
        if incident in self._waits or incident in self._refused or self.assignments.sent(incident):
            return
        log, where = self.drill.log, self.drill.where(incident)
        somebody = any(u.role.radio and self._may_be_sent(incident, u) for u in self.on_campus())
        if somebody and self.rules.queue:
            self._waits.add(incident)
            log("office", ev.WAITS, where, "all are busy", incident=incident.id)
        elif somebody:
            self._refused.add(incident)
            log("office", ev.NOBODY_FREE, where, "all are busy", incident=incident.id)
        elif incident not in self._nobody:
            self._nobody.add(incident)
            log("office", ev.NOBODY_SUITED, where, "nobody on campus", incident=incident.id)

    def take_from_line(self, incident: IncidentState) -> bool:
        """End the waiting of an incident, since somebody is sent; return whether it waited."""
        waited = incident in self._waits
        self._waits.discard(incident)
        return waited
