"""The assumptions that a study is tried against, with their ranges, and the named laws that stand in for each other."""

from __future__ import annotations

from dataclasses import dataclass

from drillsim.scenario.model import Scenario
from drillsim.study.variants import Variant
from drillsim.study.vary import vary


@dataclass(frozen=True)
class Factor:
    """A numbered assumption, by the key of the scenario file that holds it, and the range that its value is moved over.

    low, high
        Change of what holds now, as a fraction: -0.5 halves it, 1 doubles it; all quantities of a spread alike. Of a share, its
        least and largest value.
    """

    key: str
    assumption: str
    low: float
    high: float
    is_share: bool = False

    @property
    def range_words(self) -> str:
        """The key and its range, such as 'reporting.radio -33 to +150 %'."""
        sign = "" if self.is_share else "+"
        return f"{self.key} {100 * self.low:{sign}.0f} to {100 * self.high:{sign}.0f} %"

    def change(self, at: float) -> dict[str, str]:
        """Return the change at a place of the range, 0 the low end and 1 the high one, as `vary` takes it."""
        shift = self.low + at * (self.high - self.low)
        return {self.key: f"{100 * shift:.4f} %" if self.is_share else f"{100 * shift:+.4f} %"}


FACTORS: tuple[Factor, ...] = (
    Factor("noticing.witness", "A:detection.staff_witness_delay", -0.5, 1.0),
    Factor("noticing.unsupervised", "A:detection.unsupervised_report_delay", -0.5, 2.0),
    Factor("noticing.camera_watched", "A:detection.cctv_share_of_time_watched", 0.0, 1.0, is_share=True),
    Factor("noticing.trust", "A:detection.trust", 0.3, 1.0, is_share=True),
    Factor("reporting.radio", "A:alerting.radio_message_delay", -1 / 3, 1.5),
    Factor("reporting.success", "A:alerting.radio_comm_success", 0.8, 1.0, is_share=True),
    Factor("reporting.ask_back", "A:alerting.ask_back", -0.5, 4.0),
    Factor("police.locate", "A:police.enter_and_locate", -0.5, 1.5),
    Factor("police.run", "A:responder.speed_jog", -0.25, 0.09),
    Factor("dispatch.search.glance", "A:responder.search_room", -0.5, 1.5),
    Factor("locks.key", "A:responder.door_key", -0.5, 3.0),
    Factor("protocol.announcement", "A:alerting.pa_announcement_len", -3 / 8, 7 / 8),
    Factor("protocol.rooms.recover", "A:lockdown.recover_hall_students", -0.5, 1.0),
    Factor("protocol.rooms.key", "A:lockdown.room_lock_key_outside", -0.5, 1.0),
    Factor("protocol.rooms.hide", "A:lockdown.lights_out_of_sight", -0.5, 1.0),
)
"""Assumptions that every scenario holds, with the ranges of docs/assumptions.md, as changes of the shipped value or, of a share,
as values; where that page names a range of several parts, that of the middle one."""

FORMS: tuple[tuple[str, str], ...] = (
    ("laws.door", "sfpe-guide"),
    ("laws.door", "imo"),
    ("laws.door", "lab"),
    ("laws.speed", "weidmann"),
    ("laws.speed", "constant"),
    ("people.routes", "shortest"),
    ("people.routes", "least-time"),
    ("police.law", "active-events"),
    ("police.law", "slow"),
    ("police.law", "routine-priority-1"),
)
"""Model forms: keys, and the named laws and choices that may stand there."""
OF_CROWD = ("laws.", "people.")
"""Beginnings of the keys that count only where people walk."""


@dataclass(frozen=True)
class TriedCase:
    """One variant of a scenario: what is changed, and the drill.

    by
        Number of the assumption, or key of the law.
    is_form
        Whether another law is tried instead of another value: model form, told apart.
    """

    by: str
    value: str
    is_form: bool
    variant: Variant


def one_at_a_time(
    scenario: Scenario, factors: tuple[Factor, ...] = FACTORS, forms: tuple[tuple[str, str], ...] = FORMS
) -> list[TriedCase]:
    """Return a scenario with each factor alone at either end of its range, and with each other law alone.

    Ends that change nothing are left out (trust beyond all, a law that holds already; laws of a crowd that stands still). The
    family of draws stays, so that every case meets the same drills. Raises ScenarioError where a range leaves what a file may say.
    """
    cases = []
    for factor in factors:
        for at in (0.0, 1.0):
            value = factor.change(at)[factor.key]
            told = f"{float(value.removesuffix(' %')):{'.0f' if factor.is_share else '+.0f'}} %"
            cases.append(_case(scenario, factor.assumption, factor.key, value, told))
    for key, name in forms:
        if scenario.crowd == "walks" or not key.startswith(OF_CROWD):
            cases.append(_case(scenario, key, key, name, name, is_form=True))
    apart = {"name", "family"}
    base = scenario.model_dump(exclude=apart)
    changed = [case for case in cases if case.variant.scenario.model_dump(exclude=apart) != base]
    return [case for case in changed if case.by != "police.law" or _is_other_law(scenario, case.variant.scenario)]


def _is_other_law(scenario: Scenario, other: Scenario) -> bool:
    """Return whether a named police law is another one than holds; a law of the school's own log has no name to change."""
    held, tried = scenario.police.law, other.police.law
    if held is not None:
        return isinstance(held, str)
    return {one.row.police_law for one in scenario.incidents} != {tried}


def _case(scenario: Scenario, by: str, key: str, value: str, told: str, *, is_form: bool = False) -> TriedCase:
    """Return one case; six arguments: what is changed and by what, in numbers and in words."""
    named = vary(scenario, {key: value}, name=f"{scenario.name}+{key}={told}")
    return TriedCase(by, f"{key} {told}", is_form, Variant(named))
