"""Every number of every outcome row, computed a second time from the event table, independently of the program.

What each column means is taken from docs/outcomes.md alone; nothing of drillsim.analysis is used.
"""

# mypy: disable-error-code="operator, type-var"
# (values of rows are numbers, words or None; a comparison with None fails the test by itself; a None among the values fails the test by itself)

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import drillsim as ds
from drillsim.record.columns import BY_NAME, COUNTS, LEGS, MEASURES, status_name
from drillsim.record.trace import Event
from shipped import CASES, IDS, ROOT, played

ALWAYS = ["noticed_s", "reported_s", "place_known_s", "first_on_scene_s", "able_on_scene_s"]
BY_KIND = {
    "hostile": ["police_met_s"],
    "medical": ["first_aid_s", "aed_on_scene_s", "ems_at_entry_s", "ems_on_scene_s"],
    "fire": ["fire_service_on_scene_s"],
    "hazard": ["fire_service_on_scene_s"],
    "missing-person": ["person_found_s"],
    "false-report": ["police_met_s"],
}
BY_ACTION = {
    "hold": ["in_place_all_s", "halls_clear_s"],
    "shelter": ["in_place_all_s", "halls_clear_s"],
    "secure": ["in_place_all_s", "perimeter_locked_s"],
    "lockdown": ["secured_p50_s", "secured_all_s", "halls_clear_s"],
    "evacuate": ["evacuated_p50_s", "evacuated_p95_s", "evacuated_all_s", "evacuated_needs_help_all_s"],
}


@pytest.mark.parametrize(("path", "plan"), CASES, ids=IDS)
def test_every_number_of_a_row_follows_from_the_event_table(path: Path, plan: ds.FloorPlan) -> None:
    for trace in played(path, plan):
        onsets = [e for e in trace.events if e.what == "onset"]
        assert [row["incident"] for row in trace.rows] == [e.incident for e in onsets]
        for row, onset in zip(trace.rows, onsets, strict=True):
            again = Again(trace, onset).row()
            assert list(row) == list(again)
            assert {k: v for k, v in row.items() if not same(v, again[k])} == {
                k: v for k, v in again.items() if not same(v, row[k])
            }, f"{trace.mix}, drill {trace.replication}, {onset.incident}"


def test_the_second_count_covers_every_column() -> None:
    trace = played(ROOT / "scenarios" / "fight.yaml", "doe_primary")[0]
    statuses = {status_name(c.name) for c in MEASURES}
    assert set(Again(trace, trace.events[onset_at(trace)]).row()) >= {*BY_NAME, *statuses}


def test_the_second_count_tells_when_a_line_is_missing() -> None:
    trace = played(ROOT / "scenarios" / "medical.yaml", "doe_primary")[0]
    onset = trace.events[onset_at(trace)]
    whole = Again(trace, onset).row()
    for what, column in (
        ("noticed", "noticed_s"),
        ("on-scene", "first_on_scene_s"),
        ("exposure", "exposure_40_person_s"),
    ):
        less = Again(trace, onset)
        less.events = [e for e in less.events if e.what != what]
        assert not same(less.row()[column], whole[column]), column


def onset_at(trace: ds.Trace) -> int:
    return next(i for i, e in enumerate(trace.events) if e.what == "onset")


def same(a: object, b: object) -> bool:
    if isinstance(a, float) and isinstance(b, (int, float)):
        return abs(a - b) <= 1e-9
    return a == b


