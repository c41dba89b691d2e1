"""What the drills of a study follow from, as hashes of content: the keys of the store.

Two drills with equal keys are one drill. Names, titles, labels, costs and goals are no part of a key, since no drill depends on
them: under another name, or in another study, a drill is not played again.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import platform
import re
import sys
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from drillsim.record.store import content_sha256
from drillsim.record.study_store import DrillKey
from drillsim.streams.streams import SCHEME
from drillsim.study.design import Study
from drillsim.study.storage.drills import Drill

LIBRARIES = ("numpy", "scipy", "simpy", "numba", "shapely", "networkx")
"""Libraries that compute something in a drill."""
_PLAYS = (
    "engine", "crowd", "plan", "scenario", "streams", "documents", "analysis/measures.py", "analysis/intervals.py",
    "record/columns.py", "record/events.py", "record/presence.py", "record/trace.py", "quantities.py", "derived.py", "jit.py", "notation.py",
)  # fmt: skip
"""What plays a drill and measures it, below `src/drillsim`."""
_NO_PART = {
    "scenario": {"name", "title", "family", "plan", "primary", "goals", "matters", "overrides"},
    "plan": {"name", "provenance"},
    "mix": {"name", "label"},
}


@cache
def engine_sha256() -> str:
    """Return the SHA-256 of what plays drills here: the source of the engine, the libraries it computes with, the platform."""
    home = Path(__file__).resolve().parents[2]
    content = hashlib.sha256(f"{sys.platform} {platform.machine()}\n".encode())
    for name in LIBRARIES:
        content.update(f"{name} {_version(name)}\n".encode())
    for part in _PLAYS:
        for path in sorted((home / part).rglob("*.py")) if (home / part).is_dir() else [home / part]:
            content.update(f"{path.relative_to(home).as_posix()}\n".encode())
            content.update(path.read_bytes())
    return content.hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


class StudyKeys:
    """Keys of all drills of a study, and which of them are one drill."""

    def __init__(self, study: Study, simulate: Callable[..., Any]) -> None:
        """Hash the inputs of each scenario with each mix.

        simulate
            Plays the drills. Another than the engine's own is part of the key, and so are then the names of scenario and mix,
            since it may depend on them.
        """
        self._study = study
        engine, own = engine_sha256(), _identity(simulate)
        plans: dict[int, str] = {}
        mixes: dict[int, str] = {}
        self.texts: dict[str, Mapping[str, Any]] = {}
        """What each hash of inputs stands for."""
        self.inputs: dict[tuple[int, int], str] = {}
        """Hash of the inputs by index of scenario and mix."""
        for s, scenario in enumerate(study.scenarios):
            drawn = {"scheme": SCHEME, "seed": study.seed, "family": scenario.draws}
            told = {
                "engine": engine,
                "simulate": own,
                **drawn,
                "scenario": content_sha256(_content(scenario, "scenario")),
            }
            plan = _hashed(study.plan_of(s), "plan", plans)
            for m, mix in enumerate(study.mixes_of(s).mixes.values()):
                text = {**told, "plan": plan, "mix": _hashed(mix, "mix", mixes)}
                if own:
                    text["names"] = f"{scenario.name}/{list(study.mixes)[m]}"
                self.inputs[s, m] = content_sha256(text)
                self.texts[self.inputs[s, m]] = text

    def key(self, drill: Drill) -> DrillKey:
        """Return the key of a drill."""
        number = self._study.strata[drill[0]].drills[drill[2]]
        return DrillKey(self.inputs[drill[0], drill[1]], number.forced, number.replication)


def _hashed(model: Any, sort: str, known: dict[int, str]) -> str:
    """Return the hash of a model, looked up by its identity where it is known: models of a study live as long as this."""
    if id(model) not in known:
        content = _content(model, sort)
        known[id(model)] = content_sha256(_without_costs(content) if sort == "mix" else content)
    return known[id(model)]


def _content(model: Any, sort: str) -> Any:
    return json.loads(model.model_dump_json(exclude=_NO_PART[sort]))


def _without_costs(mix: dict[str, Any]) -> dict[str, Any]:
    return {**mix, "roles": {name: {**role, "cost": None} for name, role in mix["roles"].items()}}


def _identity(simulate: Callable[..., Any]) -> str:
    """Return '' for the engine's own function, and what tells another one apart: its name, code and state."""
    from drillsim.engine.simulate import simulate as shipped

    if simulate is shipped:
        return ""
    code = getattr(simulate, "__code__", None)
    told = f"{code.co_code.hex()} {code.co_consts!r} {code.co_names!r}" if code else type(simulate).__qualname__
    try:
        state = pickle.dumps(simulate).hex()
    except (pickle.PicklingError, AttributeError, TypeError):  # a function inside a function
        state = f"{getattr(simulate, '__module__', '')}.{getattr(simulate, '__qualname__', '')}"
    return hashlib.sha256(re.sub("0x[0-9a-f]+", "", f"{state} {told}").encode()).hexdigest()


__all__ = ["LIBRARIES", "StudyKeys", "engine_sha256"]
