"""The shipped roles and figures: every number with its source or assumption (docs/sources.md, docs/assumptions.md)."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from drillsim.quantities import Spread, spread

RESOLVES, ASSISTS, AWAY = "resolves", "assists", "stays-away"


def _words(
    behaviour: str,
    disorder: str,
    unwanted: str,
    hostile: str,
    medical: str,
    fire: str,
    missing: str,
    bomb: str,
    false: str,
) -> dict[str, str]:
    """Return the words by kind; fire and hazard have the same."""
    return {
        "behaviour": behaviour, "disorder": disorder, "unwanted-person": unwanted, "hostile": hostile,
        "medical": medical, "fire": fire, "hazard": fire, "missing-person": missing, "bomb-threat": bomb,
        "false-report": false,
    }  # fmt: skip


SHIPPED: dict[str, dict[str, Any]] = {
    "sro": {
        "label": "School Resource Officer",
        "words": _words(RESOLVES, RESOLVES, RESOLVES, RESOLVES, ASSISTS, ASSISTS, RESOLVES, RESOLVES, RESOLVES),
        "armed": True, "quorum": True, "police_channel": True, "first_aid": "trained", "fetches_aed": True, "arrests": True,
        # docs/sources.md#finn05: 20 h law enforcement, 10 mentoring, 5 teaching, 6.5 other of 41.5 h a week;
        # half of the first on post and half at the desk, the other hours in the halls: A:availability.sro_duties
        "duties": {"post": "24 %", "desk": "24 %", "mentoring": "24 %", "teaching": "12 %", "patrol": "16 %"},
        "presence": "85 %",  # A:availability.full_time_on_campus
        # docs/sources.md#sro-cost
        "cost": {"low": 75000, "mid": 95000, "high": 120000, "year": 2025, "payer": "district"},
    },
    "armed-guard": {
        "label": "Armed guard",
        "words": _words(RESOLVES, RESOLVES, RESOLVES, RESOLVES, ASSISTS, ASSISTS, RESOLVES, ASSISTS, RESOLVES),
        "armed": True, "quorum": True, "first_aid": "trained", "fetches_aed": True,
        "presence": "90 %",  # A:availability.guard_on_post_share
        # docs/sources.md#guard-cost
        "cost": {"low": 60000, "mid": 75000, "high": 85000, "year": 2024, "payer": "district"},
    },
    "unarmed-guard": {
        "label": "Unarmed guard",
        "words": _words(RESOLVES, RESOLVES, RESOLVES, AWAY, ASSISTS, ASSISTS, RESOLVES, ASSISTS, AWAY),
        "quorum": True, "first_aid": "trained", "fetches_aed": True, "meets_police": True,
        "presence": "90 %",  # A:availability.guard_on_post_share
        # docs/sources.md#guard-cost
        "cost": {"low": 38000, "mid": 46000, "high": 55000, "year": 2023, "payer": "district"},
    },
    "armed-staff": {
        "label": "Armed staff member",
        "words": _words(ASSISTS, ASSISTS, ASSISTS, RESOLVES, ASSISTS, ASSISTS, RESOLVES, ASSISTS, RESOLVES),
        "armed": True, "quorum": True, "first_aid": "trained", "fetches_aed": True,
    },
    "administrator": {
        "label": "Administrator",
        "words": _words(RESOLVES, ASSISTS, RESOLVES, AWAY, ASSISTS, ASSISTS, RESOLVES, RESOLVES, AWAY),
        "meets_police": True, "fetches_aed": True,
    },
    "nurse": {
        "label": "School nurse", "words": _words(AWAY, AWAY, AWAY, AWAY, RESOLVES, AWAY, AWAY, AWAY, AWAY),
        "may_order": False, "first_aid": "nurse",
    },
    "counsellor": {"label": "Counsellor", "words": _words(RESOLVES, AWAY, AWAY, AWAY, ASSISTS, ASSISTS, RESOLVES, AWAY, AWAY)},
    "teacher": {
        "label": "Teacher", "words": _words(ASSISTS, AWAY, AWAY, AWAY, ASSISTS, AWAY, RESOLVES, AWAY, AWAY),
        "first_aid": "trained", "fetches_aed": True,
    },
    "monitor": {
        "label": "Hall monitor", "words": _words(ASSISTS, ASSISTS, ASSISTS, AWAY, ASSISTS, ASSISTS, RESOLVES, AWAY, AWAY),
        "keys": False, "quorum": True, "fetches_aed": True,
    },
    "police": {
        "label": "Police",
        "words": _words(RESOLVES, RESOLVES, RESOLVES, RESOLVES, ASSISTS, ASSISTS, RESOLVES, RESOLVES, RESOLVES),
        "armed": True, "quorum": True, "keys": False, "radio": False, "first_aid": "trained", "arrests": True,
    },
    "ems": {
        "label": "EMS", "words": _words(AWAY, AWAY, AWAY, AWAY, RESOLVES, ASSISTS, AWAY, AWAY, AWAY),
        "keys": False, "radio": False, "first_aid": "ems",
    },
    "fire-service": {
        "label": "Fire service", "words": _words(AWAY, AWAY, AWAY, AWAY, ASSISTS, RESOLVES, AWAY, ASSISTS, AWAY), "radio": False,
        "first_aid": "trained",
    },
}  # fmt: skip
"""The default matrix of rule B3 of docs/model/response.md, and the flags of each role."""


def _time(value: Any) -> Spread:
    return spread(value, "time")


REPORT_DELAY: dict[str, Spread] = {
    "radio": _time({"low": "3 s", "high": "8 s"}),  # A:alerting.radio_message_delay
    "phone": _time({"low": "15 s", "usual": "25 s", "high": "60 s"}),  # A:alerting.phone_report
    "badge": _time({"low": "2 s", "high": "6 s"}),  # A:alerting.panic_button_delay
    "in-person": _time({"low": "30 s", "usual": "60 s", "high": "120 s"}),  # A:alerting.in_person_report
}
"""Noticed to reported, by means."""

ANNOUNCE_DELAY: dict[tuple[str, str], Spread] = {
    ("lockdown", "office"): _time({"median": "35 s", "sigma": 0.5}),  # A:alerting.pa_delay_centralised
    ("lockdown", "teacher"): _time({"median": "32 s", "sigma": 0.5}),  # A:alerting.pa_delay_decentralised
    ("lockdown", "alarm"): _time("0 s"),  # A:alerting.alarm_at_once
    ("evacuate", "office"): _time({"median": "60 s", "sigma": 0.5}),  # A:lockdown.evac_order_delay
    ("evacuate", "teacher"): _time({"median": "32 s", "sigma": 0.5}),  # A:alerting.pa_delay_decentralised
    ("evacuate", "alarm"): _time("0 s"),  # A:lockdown.evac_order_delay (fire alarm = 0)
}
ANNOUNCE_DELAY |= {
    (action, by): ANNOUNCE_DELAY["lockdown", by]  # as for a lockdown: A:alerting.pa_delay_centralised
    for action in ("hold", "secure", "shelter")
    for by in ("office", "teacher", "alarm")
}
ANNOUNCE_DELAY |= {
    (action, "badge"): _time({"low": "2 s", "high": "6 s"})  # A:alerting.panic_button_delay
    for action in ("hold", "secure", "shelter", "lockdown", "evacuate")
}
"""Reported (teacher, alarm: noticed) to announcement, by action and announcer."""

POLICE_LAWS: dict[str, Spread] = {
    # docs/sources.md#fbi-leb: median 3 min, n = 51, 1 to 12 min; sigma derived from that range
    "active-events": _time({"median": "180 s", "sigma": 0.55, "low": "60 s", "high": "1500 s"}),
    # docs/sources.md#purdue: at least 10 min, control case 10 to 12 min
    "slow": _time({"low": "600 s", "high": "720 s"}),
    # docs/sources.md#fulton: mean 816 s; median 701 s follows for sigma 0.55 (A:police.routine_sigma)
    "routine-priority-1": _time({"median": "701 s", "sigma": 0.55, "low": "60 s", "high": "3600 s"}),
}
"""Call to first officer at the entry; answering and processing are inside."""

# docs/sources.md#nfpa: answering 15 s, processing 60 s, turnout 60 s, travel 240 s are 90 % targets; the sum of their
# medians and its spread are A:services.nfpa_medians
TARGET_RESPONSE = _time({"median": "240 s", "sigma": 0.35, "low": "90 s", "high": "1500 s"})
"""Call to arrival of ambulance or first engine where the published targets are met."""

CAMERA_DETECTS: dict[int, float] = {1: 0.85, 4: 0.74, 6: 0.58, 9: 0.53}
"""Share of events seen by somebody who watches that many monitors. Source: docs/sources.md#psdb."""


def camera_detection(monitors: int) -> float:
    """Return the share of events seen on this many monitors, straight between the published points, flat beyond."""
    points = sorted(CAMERA_DETECTS.items())
    if monitors <= points[0][0]:
        return points[0][1]
    for (n0, p0), (n1, p1) in pairwise(points):
        if monitors <= n1:
            return p0 + (p1 - p0) * (monitors - n0) / (n1 - n0)
    return points[-1][1]
