"""No open need waits beside somebody free, and nobody counts who cannot help: random schools, staffs, kinds and injects (B18)."""

# mypy: disable-error-code="operator"
# (values of rows are numbers, words or None; a comparison with None fails the test by itself)

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import drillsim as ds
from depth import plays_of
from drillsim.record.trace import Event
from drillsim.scenario.staffing import Role, shipped_role
from plays import mix, scenario
from test_response_monotone import school

ROLES = (
    "sro",
    "armed-guard",
    "unarmed-guard",
    "armed-staff",
    "administrator",
    "nurse",
    "counsellor",
    "teacher",
    "monitor",
)
SERVICES = {name: shipped_role(name) for name in ("police", "ems", "fire-service")}
BY_RADIO_S, OTHERWISE_S = 4.0, 4.0 + 120.0
"""Slowest word: a radio message of 4 s; without cover that, and somebody on foot (30 to 120 s) or a call (15 to 60 s)."""
SOLO = 1
"""Armed people who go in together under the entry policy solo, and people who resolve any other kind."""
FREES = ("free", "called-off", "left")


@st.composite
def plays(draw: st.DrawFn) -> tuple[ds.FloorPlan, ds.Scenario, ds.Mix, int]:
    plan = school(draw(st.integers(1, 3)), draw(st.integers(1, 2)))
    places = [space.id for space in plan.spaces]
    flags = st.booleans()
    units = []
    for i in range(draw(st.integers(0, 5))):
        unit: dict[str, Any] = {
            "id": f"u{i}",
            "role": draw(st.sampled_from(ROLES)),
            "post": draw(st.sampled_from(places)),
        }
        if draw(st.integers(0, 3)) == 0:
            ends = draw(st.sampled_from(["10:02", "10:05", "10:15"]))
            spans = [{"from": "08:00", "to": ends}], [{"from": ends, "to": "15:00"}]
            unit["calendar"] = {"monday": draw(st.sampled_from(spans))}
        units.append(unit)
    kinds = st.sampled_from(["behaviour", "disorder", "unwanted-person", "hostile", "medical", "fire"])
    incidents = []
    for i in range(draw(st.integers(1, 3))):
        incident: dict[str, Any] = {
            "id": f"i{i}",
            "kind": draw(kinds),
            "where": draw(st.sampled_from(places)),
            "at": f"{60 * i} s",
        }
        if incident["kind"] == "behaviour":
            incident |= {"lasts": "20 min", "act": "90 s", "discipline": draw(flags)}
        incidents.append(incident)
    injects: list[dict[str, Any]] = []
    sends_away = draw(flags)
    if units and sends_away:
        injects.append({"at": f"{draw(st.integers(0, 400))} s", "absent": "u0"})
    if draw(st.integers(0, 2)) == 0:
        injects.append({"at": f"{draw(st.integers(0, 100))} s", "radio_out": ["everywhere"]})
    dispatch: dict[str, Any] = {
        "back_up": draw(flags), "handling": {"behaviour": "2 min", "medical": "1 min", "unwanted-person": "1 min"},
        "arrests": {"behaviour": draw(st.sampled_from(["0 %", "100 %"])), "away": "3 min"},
    }  # fmt: skip
    drill = scenario(
        "behaviour", places[0], crowd="stays", weekday="monday", incidents=incidents, injects=injects, dispatch=dispatch,
        horizon="25 min",
    )  # fmt: skip
    return plan, drill, mix(*units), draw(st.integers(0, 10_000))


@dataclass
class Watched:
    """One incident: who has word of it, who is on scene, and since when it is open."""

    kind: Any
    discipline: bool
    quorum: int
    reported: bool = False
    able: bool = False
    over: bool = False
    called: set[str] = field(default_factory=set)
    there: set[str] = field(default_factory=set)


