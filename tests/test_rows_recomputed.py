"""Every number of every outcome row, recomputed from the event table by other means than the program's."""

# mypy: disable-error-code="operator"
# (values of rows are numbers, words or None; a comparison with None fails the test by itself)

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import drillsim as ds
from drillsim.record.columns import COUNTS, LEGS, MEASURES, status_name

ROOT = Path(__file__).resolve().parents[1]
DRILLS = [
    *(f"scenarios/{n}.yaml" for n in ("fight", "medical", "unwanted", "lockdown", "evacuation", "disorder", "hold",
                                      "shelter", "passing", "two-at-once", "dismissal", "missing-child", "bomb-threat",
                                      "false-report")),
    "scenarios/courtyard/secure.yaml", "scenarios/courtyard/lockdown.yaml", "scenarios/evening/after-school.yaml",
    "scenarios/real-days/school-day.yaml",
]  # fmt: skip
SERVICES = ("police", "ems", "fire-service")


def service_of(who: str) -> str:
    base = who.split("@", maxsplit=1)[0]
    for name in SERVICES:
        if base == name or (base.startswith(name + "-") and base.rsplit("-", 1)[1].isdigit()):
            return name
    return ""


class Told:
    """The lines of one incident and of the whole drill, as a frame."""

    def __init__(self, trace: ds.Trace, incident: str) -> None:
        frame = pd.DataFrame(trace.events)
        self.lines = frame[frame["incident"].isin([incident, ""])]
        self.onset = float(self.lines.loc[self.lines["what"] == "onset", "time_s"].iloc[0])
        self.horizon = trace.horizon_s

    def of(self, *what: str) -> pd.DataFrame:
        return self.lines[self.lines["what"].isin(what)]

    def first(self, what: str, **where: object) -> float | None:
        found = self.of(what)
        for column, value in where.items():
            found = found[found[column] == value]
        return None if found.empty else float(found["time_s"].min()) - self.onset

    @property
    def action(self) -> str:
        found = self.of("protocol")
        return "none" if found.empty else str(found["why"].iloc[0])


def least(*times_s: float | None) -> float | None:
    """Return the least of some times, None where there is none."""
    return min((time_s for time_s in times_s if time_s is not None), default=None)


def rooms_of(t: Told) -> set[str]:
    """Return the occupied lockable rooms of a lockdown without that of the event."""
    return set(t.of("lockable")["who"]) - set(t.of("with-event")["where"])


def times(t: Told) -> dict[str, float | None]:
    """Return every time column, None where it never happened."""
    found: dict[str, float | None] = {
        "noticed_s": t.first("noticed"), "reported_s": t.first("reported"), "place_known_s": t.first("place-known"),
        "protective_order_s": t.first("order"), "police_called_s": t.first("police-called"),
        "backup_called_s": t.first("backup-called"),
        "able_on_scene_s": t.first("able"), "police_met_s": t.first("police-met"), "first_aid_s": t.first("first-aid"),
        "aed_on_scene_s": t.first("aed-there"), "resolved_s": t.first("resolved"),
        "person_found_s": least(t.first("found"), t.first("on-scene")), "script_done_s": t.first("script-done"), "halls_clear_s": t.first("halls-clear"),
        "accounted_all_s": t.first("accounted", who="school"),
    }  # fmt: skip
    scene, entry = t.of("on-scene"), t.of("at-entry")
    useful = scene[scene["why"] != "stays-away"]
    found["first_on_scene_s"] = None if useful.empty else float(useful["time_s"].min()) - t.onset
    for service, name in (("police", "police"), ("ems", "ems"), ("fire-service", "fire_service")):
        for lines, end in ((scene, "on_scene_s"), (entry, "at_entry_s")):
            mine = lines[[service_of(w) == service for w in lines["who"]]]
            found[f"{name}_{end}"] = None if mine.empty else float(mine["time_s"].min()) - t.onset
    lockable = set(t.of("lockable")["who"])
    to_secure, done = rooms_of(t), t.of("secured")
    secured = sorted(done[done["where"].isin(to_secure)]["time_s"] - t.onset) if t.action == "lockdown" else []
    half = math.ceil(len(to_secure) / 2)
    found["secured_p50_s"] = secured[half - 1] if to_secure and len(secured) >= half else None
    found["secured_all_s"] = secured[-1] if to_secure and len(secured) == len(to_secure) else None
    asked, there = t.of("asked")["value"], t.of("in-place")
    everybody = len(asked) > 0 and there["who"].nunique() >= int(asked.sum())
    ends = [*there.groupby("who")["time_s"].last(), float(t.onset + (found["protective_order_s"] or 0.0))]
    found["in_place_all_s"] = max(ends) - t.onset if everybody else None
    locked = t.of("locked").groupby("where")["time_s"].last()
    shut = t.action == "secure" and lockable and lockable <= set(locked.index)
    found["perimeter_locked_s"] = float(locked[sorted(lockable)].max()) - t.onset if shut else None
    released = t.of("released", "abandoned").groupby("where")["time_s"].last()
    out = lockable and lockable <= set(released.index)
    found["released_all_s"] = float(released[sorted(lockable)].max()) - t.onset if out else None
    leavers = sorted(t.of("out")["time_s"] - t.onset)
    inside = t.of("inside")
    people, helped = (int(inside.loc[inside["why"] == why, "value"].sum()) for why in ("", "needs-help"))
    for share, name in ((0.5, "p50"), (0.95, "p95"), (1.0, "all")):
        rank = math.ceil(share * people - 1e-9)
        found[f"evacuated_{name}_s"] = leavers[rank - 1] if people and len(leavers) >= rank else None
    slow = t.of("out")
    slow = slow[slow["why"] == "needs-help"]
    found["evacuated_needs_help_all_s"] = (
        float(slow["time_s"].max()) - t.onset if helped and len(slow) == helped else None
    )
    let_go, home = int(t.of("dismissed")["value"].sum()), sorted((t.of("gone-home")["time_s"] - t.onset).clip(0.0))
    for share, name in ((0.95, "p95"), (1.0, "all")):
        rank = math.ceil(share * let_go - 1e-9)
        found[f"gone_home_{name}_s"] = home[rank - 1] if let_go and len(home) >= rank else None
    del found["fire_service_at_entry_s"]
    return found


