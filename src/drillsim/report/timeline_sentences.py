"""Phrases of the timeline that `record/events.py` does not hold: milestones, duties, states, names of services."""

from __future__ import annotations

from drillsim.record import events as ev

RULE_BREAK = "a rule is broken"
SENTENCES: dict[str, str] = {row.name: row.sentence for row in ev.EVENTS.values() if row.sentence}
"""By event: its sentence. Placeholders with a capital letter begin a sentence."""
RUNS = {
    ev.SECURED: ("rooms", "secured"),
    ev.OCCUPIED: ("rooms that were empty", "taken by people who fled"),
    ev.REFUGE_SECURED: ("rooms into which people fled", "secured"),
    ev.LOCKED: ("outside doors", "locked"),
    ev.IN_PLACE: ("people", "in place"),
    ev.IN_REFUGE: ("people", "in a place of refuge"),
    ev.OUT: ("people", "out"),
    ev.OUT_AGAIN: ("people who came in later", "out again"),
    ev.GONE_HOME: ("people", "off the site"),
    ev.RELEASED: ("rooms", "released"),
}
"""Events that occur in great number and are reported as milestones: their noun, and their state."""
ASKED = {
    "hold": "in the halls {are} asked into the nearest room",
    "secure": "outdoors {are} asked to come in",
    "shelter": "{are} asked to go to the places of shelter",
}
NOBODY_ASKED = {
    "hold": "Nobody is in the halls",
    "secure": "Nobody is outdoors",
    "shelter": "Nobody is there to shelter",
}
WHO = {
    "people": "people there", "office": "the front office", "school": "the school", "script": "the script",
    "anybody": "somebody with a phone", "police": "the first police officer", "ems": "the ambulance",
    "fire-service": "the fire service", "alarm": "the alarm", "outside": "the outside", "everywhere": "everywhere",
}  # fmt: skip
DUTIES = {
    "post": "on post", "patrol": "on patrol", "desk": "at a desk", "mentoring": "mentoring", "visitors": "serving visitors",
    "teaching": "teaching", "counselling": "counselling", "mediation": "mediating",
}  # fmt: skip
AWAY = {
    "court": "in court", "training": "at a training", "other-school": "at the other school", "off-site": "off site",
    "off": "off duty",
}  # fmt: skip
"""Whereabouts, by calendar, of units that are not on campus."""
ENDS = {
    "on-scene-not-able": "Somebody came, but never enough of those it needs",
    "on-the-way": "Nobody has come yet: responders are still on the way",
    "sent": "Nobody has come yet: who was sent has not set off",
    "cannot-reach": "Nobody has come: there was no way that they could open",
    "waiting": "Nobody has come: it still waits for somebody to be free",
    "nobody-free": "Nobody has come: all were busy",
    "nobody-suited": "Nobody has come: nobody on campus does this kind",
    "not-noticed": "Nobody has noticed it",
    "not-reported": "No report has arrived yet",
    "report-lost": "No report ever arrived",
}
"""States of an incident at its horizon; other incidents are over or have an able responder, as earlier lines say."""
PEOPLE = {"waiting": "where they were", "walking": "still walking", "queued": "still in a queue"}
"""Phrases for states of people at the horizon whose own word is unclear."""
