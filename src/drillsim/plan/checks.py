"""Checks of a floor plan as a whole: ids, references, widths, stairs, ramps, timetable, groups; all faults in one pass."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import sqrt
from typing import TYPE_CHECKING, Any

from drillsim.documents.document import Document
from drillsim.documents.fault_list import FaultList
from drillsim.errors import Fault, closest, order_faults
from drillsim.notation import UNITS, length_text, value_of
from drillsim.plan.model import OUTSIDE, Equipment, FloorPlan, Opening, Post, Ramp, Stair
from drillsim.plan.passage import is_exit
from drillsim.quantities import minutes

if TYPE_CHECKING:
    from shapely import Polygon

NARROW_M, WIDE_M = 0.6, 3.66
"""Usual clear widths of doors in m: 2 ft to 12 ft. Source: assumption A:plan.usual_widths."""
RISES_M, RISERS_M, TREADS_M = (0.3, 6.5), (0.10, 0.23), (0.20, 0.45)
"""Usual rise of a stair between storeys, height and depth of a step, m. Source: assumption A:plan.usual_stairs."""
LEAST_CAPACITY_PS = 0.05
"""Persons per second below which a drill refuses an opening, stair or ramp (crowd/laws.py). Source: A:crowd.least_capacity."""
PASSABLE_M = 0.3 + LEAST_CAPACITY_PS / 1.3
"""Clear width of a door, m, below which the default law of doors lets fewer than 0.05 persons pass per second (crowd/laws.py)."""
PEOPLE_PER_M2 = 2.7
"""Persons that a square metre holds under the default laws (crowd/laws.py). Source: docs/model/crowd.md."""
STEEPEST = 1 / 8
"""Steepest usual slope of a ramp. Source: assumption A:plan.usual_ramps."""
STOREY_SLACK_M = 0.3
"""Difference in m between the rise of a stair and the height between its levels that gives no warning."""

SHARES_SLACK = 0.005
"""Deviation of a sum of shares from 1 that gives no warning, since thirds are written as 33 %."""


def check_plan(plan: FloorPlan, document: Document | None = None) -> list[Fault]:
    """Return all faults of a plan, errors and warnings, in the order of the file; an empty list where there is none.

    document
        The file the plan was read from, so that faults know line and column; without it they carry the plan's name.
    """
    return note_faults(plan, FaultList(document.file if document else plan.name, document))


def note_faults(plan: FloorPlan, notes: FaultList) -> list[Fault]:
    """Add every fault of a plan to the notes and return them in order; see `check_plan`."""
    from drillsim.plan import egress_checks, outline_checks

    if not outline_checks.check_sizes(plan, notes):
        return order_faults(notes.faults)
    _check_ids(plan, notes)
    _check_references(plan, notes)
    _check_widths(plan, notes)
    _check_flights(plan, notes)
    _check_timetable(plan, notes)
    _check_groups(plan, notes)
    floors, parted = outline_checks.check_outlines(plan, notes)
    _check_crowding(plan, notes, floors)
    if not notes.is_partial:
        egress_checks.check_ways_out(plan, notes, parted)
    return order_faults(notes.faults)


def _check_ids(plan: FloorPlan, notes: FaultList) -> None:
    sections: Sequence[tuple[tuple[str, Sequence[Any]], ...]] = (
        (("levels", plan.levels),),
        (("spaces", plan.spaces),),
        (("openings", plan.openings), ("stairs", plan.stairs), ("ramps", plan.ramps)),
        (("posts", plan.posts),),
        (("cameras", plan.cameras),),
        (("equipment", plan.equipment),),
        (("assembly", plan.assembly),),
    )
    for group in sections:
        first: dict[str, tuple[str, int]] = {}
        for section, things in group:
            for i, thing in enumerate(things):
                if thing.id in first:
                    where = notes.line((*first[thing.id], "id"))
                    message = f"the id '{thing.id}' is taken already{where}. Give each of the {section} its own id"
                    notes.add("DS201", message, (section, i, "id"))
                first.setdefault(thing.id, (section, i))
    space_ids = set(plan.space_index)
    for i, space in enumerate(plan.spaces):
        if space.id == OUTSIDE:
            message = f"'{OUTSIDE}' means what lies around the building. Choose another id"
            notes.add("DS201", message, ("spaces", i, "id"))
    for i, post in enumerate(plan.posts):
        if post.id == OUTSIDE:
            message = f"'{OUTSIDE}' means what lies around the building. Choose another id"
            notes.add("DS201", message, ("posts", i, "id"))
        if post.id in space_ids and post.id != post.space:
            message = (
                f"the id '{post.id}' is also a space, and this post stands in '{post.space}'. "
                "Only a post inside the space may share its id"
            )
            notes.add("DS201", message, ("posts", i, "id"))


def _check_references(plan: FloorPlan, notes: FaultList) -> None:
    levels, spaces = dict.fromkeys(v.id for v in plan.levels), dict.fromkeys(s.id for s in plan.spaces)
    openings = dict.fromkeys(o.id for o in plan.openings)
    known = {**spaces, OUTSIDE: None}
    outdoors = {s.id for s in plan.spaces if s.use == "outdoors"}
    exits = dict.fromkeys(o.id for o in plan.openings if _may_be_entry(plan, o))
    for i, space in enumerate(plan.spaces):
        if space.level not in levels:
            notes.unknown("DS208", "level", space.level, levels, ("spaces", i, "level"))
    used = {s.level for s in plan.spaces}
    for i, level in enumerate(plan.levels):
        if level.id not in used and not notes.is_partial:
            message = f"level '{level.id}' has no space. Remove it, or write 'level: {level.id}' on its spaces"
            notes.warn("DS312", message, ("levels", i))
    for i, opening in enumerate(plan.openings):
        for k, name in enumerate(opening.spaces):
            if name != OUTSIDE and name not in spaces:
                notes.unknown("DS202", "space", name, known, ("openings", i, "spaces", k))
        if opening.spaces[0] == opening.spaces[1]:
            message = f"'{opening.id}' joins '{opening.spaces[0]}' with itself. Name the two spaces it stands between"
            notes.add("DS202", message, ("openings", i, "spaces"))
        elif (OUTSIDE in opening.spaces) and opening.kind != "exit":
            message = f"'{opening.id}' is a {opening.kind} to the outside. Write 'kind: exit'"
            notes.warn("DS103", message, ("openings", i, "kind"))
        elif opening.kind == "exit" and all(n in spaces and n not in outdoors for n in opening.spaces):
            message = f"'{opening.id}' is an exit, but '{opening.spaces[0]}' and '{opening.spaces[1]}' are both inside. Write 'kind: door'"
            notes.warn("DS103", message, ("openings", i, "kind"))
    for section, i, flight in plan.flights_by_section():
        for end in ("lower", "upper"):
            if getattr(flight, end) not in spaces:
                notes.unknown("DS202", "space", getattr(flight, end), spaces, (section, i, end))
            door = getattr(flight, f"{end}_opening")
            if door is not None and door not in openings:
                notes.unknown("DS204", "opening", door, openings, (section, i, f"{end}_opening"))
    named: tuple[tuple[str, tuple[Post | Equipment, ...]], ...] = (("posts", plan.posts), ("equipment", plan.equipment))
    for section, things in named:
        for i, thing in enumerate(things):
            if thing.space not in spaces:
                notes.unknown("DS202", "space", thing.space, spaces, (section, i, "space"))
    for i, camera in enumerate(plan.cameras):
        for k, name in enumerate(camera.watches):
            if name not in spaces:
                notes.unknown("DS202", "space", name, spaces, ("cameras", i, "watches", k))
    for service in ("police", "ems"):
        for k, name in enumerate(getattr(plan.entries, service)):
            _check_exit(notes, name, exits, openings, ("entries", service, k))
    for i, place in enumerate(plan.assembly):
        for k, name in enumerate(place.exits):
            _check_exit(notes, name, exits, openings, ("assembly", i, "exits", k))


def _may_be_entry(plan: FloorPlan, opening: Opening) -> bool:
    """Return whether somebody can come in by an opening: an exit, a gate of the site, or an exit of an unknown space."""
    some_unknown = any(s != OUTSIDE and s not in plan.space_index for s in opening.spaces)
    return OUTSIDE in opening.spaces or (some_unknown and opening.kind == "exit") or is_exit(plan, opening)


def _check_exit(
    notes: FaultList, name: str, exits: Collection[str], openings: Collection[str], path: tuple[int | str, ...]
) -> None:
    if name in exits:
        return
    if name in openings:
        notes.add("DS204", f"'{name}' is no exit: it leads from one space to another.{closest(name, exits)}", path)
    else:
        notes.unknown("DS204", "exit", name, exits, path)


def _check_widths(plan: FloorPlan, notes: FaultList) -> None:
    for i, opening in enumerate(plan.openings):
        width = opening.clear_width_m
        at = ("openings", i, "width" if opening.width is not None else "line")
        written = _as_written(notes, at, width, plan.units)
        hint = "" if opening.width is None else _other_unit(written)
        if width <= 0:
            message = (
                f"'{opening.id}' has no width: both ends of 'line' are the same point. Move one, or write "
                "'width: 36 in'"
            )
            notes.add("DS105", message, at)
        elif width < PASSABLE_M and not hint:
            message = (
                f"'{opening.id}' is {written} wide: by the usual law of doors it lets nobody "
                "through, and a drill refuses it. Check the unit"
            )
            notes.warn("DS502", message, at)
        elif not opening.wide_on_purpose and (width < NARROW_M or (width > WIDE_M and opening.kind != "opening")):
            notes.warn("DS402", _odd_width(opening.kind, opening.id, width, written, hint), at)
    for section, i, flight in plan.flights_by_section():
        at, kind = (section, i, "width"), section.removesuffix("s")
        written = _as_written(notes, at, flight.width, plan.units)
        hint = _other_unit(written)
        if flight.width < _passable_m(flight) and not hint:
            message = (
                f"{kind} '{flight.id}' is {written} wide: by the usual law of a {kind} it lets nobody on, and a drill "
                "refuses it. Check the unit"
            )
            notes.warn("DS502", message, at)
        elif not NARROW_M <= flight.width <= WIDE_M:
            notes.warn("DS402", _odd_width(kind, flight.id, flight.width, written, hint, keep=False), at)


def _passable_m(flight: Stair | Ramp) -> float:
    """Return the width in m below which the default laws let fewer than 0.05 persons/s onto a stair or ramp (rule A5)."""
    if isinstance(flight, Ramp):
        return 2 * 0.20 + LEAST_CAPACITY_PS / 1.30
    k_mps = min(51.8 * sqrt(flight.tread / flight.riser) / 60.0, 1.40)
    return 0.30 + LEAST_CAPACITY_PS * 4.0 * 0.266 / k_mps


def _check_crowding(plan: FloorPlan, notes: FaultList, floors: Mapping[str, Polygon]) -> None:
    """Warn of spaces that are given more people than fit."""
    for i, space in enumerate(plan.spaces):
        if space.people <= 1 or space.id not in floors:
            continue
        area_m2 = space.landing if space.landing is not None else float(floors[space.id].area)
        fit = max(1, int(PEOPLE_PER_M2 * area_m2 + 1e-9))
        if space.people > fit:
            message = (
                f"{space.people:,} people are placed in '{space.id}', where {fit:,} fit. Place fewer, or check the unit"
            )
            notes.warn("DS503", message, ("spaces", i, "people"))


def _as_written(notes: FaultList, at: tuple[str, int, str], width_m: float, unit: str | None) -> str:
    """Return a width as the file has it, with the file's unit where it is a bare number."""
    text = (notes.text(at) or "").strip()
    if text and value_of(text, "length", bare=True) is not None:
        return f"{text} {unit}" if value_of(text, "length") is None else text
    return length_text(width_m, unit)


