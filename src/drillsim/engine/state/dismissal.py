"""Dismissal: in a bell period in which people go home, they leave the building and the site (rule A13).

Whoever is in a hall or outdoors is on the way already and goes on at once. Each room is let out at a time of its own, drawn
evenly over what is left of the period (A:dismissal.rooms); its people then take their premovement. People in staff rooms
stay on duty (A:dismissal.staff). An order takes people off their way home as far as it tells them something else.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drillsim.engine.state.drill_state import DrillState
from drillsim.plan.model import STAFF_USES, Period
from drillsim.quantities import minutes
from drillsim.record import events as ev


def begin(drill: DrillState) -> None:
    """Send people home, if the bell period of the drill is a dismissal and people walk in it; log how many they are."""
    period = drill.clock.period(drill.clock.onset_s)
    if drill.stays or period is None or not period.is_dismissal:
        return
    people, delay_s = _leavers(drill, period)
    drill.going_home = people
    protected = drill.incidents[drill.scenario.protected].id
    drill.log("people", ev.DISMISSED, "", period.period, incident=protected, value=float(len(people)))
    drill.crowd.leave_site(people, delay_s=delay_s)


def _leavers(drill: DrillState, period: Period) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return who goes home, and the seconds until each sets out."""
    spaces, clock, population = drill.world.plan.spaces, drill.clock, drill.population
    begins_s = max(clock.seconds(minutes(period.from_)), 0.0)
    lasts_s = max(clock.seconds(minutes(period.to)) - begins_s, 0.0)
    under_way = np.array([s.is_circulation or s.use == "outdoors" for s in spaces])
    on_duty = np.array([s.use in STAFF_USES for s in spaces])
    people = np.flatnonzero(~drill.comes_later() & ~on_duty[population.space])
    space = population.space[people]
    let_out_s = lasts_s * drill.streams.uniforms("room.dismissed", drill.world.space_words)
    sits_s = let_out_s[space] + population.premovement_s[people]
    return people, begins_s + np.where(under_way[space], 0.0, sits_s)
