"""Explanation of a test: the interval that moved, the ways that paths avoid or use now, and the drill that shows it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from drillsim.documents.files import shown
from drillsim.gate.differences import MORE_IS_BETTER
from drillsim.gate.inputs import InputFiles
from drillsim.gate.record import DrillValues, MixRecord, ScenarioRecord
from drillsim.gate.verdict import Explanation, GateTest
from drillsim.record.columns import BY_NAME, CHAINS, LEGS, TIMES

MOVED_SHARE = 0.2
"""Least change of the share of drills in which a way is on a path, for the way to be named."""
NAMED = 3
"""Most ways that are named."""
_BY_LEGS = frozenset({"able_on_scene_s", "first_on_scene_s"})
_TRAVEL = {
    "leg_walk_s": "travel",
    "leg_doors_s": "locked doors and search",
    "leg_people_s": "people in the way",
    "leg_word_s": "word to the unit",
    "leg_notice_s": "notice",
    "leg_report_s": "report",
    "leg_under_way_s": "setting off",
    "leg_able_s": "until able",
}


def explain(test: GateTest, before: ScenarioRecord, now: ScenarioRecord, source: InputFiles, seed: int) -> Explanation:
    """Return what moved in a test; `now` has the routes of its mix."""
    was, is_ = before.mixes[test.mix], now.mixes[test.mix]
    sign = -1.0 if (test.decided.difference or 0.0) < 0.0 else 1.0
    played = len({d.replication for d in is_.of_seed()})
    interval, by = _interval(test.measure, was.means_over(played), is_.means, sign)
    avoids, uses = _ways(was, is_)
    up = -sign if test.measure in MORE_IS_BETTER else sign
    drill = _drill(was, is_, before.measures.index(test.measure), before.horizon_s, up)
    if drill is None:
        return Explanation(interval, by, avoids, uses)
    number, value, value_now = drill
    return Explanation(interval, by, avoids, uses, number, value, value_now, command(source, test.mix, seed, number))


def _interval(
    measure: str, was: Mapping[str, float], is_: Mapping[str, float], sign: float
) -> tuple[str, float | None]:
    """Return the interval of a time that moved most in a direction, in words, and by how much."""
    before, now = _intervals(measure, was), _intervals(measure, is_)
    moved = {name: now[name] - before[name] for name in before if name in now}
    if not moved:
        return "", None
    most = max(moved, key=lambda name: (sign * moved[name], name))
    return (most, round(moved[most], 3)) if sign * moved[most] > 0.0 else ("", None)


def _intervals(measure: str, means: Mapping[str, float]) -> dict[str, float]:
    if measure in _BY_LEGS and all(leg.name in means for leg in LEGS):
        return {_TRAVEL[leg.name]: means[leg.name] for leg in LEGS}
    stamps = [name for name in (*CHAINS.get(measure, ()), measure) if name in means and name in TIMES]
    found, last, at = {}, "onset", 0.0
    for name in stamps:
        short = BY_NAME[name].short
        found[f"{last} to {short}"] = means[name] - at
        last, at = short, means[name]
    return found


def _ways(was: MixRecord, is_: MixRecord) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the ways that paths avoid now, and those that they newly use, each with the greatest change first."""
    if not was.routed or not is_.routed:
        return (), ()
    names = was.routes.keys() | is_.routes.keys()
    moved = {n: is_.routes.get(n, 0) / is_.routed - was.routes.get(n, 0) / was.routed for n in names}
    fewer = sorted((n for n in moved if moved[n] <= -MOVED_SHARE), key=lambda n: (moved[n], n))
    more = sorted((n for n in moved if moved[n] >= MOVED_SHARE), key=lambda n: (-moved[n], n))
    return tuple(fewer[:NAMED]), tuple(more[:NAMED])


def _drill(
    was: MixRecord, is_: MixRecord, place: int, horizon_s: float, sign: float
) -> tuple[int, float, float] | None:
    """Return the drill of the seed that moved most in a direction, with its values before and now; not reached counts as the horizon."""
    before = {d.replication: _number(d, place, horizon_s) for d in was.of_seed()}
    found = []
    for d in is_.of_seed():
        value, earlier = _number(d, place, horizon_s), before.get(d.replication)
        if value is not None and earlier is not None and sign * (value - earlier) > 0.0:
            found.append((sign * (value - earlier), -d.replication, earlier, value))
    return (-max(found)[1], *max(found)[2:]) if found else None


def _number(d: DrillValues, place: int, horizon_s: float) -> float | None:
    value = d.values[place] if d.values else "-"
    return horizon_s if value is None else value if isinstance(value, float) else None


def command(source: InputFiles, mix: str, seed: int, replication: int) -> str:
    """Return the command that tells one drill."""
    words = ["drillsim", "run", shown(source.file), "--plan", shown(source.plan), "--mixes", shown(source.mixes)]
    words += ["--mix", mix, "--seed", str(seed), "--replication", str(replication)]
    return shlex.join(words)