class Told:
    """What the events tell of a drill, line by line: who is here, busy, under way and there."""

    def __init__(self, drill: ds.Scenario, staff: ds.Mix) -> None:
        self.roles = {unit.id: staff.role(unit) for unit in staff.units}
        self.incidents = {
            one.id: Watched(one.row, bool(one.discipline), one.needs if one.row.needs_quorum else 1)
            for one in drill.incidents
        }
        self.here: set[str] = set()
        self.busy: set[str] = set()

    def role(self, who: str) -> Role:
        name = who.partition("@")[0]
        return self.roles[who] if who in self.roles else SERVICES[name if name in SERVICES else "police"]

    def take(self, event: Event) -> None:
        who, what, one = event.who, event.what, self.incidents.get(event.incident)
        if what in ("present", "back"):
            self.here.add(who)
        if what == "left":
            self.here.discard(who)
        if who in self.roles and what == "word":
            self.busy.add(who)
        if who in self.roles and what in FREES:
            self.busy.discard(who)
        if one is None:
            return
        if what == "word" and who in self.roles:
            one.called.add(who)
        if what == "on-scene":
            one.there.add(who)
        if what in ("called-off", "free"):
            one.called.discard(who)
            one.there.discard(who)
        one.reported = one.reported or what == "reported"
        one.able = one.able or what == "able"
        one.over = one.over or what == "resolved"

    def lacks(self, one: Watched, people: Iterable[str]) -> int:
        """Return how many the need of an incident lacks with these people, worked out from the matrix of rule B3."""
        roles = [self.role(who) for who in people]
        able = [r for r in roles if r.word(one.kind) == "resolves" and (r.armed or not one.kind.needs_arms)]
        if not one.kind.needs_quorum:
            return max(SOLO - len(able), 0)
        return max(one.quorum - sum(r.quorum for r in roles), 0 if able else 1)

    def waits_beside(self, one: Watched) -> set[str]:
        """Return who is here and free while an incident lacks somebody like them."""
        if not one.reported or one.over or self.lacks(one, one.there) == 0 or (one.kind.never_resolved and one.able):
            return set()
        sent = one.called | one.there
        missing = self.lacks(one, sent)
        found = set()
        for who in self.here - self.busy - sent:
            role = self.roles[who]
            kept_out = one.discipline and role.is_a("sro")
            if (
                missing
                and not kept_out
                and role.word(one.kind) != "stays-away"
                and self.lacks(one, [*sent, who]) < missing
            ):
                found.add(who)
        return found


@given(plays())
@plays_of(2_000)
def test_no_open_need_waits_beside_somebody_free(play: Any) -> None:
    check_play(*play)


def check_play(plan: ds.FloorPlan, drill: ds.Scenario, staff: ds.Mix, seed: int) -> None:
    trace = ds.simulate(drill, plan, staff, seed=seed)
    told = Told(drill, staff)
    slowest_s = OTHERWISE_S if any(inject.radio_out for inject in drill.injects) else BY_RADIO_S
    since: dict[tuple[str, str], float] = {}
    for event in trace.events:
        for pair, began_s in since.items():
            assert event.time_s - began_s <= slowest_s + 1e-6, (pair, began_s, event)
        told.take(event)
        if event.what in ("called-off", "left", "reported"):
            since = {}  # who was asked and has no word yet has gone, or may be asked for something else at this instant
        pairs = {(id_, who) for id_, one in told.incidents.items() for who in told.waits_beside(one)}
        since = {pair: since.get(pair, event.time_s) for pair in pairs}
        if event.what == "able":
            one = told.incidents[event.incident]
            assert told.lacks(one, one.there) == 0, event
        if event.what == "resolved" and event.who == "unit":
            assert told.incidents[event.incident].able, event
    for row in trace.rows:
        noticed, reported, police = (
            inf if row[c] is None else row[c] for c in ("noticed_s", "reported_s", "police_called_s")
        )
        assert noticed <= reported
        assert noticed <= police
