"""A wing for plays of protective actions, with delays that do not vary, and a script of acts at given times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from simpy.events import Event

import drillsim as ds
from drillsim.engine.protection.protective_action import Protection
from plays import scenario

ROOMS = {
    "recover": "5 s", "key": "15 s", "push_button": "6 s", "hide": "10 s", "key_fails": "0 %", "push_button_fails": "0 %",
    "auto_fails": "0 %", "unheard": "40 s",
}  # fmt: skip
NOT_AWAY = {"names_place": False, "keep_away": "0 m", "in_view": "0 m", "in_the_space": "stay"}
"""Settings under which nobody keeps away from an event that is not in the same space."""
STEADY = {"announce_delay": "30 s", "rooms": ROOMS, "roll_call": "60 s", "to_exit": "20 s", **NOT_AWAY}
SRO = {"id": "sro", "role": "sro", "post": "hall"}
GUARD = {"id": "guard", "role": "unarmed-guard", "post": "hall"}
ORDER_S = 10 + 5 + 30
"""Noticed, reported, announced."""
HEARD_S = ORDER_S + 8


def protocol(action: str, **more: Any) -> dict[str, Any]:
    rooms = {**ROOMS, **more.pop("rooms", {})}
    return {**STEADY, "action": action, "rooms": rooms, **more}


def drill(action: str, kind: str = "hostile", where: str = "hall", **changes: Any) -> ds.Scenario:
    more = changes.pop("protocol", {})
    return scenario(kind, where, protocol=protocol(action, **more), **changes)


def room(id_: str, x0: float, x1: float, people: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "id": id_, "level": "L0", "use": "classroom", "people": people,
        "polygon": [[x0, 3], [x1, 3], [x1, 10], [x0, 10]],
    } | more  # fmt: skip


def door(id_: str, inside: str, x: float, lock: str = "key", **more: Any) -> dict[str, Any]:
    line = [[x - 0.5, 3], [x + 0.5, 3]]
    return {"id": id_, "kind": "door", "spaces": [inside, "hall"], "line": line, "lock": lock} | more


def wing(
    *, hall: int = 0, a: int = 20, b: int = 0, c: int = 20, locks: str = "key push-button key", **hall_is: Any
) -> ds.FloorPlan:
    """A hall with rooms a, b and c at 5, 15 and 25 m, an exit at each end; people by space."""
    first, second, third = locks.split()
    long = [[0, 0], [30, 0], [30, 3], [0, 3]]
    return plan_of(
        [
            {"id": "hall", "level": "L0", "use": "corridor", "polygon": long, "people": hall, **hall_is},
            room("a", 0, 10, a), room("b", 10, 20, b), room("c", 20, 30, c),
        ],
        [
            door("door-a", "a", 5, first), door("door-b", "b", 15, second), door("door-c", "c", 25, third),
            {"id": "west", "kind": "exit", "spaces": ["hall", "outside"], "line": [[0, 1], [0, 2]], "lock": "key"},
            {"id": "east", "kind": "exit", "spaces": ["hall", "outside"], "line": [[30, 1], [30, 2]],
             "lock": "access-control"},
        ],
    )  # fmt: skip


def plan_of(spaces: list[dict[str, Any]], openings: list[dict[str, Any]], **more: Any) -> ds.FloorPlan:
    data = {
        "drillsim_plan": 1, "name": "wing", "units": "m", "levels": [{"id": "L0", "elevation": 0}],
        "spaces": spaces, "openings": openings, **more,
    }  # fmt: skip
    return ds.FloorPlan.model_validate(data, context={"bare_lengths": True})


def with_openings(plan: ds.FloorPlan, **changes: dict[str, Any]) -> ds.FloorPlan:
    """The same plan with some openings changed; underscores in the names stand for hyphens."""
    changed = {name.replace("_", "-"): change for name, change in changes.items()}
    return plan.model_copy(
        update={"openings": tuple(o.model_copy(update=changed.get(o.id, {})) for o in plan.openings)}
    )


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that schedules an act on the protection of the drill: `script(time_s, act)`."""
    return scripted(monkeypatch)


def scripted(patch: pytest.MonkeyPatch) -> Any:
    acts: list[tuple[float, Any]] = []
    run = Protection.run

    def run_with_acts(self: Protection, action: str) -> Any:
        for time_s, act in acts:
            self.drill.at(time_s, acting(act, self))
        return (yield from run(self, action))

    def acting(act: Callable[[Protection], None], protection: Protection) -> Callable[[Event], None]:
        return lambda _event: act(protection)

    patch.setattr(Protection, "run", run_with_acts)
    return lambda time_s, act: acts.append((time_s, act))
