"""The numbers and words that drills are played with, in the units of the report: key, value, default or own, source."""

from __future__ import annotations

import re
from collections.abc import Mapping

from drillsim.escape import quoted
from drillsim.report.page.material import PlayedSetting, Units
from drillsim.report.page.parts.told import short
from drillsim.report.page.spelling import spelled
from drillsim.report.workbook.assumptions import SOURCE, YOURS, assumption_rows
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mixes

FOOT_M = 0.3048
_ELSEWHERE = re.compile(r"(^|\.)(words|cost|label|goals)(\.|\[|$)")
"""Keys that stand elsewhere in the report."""
_QUANTITY = re.compile(r"(?<![\w.])(-?\d+(?:\.\d+)?(?:e-?\d+)?)( to (-?\d+(?:\.\d+)?))? (m/s|m2|m)(?![\w/²])")
_IN_US = {"m/s": (1 / FOOT_M, "ft/s"), "m": (1 / FOOT_M, "ft"), "m2": (1 / FOOT_M**2, "ft²")}
EVERYWHERE = "every scenario"
LONGEST = 90
"""Characters of the meaning of a key; `drillsim explain KEY` tells the rest."""


def settings_of_study(scenarios: Mapping[str, Scenario], mixes: Mixes, units: Units) -> list[PlayedSetting]:
    """Return the settings of scenarios, by their titles, and of the mixes: those of the user first."""
    found = []
    for key, value, whose, where, meaning, sources in assumption_rows(scenarios, mixes):
        if not _ELSEWHERE.search(str(key)):
            words, what = in_units(quoted(value), units), spelled(_plain(str(meaning)), units)
            scenario = "" if where == EVERYWHERE else str(where)
            found.append(PlayedSetting(str(key), words, what, whose == YOURS, _names(str(sources)), scenario))
    return found


def in_units(words: str, units: Units) -> str:
    """Return a value with its lengths and speeds in feet, for US units."""
    return _QUANTITY.sub(_converted, words) if units == "us" else words


def _converted(found: re.Match[str]) -> str:
    factor, unit = _IN_US[found[4]]
    second = f" to {factor * float(found[3]):.3g}" if found[3] else ""
    return f"{factor * float(found[1]):.3g}{second} {unit}"


def _names(sources: str) -> tuple[str, ...]:
    return tuple(name.removeprefix("docs/sources.md#") for name in sources.split(", ") if name)


def _plain(meaning: str) -> str:
    """Return the first sentence of a meaning, without its sources, on one line."""
    text = SOURCE.sub("", " ".join(meaning.split())).replace("Source: ", "").replace("Assumption ", "").strip(" .;,")
    return short(text.split(". ")[0].replace("`", "").strip(" .;,"), LONGEST)


__all__ = ["in_units", "settings_of_study"]
