"""The contents of the kit for a real drill: events with expected times, rows of the evaluation guide, and observer cards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from drillsim.analysis.prediction.bands import LAST_OUT, ONSET, ROOM_SECURED, Band
from drillsim.plan.model import FloorPlan
from drillsim.quantities import clock
from drillsim.record.columns import BY_NAME
from drillsim.report.drill_kit.places import CHOSEN, barred_spaces, event_place, standing
from drillsim.report.drill_kit.words import announcement
from drillsim.scenario.model import Scenario

MOST_EXITS = 8
"""Exits with an observer of their own, those with most people in the simulated drills first."""
OFFICE, SCENE, HALLS, ROOM, EXIT, ASSEMBLY, POLICE_ENTRY, EMS_ENTRY, DOORS, ROUTES = (
    "Front office", "Beside the event", "Hall", "Room", "Exit", "Assembly place", "Entry of the police", "Entry of the ambulance",
    "Outside doors", "Place of shelter",
)  # fmt: skip
STATIONS: Mapping[str, tuple[str, str]] = {
    "noticed": (SCENE, "somebody shows that they have noticed it"),
    "reported": (OFFICE, "the office has the report, whoever brings it"),
    "protective_order": (OFFICE, "the first word of the announcement is heard"),
    "police_called": (OFFICE, "the call to the police begins (in a drill: to the number that was agreed)"),
    "backup_called": (OFFICE, "the call for further help begins"),
    "first_on_scene": (SCENE, "the first responder is at the place"),
    "able_on_scene": (SCENE, "those who are needed are at the place"),
    "police_at_entry": (POLICE_ENTRY, "the first officer is at the door"),
    "police_met": (POLICE_ENTRY, "staff give the officer keys and place"),
    "police_on_scene": (SCENE, "the first officer is at the place"),
    "first_aid": (SCENE, "somebody gives first aid"),
    "aed_on_scene": (SCENE, "an AED is beside the patient"),
    "ems_at_entry": (EMS_ENTRY, "the crew is at the door"),
    "ems_on_scene": (SCENE, "the crew is at the patient"),
    "fire_service_on_scene": (SCENE, "the fire service is at the place"),
    "resolved": (SCENE, "it is over"),
    "person_found": (SCENE, "the person is found"),
    "secured_all": (OFFICE, "the last room is reported as locked, dark and out of sight"),
    "halls_clear": (HALLS, "the last pupil has left the hall"),
    "in_place_all": (ROUTES, "the last person has arrived"),
    "perimeter_locked": (DOORS, "the last outside door is locked"),
    "accounted_all": (OFFICE, "the last roll call is reported"),
    "released_all": (OFFICE, "the last room is reported as released"),
    "evacuated_all": (ASSEMBLY, "the last person is out of the building"),
    "evacuated_needs_help_all": (ASSEMBLY, "the last person who needs help is out of the building"),
    "gone_home_all": (EXIT, "the last pupil has left the site"),
    ROOM_SECURED: (ROOM, "the door is locked, the lights are off, nobody can be seen from the door"),
    LAST_OUT: (EXIT, "the last person has passed this door"),
}
"""By the end of an interval: who times it, and at what the watch is stopped."""
BY_RADIO = "heard on the radio or telephone: nobody stands where a hostile event is played"
CAPABILITIES: Mapping[str, str] = {
    "noticed": "Operational communications",
    "reported": "Operational communications",
    "protective_order": "Public information and warning",
    "police_called": "Operational communications",
    "backup_called": "Operational communications",
    "first_aid": "Public health, healthcare, and emergency medical services",
    "aed_on_scene": "Public health, healthcare, and emergency medical services",
    "ems_at_entry": "Public health, healthcare, and emergency medical services",
    "ems_on_scene": "Public health, healthcare, and emergency medical services",
    "fire_service_on_scene": "Fire management and suppression",
    "person_found": "Mass search and rescue operations",
    "accounted_all": "Operational coordination",
    "in_place_all": "Operational coordination",
    "released_all": "Operational coordination",
    LAST_OUT: "Critical transportation",
    "evacuated": "Critical transportation",
    "gone_home": "Critical transportation",
}
"""Core capability of the National Preparedness Goal that an interval is evidence for: a proposal that planners may change."""
ELSE_CAPABILITY = "On-scene security, protection, and law enforcement"


@dataclass(frozen=True)
class KitEvent:
    """A row of the master scenario events list; times from the start of the drill, in s, None where they are not foreseen."""

    number: int
    half_s: float | None
    low_s: float | None
    high_s: float | None
    event: str
    where: str
    expected: str


@dataclass(frozen=True)
class TaskRow:
    """A row of the evaluation guide: what is judged, and what simulated drills show. Ratings are the evaluators'."""

    capability: str
    task: str
    target: str
    simulated: str
    observer: str


