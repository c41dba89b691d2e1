"""Life cycle of a dispatched unit: notified, hand-over, travel, on scene, handling, clear."""

from __future__ import annotations

from collections.abc import Callable

from drillsim.engine.protection.protective_action import Protection
from drillsim.engine.response.approach import Approach
from drillsim.engine.response.assignments import Assignment, Assignments, Status
from drillsim.engine.response.campus import Campus
from drillsim.engine.response.dispatch import Dispatcher
from drillsim.engine.response.radio import Radio
from drillsim.engine.response.scene import Scene, until_called_off
from drillsim.engine.response.services import Services
from drillsim.engine.response.support_tasks import SupportTasks
from drillsim.engine.state.drill_state import DrillState, Process
from drillsim.engine.state.incident import IncidentState
from drillsim.engine.state.responder import Responder
from drillsim.record import events as ev


class Response:
    """The response of units and services to the incidents of one drill, and the parts that it is made of.

    resumes
        Told of a unit that is back on its duty.
    """

    def __init__(self, drill: DrillState, protection: Protection, *, resumes: Callable[[Responder], None]) -> None:
        self.drill, self._resumes = drill, resumes
        self.assignments = Assignments(drill.scenario.dispatch.team)
        self.dispatcher = Dispatcher(drill, self.assignments)
        self.approach = Approach(drill, self.assignments, self.review)
        self.scene = Scene(drill, self.assignments, self.review)
        self.radio = Radio(drill, protection)
        self.services = Services(drill, self.assignments, self.approach, self.scene)
        self.support = SupportTasks(self.radio, self.scene, self.services, self.release)
        self.campus = Campus(
            drill, self.assignments, give_up=lambda unit: self.call_off(unit, None), find_work=self._find_work
        )
        self._lacking: set[IncidentState] = set()
        """Incidents for which the services are called unless the campus meets the need in time."""
        self._lost: set[IncidentState] = set()
        """Incidents from which somebody was called off."""

    # ------------------------------------------------------------------ who goes

    def answer_notice(self, incident: IncidentState, unit: Responder) -> None:
        """Send a unit that noticed the incident itself at once: one that is called but has not set off, too, and one that is
        busy with something less urgent. Who has been there is not sent again."""
        if unit in self.assignments.on_scene(incident):
            return
        current = self.assignments.of(unit)
        if current is not None and current.incident is incident and current.approaches and not current.has_set_off:
            self._withdraw(unit)
            self.send(incident, unit, saw_it=True).status = current.status
            return
        if self.assignments.is_busy(unit) and not self.dispatcher.may_call_off(incident, unit):
            return
        if unit not in self.dispatcher.on_campus():
            return
        if self.dispatcher.suits(incident, unit):
            if self.assignments.is_busy(unit):
                self.call_off(unit, incident)
            self.send(incident, unit, saw_it=True)
        else:
            self.radio.order(incident, unit)

    def watch(self, incident: IncidentState) -> None:
        """Watch for the calls to the services, from the onset of an incident on, and for who sees that it is over."""
        incident.resolved.callbacks.append(lambda _e: self._note_seen_over(incident))
        in_doubt = not incident.kind.is_sought and not self.dispatcher.can_be_met(incident)
        self.services.watch(incident, in_doubt=in_doubt)

    def _note_seen_over(self, incident: IncidentState) -> None:
        incident.seen_over |= any(not responder.service for responder in self.assignments.on_scene(incident))

    def dispatch(self, incident: IncidentState) -> None:
        """Answer a report: send whom the dispatcher chooses; in a hostile event everybody else gets a supporting task.

        Nobody is sent to what a unit has seen to be over.
        """
        if incident.seen_over:
            return
        self.dispatcher.report(incident)
        chosen = self.dispatcher.choose(incident)
        if not incident.kind.may_approach:
            self._give_support_tasks(incident)
            incident.resolved.callbacks.append(lambda _e: self._end_support_tasks(incident))
        if incident.kind.has_patient and not incident.place_known.triggered:
            incident.place_known.callbacks.append(lambda _e: self._ask_aed_and_escort(incident))
        self._send_all(incident, chosen)

    def _ask_aed_and_escort(self, incident: IncidentState) -> None:
        """Ask somebody for the AED, a free unit or one that was looking for the place, and then for meeting the ambulance."""
        if incident.ended:
            return
        fetcher = self.dispatcher.choose_fetcher(incident, [])
        if fetcher is not None:
            assignment = self.assignments.of(fetcher)
            if assignment is None or assignment.incident is not incident or not assignment.approaches:
                if assignment is not None:
                    self.call_off(fetcher, incident)
                assignment = self.send(incident, fetcher)
            assignment.fetches = True
        self._ask_escort(incident, [])

    def review(self, incident: IncidentState) -> None:
        """Compare the need of a reported incident with who is there, at the end of this instant's chain of events."""
        if incident.reported.triggered and not incident.ended:
            self.drill.at(0.0, lambda _e: self._review(incident))

    def _review(self, incident: IncidentState) -> None:
        """Ask for what an incident lacks: those on campus first, the services where they are too few."""
        if incident.ended:
            return
        if self.assignments.need_is_met(incident):
            if incident.kind.has_patient:
                self._ask_aed_and_escort(incident)
            return
        if not incident.kind.may_approach:
            self._give_support_tasks(incident)
        self._send_all(incident, self.dispatcher.choose(incident))

    def _review_other_patients(self, incident: IncidentState) -> None:
        """Compare the need of other patients with who is there, now that somebody may be spare at this one."""
        for other in self.dispatcher.open():
            if other is not incident and other.kind.has_patient:
                self.review(other)

    def _send_all(self, incident: IncidentState, chosen: list[Responder]) -> None:
        fetcher = self.dispatcher.choose_fetcher(incident, chosen)
        first_aid = self.dispatcher.choose_first_aid(incident, chosen, fetcher)
        wanted = [*chosen, *(u for u in (fetcher, first_aid) if u is not None)]
        for unit in dict.fromkeys(u for u in wanted if u in chosen or u not in self.assignments.sent(incident)):
            if self.assignments.is_busy(unit):
                if not self.dispatcher.may_call_off(
                    incident, unit
                ):  # the other who gave first aid has just been called off
                    self.review(incident)
                    continue
                self.call_off(unit, incident)
            self.send(incident, unit)
        assigned = self.assignments.of(fetcher) if fetcher is not None else None
        if assigned is not None and assigned.incident is incident:
            assigned.fetches = True
        if not chosen:
            self.dispatcher.wait(incident)
        self._ask_escort(incident, chosen)
        self._ask_services(incident)

    def _ask_escort(self, incident: IncidentState, chosen: list[Responder]) -> None:
        """Ask somebody free to meet the ambulance, after first aid and AED are asked for."""
        team = self.services.ambulance.get(incident)
        if team is None or team.at_entry.triggered or not incident.place_known.triggered:
            return
        unit = self.dispatcher.choose_escort(incident, chosen, self.services.behind(team.entry))
        if unit is not None:
            assignment = self.assignments.assign(unit, incident, approaches=False, escorts=True)
            task = self.support.meet_ambulance(incident, unit)
            assignment.process = self.drill.env.process(until_called_off(task))

    def _ask_services(self, incident: IncidentState) -> None:
        """Call the services where those on campus are too few, or are not free within `wait_at_most`.

        They are called at once where somebody was taken off the incident, and nobody else makes up for it; but for somebody
        who is sought always after `wait_at_most`, so that one who searches does not put the police off.
        """
        provided, sought = self.dispatcher.is_provided_for(incident), incident.kind.is_sought
        if not sought and (not self.dispatcher.can_be_met(incident) or (incident in self._lost and not provided)):
            self._call_for_help(incident)
        elif not provided and incident not in self._lacking:
            self._lacking.add(incident)
            self.drill.at(self.drill.scenario.dispatch.waits_at_most(incident.kind), lambda _e: self._in_vain(incident))

    def _in_vain(self, incident: IncidentState) -> None:
        self._lacking.discard(incident)
        if not incident.ended and not self.dispatcher.is_provided_for(incident):
            self._call_for_help(incident)

    def _call_for_help(self, incident: IncidentState) -> None:
        """Call in units that are off campus and may come, and the services."""
        self.campus.call_in(incident, self.dispatcher.off_campus(incident))
        self.services.ask(incident)

    def send(self, incident: IncidentState, unit: Responder, *, saw_it: bool = False) -> Assignment:
        """Assign a unit to an incident and start its process; it is told, unless it has noticed the incident itself."""
        if self.dispatcher.take_from_line(incident):
            self.drill.log(unit.id, ev.DISPATCHED, self.drill.where(incident), "from the line", incident=incident.id)
        unit.carries_aed = False
        assignment = self.assignments.assign(unit, incident)
        respond = self._respond(assignment, saw_it=saw_it)
        assignment.process = self.drill.env.process(until_called_off(respond))
        return assignment

    def call_off(self, unit: Responder, incident: IncidentState | None) -> None:
        """Take a unit off its incident, for a more urgent one or for good; its incident gets somebody else."""
        drill, old = self.drill, self.assignments.incident_of(unit)
        if old is None:
            return
        drill.travel.stand(unit)
        what, why = (ev.CALLED_OFF, f"for {incident.id}") if incident is not None else (ev.FREE, "it leaves")
        drill.log(unit.id, what, drill.whereabouts(unit), why, incident=old.id)
        self._withdraw(unit)
        self.scene.leave(old, unit)
        if old is not incident:
            self._lost.add(old)
            self.review(old)

    def _withdraw(self, unit: Responder) -> None:
        """Remove a unit's assignment and stop its process, unless that process is the one that asks for it."""
        old = self.assignments.withdraw(unit)
        if unit.carries_aed and old.status is not Status.ON_SCENE:  # its AED is there for whoever is asked next
            self.drill.aeds_taken = {id_: i for id_, i in self.drill.aeds_taken.items() if i is not old.incident}
        process = old.process
        if process is not None and process.is_alive and process is not self.drill.env.active_process:
            process.interrupt()

    def _give_support_tasks(self, incident: IncidentState) -> None:
        """Give a task to everybody with a radio who must not approach and has none; who is at the entry of the police first
        meets them, and somebody else in its stead where it has left."""
        others = [
            u for u in self.dispatcher.on_campus()
            if u.role.radio and u.role.word(incident.kind) == "stays-away"
            and (not self.assignments.is_busy(u) or self.dispatcher.may_call_off(incident, u))
        ]  # fmt: skip
        tasks, team = self.assignments.supporting(incident), self.services.police[incident]
        meeting: Responder | None = None
        if not team.at_entry.triggered and not any(task.meets_police for task in tasks):
            may = [u for u in (*others, *(task.responder for task in tasks)) if u.role.meets_police]
            meeting = self.dispatcher.first_at(incident, may, self.services.behind(team.entry))
        for unit in dict.fromkeys([*others, *([meeting] if meeting is not None else [])]):
            before = self.assignments.of(unit)
            if unit not in others:
                self.drill.travel.stand(unit)
                self._withdraw(unit)
            elif self.assignments.is_busy(unit):
                self.call_off(unit, incident)
            assignment = self.assignments.assign(unit, incident, approaches=False)
            assignment.meets_police = unit is meeting
            if before is not None and before.incident is incident and before.has_word:
                assignment.status = Status.NOTIFIED
            assignment.process = self.drill.env.process(until_called_off(self.support.run(assignment)))

    def _end_support_tasks(self, incident: IncidentState) -> None:
        """Clear those with a supporting task for an incident that is over."""
        for task in self.assignments.supporting(incident):
            if task.process is not None and task.process.is_alive:
                task.process.interrupt()
            self.release(task.responder)

    # ------------------------------------------------------------------ the life cycle

    def _respond(self, assignment: Assignment, *, saw_it: bool) -> Process:
        """Hear, hand over, walk there, act, and be clear again."""
        drill, env = self.drill, self.drill.env
        incident, unit = assignment.incident, assignment.responder
        why = "noticed it" if saw_it else (yield from self.radio.tell(incident, unit))
        if not assignment.has_word:
            assignment.status = Status.NOTIFIED
            self.radio.hear(incident, unit, why)
        if not saw_it:
            delay = unit.set_off_s(env.now, incident.number)
            if delay > 0.0:
                yield env.timeout(delay)
        assignment.status = Status.UNDER_WAY
        drill.log(unit.id, ev.UNDER_WAY, drill.whereabouts(unit), incident=incident.id)
        if drill.scenario.dispatch.service == "walked":
            drill.travel.begin_approach(unit)
            speed_mps = unit.pace(incident.kind)
            if incident.kind.has_patient:
                if assignment.fetches:
                    yield from self.approach.fetch_aed(incident, unit, asked=True)
                if why != "noticed it":
                    yield from self.approach.search(incident, unit, speed_mps)
                yield from self.approach.fetch_aed(incident, unit, asked=assignment.fetches)
            yield from self.approach.reach(incident, unit, knows=saw_it, speed_mps=speed_mps)
        self.scene.arrive(incident, unit)
        if incident.kind.has_patient:
            self._review_other_patients(incident)
        yield from self._until_clear(incident, unit)

    def _until_clear(self, incident: IncidentState, unit: Responder) -> Process:
        """Stay until the incident is over, then finish the handling; a hostile event keeps a unit to the end."""
        drill, env = self.drill, self.drill.env
        if incident.kind.keeps_units:
            return
        over = incident.resolved if incident.act_s is not None else incident.able
        was_there = not over.triggered
        if was_there:
            yield over
            if incident.kind.has_patient:
                self._review_other_patients(incident)
        handling = drill.scenario.dispatch.handling.law(incident.kind)
        if was_there and handling is not None:
            if self._arrests(incident, unit):
                yield from self._take_away(incident, unit)
                return
            busy_s = unit.sample(handling, "unit.handling", incident.number)
            if busy_s > 0.0:
                yield env.timeout(busy_s)
        self.release(unit)

    def _arrests(self, incident: IncidentState, unit: Responder) -> bool:
        """Return whether this unit leaves with an arrested person: the first of those who may arrest and resolve."""
        able = [u for u in self.assignments.resolvers(incident) if u.role.arrests]
        share = self.drill.scenario.dispatch.arrests.share(incident.kind)
        return able[:1] == [unit] and share > 0.0 and self.drill.streams.uniform("incident.arrest", incident.id) < share

    def _take_away(self, incident: IncidentState, unit: Responder) -> Process:
        """Leave campus with an arrested person, and come back."""
        drill = self.drill
        away_s = unit.sample(drill.scenario.dispatch.arrests.away, "unit.arrest_away", incident.number)
        drill.log(unit.id, ev.FREE, drill.where(incident), "leaves with somebody", incident=incident.id)
        self.assignments.finish(unit)
        self.campus.send_away(unit, "an arrest", drill.env.now + away_s)
        yield drill.env.timeout(away_s)
        self.campus.back(unit, "after an arrest")

    def release(self, unit: Responder) -> None:
        """Clear a unit: for the next incident in the line, or back to its duty."""
        drill, incident = self.drill, self.assignments.incident_of(unit)
        if incident is None:
            return
        drill.log(unit.id, ev.FREE, drill.where(incident), incident=incident.id)
        self.assignments.finish(unit)
        if self.campus.task_done(unit):
            return
        drill.travel.stand(unit)
        self._find_work(unit)

    def _find_work(self, unit: Responder) -> None:
        """Review the open incidents, now that a unit is free; one that nobody needs goes back to its duty."""
        for incident in self.dispatcher.open():
            self._review(incident)
            if self.assignments.is_busy(unit):
                return
        if unit.stands is not None:
            self.drill.env.process(self._back_to_duty(unit))

    def _back_to_duty(self, unit: Responder) -> Process:
        """Walk back to the post, or to the first stop of the round, and resume it unless an incident came between."""
        drill = self.drill
        space, point = unit.spell_at(drill.env.now).post
        yield drill.travel.go(unit, space, point, speed_mps=unit.role.patrol_speed, no_way=lambda: None)
        if not self.assignments.is_busy(unit) and unit.is_here:
            drill.travel.resume(unit)
            self._resumes(unit)