def _other_unit(written: str) -> str:
    """Return the question whether a width was meant in another unit, such as inches for feet; '' where none helps."""
    number, _, unit = written.strip().partition(" ")
    size = value_of(number, "length", bare=True)
    if size is None:
        return ""
    others = {"ft": ("in",), "feet": ("in",), "in": ("ft",), "m": ("cm", "mm"), "cm": ("mm", "m"), "mm": ("cm", "m")}
    usual = [u for u in others.get(unit.strip(), ()) if NARROW_M <= size * UNITS["length"][u] <= WIDE_M]
    return f" Did you mean '{size:g} {usual[0]}'?" if usual else ""


def _odd_width(kind: str, name: str, width_m: float, written: str, hint: str, *, keep: bool = True) -> str:
    wide = width_m > WIDE_M
    usual = "Widths over 12 ft (3.66 m) are unusual." if wide else "Widths below 2 ft (0.6 m) are unusual."
    remedy = " Add 'wide_on_purpose: true' to keep it." if keep else ""
    return f"{kind.replace('_', ' ')} '{name}' is {written} wide.{hint} {usual}{remedy}"


def _check_flights(plan: FloorPlan, notes: FaultList) -> None:
    from drillsim.plan.model import stair_opening

    height = {v.id: v.elevation for v in plan.levels}
    for section, i, flight in plan.flights_by_section():
        called = f"{section.removesuffix('s')} '{flight.id}'"
        ends = [plan.spaces[plan.space_index[s]] for s in (flight.lower, flight.upper) if s in plan.space_index]
        if len(ends) == 2 and all(e.level in height for e in ends):
            storey, on_level = height[ends[1].level] - height[ends[0].level], ends[0].level == ends[1].level
            if on_level and isinstance(flight, Stair):
                message = f"{called} begins and ends on level '{ends[0].level}'. Its spaces lie on two levels"
                notes.add("DS304", message, (section, i, "upper"))
            elif flight.lower == flight.upper:
                message = (
                    f"{called} begins and ends in '{flight.lower}'. Name the space at its foot and the one at its head"
                )
                notes.add("DS304", message, (section, i, "upper"))
            elif storey == 0 and not on_level:
                message = (
                    f"{called}: levels '{ends[0].level}' and '{ends[1].level}' both lie at "
                    f"{length_text(height[ends[0].level], plan.units)}. Correct the 'elevation' of one"
                )
                notes.add("DS304", message, (section, i, "lower"))
            elif storey < 0 and not on_level:
                message = (
                    f"{called}: 'lower' lies above 'upper' ({ends[0].level} at "
                    f"{length_text(height[ends[0].level], plan.units)}, {ends[1].level} at "
                    f"{length_text(height[ends[1].level], plan.units)}). Swap them"
                )
                notes.add("DS304", message, (section, i, "lower"))
            elif isinstance(flight, Stair):
                _check_steps(notes, i, flight, storey, plan.units)
            else:
                _check_slope(notes, i, flight, storey, plan.units)
        for end, room in (("lower", flight.lower), ("upper", flight.upper)):
            if room in plan.space_index and stair_opening(plan, flight, upper=end == "upper") is None:
                _note_untold_opening(plan, notes, (section, i), flight, end, room)


