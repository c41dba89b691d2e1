"""What observers of a real drill timed, held against the bands of simulated ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from drillsim.analysis.prediction.bands import ROOM_SECURED, Band
from drillsim.errors import Fault, ResultError, closest
from drillsim.quantities import clock
from drillsim.record.predictions.observed_times import ObservedTime

INSIDE, EARLIER, LATER, NEVER = "inside", "earlier than the band", "later than the band", "not reached, and outside"
WATCH_S = 0.5
"""Half of a whole second, to which a watch is read: a time within it of a limit is inside."""


@dataclass(frozen=True)
class JudgedTime:
    """An observed time beside its band."""

    observed: ObservedTime
    band: Band
    verdict: str

    @property
    def is_inside(self) -> bool:
        """Whether it lies inside the simulated band."""
        return self.verdict == INSIDE


def judge(times: Sequence[ObservedTime], bands: Sequence[Band], *, horizon_s: float) -> list[JudgedTime]:
    """Return every observed time with its band and verdict.

    A time is inside between the times by which 1 and 9 of 10 simulated drills were there. What was not reached is inside where
    fewer than 9 of 10 simulated drills reached it.

    Raises ResultError with a located fault for every line whose interval the prediction does not have, or that is far beyond the
    end of the simulated drill.
    """
    known = {band.key: band for band in bands}
    faults, judged = [], []
    for one in times:
        band = known.get((one.start, one.end, one.place)) or (
            known.get((one.start, one.end, "")) if one.end == ROOM_SECURED or not one.place else None
        )
        if band is None:
            faults.append(_unknown(one, known))
        elif one.seconds is not None and one.seconds > 2 * horizon_s:
            told = (
                f"{clock(one.seconds)} is far beyond the simulated drill ({clock(horizon_s)}). Write the time since the interval "
                "began, not the time of day; Excel reads 2:05 as hours: write '2 min 5 s' or 0:02:05"
            )
            faults.append(Fault("DS802", one.file, one.line, 1, told))
        else:
            judged.append(JudgedTime(one, band, verdict_of(one.seconds, band)))
    if faults:
        raise ResultError(faults=faults)
    return judged


def _unknown(one: ObservedTime, known: dict[tuple[str, str, str], Band]) -> Fault:
    pairs = [f"{start} to {end}{f' at {place}' if place else ''}" for start, end, place in known]
    mine = f"{one.start} to {one.end}{f' at {one.place}' if one.place else ''}"
    told = f"the prediction has no interval '{mine}'.{closest(mine, pairs)}"
    return Fault("DS802", one.file, one.line, 1, told)


def verdict_of(seconds: float | None, band: Band) -> str:
    """Return where a time lies against a band."""
    if seconds is None:
        return INSIDE if band.high_s is None else NEVER
    if band.low_s is None or seconds < band.low_s - WATCH_S:
        return EARLIER
    return LATER if band.high_s is not None and seconds > band.high_s + WATCH_S else INSIDE


def words_of(judged: Sequence[JudgedTime]) -> list[str]:
    """Return what the table means and what it does not, one sentence each."""
    inside = sum(one.is_inside for one in judged)
    if not judged:
        return ["Nothing was observed: fill in the column 'observed' of observed.csv."]
    counted = f"{inside} of {len(judged)} observed times lie inside the bands."
    sentences = (
        f"{counted} Of a model that is right, about 8 of 10 do on the average over many drills.",
        "The times of one drill hang together: a slow announcement makes all that follows late. One drill with many times outside says less than several.",
        (
            "Inside does not show that the model is right, and outside does not show that people were wrong. Look first at what was otherwise than in the "
            "scenario: who was there, where it began, how it was announced."
        ),
        "It rates nobody.",
    )
    return list(sentences)


__all__ = ["JudgedTime", "judge", "verdict_of", "words_of"]
