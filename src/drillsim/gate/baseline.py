"""Baseline: the drills that a gate compares with, as a frozen object and as a JSON file that is committed.

One line per drill, so that `git diff` shows which drills moved. The file is sealed: `content_sha256` is the hash of everything
else in it, whatever the spaces and the order of keys. What is damaged, cut off or changed by hand is refused, with what to do.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from drillsim.documents.files import read_bounded
from drillsim.errors import DrillsimError, ResultError, closest
from drillsim.escape import quoted
from drillsim.gate.goals import AbsoluteGoal, goal_from
from drillsim.gate.record import FAILED, NOT_APPLICABLE, DrillValues, MixRecord, ScenarioRecord
from drillsim.record.columns import BY_NAME
from drillsim.record.presence import Chances
from drillsim.record.store import content_sha256

SCHEMA = 1
"""Version of the file; a newer one is refused."""
MARK = "drillsim_baseline"
MOST_BYTES = 64_000_000
T = TypeVar("T")


class NotComparableError(ResultError):
    """A baseline that cannot be used, or that was made under other terms; the message says what to do."""


@dataclass(frozen=True)
class Accepted:
    """One renewal of a baseline: when, why, by which engine, and the slowing that was accepted by it.

    slower
        Accepted slowing in the unit of the measure, as 'scenario/mix/measure': what the gate would have failed.
    """

    on: str
    reason: str
    engine: str
    slower: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Baseline:
    """The drills of some scenarios as they were, the terms under which they were played, and goals.

    oldest
        The drills of the first baseline that was accepted, for the guard against drift; empty where that is this one.
    """

    seed: int
    runs: int
    rng_scheme: int
    engine: str
    versions: Mapping[str, str]
    scenarios: Mapping[str, ScenarioRecord]
    goals: tuple[AbsoluteGoal, ...] = ()
    history: tuple[Accepted, ...] = ()
    oldest: Mapping[str, ScenarioRecord] = field(default_factory=dict)

    def accepted(self, scenario: str, mix: str, measure: str) -> float:
        """Return the slowing of a test that was accepted since the oldest baseline."""
        return sum(one.slower.get(f"{scenario}/{mix}/{measure}", 0.0) for one in self.history)


# ---------------------------------------------------------------------- writing


def baseline_text(baseline: Baseline) -> str:
    """Return the file of a baseline: JSON with sorted keys and one line per drill."""
    told = _as_data(baseline)
    sealed = {MARK: SCHEMA, "content_sha256": content_sha256(told), **told}
    return _written(sealed, 0) + "\n"


def _as_data(baseline: Baseline) -> dict[str, Any]:
    return {
        "seed": baseline.seed,
        "runs": baseline.runs,
        "rng_scheme": baseline.rng_scheme,
        "engine": baseline.engine,
        "versions": dict(baseline.versions),
        "goals": [one.text for one in baseline.goals],
        "history": [
            {"on": one.on, "reason": one.reason, "engine": one.engine, "slower": dict(one.slower)}
            for one in baseline.history
        ],
        "scenarios": {name: _scenario_data(one) for name, one in baseline.scenarios.items()},
        "oldest": {name: _scenario_data(one) for name, one in baseline.oldest.items()},
    }


def _scenario_data(one: ScenarioRecord) -> dict[str, Any]:
    return {
        "family": one.family, "horizon_s": one.horizon_s, "day": one.is_day, "present": one.present,
        "file": one.file, "plan": one.plan, "mixes_file": one.mixes_file, "measures": list(one.measures),
        "margins": dict(one.margins), "inputs": dict(one.inputs), "work": dict(one.work),
        "mixes": {name: _mix_data(mix) for name, mix in one.mixes.items()},
    }  # fmt: skip


def _mix_data(mix: MixRecord) -> dict[str, Any]:
    forced, presence = _words(d.forced for d in mix.drills), _words(d.presence for d in mix.drills)
    drills = [
        [d.replication, forced.index(d.forced), presence.index(d.presence), d.digest, *d.values] for d in mix.drills
    ]
    at = {str(n): dict(means) for n, means in mix.means_at.items()}
    return {
        "inputs": mix.inputs,
        "chances": {"units": dict(mix.chances.units), "weekdays": list(mix.chances.weekdays)},
        "forced": forced,
        "presence": presence,
        "drills": drills,
        "means": dict(mix.means),
        "routes": dict(mix.routes),
        "routed": mix.routed,
        **({"means_at": at} if at else {}),
    }


def _words(texts: Any) -> list[str]:
    return list(dict.fromkeys(texts))


_ONE_LINE = frozenset({"inputs", "means", "routes", "work", "versions", "units", "margins"})


def _written(thing: Any, depth: int, key: str = "") -> str:
    """Return JSON in which what belongs to one drill, and flat tables, stand on one line."""
    pad, end = " " * (depth + 1), " " * depth
    if isinstance(thing, dict) and thing and key not in _ONE_LINE and not key.isdecimal():
        names = thing if depth == 0 else sorted(thing)
        lines = [f"{pad}{json.dumps(name)}: {_written(thing[name], depth + 1, name)}" for name in names]
        return "{\n" + ",\n".join(lines) + f"\n{end}}}"
    if isinstance(thing, list) and any(isinstance(one, (list, dict)) for one in thing):
        lines = [f"{pad}{_written(one, depth + 1, 'drill' if isinstance(one, list) else '')}" for one in thing]
        return "[\n" + ",\n".join(lines) + f"\n{end}]"
    return json.dumps(thing, sort_keys=True, allow_nan=False, separators=(",", ":") if key == "drill" else None)


# ---------------------------------------------------------------------- reading


def read_baseline(path: Path | str) -> Baseline:
    """Read a baseline. Raises NotComparableError, with the remedy, for a file that is missing, damaged, changed by hand, or newer."""
    path = Path(path)
    missing = "there is no baseline here. Write one with 'drillsim baseline write'"
    content = read_bounded(
        path, MOST_BYTES, lambda _code, message: NotComparableError(f"{path}: {message}"), missing=missing
    )
    try:
        return baseline_from(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise NotComparableError(f"{path}: this is not text. {_RESTORE}") from None
    except NotComparableError as problem:
        raise NotComparableError(f"{path}: {problem}") from None


_RESTORE = "Restore the committed file (git checkout), or write it anew with 'drillsim baseline write'"


def baseline_from(text: str) -> Baseline:
    """Return the baseline that a text holds. Raises NotComparableError like `read_baseline`."""
    try:
        told = json.loads(text, object_pairs_hook=_no_doubles, parse_constant=_no_constant)
    except (ValueError, RecursionError) as problem:
        why = str(problem) if isinstance(problem, _RefusedError) else "it is cut off or damaged"
        raise NotComparableError(f"this is no JSON that a baseline may hold: {why}. {_RESTORE}") from None
    if not isinstance(told, dict) or MARK not in told:
        raise NotComparableError(f"this is no baseline: '{MARK}' is missing. {_RESTORE}")
    schema = told.pop(MARK)
    if type(schema) is not int or schema < 1:
        raise NotComparableError(f"'{MARK}: {quoted(schema)}' is no version. {_RESTORE}")
    if schema > SCHEMA:
        raise NotComparableError(
            f"the baseline has version {quoted(schema)}, and this drillsim reads up to {SCHEMA}. Install the drillsim that wrote it, or newer"
        )
    seal = told.pop("content_sha256", None)
    if seal != _sealed(told):
        raise NotComparableError(
            "the content does not match its seal: the file was changed by hand, merged or damaged. Change goals and margins with "
            f"'drillsim baseline accept --goal … --margin …'. {_RESTORE}"
        )
    try:
        return _from_data(told)
    except NotComparableError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, DrillsimError) as problem:
        raise NotComparableError(
            f"a part of the baseline is missing or wrong ({quoted(problem)}). {_RESTORE}"
        ) from None


class _RefusedError(ValueError):
    """JSON that reads, and that no baseline may hold."""


def _no_doubles(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _RefusedError("a key stands twice")
    return found


def _no_constant(word: str) -> float:
    raise _RefusedError(f"{word} is no number")


def _sealed(told: Any) -> str:
    try:
        return content_sha256(told)
    except (ValueError, RecursionError):
        return ""


def _from_data(told: Mapping[str, Any]) -> Baseline:
    return Baseline(
        seed=_number(told["seed"]),
        runs=_number(told["runs"], least=1),
        rng_scheme=_number(told["rng_scheme"]),
        engine=_text(told["engine"]),
        versions=_mapped(told["versions"], _text),
        scenarios={name: _scenario(name, one) for name, one in _filled(told["scenarios"], "scenario").items()},
        goals=tuple(goal_from(text) for text in told["goals"]),
        history=tuple(
            Accepted(_text(o["on"]), _text(o["reason"]), _text(o["engine"]), _mapped(o["slower"], _float))
            for o in told["history"]
        ),
        oldest={name: _scenario(name, one) for name, one in told["oldest"].items()},
    )


def _scenario(name: str, one: Mapping[str, Any]) -> ScenarioRecord:
    measures = tuple(judged(_text(m)) for m in one["measures"])
    if not measures:
        raise ValueError(f"no measure is judged in '{name}'")
    return ScenarioRecord(
        name=name,
        family=_text(one["family"]),
        horizon_s=_float(one["horizon_s"]),
        is_day=_is(bool, one["day"]),
        present=_text(one["present"]),
        file=_text(one["file"]),
        plan=_text(one["plan"]),
        mixes_file=_text(one["mixes_file"]),
        measures=measures,
        margins={m: _margin(one["margins"][m]) for m in measures},
        inputs=_mapped(one["inputs"], _text),
        mixes={m: _mix(mix, len(measures)) for m, mix in _filled(one["mixes"], "mix").items()},
        work=_mapped(one["work"], _number),
    )


def _mix(one: Mapping[str, Any], measures: int) -> MixRecord:
    forced, presence = ([_text(word) for word in one[key]] for key in ("forced", "presence"))
    drills = tuple(
        DrillValues(
            _number(d[0]), forced[_number(d[1])], presence[_number(d[2])], _text(d[3]), _values(d[3:], measures)
        )
        for d in one["drills"]
    )
    law = one["chances"]
    return MixRecord(
        inputs=_text(one["inputs"]),
        chances=Chances(_mapped(law["units"], _float), tuple(_text(day) for day in law["weekdays"])),
        drills=drills,
        means=_mapped(one["means"], _float),
        means_at={int(n): _mapped(means, _float) for n, means in _mapped(one.get("means_at", {}), dict).items()},
        routes=_mapped(one["routes"], _number),
        routed=_number(one["routed"]),
    )


def _values(told: Sequence[Any], measures: int) -> tuple[float | str | None, ...]:
    digest, *values = told
    if len(values) != (0 if digest == FAILED else measures):
        raise ValueError("a drill has too many values, or too few")
    return tuple(v if v is None or v == NOT_APPLICABLE else _float(v) for v in values)


def judged(measure: str) -> str:
    """Return a measure that may be judged. Raises NotComparableError for an unknown one, and for an outcome of the staffing itself."""
    column = BY_NAME.get(measure)
    if column is None:
        raise NotComparableError(f"no measure is called '{quoted(measure)}'.{closest(measure, BY_NAME)}")
    if column.follows_staffing:
        raise NotComparableError(f"'{measure}' is an outcome of the staffing itself, by which no mix is judged")
    return measure


def _margin(value: Any) -> float:
    found = _float(value)
    if found < 0.0:
        raise ValueError("a margin is below 0")
    return found


def _is(kind: type[T], value: Any) -> T:
    if type(value) is not kind:
        raise TypeError(f"{quoted(value)} is no {kind.__name__}")
    return value


def _number(value: Any, least: int = 0) -> int:
    if type(value) is not int or value < least:
        raise ValueError(f"{quoted(value)} is no whole number from {least} up")
    return value


def _float(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError(f"{quoted(value)} is no number")
    return float(value)


def _mapped(told: Any, of: Callable[[Any], T]) -> dict[str, T]:
    return {_is(str, key): of(value) for key, value in _is(dict, told).items()}


def _text(value: Any) -> str:
    return _is(str, value)


def _filled(told: Any, what: str) -> dict[str, Any]:
    if not _is(dict, told):
        raise ValueError(f"there is no {what}")
    return dict(told)


def with_goals(baseline: Baseline, goals: Sequence[str]) -> Baseline:
    """Return a baseline with other goals. Raises ResultError for a goal that cannot be read, or names what is not there."""
    chosen = tuple(goal_from(text) for text in goals)
    for goal in chosen:
        goal.refuse_unknown({name: list(one.mixes) for name, one in baseline.scenarios.items()})
    return replace(baseline, goals=chosen)