def _note_untold_opening(
    plan: FloorPlan, notes: FaultList, at: tuple[str, int], flight: Stair | Ramp, end: str, room: str
) -> None:
    named, called = getattr(flight, f"{end}_opening"), f"{at[0].removesuffix('s')} '{flight.id}'"
    beside = [o.id for o in plan.openings if room in o.spaces]
    if named is not None:
        if named in plan.opening_index:
            message = f"{end}_opening: '{named}' does not open into '{room}'.{closest(named, beside)}"
            notes.add("DS304", message, (*at, f"{end}_opening"))
    elif beside:
        shown = ", ".join(f"'{b}'" for b in beside[:4])
        message = (
            f"{called}: '{room}' has {len(beside)} openings and not exactly one stair door. "
            f"Write '{end}_opening:' and one of {shown}"
        )
        notes.add("DS304", message, (*at, end))
    elif not notes.is_partial:
        door = "a stair_door" if isinstance(flight, Stair) else "an opening"
        notes.add("DS304", f"{called}: '{room}' has no opening. Add {door} that joins it with a hall", (*at, end))


def _check_slope(notes: FaultList, i: int, ramp: Ramp, storey_m: float, unit: str | None) -> None:
    """Warn of a ramp that is steep, or that cannot overcome the height between its levels."""
    slope = f"1:{1 / ramp.slope:.3g}"
    if ramp.slope > STEEPEST:
        notes.warn("DS404", f"ramp '{ramp.id}' is steep: {slope}. Over 1:8 is unusual", ("ramps", i, "slope"))
    if storey_m > ramp.rise + STOREY_SLACK_M:
        length, rise, storey = (length_text(v, unit) for v in (ramp.length, ramp.rise, storey_m))
        message = (
            f"ramp '{ramp.id}' rises {rise} at most ({length} at {slope}), its levels lie {storey} apart. Correct 'length', "
            "'slope' or 'elevation'"
        )
        notes.warn("DS404", message, ("ramps", i, "length"))


