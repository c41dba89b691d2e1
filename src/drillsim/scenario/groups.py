"""Groups of people by name, with walking speeds and pre-movement times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError

from drillsim.documents.document import Model
from drillsim.errors import closest
from drillsim.quantities import Share, SpeedSpread, Spread, TimeSpread, spread


class Group(Model):
    """A group of pupils or staff: how many they are, and how they walk."""

    share: Share
    """Share of all people."""
    speed: SpeedSpread | None = None
    """Free walking speed on the level; default: that of the shipped group of this name."""
    stair_up: SpeedSpread | None = None
    """Speed up stairs, along the slope. Default: what `people` says for everybody; else the shipped group's, or
    what follows from the group's own `speed` and the steps where one is given."""
    stair_down: SpeedSpread | None = None
    """Speed down stairs, along the slope; default: as for `stair_up`."""
    premovement: TimeSpread | None = None
    """Order heard to first step. Default: what `people` says for everybody; else the shipped group's."""


def _speed(value: Any) -> Spread:
    return spread(value, "speed")


def _time(value: Any) -> Spread:
    return spread(value, "time")


PREMOVEMENT = _time({"low": "0 s", "usual": "10 s", "high": "30 s"})  # A:people.premovement
"""Order heard to first step, of every group for which no other figure was found."""

SHIPPED_GROUPS: dict[str, dict[str, Spread]] = {
    "pre-k": {
        "speed": _speed({"low": "0.69 m/s", "high": "1.33 m/s"}),  # docs/sources.md#najmanova17
        "stair_up": _speed("0.57 m/s"),  # docs/sources.md#kholshevnikov09: up as slow as down
        "stair_down": _speed("0.57 m/s"),  # docs/sources.md#najmanova17
        "premovement": _time({"low": "3 s", "high": "59 s"}),  # docs/sources.md#najmanova23
    },
    "primary": {
        # docs/sources.md#hamilton20 (mean), docs/sources.md#ono24 (a fifth of it as sd), A:people.speed_cut
        "speed": _speed({"mean": "0.99 m/s", "sd": "0.2 m/s", "low": "0.6 m/s", "high": "1.4 m/s"}),
        # A:people.primary_stair_up
        "stair_up": _speed({"mean": "0.68 m/s", "sd": "0.14 m/s", "low": "0.4 m/s", "high": "0.95 m/s"}),
        # docs/sources.md#ono24, A:people.speed_cut
        "stair_down": _speed({"mean": "0.85 m/s", "sd": "0.17 m/s", "low": "0.5 m/s", "high": "1.2 m/s"}),
        "premovement": PREMOVEMENT,
    },
    "secondary": {
        # docs/sources.md#weidmann93, A:people.speed_cut
        "speed": _speed({"mean": "1.34 m/s", "sd": "0.26 m/s", "low": "0.8 m/s", "high": "1.9 m/s"}),
        "stair_up": _speed({"low": "0.55 m/s", "high": "0.58 m/s"}),  # docs/sources.md#fruin
        "stair_down": _speed({"low": "0.76 m/s", "high": "0.81 m/s"}),  # docs/sources.md#fruin
        "premovement": PREMOVEMENT,
    },
    "adults": {
        "speed": _speed({"low": "1.41 m/s", "high": "1.54 m/s"}),  # docs/sources.md#weidmann-ages
        "stair_up": _speed({"low": "0.5 m/s", "high": "0.58 m/s"}),  # docs/sources.md#fruin
        "stair_down": _speed({"low": "0.65 m/s", "high": "0.78 m/s"}),  # docs/sources.md#fruin
        "premovement": PREMOVEMENT,
    },
    "needs-help": {
        "speed": _speed({"low": "0.46 m/s", "high": "0.76 m/s"}),  # docs/sources.md#weidmann-ages
        "stair_up": _speed("0.32 m/s"),  # docs/sources.md#fruin
        "stair_down": _speed("0.42 m/s"),  # docs/sources.md#fruin
        "premovement": PREMOVEMENT,
    },
}
"""The shipped groups; speeds on stairs count along the slope."""

DEFAULT_SHARES: dict[str, float] = {"secondary": 0.97, "needs-help": 0.03}  # A:people.needs_help
"""Who attends where neither the scenario nor the plan says so."""


@dataclass(frozen=True)
class _Named:
    """The JSON Schema of groups by name: a name that is not shipped needs its speed."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        schema = handler(core)
        group = schema["additionalProperties"]
        whole = handler.resolve_ref_schema(group)
        own = {k: v for k, v in whole.items() if k != "title"} | {"required": ["share", "speed"]}
        return {**schema, "properties": dict.fromkeys(SHIPPED_GROUPS, group), "additionalProperties": own}


def _known(groups: dict[str, Group]) -> dict[str, Group]:
    """Refuse a group that is not shipped and does not say how fast it walks."""
    faults: list[InitErrorDetails] = []
    for name, group in groups.items():
        if name not in SHIPPED_GROUPS and group.speed is None:
            text = f"no shipped group is called so; give its own 'speed'.{closest(name, SHIPPED_GROUPS)}"
            faults.append({"type": PydanticCustomError("DS102", "{t}", {"t": text}), "loc": (name,), "input": group})
    if faults:
        raise ValidationError.from_exception_data("groups", faults)
    return groups


Groups = Annotated[dict[str, Group], AfterValidator(_known), _Named()]
"""Groups by name; a shipped name brings its own figures."""
