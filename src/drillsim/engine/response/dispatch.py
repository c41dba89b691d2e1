"""Who is sent where: policy by kind, nearest or preferred, back-up, calling off, and the line of those who wait."""

from __future__ import annotations

from drillsim.engine.state.drill_state import Stage
from drillsim.engine.state.incident import Case
from drillsim.engine.state.responder import Responder
from drillsim.scenario.response import Preference


class Dispatch:
    """The dispatcher's choices; what is chosen is carried out elsewhere."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.rules = stage, stage.scenario.dispatch
        self.line: list[Case] = []
        """Reported incidents that nobody was free for, in order of their report."""

    def on_campus(self) -> list[Responder]:
        """Return the units on campus now, in mix order."""
        now = self.stage.env.now
        return [u for u in self.stage.units if u.is_here(now)]

    def free(self) -> list[Responder]:
        """Return the units on campus that nothing keeps busy, in mix order."""
        return [u for u in self.on_campus() if not u.is_busy]

    def suits(self, case: Case, unit: Responder) -> bool:
        """Return whether a unit may be sent: its role does something for this kind, and no agreement keeps it out."""
        kept_out = case.wish.discipline and any(unit.role.is_a(name) for name in self.rules.agreement)
        return unit.role.word(case.kind) != "stays-away" and not kept_out

    def may_call_off(self, case: Case, unit: Responder) -> bool:
        """Return whether a more urgent incident may take a unit off the one it is busy with."""
        return self.rules.pre_empt and unit.case is not None and unit.case.rank < case.rank

    def choose(self, case: Case) -> list[Responder]:
        """Return whom to send to a reported incident now; free units first, then those who may be called off."""
        suited = [
            u
            for u in self.on_campus()
            if u.role.radio and self.suits(case, u) and (not u.is_busy or self.may_call_off(case, u))
        ]
        policy = self.rules.policy(case.kind)
        if policy == "all":
            return suited
        ranked = self._by_preference(case, suited) if policy == "preference" else self._by_time(case, suited)
        return self._lead_and_back_up(case, sorted(ranked, key=lambda u: u.is_busy))

    def _by_time(self, case: Case, suited: list[Responder]) -> list[Responder]:
        """Return units by hand-over and static travel time, ties by mix order; by mix order if the place is unknown."""
        if len(suited) < 2 or self.rules.service == "from_dispatch" or not case.place_known.triggered:
            return suited
        stage = self.stage

        def eta(unit: Responder) -> tuple[float, int]:
            space, at = stage.travel.place(unit)
            if space < 0:
                return float("inf"), unit.order
            routes = stage.travel.routes(unit, unit.pace(case.kind))
            leaves_s = unit.set_off_s(stage.env.now, case.number)
            return leaves_s + routes.seconds_to(space, at, case.space, case.point), unit.order

        return sorted(suited, key=eta)

    def _by_preference(self, case: Case, suited: list[Responder]) -> list[Responder]:
        line = self.preference(case)
        place = {id_: i for i, id_ in enumerate(line.units)} if line is not None else {}
        return sorted((u for u in suited if u.id in place), key=lambda u: place[u.id])

    def preference(self, case: Case) -> Preference | None:
        """Return the line of the preference table for an incident's space: named itself, by its use, or the rest."""
        space = self.stage.world.plan.spaces[case.space]
        named = [p for p in self.rules.preference if space.id in p.spaces]
        by_use = [p for p in self.rules.preference if space.use in p.spaces]
        rest = [p for p in self.rules.preference if not p.spaces]
        return next(iter([*named, *by_use, *rest]), None)

    def _lead_and_back_up(self, case: Case, ranked: list[Responder]) -> list[Responder]:
        """Return the first who resolves (else who assists) unless one is on the way, and a back-up for who is alone.

        A disorder takes as many as it needs.
        """
        if case.kind == "disorder":
            missing = case.wish.needs - sum(u.role.quorum for u in case.sent)
            counting = [u for u in ranked if u.role.quorum][: max(missing, 0)]
            return counting or ([] if case.sent else ranked[:1])
        able = [u for u in ranked if u.role.word(case.kind) == "resolves"]
        lead = able[:1] if not any(u.role.word(case.kind) == "resolves" for u in case.sent) else []
        if not lead and not case.sent:
            lead = ranked[:1]
        rest = [u for u in ranked if u not in lead and not u.is_busy]
        alone = len(lead) + len(case.sent) == 1
        return lead + (rest[:1] if self.rules.back_up and alone else [])

    def wait(self, case: Case) -> None:
        """Put an incident into the line, or write down that nobody was free for it."""
        if case.waits or case.sent:
            return
        somebody = any(u.role.radio and self.suits(case, u) for u in self.on_campus())
        if somebody and self.rules.queue:
            case.waits = True
            self.line.append(case)
            self.stage.log("office", "waits", self.stage.where(case), "all are busy", incident=case.id)
        elif somebody:
            self.stage.log("office", "nobody-free", self.stage.where(case), "all are busy", incident=case.id)
        else:
            self.stage.log("office", "nobody-suited", self.stage.where(case), "nobody on campus", incident=case.id)

    def waiting(self) -> list[Case]:
        """Return those in the line, the most urgent first, then the longest waiting; what is over has left it."""
        self.line = [c for c in self.line if c.waits and not c.ended]
        return sorted(self.line, key=lambda c: -c.rank)