def _check_steps(notes: FaultList, i: int, stair: Stair, storey_m: float, unit: str | None) -> None:
    rise, storey, length = (length_text(v, unit) for v in (stair.rise, storey_m, stair.length))
    if abs(stair.rise - storey_m) > STOREY_SLACK_M:
        message = f"stair '{stair.id}' rises {rise}, its levels lie {storey} apart. Correct 'rise' or 'elevation'"
        notes.warn("DS404", message, ("stairs", i, "rise"))
    elif not RISES_M[0] <= stair.rise <= RISES_M[1]:
        notes.warn(
            "DS404",
            f"stair '{stair.id}' rises {rise}, which is unusual for one flight",
            ("stairs", i, "rise"),
        )
    if stair.length < stair.rise:
        message = f"stair '{stair.id}' is {length} long and rises {rise}. Write the length along the slope"
        notes.warn("DS404", message, ("stairs", i, "length"))
    for word, value, (low, high) in (("riser", stair.riser, RISERS_M), ("tread", stair.tread, TREADS_M)):
        if not low <= value <= high:
            shown = [length_text(v, unit, digits=3) for v in (value, low, high)]
            message = f"stair '{stair.id}': a {word} of {shown[0]} is unusual ({shown[1]} to {shown[2]})"
            notes.warn("DS404", message, ("stairs", i, word))