def door_to_patient(t: Told, known: dict[str, float | None]) -> float | None:
    door, patient = known["ems_at_entry_s"], known["ems_on_scene_s"]
    is_known = t.of("onset")["why"].iloc[0] == "medical" and door is not None and patient is not None
    return patient - door if is_known and patient <= t.horizon else None


def unattended(t: Told, known: dict[str, float | None]) -> float | None:
    """Return how long the patient is alone: the time from first aid to the end, less the union of the stays."""
    begins, over = known["first_aid_s"], known["resolved_s"]
    if t.of("onset")["why"].iloc[0] != "medical" or begins is None or begins > t.horizon:
        return None
    end = t.horizon if over is None else min(over, t.horizon)
    left, now = max(end - begins, 0.0), begins
    stays = []
    for _, came in t.of("on-scene").iterrows():
        gone = t.of("free", "called-off")
        gone = gone[(gone["who"] == came["who"]) & (gone["time_s"] > came["time_s"])]["time_s"]
        stays.append((came["time_s"] - t.onset, min([*gone - t.onset, end])))
    for a, b in sorted(stays):
        a, b = max(a, now), min(b, end)
        left -= max(b - a, 0.0)
        now = max(now, b)
    return left


def counts(t: Told, known: dict[str, float | None]) -> dict[str, float | None]:
    inside = t.of("inside")
    people = int(inside.loc[inside["why"] == "", "value"].sum())
    lockdown = t.action == "lockdown"
    rooms, event = (rooms_of(t), set(t.of("with-event")["where"])) if lockdown else (set(), set())
    done = t.of("secured")
    done = done[done["where"].isin(rooms)]
    secured, shut = done["time_s"] - t.onset, set(done["where"])
    left = (set(t.of("abandoned")["where"]) & rooms) - shut
    failed = (set(t.of("lock-failed")["where"]) & rooms) - shut - left
    exposure = t.of("exposure")
    units = set(t.of("role")["who"])
    busy = 0.0
    for _, word in t.of("word").iterrows():
        ends = t.of("free", "called-off")
        ends = ends[(ends["who"] == word["who"]) & (ends["time_s"] >= word["time_s"])]["time_s"]
        end = min([*ends, t.onset + t.horizon])
        busy += max(0.0, end - word["time_s"]) if word["who"] in units else 0.0
    waits = t.of("waits")
    waited = 0.0
    if not waits.empty:
        since = float(waits["time_s"].iloc[0])
        over = t.of("dispatched", "resolved")["time_s"]
        waited = min([*over[over >= since], t.onset + t.horizon]) - since
    return {
        "secured_share_120_s": float((secured <= 120).sum()) / len(rooms) if rooms else None,
        "rooms_secured": len(shut),
        "rooms_failed": len(failed),
        "rooms_unlockable": len(set(t.of("unlockable")["where"]) - event) if lockdown else 0,
        "rooms_left": len(left),
        "rooms_open": len(rooms - shut - left - failed),
        "rooms_with_event": len(event),
        "people": people,
        "still_inside": people - len(t.of("out")) if t.action == "evacuate" else None,
        "gone_home": len(t.of("gone-home")) if t.of("dismissed")["value"].sum() else None,
        **{
            f"exposure_{r}_person_s": float(exposure.loc[exposure["where"] == r, "value"].sum())
            for r in ("10", "20", "40")
        },
        "waited_s": waited,
        "unattended_s": unattended(t, known),
        "ems_door_to_patient_s": door_to_patient(t, known),
        "units_present": len(t.of("present")),
        "busy_s": busy,
    }


