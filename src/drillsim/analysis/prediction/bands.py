"""Bands of the intervals of a drill: between which times eight of ten simulated drills lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drillsim.analysis.contrasts import measures_of
from drillsim.analysis.estimators import Quantile, quantile
from drillsim.analysis.weights.samples import ResultRows, Sample, sample
from drillsim.analysis.weights.weighted import Weighed
from drillsim.record.columns import BY_NAME, TIMES

LOW, HALF, HIGH = 0.1, 0.5, 0.9
ONSET, ORDER, ROOM_SECURED, LAST_OUT = "onset", "order", "room_secured", "last_out"
"""Words of `from` and `to` that are no measures: the start of the event, the protective order, one room secured, the last person
out by one exit. Measures stand without their unit: able_on_scene."""
NOT_TIMED = frozenset(
    {"place_known_s", "script_done_s", "secured_p50_s", "evacuated_p50_s", "evacuated_p95_s", "gone_home_p95_s"}
)
"""Measures that nobody can time with a watch in a real drill: they need every room or person, or what only the script knows."""
AFTER_ORDER = (
    "secured_all_s", "halls_clear_s", "in_place_all_s", "perimeter_locked_s", "accounted_all_s", "released_all_s",
    "evacuated_all_s", "evacuated_needs_help_all_s",
)  # fmt: skip
"""Measures that are timed from the protective order too, where the drill begins with it."""


@dataclass(frozen=True)
class Band:
    """Times of one interval in simulated drills.

    start, end
        From what to what, such as 'order' and 'halls_clear'.
    place
        Id of the exit; '' where the interval belongs to the whole school, or to any room.
    what
        The interval in words.
    low_s, half_s, high_s
        By when 1, 5 and 9 of 10 drills were there; None beyond the horizon.
    reached, drills
        In how many of so many drills (rooms, for one room) it came to its end.
    """

    start: str
    end: str
    place: str
    what: str
    low_s: float | None
    half_s: float | None
    high_s: float | None
    reached: int
    drills: int

    @property
    def key(self) -> tuple[str, str, str]:
        """What names the interval."""
        return self.start, self.end, self.place


def bands_of(played: ResultRows, scenario: str, mix: str) -> list[Band]:
    """Return the bands of every interval that can be timed in a drill of a scenario with a mix, by when half of the drills are there."""
    found = []
    names = [name for name in measures_of(played, scenario) if name in TIMES and name not in NOT_TIMED]
    order = sample(played, scenario, mix, "protective_order_s") if "protective_order_s" in names else None
    for name in names:
        one = sample(played, scenario, mix, name)
        if one.reached.any():
            found.append(_band(ONSET, name, one.numbers, one.reached, one.weighed))
        if order is not None and name in AFTER_ORDER:
            found += _after_order(order, one, name)
    return sorted(found, key=lambda band: (band.half_s is None, band.half_s or 0.0))


def _after_order(order: Sample, one: Sample, name: str) -> Iterator[Band]:
    """Yield the band from the order to a measure, over the drills in which the order was given."""
    _, i, j = np.intersect1d(order.keys, one.keys, assume_unique=True, return_indices=True)
    given = order.reached[i]
    i, j = i[given], j[given]
    if one.reached[j].any():
        numbers = np.maximum(
            one.numbers[j] - order.numbers[i], 0.0
        )  # what was so before the order takes no time after it
        yield _band(ORDER, name, numbers, one.reached[j], Weighed(one.drill[j], one.drills.strata, one.drills.is_day))


def _band(start: str, measure: str, numbers: NDArray[np.float64], reached: NDArray[np.bool_], weighed: Weighed) -> Band:
    parts = [weighed.quantile(numbers, reached, share) for share in (LOW, HALF, HIGH)]
    begin = "the order" if start == ORDER else "the start"
    what = f"{begin} until {BY_NAME[measure].short}"
    return _made(start, measure.removesuffix("_s"), "", what, parts, int(reached.sum()), numbers.size)


def _made(
    start: str, end: str, place: str, what: str, parts: Sequence[Quantile], reached: int, drills: int
) -> Band:  # seven arguments: the parts of a row
    low, half, high = (None if q.over or q.value is None else round(q.value, 3) + 0.0 for q in parts)
    return Band(start, end, place, what, low, half, high, reached, drills)


def exit_bands(
    ways: pd.DataFrame, scenario: str, mix: str, names: dict[str, str], *, onset_s: float = 0.0
) -> list[Band]:
    """Return the bands of the last person out by each exit, over the drills in which somebody used it; most people first.

    onset_s
        When the event begins, on the clock of the drill, by which ways are told; measures count from it.

    ways
        The table `Results.ways`.
    names
        Labels of the exits by id.
    """
    mine = ways[(ways["scenario"] == scenario) & (ways["mix"] == mix) & (ways["kind"] == "exit") & (ways["people"] > 0)]
    found = []
    for way, rows in mine.groupby("way", sort=False):
        last = np.maximum(rows["last_s"].to_numpy(dtype=np.float64) - onset_s, 0.0)
        parts = [quantile(last, np.ones(last.size, dtype=np.bool_), share) for share in (LOW, HALF, HIGH)]
        what = f"the start until the last person is out by {names.get(str(way), str(way))}"
        band = _made(ONSET, LAST_OUT, str(way), what, parts, last.size, last.size)
        found.append((float(rows["people"].mean()), band))
    return [band for _, band in sorted(found, key=lambda pair: -pair[0])]


def room_band(times_s: Sequence[float | None]) -> Band | None:
    """Return the band of one room, from the order until it is secured; None without rooms.

    times_s
        One for each occupied lockable room of each drill; None where it was not secured.
    """
    if not times_s:
        return None
    reached = np.array([t is not None for t in times_s])
    values = np.array([0.0 if t is None else t for t in times_s])
    parts = [quantile(values, reached, share) for share in (LOW, HALF, HIGH)]
    what = "the order until one room is locked, dark and out of sight"
    return _made(ORDER, ROOM_SECURED, "", what, parts, int(reached.sum()), reached.size)


__all__ = ["Band", "bands_of", "exit_bands", "room_band"]
