"""Absolute goals of a baseline: a mean or a quantile of a measure at or below a value, in a scenario, with a mix.

Written as text: `p90 able <= 3 min`, `mean secured_p50 <= 90 s in lockdown with one-sro`, `p50 able <= 2 min, 100 drills`. Without
`in` it holds for every scenario to which the measure applies, without `with` for the present staffing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic_core import PydanticCustomError

from drillsim.errors import ResultError, closest
from drillsim.escape import quoted
from drillsim.quantities import parse
from drillsim.record.columns import BY_NAME, TIMES

LEAST = 30
"""Fewest drills for a goal that names no number. Assumption A:gate.least_drills."""
STATISTICS = {"mean": None, "p50": 0.5, "p90": 0.9, "p95": 0.95}
_FORM = re.compile(
    r"\s*(?P<statistic>\w+)\s+(?P<measure>\w+)\s*(?:<=|≤)\s*(?P<most>[^,]+?)"
    r"(?:\s+in\s+(?P<scenario>\S+))?(?:\s+with\s+(?P<mix>\S+))?(?:\s*,\s*(?P<least>\d{1,7})\s+drills)?\s*"
)
_EXAMPLE = "Write 'p90 able <= 3 min', with 'in SCENARIO', 'with MIX' and ', 100 drills' after it where that is meant"


@dataclass(frozen=True)
class AbsoluteGoal:
    """A goal: a statistic of a measure at or below a value.

    scenario, mix
        '' for every scenario that has the measure, and for the present staffing.
    least
        Fewest drills on which it is judged.
    """

    text: str
    statistic: str
    measure: str
    most: float
    scenario: str = ""
    mix: str = ""
    least: int = LEAST

    def refuse_unknown(self, mixes: Mapping[str, Sequence[str]]) -> None:
        """Raise ResultError where the goal names a scenario or a mix that is not there; `mixes` by scenario."""
        if self.scenario and self.scenario not in mixes:
            raise ResultError(
                f"goal '{quoted(self.text)}': no scenario is called '{quoted(self.scenario)}'.{closest(self.scenario, mixes)}"
            )
        of = mixes[self.scenario] if self.scenario else [mix for one in mixes.values() for mix in one]
        if self.mix and self.mix not in of:
            raise ResultError(
                f"goal '{quoted(self.text)}': no mix is called '{quoted(self.mix)}'.{closest(self.mix, of)}"
            )


def goal_from(text: str) -> AbsoluteGoal:
    """Return the goal that a text states. Raises ResultError, with what to write, for any other text."""
    found = _FORM.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ResultError(f"goal '{quoted(text)}' cannot be read. {_EXAMPLE}")
    if found["statistic"] not in STATISTICS:
        raise ResultError(f"goal '{quoted(text)}': '{quoted(found['statistic'])}' is none of {', '.join(STATISTICS)}")
    measure = measure_named(found["measure"])
    return AbsoluteGoal(
        text, found["statistic"], measure, _value(found["most"], measure, text),
        found["scenario"] or "", found["mix"] or "", int(found["least"] or LEAST),
    )  # fmt: skip


def _value(told: str, measure: str, text: str) -> float:
    try:
        return parse(told, "time") if measure in TIMES else float(told)
    except PydanticCustomError as problem:
        raise ResultError(f"goal '{quoted(text)}': {problem.message()}") from None
    except ValueError:
        raise ResultError(f"goal '{quoted(text)}': '{quoted(told)}' is no number") from None


def measure_named(word: str) -> str:
    """Return the column that a word names: as it is, without its unit, or by its first word where one column only begins so.

    'able' is able_on_scene_s. Raises ResultError for an unknown or ambiguous word, and for outcomes of the staffing itself.
    """
    known = {
        name: column for name, column in BY_NAME.items() if not column.follows_staffing and not name.startswith("leg_")
    }
    for name in (word, f"{word}_s"):
        if name in known:
            return name
    begins = [name for name in known if name.startswith(f"{word}_")]
    if len(begins) == 1:
        return begins[0]
    if begins:
        raise ResultError(f"'{quoted(word)}' may be {', '.join(begins)}. Write one of these")
    if word in BY_NAME and BY_NAME[word].follows_staffing:
        raise ResultError(f"'{word}' is an outcome of the staffing itself, by which no mix is judged")
    raise ResultError(f"no measure is called '{quoted(word)}'.{closest(word, known)}")


def margin_from(text: str) -> tuple[str, float]:
    """Return measure and value of a margin such as 'able=10s'. Raises ResultError, with what to write."""
    word, sign, told = text.partition("=")
    if not sign:
        raise ResultError(f"margin '{quoted(text)}': write able=10s")
    measure = measure_named(word.strip())
    value = _value(told.strip(), measure, text)
    if not value >= 0.0:
        raise ResultError(f"margin '{quoted(text)}': '{quoted(told)}' is below 0")
    return measure, value