@dataclass(frozen=True)
class CardLine:
    """What one observer times: `start` until `stop`, under the words that observed.csv has for it."""

    start: str
    stop: str
    key: tuple[str, str, str]


@dataclass(frozen=True)
class ObserverCard:
    """One card: where an observer stands, and what is timed there."""

    station: str
    where: str
    lines: tuple[CardLine, ...]


@dataclass(frozen=True)
class DrillKit:
    """Everything that the kit holds."""

    school: str
    title: str
    staffing: str
    words: str
    drills: int
    events: tuple[KitEvent, ...]
    tasks: tuple[TaskRow, ...]
    cards: tuple[ObserverCard, ...]
    bands: tuple[Band, ...]
    seal: str


def kit_of(
    scenario: Scenario, plan: FloorPlan, bands: Sequence[Band], *, staffing: str, drills: int, seal: str
) -> DrillKit:
    """Return the kit of a scenario on a plan. Six arguments: the drill, what is expected of it, and what stands on its first page."""
    asked = [band for band in bands if band.end in STATIONS and band.high_s != 0.0]  # what is so at once is not timed
    exits = [band.place for band in asked if band.end == LAST_OUT][:MOST_EXITS]
    kept = tuple(band for band in asked if band.end != LAST_OUT or band.place in exits)
    hostile = any(one.row.is_guarded for one in scenario.incidents)
    return DrillKit(
        school=plan.name,
        title=scenario.title or scenario.name,
        staffing=staffing,
        words=announcement(scenario.protocol.action),
        drills=drills,
        events=tuple(_events(scenario, plan, kept, hostile)),
        tasks=tuple(_tasks(scenario, kept, hostile)),
        cards=tuple(_cards(scenario, plan, kept, hostile)),
        bands=kept,
        seal=seal,
    )


def station_of(end: str, hostile: bool) -> str:
    """Return who times the end of an interval; of a hostile event what is beside it is heard at the front office."""
    station = STATIONS[end][0]
    return OFFICE if hostile and station == SCENE else station


def _events(scenario: Scenario, plan: FloorPlan, bands: Sequence[Band], hostile: bool) -> Iterator[KitEvent]:
    kind = scenario.incidents[scenario.leading].row
    place = event_place(scenario, plan)
    begin = "The exercise director says 'Exercise, exercise, exercise', starts every watch and tells: "
    yield KitEvent(1, 0.0, 0.0, 0.0, f"{begin}{kind.begins}.", place, "All watches run; the drill has begun")
    for number, band in enumerate((b for b in bands if b.start == ONSET and b.end != LAST_OUT), 2):
        station, stop = STATIONS[band.end]
        if band.end == "protective_order" and scenario.protocol.action != "none":
            stop = f"{stop}: '{announcement(scenario.protocol.action)}'"
        where = station_of(band.end, hostile)
        heard = f" ({BY_RADIO})" if where != station else ""
        measure = BY_NAME.get(f"{band.end}_s")
        told = measure.short if measure else band.what
        yield KitEvent(
            number, band.half_s, band.low_s, band.high_s, told[:1].upper() + told[1:], where, _cap(stop) + heard
        )


def _tasks(scenario: Scenario, bands: Sequence[Band], hostile: bool) -> Iterator[TaskRow]:
    goals = {goal.measure.removesuffix("_s"): goal for goal in scenario.goals}
    for band in bands:
        if band.start == ONSET and band.end == LAST_OUT:
            continue
        goal = goals.get(band.end) if band.start == ONSET else None
        target = f"by {clock(goal.at_most)} in {100 * goal.in_share:.3g} % of drills" if goal else ""
        yield TaskRow(capability_of(band.end), _cap(band.what), target, band_words(band), station_of(band.end, hostile))


def capability_of(end: str) -> str:
    """Return the core capability that an interval is evidence for, by the measure it ends with."""
    if end in CAPABILITIES:
        return CAPABILITIES[end]
    return next((told for begin, told in CAPABILITIES.items() if end.startswith(f"{begin}_")), ELSE_CAPABILITY)


