"""Short forms for tests of the engine: a scenario, a mix and a building in one line each."""

from __future__ import annotations

from typing import Any

import drillsim as ds
from drillsim.scenario.staffing import Mix, shipped_role

FIXED = {
    "noticing": {"witness": "10 s", "unsupervised": "10 s"},
    "reporting": {
        "delay": "5 s",
        "success": "100 %",
        "radio": "4 s",
        "place_known": {"radio": "100 %", "phone": "100 %", "badge": "100 %", "camera": "100 %"},
    },
    "police": {"law": "300 s", "phone": "20 s", "first_call": "60 s", "locate": "0 s"},
    "people": {"premovement": "5 s", "groups": {"secondary": {"share": "100 %", "speed": "1.2 m/s"}}},
    "locks": {"card": "4 s", "key": "10 s"},
}
"""Settings without any spread, so that a play can be followed by hand."""


def scenario(kind: str, where: Any, **changes: Any) -> ds.Scenario:
    data: dict[str, Any] = {"name": "play", "family": "play", "incidents": [{"kind": kind, "where": where}], **FIXED}
    for key, value in changes.items():
        key = key.replace("fire_service", "fire-service")
        data[key] = {**data[key], **value} if isinstance(data.get(key), dict) else value
    return ds.Scenario.model_validate(data)


def mix(*units: dict[str, Any], **roles: dict[str, Any]) -> ds.Mix:
    steady = {"presence": "100 %", "acknowledge": "6 s", "run": "2.5 m/s", "duties": {}}
    cast = {u["role"]: shipped_role(u["role"], {**steady, **roles.get(u["role"].replace("-", "_"), {})}) for u in units}
    return Mix.model_validate({"name": "play", "units": list(units)}).model_copy(update={"roles": cast})


def stamps(trace: ds.Trace, what: str, who: str | None = None) -> list[float]:
    return [e.time_s for e in trace.events if e.what == what and who in (None, e.who)]