def _check_timetable(plan: FloorPlan, notes: FaultList) -> None:
    uses = {s.use for s in plan.spaces}
    spans: list[tuple[int, int, str]] = []
    for i, period in enumerate(plan.timetable):
        start, end = minutes(period.from_), minutes(period.to)
        if start >= end or end > 24 * 60:
            message = (
                f"period '{period.period}' ends at {period.to}, not after {period.from_}. Write times of one "
                "day, 00:00 to 24:00"
            )
            notes.add("DS105", message, ("timetable", i, "to"))
        for s, e, name in spans:
            if start < e and s < end:
                message = f"period '{period.period}' begins before '{name}' is over. Bell periods may not overlap"
                notes.add("DS105", message, ("timetable", i, "from"))
        spans.append((start, end, period.period))
        moved: dict[str, float] = {}
        for k, move in enumerate(period.moves):
            moved[move.home] = moved.get(move.home, 0.0) + move.share
            if moved[move.home] > 1 + 1e-9:
                message = (
                    f"more than all rooms of use '{move.home}' move in '{period.period}'. The shares may sum to 100 %"
                )
                notes.add("DS105", message, ("timetable", i, "moves", k, "share"))
            if move.to not in uses and not notes.is_partial:
                message = f"to: the plan has no space of use '{move.to}'.{closest(move.to, sorted(uses))}"
                notes.add("DS207", message, ("timetable", i, "moves", k, "to"))


def _check_groups(plan: FloorPlan, notes: FaultList) -> None:
    total = sum(plan.groups.values())
    if plan.groups and total <= 0:
        notes.add("DS105", "the shares sum to 0 %, so nobody attends. Give at least one group a share", ("groups",))
    elif plan.groups and abs(total - 1) > SHARES_SLACK:
        notes.warn("DS405", f"the shares sum to {total * 100:g} %; they are scaled to 100 %", ("groups",))
