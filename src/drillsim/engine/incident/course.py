"""Course of an incident by itself: the stages and the moves that the scenario gives it.

The course follows the file; nothing here looks for people or reacts to them. Stages and moves end when somebody able is on
scene or the incident is resolved.
"""

from __future__ import annotations

from drillsim.engine.state.drill_state import DrillState, Process
from drillsim.engine.state.incident import IncidentState
from drillsim.record import events as ev
from drillsim.scenario.incident import Incident, Move
from drillsim.streams.streams import sample


class IncidentCourse:
    """Stages and moves of one incident."""

    def __init__(self, drill: DrillState, incident: IncidentState) -> None:
        self.drill, self.incident = drill, incident

    def begin(self) -> None:
        """Start the processes of its stages and moves, where the file has any."""
        definition = self.incident.definition
        if isinstance(definition, Incident) and definition.stages:
            self.drill.env.process(self._stages(definition))
        if isinstance(definition, Incident) and definition.moves:
            self.drill.env.process(self._moves(definition))

    def _stages(self, definition: Incident) -> Process:
        """Log the end of each stage, whoever is on scene."""
        drill, incident = self.drill, self.incident
        now = 0.0
        for i, (wanted, (ends, _)) in enumerate(zip(definition.stages, incident.stages, strict=True)):
            yield drill.env.timeout(max(ends - now, 0.0))
            now = ends
            drill.log(
                incident.id,
                ev.STAGE_ENDS,
                "",
                wanted.name or f"stage {i + 1}",
                incident=incident.id,
                value=float(i + 1),
            )
        drill.log(incident.id, ev.SCRIPT_DONE, incident=incident.id)

    def _moves(self, definition: Incident) -> Process:
        """Stay, walk to the next place, and so on, until it is resolved or somebody able is on scene."""
        drill, incident = self.drill, self.incident
        over = incident.resolved | incident.able
        for i, move in enumerate(definition.moves):
            stay = drill.env.timeout(sample(move.after, drill.streams, "incident.stays", incident.id, i))
            yield stay | over
            if incident.ended or incident.able.triggered:
                return
            yield from self._walk(definition, move)
            if incident.ended or incident.able.triggered:
                return

    def _walk(self, definition: Incident, move: Move) -> Process:
        drill, incident = self.drill, self.incident
        space, point = drill.world.place(move.to)
        while True:
            path = drill.travel.without_keys(definition.pace).path(incident.space, incident.point, space, point)
            if path is not None:
                break
            if move.at_locked == "stays-away":
                drill.log(incident.id, ev.CANNOT_GO, drill.id_of(space), "a door is locked", incident=incident.id)
                return
            yield drill.travel.next_change() | incident.resolved | incident.able
            if incident.ended or incident.able.triggered:
                return
        yield drill.env.timeout(path.seconds) | incident.resolved | incident.able
        if incident.ended or incident.able.triggered:
            return
        drill.move(incident, space, point)
        drill.log(incident.id, ev.MOVES_TO, drill.id_of(space), incident=incident.id)
        told, incident.moved = incident.moved, drill.env.event()

        def tell(_event: object) -> None:
            told.succeed()

        delay = sample(
            drill.scenario.noticing.witness, drill.streams, "incident.seen_again", incident.id, incident.moves_made
        )
        radio = sample(
            drill.scenario.reporting.radio, drill.streams, "incident.told_again", incident.id, incident.moves_made
        )
        incident.moves_made += 1
        drill.at(delay + radio, tell)