def band_words(band: Band) -> str:
    """Return a band in words: '1:03 to 3:09, half by 2:01'; what 9 of 10 drills do not reach has no upper limit."""
    if band.low_s is None:
        return f"reached in {band.reached:,} of {band.drills:,}"
    high = f"to {clock(band.high_s)}" if band.high_s is not None else "on, 1 of 10 not reached"
    half = f", half by {clock(band.half_s)}" if band.half_s is not None else ""
    return f"{clock(band.low_s)} {high}{half}"


def _cards(scenario: Scenario, plan: FloorPlan, bands: Sequence[Band], hostile: bool) -> Iterator[ObserverCard]:
    barred = barred_spaces(scenario, plan)
    by_station: dict[str, list[Band]] = {}
    for band in bands:
        by_station.setdefault(station_of(band.end, hostile), []).append(band)
    for station, mine in by_station.items():
        if station == EXIT:
            yield from _exit_cards(plan, mine, barred)
            continue
        for where in _places_of(station, scenario, plan, barred):
            yield ObserverCard(station, where, tuple(_line(band, station) for band in mine))


def _exit_cards(plan: FloorPlan, bands: Sequence[Band], barred: frozenset[str]) -> Iterator[ObserverCard]:
    """Yield a card for each exit, outside of which the observer stands; none for exits of a barred space."""
    openings = {opening.id: opening for opening in plan.openings}
    whole = [band for band in bands if not band.place]
    for band in bands:
        exit_ = openings.get(band.place)
        if exit_ is not None and not barred.intersection(exit_.spaces):
            yield ObserverCard(EXIT, f"outside {exit_.name}, out of the way", (_line(band, EXIT),))
    if whole:
        yield ObserverCard(EXIT, "at the gate or door by which most leave", tuple(_line(band, EXIT) for band in whole))


def _line(band: Band, station: str) -> CardLine:
    start = "the exercise director starts the drill" if band.start == ONSET else "the announcement begins"
    own, stop = STATIONS[band.end]
    return CardLine(start, stop if own == station else f"you hear on the radio or telephone: {stop}", band.key)


def _places_of(station: str, scenario: Scenario, plan: FloorPlan, barred: frozenset[str]) -> list[str]:
    """Return where observers of a station stand."""
    if station in (HALLS, ROOM):
        return _one_a_level(station, plan, barred)
    names = {opening.id: opening.name for opening in plan.openings if not barred.intersection(opening.spaces)}
    if station in (POLICE_ENTRY, EMS_ENTRY):
        entries = plan.entries.police if station == POLICE_ENTRY else plan.entries.ems
        found = [f"outside {names[e]}, out of the way" for e in entries if e in names]
        return found or [f"outside the entry, {CHOSEN}" if barred else "outside the entry, out of the way"]
    if station == ASSEMBLY:
        return [f"at {place.name}" for place in plan.assembly] or ["at the assembly place"]
    if station == SCENE:
        return [f"{event_place(scenario, plan)}; out of the way, and you do not help"]
    if station == OFFICE and barred:
        return ["at the front office, or wherever the announcement is made; elsewhere if the event is played there"]
    return {
        OFFICE: ["at the front office, or wherever the announcement is made"],
        DOORS: ["with the person who checks the outside doors"],
        ROUTES: ["at the place of shelter"],
    }[station]


def _one_a_level(station: str, plan: FloorPlan, barred: frozenset[str]) -> list[str]:
    """Return a hall, or a room, of each level that has one: the largest hall, and the room with most people."""
    found = []
    for level in plan.levels:
        here = [space for space in plan.spaces if space.level == level.id]
        if station == HALLS:
            spaces = [space for space in here if space.is_circulation and space.use != "stair"]
            spaces.sort(key=lambda space: -_area(space.polygon))
        else:
            spaces = sorted((s for s in here if s.use == "classroom"), key=lambda space: -space.people)
        if spaces:
            sort = "a hall" if station == HALLS else "a classroom"
            inside = "" if station == HALLS else ", inside, beside the door"
            found.append(standing(spaces, barred, sort, level.label or level.id) + inside)
    return found


def _area(polygon: Sequence[tuple[float, float]]) -> float:
    pairs = zip(polygon, [*polygon[1:], polygon[0]], strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def _cap(text: str) -> str:
    return text[:1].upper() + text[1:]


__all__ = [
    "CAPABILITIES",
    "DrillKit",
    "KitEvent",
    "ObserverCard",
    "TaskRow",
    "band_words",
    "capability_of",
    "kit_of",
    "station_of",
]
