"""Checks of the staffing beside a scenario: names, words of roles, whether a need can be met, and units that cannot help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from drillsim.documents.fault_list import FaultList, Path
from drillsim.engine.references import happenings
from drillsim.engine.response.services import ROLES
from drillsim.errors import closest
from drillsim.scenario.defaults import SHIPPED
from drillsim.scenario.incident import Happening
from drillsim.scenario.kinds import Kind
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mixes, Role

POLICE = ROLES["police"]
MOST_OFFICERS = 20
"""As many as `police.officers` takes."""


def units_and_roles(scenario: Scenario, mixes: Mixes, faults: FaultList) -> None:
    """Check the units and roles that a scenario names against the mixes."""
    units = sorted({unit.id for mix in mixes.mixes.values() for unit in mix.units})
    named: list[tuple[str, Path]] = [
        (inject.absent, ("injects", i, "absent"))
        for i, inject in enumerate(scenario.injects)
        if inject.absent is not None
    ]
    for i, line in enumerate(scenario.dispatch.preference):
        named += [(id_, ("dispatch", "preference", i, "units", j)) for j, id_ in enumerate(line.units)]
    for id_, path in named:
        if id_ not in units:
            faults.add("DS206", f"no mix has a unit called '{id_}'.{closest(id_, units)}", path)
    for i, role in enumerate(scenario.dispatch.agreement):
        if role not in {*SHIPPED, *mixes.roles}:
            message = f"no role called '{role}'.{closest(role, sorted({*SHIPPED, *mixes.roles}))}"
            faults.add("DS205", message, ("dispatch", "agreement", i))


def role_words(scenario: Scenario, mixes: Mixes, faults: FaultList) -> None:
    """Check the kinds for which roles have words: an unknown one is an error if an own kind is close, else a warning.

    One mixes file serves scenarios with different own kinds, so that a word for a kind of another one is no mistake.
    """
    written = mixes._document.data.get("roles") if mixes._document is not None else None
    for role, values in (written or {}).items():
        for kind in (values or {}).get("words") or {}:
            if kind not in scenario.kind_rows:
                near = get_close_matches(kind, scenario.kinds, n=1, cutoff=0.6)
                advice = f"Closest: '{near[0]}'" if near else "The word is not used"
                message = f"no kind called '{kind}' in {scenario.name}. {advice}"
                faults.add("DS103", message, ("roles", role, "words", kind), severity="error" if near else "warning")


def own_kinds(scenario: Scenario, mixes: Mixes, faults: FaultList) -> None:
    """Warn of the roles that stay away from an own kind, since it is like no shipped one and their words do not name it."""
    used = {happening.kind for happening, _ in happenings(scenario)}
    for name, own in scenario.kinds.items():
        if own.like is not None or name not in used:
            continue
        roles = {unit.role: mix.role(unit) for mix in mixes.mixes.values() for unit in mix.units}
        away = [role for role, values in roles.items() if name not in values.words]
        if away:
            stay = f"{', '.join(repr(role) for role in away)} {'stay' if len(away) > 1 else 'stays'} away from '{name}'"
            advice = f"Where that is not meant, write 'roles: {{{away[0]}: {{words: {{{name}: resolves}}}}}}' in the mixes file"
            faults.add("DS504", f"{stay}. {advice}", ("kinds", name), severity="warning")


# ---------------------------------------------------------------------- who can meet the need


@dataclass(frozen=True)
class Strength:
    """How many a kind of incident needs at once with one staffing, and how many come at most.

    inside, officers
        People of the mix, and of the police, who count towards what it needs.
    """

    least: int
    most: int
    inside: int
    officers: int


def strength(scenario: Scenario, happening: Happening, roles: Sequence[Role]) -> Strength:
    """Return what an incident needs and who comes at most, on campus or called (rules B3 and B18)."""
    kind, police = happening.row, scenario.police
    able = [r for r in roles if r.word(kind) == "resolves" and (r.armed or not kind.needs_arms)]
    least = happening.needs if kind.needs_quorum else scenario.dispatch.team if kind.needs_arms else 1
    inside = sum(r.quorum for r in roles if r.word(kind) != "stays-away") if kind.needs_quorum else len(able)
    enough = inside >= least and bool(able)
    called = police.called(kind)
    comes = called == "always" or (called == "if-needed" and not enough) or kind.calls_911
    resolve = comes and POLICE.word(kind) == "resolves"
    officers = (police.officers if kind.all_officers else 1) if resolve else 0
    served = kind.service != "" and ROLES[kind.service].word(kind) == "resolves"
    if kind.needs_quorum:
        most = inside + officers if able or resolve else 0
    else:
        most = max(inside, officers) if kind.needs_arms else inside + officers + served
    return Strength(least, most, inside, officers)


def needs(scenario: Scenario, mixes: Mixes, faults: FaultList) -> None:
    """Check that with every mix those on campus, or called, can meet the need of every incident.

    A matter of discipline needs nobody: where an agreement leaves it to nobody it ends by itself (rule B18)."""
    for happening, path in happenings(scenario):
        kind = happening.row
        if happening.discipline:
            continue
        for name, mix in mixes.mixes.items():
            roles = [mix.role(u) for u in mix.units]
            found = strength(scenario, happening, roles)
            if found.most < found.least:
                message = (
                    f"in the mix '{name}' nobody can resolve '{kind}': it needs {found.least} at once, and at most "
                    f"{found.most} come. {_remedy(kind, found, roles)}"
                )
                faults.add("DS505", message, (*path, "kind"), severity="warning" if kind.is_own else "error")


def _remedy(kind: Kind, found: Strength, roles: Sequence[Role]) -> str:
    """Return what to write so that the need of an incident can be met."""
    if not found.officers and POLICE.word(kind) == "resolves":
        return f"Write 'kinds: {{{kind}: {{police: if-needed}}}}', or add units"
    if not found.officers:
        role = roles[0].name if roles else ""
        words = f"Write 'roles: {{{role}: {{words: {{{kind}: resolves}}}}}}' in the mixes file" if role else ""
        return f"{words}, or add units whose role resolves it" if words else "Add a unit whose role resolves it"
    wanted = found.least if kind.needs_arms else found.least - found.inside
    if wanted > MOST_OFFICERS:
        if kind.needs_quorum:
            return f"Write 'quorum: {found.most}' at the incident, or add units"
        return "Add units"
    if not kind.all_officers:
        return f"Write 'kinds: {{{kind}: {{all_officers: true}}}}' and 'police: {{officers: {wanted}}}', or add units"
    return f"Write 'police: {{officers: {wanted}}}', or add units"


# ---------------------------------------------------------------------- units that cannot help


def idle_units(scenario: Scenario, mixes: Mixes, faults: FaultList) -> None:
    """Warn of units that can help in no incident of the scenario; the mix can be compared all the same."""
    for name, mix in mixes.mixes.items():
        for i, unit in enumerate(mix.units):
            role = mix.role(unit)
            if any(_helps(scenario, happening, role) for happening, _ in happenings(scenario)):
                continue
            kinds = ", ".join(dict.fromkeys(_noun(happening) for happening, _ in happenings(scenario)))
            message = f"'{unit.id}' cannot help in {scenario.name}: its role '{unit.role}' stays away from {kinds}"
            advice = "Leave it out here, or give the role a word"
            path: Path = ("mixes", name, "units", i, "role")
            faults.add("DS505", f"{message}. {advice}", path, severity="warning")


def _noun(happening: Happening) -> str:
    return "rule breaks" if happening.discipline else f"'{happening.kind}'"


def _helps(scenario: Scenario, happening: Happening, role: Role) -> bool:
    """Return whether a role does something in an incident: at its place, or by a task beside it (rule B10)."""
    kind = happening.row
    if role.word(kind) != "stays-away":
        return not (happening.discipline and any(role.is_a(name) for name in scenario.dispatch.agreement))
    return not kind.may_approach and (role.meets_police or role.guides or role.may_order or role.keys)
