"""What a running study has and what it still needs: finished drills in the store, or in memory where there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from drillsim.errors import SimulationError
from drillsim.record.study_store import DrillKey, StoredDrill, StudyStore, unequal
from drillsim.study.chunks import Chunk, Simulate, numbered
from drillsim.study.design import Study
from drillsim.study.storage.drills import Drill, DrillResult, PlayedDrill, unpacked_drill
from drillsim.study.storage.keys import StudyKeys

Progress = Callable[[int, int], None]


class Keeping:
    """The drills of one study while it runs."""

    def __init__(self, study: Study, simulate: Simulate, store: StudyStore | None, progress: Progress | None) -> None:
        """Look up what the store has of the study already, and tell the progress."""
        self._study, self._store, self._progress = study, store, progress
        self._keys = StudyKeys(study, simulate)
        self._memory: dict[str, dict[int, PlayedDrill]] = {}
        pairs = list(self._keys.inputs.values())
        forced: dict[str, dict[tuple[str, int], int]] = {inputs: {} for inputs in pairs}
        for (s, _), inputs in self._keys.inputs.items():
            for drill in study.strata[s].drills[study.runs :]:
                forced[inputs].setdefault((drill.forced, drill.replication), study.runs + len(forced[inputs]))
        self._forced, self._names = forced, {inputs: list(numbers) for inputs, numbers in forced.items()}
        """Number of each drill forced to a presence, by inputs: scenarios of equal inputs may have added other drills."""
        self._has = {inputs: bytearray(study.runs + len(forced[inputs])) for inputs in pairs}
        """A byte for each drill of some inputs: finished or not."""
        self._wanted = {pair: bytearray(len(study.strata[pair[0]].drills)) for pair in self._keys.inputs}
        self._shared = {inputs: [s for (s, _), i in self._keys.inputs.items() if i == inputs] for inputs in self._has}
        self._places = [
            {(d.forced, d.replication): i for i, d in enumerate(one.drills) if d.forced} for one in study.strata
        ]
        """Place of each forced drill among those of a scenario."""
        self.done = 0
        """Drills of the study that are finished."""
        if store is not None:
            store.add_inputs(self._keys.texts)
            for key in store.finished(self._has):
                number = self._number_of(key)
                if number is not None:
                    self._count(key.inputs, number)
        self.begun_with = self.done
        """Drills of the study that were finished before it began."""
        self._tell(self.done)

    def open_jobs(self, chunks: Sequence[Chunk]) -> list[list[Chunk]]:
        """Return the work that is left of some chunks, one job for each; drills that are equal to others are played once.

        The drills of these chunks, and no others, are the results.
        """
        asked = {inputs: bytearray(has) for inputs, has in self._has.items()}
        jobs: list[list[Chunk]] = []
        for chunk in chunks:
            drills = list(chunk.drills(len(self._study.mixes)))
            wanted = []
            for s, m, drill in drills:
                self._wanted[s, m][drill] = 1
                flags, number = asked[self._keys.inputs[s, m]], self._number((s, m, drill))
                if not flags[number]:
                    flags[number] = 1
                    wanted.append((s, m, drill))
            if len(wanted) == len(drills):
                jobs.append([chunk])
            elif wanted:
                jobs.append([Chunk(s, drill, drill + 1, m) for s, m, drill in wanted])
        return jobs

    def take(self, played: Sequence[PlayedDrill]) -> None:
        """Store the drills of a chunk, and count them.

        Raises ResultError when one of them differs from what is stored, or when the store cannot be written.
        """
        self._keep(played)
        self._tell(self.done)

    def _keep(self, played: Sequence[PlayedDrill]) -> None:
        if self._store is not None:
            self._store.add(StoredDrill(self._keys.key(p.drill), p.payload, p.sha256, p.final) for p in played)
        else:
            self._remember(played)
        for one in played:
            self._count(self._keys.key(one.drill).inputs, self._number(one.drill))

    @contextmanager
    def chunk(self) -> Iterator[Callable[[PlayedDrill], None]]:
        """Give a function that takes the drills of a chunk one by one, and store them at the end, whatever ends the chunk."""
        played: list[PlayedDrill] = []
        before = self.done

        def hear(one: PlayedDrill) -> None:
            played.append(one)
            self._tell(before + len(played))

        try:
            yield hear
        finally:
            self._keep(played)

    def _remember(self, played: Sequence[PlayedDrill]) -> None:
        for one in played:
            key = self._keys.key(one.drill)
            known, number = self._memory.setdefault(key.inputs, {}), self._number(one.drill)
            before = known.get(number)
            if before is None or not before.final:
                known[number] = one
            elif one.final and before.sha256 != one.sha256:
                raise unequal(key)

    def _number(self, drill: tuple[int, int, int]) -> int:
        """Return the number of a drill among those of equal inputs; that of a drill of the seed is its replication."""
        s, m, place = drill
        if place < self._study.runs:
            return place
        one = self._study.strata[s].drills[place]
        return self._forced[self._keys.inputs[s, m]][one.forced, one.replication]

    def _number_of(self, key: DrillKey) -> int | None:
        """Return the number of a stored drill among those of equal inputs; None where the study does not ask for it."""
        if key.presence:
            return self._forced[key.inputs].get((key.presence, key.replication))
        return key.replication if key.replication < self._study.runs else None

    def _count(self, inputs: str, number: int) -> None:
        """Count a finished drill once for every scenario and mix of these inputs that asks for it."""
        if self._has[inputs][number]:
            return
        self._has[inputs][number] = 1
        if number < self._study.runs:
            self.done += len(self._shared[inputs])
            return
        name = self._names[inputs][number - self._study.runs]
        self.done += sum(name in self._places[s] for s in self._shared[inputs])

    def _tell(self, done: int) -> None:
        if self._progress is not None and done:
            self._progress(done, len(self._study))

    def results(self) -> Iterator[DrillResult]:
        """Yield all drills of the study by scenario, mix and drill, under the names and numbers that the study gives them.

        Raises SimulationError when one is missing.
        """
        for (s, m), inputs in self._keys.inputs.items():
            wanted = self._wanted[s, m]
            left = sum(wanted)
            names = self._names[inputs]
            added: dict[int, bytes] = {}
            for number, payload in self._stored(inputs):
                seed = number < self._study.runs
                place = number if seed else self._places[s].get(names[number - self._study.runs])
                if place is None or not wanted[place]:
                    continue
                left -= 1
                if seed:
                    yield self._unpacked((s, m, place), payload)
                else:
                    added[place] = payload
            for place in sorted(added):
                yield self._unpacked((s, m, place), added[place])
            if left:
                told = f"'{self._study.scenarios[s].name}' with mix '{list(self._study.mixes)[m]}'"
                raise SimulationError(f"{left} drills of {told} are missing")

    def _unpacked(self, drill: Drill, payload: bytes) -> DrillResult:
        return unpacked_drill(payload, drill, numbered(self._study, drill)[2])

    def _stored(self, inputs: str) -> Iterator[tuple[int, bytes]]:
        """Yield the drills of some inputs, those of the seed in order."""
        if self._store is None:
            yield from ((number, one.payload) for number, one in sorted(self._memory.get(inputs, {}).items()))
            return
        for one in self._store.drills(inputs):
            number = self._number_of(one.key)
            if number is not None:
                yield number, one.payload


__all__ = ["Keeping", "Progress"]
