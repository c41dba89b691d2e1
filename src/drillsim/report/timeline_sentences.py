"""The words in which a drill is told: one sentence for each sort of event, and what people call things."""

from __future__ import annotations

RULE_BREAK = "a rule is broken"
SENTENCES: dict[str, str] = {
    "onset": "{onset} in {where}.",
    "noticed": "It is noticed: {notice}.",
    "reported": "The front office has the report, {why}.",
    "report-lost": "The report does not get through.",
    "place-unknown": "The report does not say where it is.",
    "place-known": "Whoever is sent knows the place: {where}.",
    "police-called": "Police are called by {who} ({why}).",
    "called": "{Service} is called.",
    "order": "The order is given by {who}: {why}.",
    "asked": "{asked}.",
    "word": "{Who} {word}.",
    "waits": "{Why}: it has to wait.",
    "dispatched": "{Who} takes it {why}.",
    "nobody-free": "{Why}: nobody on campus comes.",
    "nobody-suited": "{nobody}.",
    "called-off": "{Who} is called off, {why}.",
    "turned-back": "{Who} turns back: {why}.",
    "found": "{Who} finds the place: {where}.",
    "waits-at-door": "{Who} waits at the last door, in {where}, {why}.",
    "takes-aed": "{Who} takes the AED from {where}.",
    "first-aid": "{Who} gives first aid.",
    "aed-there": "An AED is at the patient, with {who}.",
    "stage-ends": "Of the incident's script, {why} is over.",
    "script-done": "The incident's own script is over.",
    "moves-to": "The incident moves to {where}.",
    "cannot-go": "The incident cannot go to {where}: {why}.",
    "under-way": "{Who} sets off from {where}{comma_why}.",
    "on-scene": "{Who} is on scene in {where}{to_assist}.",
    "able": "{able}: {who}.",
    "at-entry": "{Who} is at {where}.",
    "police-met": "{Who} meets the police at {where} with keys and place.",
    "holds-door": "{Who} holds {where} open {why}.",
    "locks-and-guides": "{Who} locks, and guides people away, {why}: {where}.",
    "searches": "{Who} looks for the place: {why}.",
    "leave-by-themselves": "{Count} in the halls leave the building by themselves: {why}.",
    "resolved": "{over}.",
    "free": "{Who} is free again.",
    "locked": "{Who} locks {where}.",
    "lock-failed": "{Who} cannot be locked: {why_not}.",
    "releases": "{Who} goes {why} to let people out.",
    "abandoned": "{Who} is not locked: {why}.",
    "refuge-locked": "{Who} locks {where}, into which people fled.",
    "refuge-lock-failed": "{Who}, into which people fled, cannot be locked: {why_not}.",
    "held-open": "{Who} is held open: {why}.",
    "to-refuge": "To the places of refuge, for want of a way without a stair: {Count}.",
    "stay-outdoors": "{Count} stay outdoors in {where}{comma_why}.",
    "closed": "{Where} is closed.",
    "reopened": "{Where} is open again.",
    "left": "{Who} leaves campus: {why}.",
    "back": "{Who} is back on campus.",
    "duty": "{Who} is now {duty}.",
    "propped": "{Where} is propped open.",
    "shuts-door": "{Who} finds {where} propped open and shuts it.",
    "alarm": "The fire alarm rings{colon_why}.",
    "radio-out": "No radio any more: {where}.",
    "radio-back": "Radio works again: {where}.",
    "cannot-reach": "{Who} cannot reach {where}: {why}.",
    "halls-clear": "The halls are clear of pupils.",
}
"""By event: its sentence. Placeholders with a capital letter begin a sentence."""
RUNS = {
    "secured": ("rooms", "secured"),
    "occupied": ("rooms that were empty", "taken by people who fled"),
    "refuge-secured": ("rooms into which people fled", "secured"),
    "locked": ("outside doors", "locked"),
    "in-place": ("people", "in place"),
    "in-refuge": ("people", "in a place of refuge"),
    "out": ("people", "out"),
    "out-again": ("people who came in later", "out again"),
    "released": ("rooms", "released"),
}
"""Events that come in great number, told as milestones: of what, and what has become of them."""
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
"""Where a calendar has somebody who is not on campus."""
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
"""How an incident stands at its horizon; the others are over, or somebody able is there, which is told in its place."""
PEOPLE = {"waiting": "where they were", "walking": "still walking", "queued": "still in a queue"}
"""States of people at the horizon, where their own word would not say it."""
