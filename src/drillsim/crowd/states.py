"""States of a person or unit, codes of places, and the words in which they are reported; shared by all crowds."""

from __future__ import annotations

STATES = 10
WAITING, WALKING, QUEUED, UNLOCKING, STANDING, AWAY, SETTLED, STRANDED, ABSENT, LOST = range(STATES)


ON_LEG = (WALKING, QUEUED, UNLOCKING)


ON_STAIR = -2


NOWHERE, REACHED = -1, -2
"""In place of a way to take: there is none, or the goal is reached."""


WORDS = {
    WAITING: "waiting", WALKING: "walking", QUEUED: "queued", STANDING: "standing", AWAY: "out", SETTLED: "settled",
    STRANDED: "stranded", UNLOCKING: "unlocking", ABSENT: "absent", LOST: "lost",
}  # fmt: skip


GONE_HOME = "gone home"
"""Why somebody is out who was to leave the site."""
ROOMS = {"refuge": "in a refuge", "own": "in its own room"}


OUT, SEAM, FLIGHT, ARRIVED = -1, -2, -3, -4
