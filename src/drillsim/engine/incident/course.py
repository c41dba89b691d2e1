"""The incident's own script: its stages, and its moves from place to place."""

from __future__ import annotations

import simpy

from drillsim.engine.state.drill_state import Process, Stage
from drillsim.engine.state.incident import Case
from drillsim.scenario.incident import Incident, Move
from drillsim.streams.streams import sample


class Progress:
    """What an incident does by itself; given by the file, never searched for."""

    def __init__(self, stage: Stage, case: Case) -> None:
        self.stage, self.case = stage, case

    def begin(self) -> None:
        """Start its stages and its moves, where it has any."""
        wish = self.case.wish
        if isinstance(wish, Incident) and wish.stages:
            self.stage.env.process(self._stages(wish))
        if isinstance(wish, Incident) and wish.moves:
            self.stage.env.process(self._moves(wish))

    def _stages(self, wish: Incident) -> Process:
        """Write down the end of each stage, whoever has come by then."""
        stage, case = self.stage, self.case
        now = 0.0
        for i, (wanted, (ends, _)) in enumerate(zip(wish.stages, case.stages, strict=True)):
            yield stage.env.timeout(max(ends - now, 0.0))
            now = ends
            stage.log(case.id, "stage-ends", "", wanted.name or f"stage {i + 1}", incident=case.id, value=float(i + 1))
        stage.log(case.id, "script-done", incident=case.id)

    def _moves(self, wish: Incident) -> Process:
        """Stay, walk to the next place, and so on, until it is over or somebody able is there."""
        stage, case = self.stage, self.case
        over = case.resolved | case.able
        for i, move in enumerate(wish.moves):
            stay = stage.env.timeout(sample(move.after, stage.streams, "incident.stays", case.id, i))
            yield stay | over
            if case.ended or case.able.triggered:
                return
            yield from self._walk(wish, move)
            if case.ended or case.able.triggered:
                return

    def _walk(self, wish: Incident, move: Move) -> Process:
        stage, case = self.stage, self.case
        space, point = stage.world.place(move.to)
        while True:
            path = stage.travel.without_keys(wish.pace).path(case.space, case.point, space, point)
            if path is not None:
                break
            if move.at_locked == "stays-away":
                stage.log(case.id, "cannot-go", stage.id_of(space), "a door is locked", incident=case.id)
                return
            yield stage.travel.next_change() | case.resolved | case.able
            if case.ended or case.able.triggered:
                return
        yield stage.env.timeout(path.seconds) | case.resolved | case.able
        if case.ended or case.able.triggered:
            return
        stage.move(case, space, point)
        stage.log(case.id, "moves-to", stage.id_of(space), incident=case.id)
        news, case.moved = case.moved, stage.env.event()
        delay = sample(stage.scenario.noticing.witness, stage.streams, "incident.seen_again", case.id, case.moves_made)
        radio = sample(stage.scenario.reporting.radio, stage.streams, "incident.told_again", case.id, case.moves_made)
        case.moves_made += 1
        stage.at(delay + radio, lambda _e: _tell(news))


def _tell(news: simpy.Event) -> None:
    news.succeed()
