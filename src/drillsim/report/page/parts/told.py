"""Numbers of the page: each is taken from summary.json, shown with a few digits, and says where it is from.

A number stands in `<span data-n="PATH:FORM">`: the place of the value in summary.json and the form it is shown in. PATH is short,
and names scenarios and mixes by their place: `0.m1.able_on_scene_s.p50` (a measure of a mix), `0.c4` (a comparison), `0.b2` (before
and after), `0.g3` (a goal), `0.m1.cost`, `0.horizon_s`. Tests read the rendered page and compare.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from drillsim.analysis.wording import money_words, p_words, share_words, shown, unit_of
from drillsim.escape import one_line
from drillsim.quantities import clock

NONE = "–"
LONGEST = 120
"""Characters of a user's label that are shown whole."""


@dataclass(frozen=True)
class Told:
    """A number as it is shown.

    path
        Place of the value in summary.json; '' for a number that is not in it.
    form
        clock, over, share, count, number, gap, difference, p, wins or money.
    """

    words: str
    path: str = ""
    form: str = ""

    def __html__(self) -> str:
        return self.element("span")

    def element(self, name: str) -> Markup:
        """Return the number in an HTML or SVG element."""
        if not self.path:
            return escape(self.words)
        return Markup('<{0} data-n="{1}:{2}">{3}</{0}>').format(Markup(name), self.path, self.form, self.words)

    def __str__(self) -> str:
        return self.words


def clean(value: Any) -> Any:
    """Return a value for the page: text of the user on one line, with active characters shown as escapes."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return one_line(value)
    return "" if value is None else value


def short(text: str, longest: int = LONGEST) -> str:
    """Return a label of at most so many characters, the rest left out."""
    text = one_line(text)
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def say(form: str, *words: Any, **named: Any) -> Markup:
    """Return a sentence with its words and numbers put in, escaped."""
    return Markup(form).format(*map(clean, words), **{k: clean(v) for k, v in named.items()})


def listed(words: list[Any]) -> Markup:
    """Return 'a, b and c'."""
    if len(words) < 2:
        return Markup("").join(map(clean, words))
    return say("{} and {}", Markup(", ").join(map(clean, words[:-1])), words[-1])


class Numbers:
    """The numbers of summary.json, by scenario, mix and measure."""

    def __init__(self, summary: Mapping[str, Any]) -> None:
        self.summary = summary
        self._scenarios = {name: i for i, name in enumerate(summary["scenarios"])}

    def scenario(self, name: str) -> Mapping[str, Any]:
        """Return what summary.json says of a scenario."""
        found: Mapping[str, Any] = self.summary["scenarios"][name]
        return found

    def _place(self, scenario: str, mix: str = "") -> str:
        path = f"{self._scenarios[scenario]}"
        return f"{path}.m{list(self.scenario(scenario)['mixes']).index(mix)}" if mix else path

    def has(self, scenario: str, mix: str, measure: str) -> bool:
        """Return whether any drill of a mix has a measure."""
        found = self.scenario(scenario)["mixes"][mix]["measures"].get(measure)
        return found is not None and found["runs"] > 0

    def measure(self, scenario: str, mix: str, measure: str, what: str) -> Told:
        """Return mean, p50, p90, reached or runs of a mix in a measure; a time that is not reached as '> 30:00'."""
        found = self.scenario(scenario)["mixes"][mix]["measures"].get(measure)
        if found is None or not found["runs"]:
            return Told(NONE)
        path = f"{self._place(scenario, mix)}.{measure}.{what}"
        value, unit = found[what], unit_of(measure)
        if what in ("reached", "runs"):
            return Told(f"{value:,}", path, "count")
        if value is None and what in ("p50", "p90"):
            return Told(f"> {shown(self.scenario(scenario)['horizon_s'], unit)}", path, "over")
        form = {"s": "clock", "share": "share"}.get(unit, "number")
        return Told(shown(value, unit), path, form)

    def difference(self, scenario: str, index: int) -> Told:
        """Return the mean difference of a comparison with its interval, by its place in `comparisons`."""
        return self._apart(self.scenario(scenario)["comparisons"][index], f"{self._place(scenario)}.c{index}")

    def gap(self, scenario: str, index: int) -> Told:
        """Return the mean difference of a comparison without its interval."""
        told = self.difference(scenario, index)
        return Told(told.words.split(" (")[0], told.path, "gap")

    def change(self, scenario: str, index: int) -> Told:
        """Return the mean difference of a variant to its base, by its place in `before_after`."""
        line = self.scenario(scenario)["before_after"][index]
        return self._apart(line, f"{self._place(scenario)}.b{index}")

    def change_p(self, scenario: str, index: int) -> Told:
        """Return the adjusted p-value of a variant against its base."""
        value = self.scenario(scenario)["before_after"][index]["p_holm"]
        return Told(p_words(value), f"{self._place(scenario)}.b{index}", "p")

    def change_wins(self, scenario: str, index: int) -> Told:
        """Return the share of the drills in which a variant is faster than its base."""
        value = self.scenario(scenario)["before_after"][index]["share_faster"]
        return Told(NONE) if value is None else Told(share_words(value), f"{self._place(scenario)}.b{index}", "wins")

    def _apart(self, line: Mapping[str, Any], path: str) -> Told:
        from drillsim.analysis.estimators import Interval
        from drillsim.analysis.wording import difference_words

        gap = Interval(line["mean_difference"], *line["ci95"])
        return Told(difference_words(gap, unit_of(line["measure"])), path, "difference")

    def p(self, scenario: str, index: int) -> Told:
        """Return the adjusted p-value of a comparison."""
        value = self.scenario(scenario)["comparisons"][index]["p_holm"]
        return Told(p_words(value), f"{self._place(scenario)}.c{index}", "p")

    def wins(self, scenario: str, index: int) -> Told:
        """Return the share of the drills in which a mix is faster, of a comparison."""
        value = self.scenario(scenario)["comparisons"][index]["share_faster"]
        path = f"{self._place(scenario)}.c{index}"
        return Told(NONE if value is None else share_words(value), path if value is not None else "", "wins")

    def met(self, scenario: str, index: int) -> Told:
        """Return the share of the drills that meet a goal, by its place in `goals`."""
        value = self.scenario(scenario)["goals"][index]["share_met"]
        if value is None:
            return Told(NONE)
        return Told(share_words(value), f"{self._place(scenario)}.g{index}", "share")

    def cost(self, scenario: str, mix: str) -> Told:
        """Return the yearly cost of a mix with its range."""
        cost = self.scenario(scenario)["mixes"][mix]["cost_usd_year"]
        words = money_words(cost["low"], cost["mid"], cost["high"])
        return Told(words, f"{self._place(scenario, mix)}.cost", "money")

    def horizon(self, scenario: str) -> Told:
        """Return the time to which drills are watched."""
        line = self.scenario(scenario)
        return Told(clock(line["horizon_s"]), f"{self._place(scenario)}.horizon_s", "clock")
