"""Reports spell as their units do, by one table; words of the user stay as they are."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import drillsim as ds
from drillsim.cli.reporting.settings import settings_of_study
from drillsim.report.page.page import write_page
from drillsim.report.page.spelling import AMERICAN, spelled
from report_pages import material, read
from shipped import ROOT

US, METRIC = ("|".join(words) for words in (AMERICAN.values(), AMERICAN))


def our_words(units: str) -> str:
    """Return the text of a report without the keys and values of files, which are what files write."""
    scenario, mixes = (
        ds.read_scenario(ROOT / "scenarios" / "fight.yaml"),
        ds.read_mixes(ROOT / "scenarios" / "mixes.yaml"),
    )
    found = settings_of_study({"A drill": scenario}, mixes, units)  # type: ignore[arg-type]
    hours = {("drill", "one-sro"): {"counselling": (4.0, 3.0)}}
    page = write_page(material(duty_hours=hours, duty_days=20), units=units)  # type: ignore[arg-type]
    shown = read(re.sub(rb"<style>.*?</style>", b"", page, flags=re.DOTALL)).text
    return " ".join([shown, *(one.meaning for one in found)])


@pytest.mark.parametrize(
    ("units", "other", "own"), [("us", METRIC, US), ("metric", US.replace("practice|", ""), METRIC)]
)
def test_a_report_spells_as_its_units_do(units: str, other: str, own: str) -> None:
    text = our_words(units)
    assert re.findall(rf"\b(?:{other})\b", text, re.IGNORECASE) == []
    assert re.search(rf"\b(?:{own})\b", text)


def test_keys_of_files_and_labels_of_the_user_keep_their_spelling() -> None:
    assert (
        spelled("As for behaviour in dispatch.arrests.behaviour", "us")
        == "As for behavior in dispatch.arrests.behaviour"
    )
    page = read(write_page(material(labels={"one-sro": "SRO at the Centre"}), units="us"))
    assert "SRO at the Centre" in page.text


@given(st.text())
def test_nothing_is_spelled_anew_in_metric_units_or_twice(text: str) -> None:
    assert spelled(text, "metric") == text
    assert spelled(spelled(text, "us"), "us") == spelled(text, "us")