def legs(t: Told, row: dict[str, Any]) -> dict[str, float | None]:
    none = dict.fromkeys((c.name for c in LEGS), None)
    scene = t.of("on-scene")
    chosen = t.of("able") if not t.of("able").empty else scene[scene["why"] != "stays-away"]
    if chosen.empty or row["reported_s"] is None or row["noticed_s"] is None:
        return none
    who, at = chosen["who"].iloc[0], float(chosen["time_s"].iloc[0])

    def last(what: str) -> float | None:
        mine = t.of(what)
        mine = mine[(mine["who"] == who) & (mine["time_s"] <= at)]["time_s"]
        return None if mine.empty else float(mine.iloc[-1]) - t.onset

    word, off, there = last("word"), last("under-way"), last("on-scene")
    if word is None or off is None or there is None:
        return none
    spent = {w: t.of(w)[t.of(w)["who"] == who]["value"] for w in ("walked", "doors")}
    doors = min(float(spent["doors"].iloc[-1]) if len(spent["doors"]) else 0.0, there - off)
    walk = min(float(spent["walked"].iloc[-1]) if len(spent["walked"]) else there - off, there - off - doors)
    notice = min(row["noticed_s"], word)
    report = min(row["reported_s"], word)
    able = t.of("able")
    until = float(able["time_s"].iloc[0]) - t.onset if not able.empty else there
    return {
        "leg_notice_s": notice, "leg_report_s": report - notice, "leg_word_s": word - report,
        "leg_under_way_s": off - word, "leg_walk_s": walk, "leg_doors_s": doors,
        "leg_people_s": there - off - doors - walk, "leg_able_s": until - there,
    }  # fmt: skip


@pytest.mark.parametrize("path", DRILLS, ids=lambda p: Path(p).stem)
def test_every_number_of_a_row_follows_from_the_event_table(path: Path) -> None:
    drill = ds.read_scenario(ROOT / path)
    plan = ds.read_plan((ROOT / path).parent / drill.plan)
    mixes = ds.read_mixes((ROOT / path).parent / "mixes.yaml")
    for name in (list(mixes)[-1], mixes.present):
        for replication in range(2):
            trace = ds.simulate(drill, plan, mixes[name], seed=3, replication=replication)
            for row in trace.rows:
                told = Told(trace, str(row["incident"]))
                known = times(told)
                assert set(known) == {c.name for c in MEASURES}
                for column, value in known.items():
                    status = row[status_name(column)]
                    if status != "not-applicable":
                        reached = value is not None and value <= trace.horizon_s
                        assert status == ("reached" if reached else "not-reached"), column
                        assert row[column] == (pytest.approx(value, abs=1e-9) if reached else None), column
                    else:
                        assert row[column] is None
                counted = counts(told, known)
                assert set(counted) == {c.name for c in COUNTS}
                for column, value in {**counted, **legs(told, dict(row))}.items():
                    assert row[column] == (None if value is None else pytest.approx(value, abs=1e-6)), column


@pytest.mark.parametrize("path", DRILLS, ids=lambda p: Path(p).stem)
def test_everybody_and_everything_ends_in_a_named_state(path: Path) -> None:
    drill = ds.read_scenario(ROOT / path)
    plan = ds.read_plan((ROOT / path).parent / drill.plan)
    mixes = ds.read_mixes((ROOT / path).parent / "mixes.yaml")
    for name in mixes:
        trace = ds.simulate(drill, plan, mixes[name], seed=8)
        ends = {e.who: e.why for e in trace.events if e.what == "unit-ends"}
        assert set(ends) == {u.id for u in mixes[name].units}
        assert all(ends.values())
        assert all(row["ends_as"] for row in trace.rows)
        rooms = {e.who for e in trace.events if e.what == "lockable"}
        last = {
            e.where for e in trace.events if e.what in ("locked", "secured", "lock-failed", "abandoned", "released")
        }
        ordered = any(e.what == "order" for e in trace.events)
        assert not ordered or rooms <= last
        states = [e for e in trace.events if e.what == "at-horizon"]
        if drill.demand is None:
            assert sum(e.value or 0.0 for e in states) >= trace.row["people"]
            assert all(e.why for e in states)
        for row in trace.rows:
            if row["first_on_scene_s"] is None:
                assert row["ends_as"] not in ("resolved", "able-on-scene", "on-scene-not-able")
