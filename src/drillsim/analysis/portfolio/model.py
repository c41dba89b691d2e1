"""The portfolio file: how many incidents of each scenario a school has in a year."""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, GetJsonSchemaHandler, PrivateAttr, WithJsonSchema
from pydantic_core import CoreSchema, PydanticCustomError

from drillsim.documents.document import Document, Model, read_document, validate
from drillsim.documents.yaml_source import Spot
from drillsim.errors import ScenarioError, closest
from drillsim.escape import quoted
from drillsim.record.columns import BY_NAME

MARKER = "drillsim_portfolio"
MOST_PER_YEAR = 1e6
_NUMBER = r"\d+(?:\.\d+)?"
_PATTERN = rf"^\s*{_NUMBER}\s*(?:(?:a|per|/)\s*year|in\s+{_NUMBER}\s*years?)?\s*$"
_TEXT = re.compile(rf"\s*({_NUMBER})\s*(?:(?:a|per|/)\s*year|in\s+({_NUMBER})\s*years?)?\s*")
_EXAMPLES = ["12 a year", "1 in 20 years"]


def _per_year(value: Any) -> Any:
    """Return a number of incidents a year; text such as '12 a year' or '1 in 20 years' as what it says."""
    match = _TEXT.fullmatch(value) if isinstance(value, str) else None
    if isinstance(value, bool) or (isinstance(value, str) and match is None):
        raise PydanticCustomError(
            "DS104", "must be a number of incidents a year, such as 12, '12 a year' or '1 in 20 years'"
        )
    if match is None:
        return value
    years = float(match[2] or 1)
    if years == 0:
        raise PydanticCustomError("DS104", "is in 0 years: name at least a part of a year")
    return float(match[1]) / years


_WRITTEN: dict[str, Any] = {
    "anyOf": [
        {"type": "number", "minimum": 0, "maximum": MOST_PER_YEAR},
        {"type": "string", "pattern": _PATTERN, "examples": _EXAMPLES},
    ]
}
PerYear = Annotated[float, Field(ge=0, le=MOST_PER_YEAR), BeforeValidator(_per_year), WithJsonSchema(_WRITTEN)]


class Frequency(Model):
    """Incidents of one scenario in a year: the usual number, and the range that it may lie in."""

    low: PerYear | None = None
    """Fewest a year; default: as usual."""
    usual: PerYear
    """Incidents a year; a single number in place of the section is this one."""
    high: PerYear | None = None
    """Most a year; default: as usual."""
    source: str = ""
    """Where the number is from, such as your incident log of three years."""

    @property
    def range(self) -> tuple[float, float]:
        """Fewest and most a year."""
        return (
            self.usual if self.low is None else self.low,
            self.usual if self.high is None else self.high,
        )


def _frequency(value: Any) -> Any:
    return value if isinstance(value, (dict, Frequency)) else {"usual": value}


def _ordered(one: Frequency) -> Frequency:
    low, high = one.range
    if not low <= one.usual <= high:
        raise PydanticCustomError("DS104", "low, usual and high must be in this order")
    return one


class _WrittenFrequency:
    """Tells editors that a frequency is one number or a section."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [*_WRITTEN["anyOf"], handler(schema)]}


def _some(incidents: dict[str, Frequency]) -> dict[str, Frequency]:
    if not math.fsum(one.usual for one in incidents.values()) > 0:
        raise PydanticCustomError("DS104", "holds no incident: at least one usual number is above 0")
    return incidents


Frequencies = Annotated[
    dict[str, Annotated[Frequency, BeforeValidator(_frequency), AfterValidator(_ordered), _WrittenFrequency()]],
    Field(min_length=1, max_length=1000),
    AfterValidator(_some),
]


class Portfolio(Model):
    """How often each scenario happens in a year at one school; the weights of an expected line."""

    drillsim_portfolio: Literal[1] = 1
    """Version of the file format; marks the file as a portfolio."""
    title: str = ""
    """What tables call it."""
    source: str = ""
    """Where the numbers are from, as far as an incident does not say so itself."""
    measure: str = ""
    """The measure that is weighed; default: the primary measure of each scenario, one line for each such measure."""
    incidents: Frequencies
    """Incidents a year by scenario: the `name:` of its file."""

    _document: Document | None = PrivateAttr(default=None)

    def refuse_unknown(self, scenarios: Collection[str]) -> None:
        """Raise ScenarioError with every incident that is no scenario of a study, and for an unknown measure."""
        document = self._document or Document("Portfolio", {}, Spot(-1, -1))
        faults = [
            document.fault(
                "DS206",
                f"the study plays no scenario called '{quoted(name)}'.{closest(name, scenarios)} Name its file too, or leave it out",
                ("incidents", name),
                at_key=True,
            )
            for name in self.incidents
            if name not in scenarios
        ]
        if self.measure and self.measure not in BY_NAME:
            told = f"no measure called '{quoted(self.measure)}'.{closest(self.measure, BY_NAME)}"
            faults.append(document.fault("DS206", told, ("measure",)))
        if faults:
            raise ScenarioError(faults=faults)


def read_portfolio(path: str | Path) -> Portfolio:
    """Return the portfolio of a file, or raise ScenarioError with every fault of its own.

    Whether its scenarios are played is known only beside a study.
    """
    return portfolio_of(read_document(path, ScenarioError))


def portfolio_of(document: Document) -> Portfolio:
    """Return an already parsed document as a portfolio; see `read_portfolio`."""
    portfolio = validate(document, Portfolio, ScenarioError, marker=MARKER)
    portfolio._document = document
    return portfolio