class Again:
    """One incident of one drill, from its event lines in order of time."""

    def __init__(self, trace: ds.Trace, onset: Event) -> None:
        self.trace, self.onset, self.kind = trace, onset, onset.why
        self.events = [e for e in trace.events if e.incident in ("", onset.incident)]
        self.watched_s = trace.horizon_s

    # ------------------------------------------------------------------ reading lines

    def lines(self, what: str, **having: str) -> list[Any]:
        return [e for e in self.events if e.what == what and all(getattr(e, k) == v for k, v in having.items())]

    def since(self, event: Event) -> float:
        return event.time_s - self.onset.time_s

    def first(self, what: str, who: str = "") -> float | None:
        times = [self.since(e) for e in self.lines(what) if not who or service(e.who) == who]
        return min(times, default=None)

    # ------------------------------------------------------------------ the row

    def row(self) -> dict[str, Any]:
        trace = self.trace
        row = {
            "scenario": trace.scenario, "mix": trace.mix, "replication": trace.replication,
            "incident": self.onset.incident, "kind": self.kind,
        }  # fmt: skip
        times, applies = self.times(), self.applies()
        for column in (c.name for c in MEASURES):
            time = times[column]
            reached = column in applies and time is not None and time <= self.watched_s
            row[column] = time if reached else None
            row[status_name(column)] = (
                "not-applicable" if column not in applies else "reached" if reached else "not-reached"
            )
        row["resolved_by"] = self.resolved_by() if "resolved_s" in applies else "not-applicable"
        row["first_by"] = self.first_by(row)
        row["ends_as"] = self.ends_as(row)
        row["over_before_anyone_came"] = self.over_before_anyone_came(row)
        return row | self.counts() | self.legs(row)

    def applies(self) -> set[str]:
        names = [*ALWAYS, *BY_KIND.get(self.kind, [])]
        if self.kind in ("hostile", "false-report") or self.lines("police-wanted") or self.lines("police-called"):
            names += ["police_called_s", "police_at_entry_s", "police_on_scene_s"]
        if self.lines("police-wanted", why="too few on campus"):
            names += ["backup_called_s"]
        if self.kind not in ("hostile", "fire", "hazard"):
            names += ["resolved_s"]
        if self.lines("stage-ends"):
            names += ["script_done_s"]
        for line in self.lines("protocol"):
            names += ["protective_order_s", "accounted_all_s", *BY_ACTION[line.why]]
            names += ["released_all_s"] if line.value else []
        if sum(e.value or 0.0 for e in self.lines("dismissed")):
            names += ["gone_home_p95_s", "gone_home_all_s"]
        left_out = set()
        if self.lines("gone-home") and self.to_leave() == 0:
            left_out |= {"evacuated_p50_s", "evacuated_p95_s", "evacuated_all_s"}
        if not self.to_leave("needs-help"):
            left_out |= {"evacuated_needs_help_all_s"}
        if not self.rooms():
            left_out |= {"secured_p50_s", "secured_all_s"}
        return set(names) - left_out

    def times(self) -> dict[str, float | None]:
        came = [self.since(e) for e in self.lines("on-scene") if e.why in ("resolves", "assists")]
        secured = sorted(self.since(e) for e in self.lines("secured") if e.where in self.rooms())
        outs = self.outs()
        times = {
            "noticed_s": self.first("noticed"),
            "reported_s": self.first("reported"),
            "place_known_s": self.first("place-known"),
            "protective_order_s": self.first("order"),
            "police_called_s": self.first("police-called"),
            "backup_called_s": self.first("backup-called"),
            "first_on_scene_s": min(came, default=None),
            "able_on_scene_s": self.first("able"),
            "police_at_entry_s": self.first("at-entry", "police"),
            "police_met_s": self.first("police-met"),
            "police_on_scene_s": self.first("on-scene", "police"),
            "first_aid_s": self.first("first-aid"),
            "aed_on_scene_s": self.first("aed-there"),
            "ems_at_entry_s": self.first("at-entry", "ems"),
            "ems_on_scene_s": self.first("on-scene", "ems"),
            "fire_service_on_scene_s": self.first("on-scene", "fire-service"),
            "resolved_s": self.first("resolved"),
            "person_found_s": min(filter(None, (self.first("found"), self.first("on-scene"))), default=None),
            "script_done_s": self.first("script-done"),
            "secured_p50_s": reached_by(secured, Fraction(1, 2), len(self.rooms())),
            "secured_all_s": reached_by(secured, Fraction(1), len(self.rooms())),
            "halls_clear_s": self.first("halls-clear"),
            "in_place_all_s": self.in_place_all(),
            "perimeter_locked_s": self.perimeter_locked(),
            "accounted_all_s": min((self.since(e) for e in self.lines("accounted", who="school")), default=None),
            "released_all_s": self.released_all(),
            "evacuated_p50_s": reached_by(outs, Fraction(1, 2), self.to_leave()),
            "evacuated_p95_s": reached_by(outs, Fraction(95, 100), self.to_leave()),
            "evacuated_all_s": self.last_out(),
            "evacuated_needs_help_all_s": self.last_out("needs-help"),
            "gone_home_p95_s": reached_by(self.home(), Fraction(95, 100), self.dismissed()),
            "gone_home_all_s": reached_by(self.home(), Fraction(1), self.dismissed()),
        }  # fmt: skip
        assert list(times) == [c.name for c in MEASURES]
        return times

    # ------------------------------------------------------------------ people and rooms

    def action(self) -> str:
        return next((e.why for e in self.lines("protocol")), "")

    def inside(self, group: str = "") -> int:
        return round(sum(e.value or 0.0 for e in self.lines("inside", why=group)))

    def dismissed(self) -> int:
        return round(sum(e.value or 0.0 for e in self.lines("dismissed")))

    def home(self) -> list[float]:
        return sorted(max(self.since(e), 0.0) for e in self.lines("gone-home"))

    def to_leave(self, group: str = "") -> int:
        """Of those inside at the start, the ones whom an evacuation concerns: who has not gone home."""
        home = [e for e in self.lines("gone-home", where="") if group in ("", e.why)]
        return self.inside(group) - len(home)

    def last_out(self, group: str | None = None) -> float | None:
        """Everybody is out or waits in a refuge."""
        outs, waits = self.outs(group), [e for e in self.lines("in-refuge") if group in (None, e.why)]
        return max(outs) if outs and len(outs) + len(waits) >= self.to_leave(group or "") else None

    def outs(self, group: str | None = None) -> list[float]:
        return sorted(self.since(e) for e in self.lines("out") if group in (None, e.why))

    def rooms(self) -> set[str]:
        """The occupied lockable rooms of a lockdown without that of the event."""
        return self.lockable() - {e.where for e in self.lines("with-event")}

    def lockable(self) -> set[str]:
        return {e.who for e in self.lines("lockable")} if self.action() == "lockdown" else set()

    def in_the_end(self, *words: str) -> set[str]:
        """The rooms without the event to which something happened."""
        return {e.where for word in words for e in self.lines(word)} & self.rooms()

    def in_place_all(self) -> float | None:
        asked = self.lines("asked")
        there = {e.who: self.since(e) for e in self.lines("in-place")}
        if not asked or len(there) < sum(e.value for e in asked):
            return None
        return max([self.first("order"), *there.values()])

    def perimeter_locked(self) -> float | None:
        doors = {e.who for e in self.lines("lockable")} if self.action() == "secure" else set()
        locked = {e.where: self.since(e) for e in self.lines("locked") if e.where in doors}
        return max(locked.values()) if doors and set(locked) == doors else None

    def released_all(self) -> float | None:
        """A room whose people had left needs no release."""
        ends = {e.where: self.since(e) for e in self.events if e.what in ("released", "abandoned")}
        rooms = self.lockable()
        return max(ends[r] for r in rooms) if rooms and rooms <= set(ends) else None

    def counts(self) -> dict[str, Any]:
        rooms = self.rooms()
        secured = [self.since(e) for e in self.lines("secured") if e.where in rooms]
        done, left = self.in_the_end("secured"), self.in_the_end("abandoned")
        failed, event = self.in_the_end("lock-failed"), {e.where for e in self.lines("with-event")}
        in_lockdown = self.action() == "lockdown"
        people = self.inside()
        counts = {
            "secured_share_120_s": len([t for t in secured if t <= 120]) / len(rooms) if rooms else None,
            "rooms_secured": len(secured),
            "rooms_failed": len(failed - done - left),
            "rooms_unlockable": len({e.where for e in self.lines("unlockable")} - event) if in_lockdown else 0,
            "rooms_left": len(left - done),
            "rooms_open": len(rooms - done - left - failed),
            "rooms_with_event": len(event) if in_lockdown else 0,
            "people": people,
            "still_inside": self.to_leave() - len(self.lines("out")) if self.action() == "evacuate" else None,
            "gone_home": len(self.home()) if self.dismissed() else None,
            **{f"exposure_{r}_person_s": sum(e.value for e in self.lines("exposure", where=r)) for r in ("10", "20", "40")},
            "waited_s": self.waited(),
            "unattended_s": self.unattended(),
            "ems_door_to_patient_s": self.door_to_patient(),
            "units_present": len(self.lines("present")),
            "busy_s": self.busy(),
        }  # fmt: skip
        assert list(counts) == [c.name for c in COUNTS]
        return counts

    def waited(self) -> float:
        if self.first("waits") is None:
            return 0.0
        began = self.first("waits")
        ends = [self.since(e) for e in self.events if e.what in ("dispatched", "resolved")]
        return min([self.watched_s, *(t for t in ends if t >= began)]) - began

    def door_to_patient(self) -> float | None:
        door, patient = (self.first(what, who="ems") for what in ("at-entry", "on-scene"))
        if self.kind != "medical" or door is None or patient is None or patient > self.watched_s:
            return None
        return patient - door

    def unattended(self) -> float | None:
        """Add up the pieces between two lines in which nobody is there."""
        begins = self.first("first-aid")
        if self.kind != "medical" or begins is None or begins > self.watched_s:
            return None
        ends = min(self.first("resolved") or self.watched_s, self.watched_s)
        times = sorted({begins, ends, *(t for e in self.events if begins < (t := self.since(e)) < ends)})
        there = [
            (e.who, self.since(e), e.what == "on-scene")
            for e in self.events
            if e.what in ("on-scene", "free", "called-off")
        ]
        alone = 0.0
        for a, b in pairwise(times):
            last = {who: is_there for who, t, is_there in there if t <= a}
            alone += 0.0 if any(last.values()) else b - a
        return alone

    def busy(self) -> float:
        """Walk through the lines: a unit is taken up from its word until it is free or called off."""
        mine = {e.who for e in self.lines("role")}
        since: dict[str, float] = {}
        spent = 0.0
        for event in [e for e in self.events if e.who in mine]:
            if event.what == "word":
                since[event.who] = self.since(event)
            elif event.what in ("free", "called-off") and event.who in since:
                spent += max(min(self.since(event), self.watched_s) - since.pop(event.who), 0.0)
        return spent + sum(max(self.watched_s - began, 0.0) for began in since.values())

    # ------------------------------------------------------------------ who, and how it ends

    def resolved_by(self) -> str:
        return next((e.who for e in self.lines("resolved")), "nobody")

    def first_by(self, row: dict[str, Any]) -> str:
        if row["first_on_scene_s"] is None:
            return "nobody"
        who = next(e.who for e in self.lines("on-scene") if e.why in ("resolves", "assists"))
        return service(who) or "unit"

    def ends_as(self, row: dict[str, Any]) -> str:
        has = {e.what for e in self.events}
        if "resolved" in has:
            return {"self": "over-by-itself", "unit": "resolved"}[self.resolved_by()]
        if row["able_on_scene_s"] is not None:
            return "able-on-scene"
        if row["first_on_scene_s"] is not None:
            return "on-scene-not-able"
        if "cannot-reach" in has:
            return "cannot-reach"
        if "under-way" in has:
            return "on-the-way"
        for word in ("nobody-suited", "nobody-free"):
            if word in has:
                return word
        if "waits" in has:
            return "waiting"
        if "reported" in has:
            return "sent"
        if "report-lost" in has:
            return "report-lost"
        return "not-reported" if "noticed" in has else "not-noticed"

    def over_before_anyone_came(self, row: dict[str, Any]) -> int:
        over, came = row["resolved_s"], row["first_on_scene_s"]
        return int(over is not None and (came is None or over < came))

    # ------------------------------------------------------------------ where the time goes

    def legs(self, row: dict[str, Any]) -> dict[str, Any]:
        """The chain of whoever became able, else of the first on scene: differences of its stamps."""
        names = [c.name for c in LEGS]
        came = [e for e in self.lines("on-scene") if e.why in ("resolves", "assists")]
        last = next(iter([*self.lines("able"), *came]), None)
        if last is None or row["noticed_s"] is None or row["reported_s"] is None:
            return dict.fromkeys(names)
        until = [e for e in self.events if e.who == last.who and e.time_s <= last.time_s]
        stamps = {e.what: self.since(e) for e in until}
        if not {"word", "under-way", "on-scene"} <= set(stamps):
            return dict.fromkeys(names)
        word, off, there = stamps["word"], stamps["under-way"], stamps["on-scene"]
        noticed, reported = min(row["noticed_s"], word), min(row["reported_s"], word)
        spent = {e.what: e.value for e in until if e.what in ("walked", "doors")}
        doors = min(spent.get("doors", 0.0), there - off)
        walk = min(spent.get("walked", there - off), there - off - doors)
        return dict(
            zip(
                names,
                [
                    noticed, reported - noticed, word - reported, off - word,
                    walk, doors, there - off - doors - walk, self.since(last) - there,
                ],
                strict=True,
            )
        )  # fmt: skip


def service(who: str) -> str:
    """The service of 'police', 'police-2' or 'police-2@fight'; nothing for units of the mix."""
    name = who.partition("@")[0].rstrip("0123456789").rstrip("-")
    return name if name in ("police", "ems", "fire-service") else ""


def reached_by(times: list[float], share: Fraction, of: int) -> float | None:
    """First time by which a share of all events had happened."""
    return next((t for i, t in enumerate(times) if i + 1 >= share * of), None) if of else None
