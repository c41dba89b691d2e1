"""The check tells needs that nobody meets, with advice that helps, and units that cannot help."""

from __future__ import annotations

import re
from typing import Any

import pytest

import drillsim as ds
from drillsim.documents.document import Document
from drillsim.documents.yaml_source import parse_text
from drillsim.scenario.model import merge
from drillsim.scenario.read import mixes_of, scenario_of
from shipped import plan_named

SRO, GUARD, MONITOR, NURSE = (
    {"id": role, "role": role, "post": "front-desk"} for role in ("sro", "unarmed-guard", "monitor", "nurse")
)


def document(data: dict[str, Any]) -> Document:
    import json

    return Document("case", *parse_text(json.dumps(data)))


def files(
    incident: dict[str, Any], units: list[dict[str, Any]], **scenario: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    drill = {"drillsim": 1, "name": "case", "incidents": [{"where": "hall-0", **incident}], **scenario}
    return drill, {"drillsim_mixes": 1, "present": "now", "mixes": {"now": {"units": units}}}


def faults(drill: dict[str, Any], mixes: dict[str, Any], code: str) -> list[ds.errors.Fault]:
    found = ds.check(scenario_of(document(drill)), plan_named("three_rooms"), mixes_of(document(mixes)))
    return [f for f in found if f.code == code]


def heed(message: str, drill: dict[str, Any], mixes: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the files after what a fault's message says to write."""
    for written in re.findall(r"'(\w+: [^']+)'", message.split(". ", 1)[1]):
        patch, _ = parse_text(written)
        if "roles" in patch:
            mixes = merge(mixes, patch)
        elif "quorum" in patch:
            drill = {**drill, "incidents": [{**drill["incidents"][0], **patch}]}
        else:
            drill = merge(drill, patch)
    return drill, mixes


RIOT = {"kinds": {"riot": {"like": "disorder", "all_officers": False}}}
SIT_IN = {"kinds": {"sit-in": {"act": "2 min"}}}


@pytest.mark.parametrize(
    ("incident", "units", "scenario"),
    [
        ({"kind": "disorder"}, [], {"police": {"officers": 1}}),
        ({"kind": "disorder"}, [SRO], {"police": {"officers": 1}}),
        ({"kind": "disorder", "participants": 60}, [SRO, GUARD], {}),
        ({"kind": "disorder", "participants": 200}, [SRO], {}),
        ({"kind": "disorder", "quorum": 60}, [], {}),
        ({"kind": "riot"}, [SRO], RIOT),
        ({"kind": "riot", "quorum": 9}, [MONITOR], RIOT),
        ({"kind": "riot"}, [SRO], {"kinds": {"riot": {"like": "disorder", "police": "never"}}}),
        ({"kind": "sit-in"}, [GUARD], SIT_IN),
        ({"kind": "hostile"}, [SRO], {"dispatch": {"entry": "team"}, "police": {"officers": 2}}),
        ({"kind": "false-report"}, [], {"dispatch": {"entry": "pair"}, "police": {"officers": 1}}),
    ],
)
def test_the_advice_about_a_need_that_nobody_meets_helps(
    incident: dict[str, Any], units: list[dict[str, Any]], scenario: dict[str, Any]
) -> None:
    drill, mixes = files(incident, units, **scenario)
    for _ in range(3):  # one advice may bring the next to light
        found = [f for f in faults(drill, mixes, "DS505") if "nobody can resolve" in f.message]
        if not found:
            break
        drill, mixes = heed(found[0].message, drill, mixes)
    assert found == []
    assert (drill, mixes) != files(incident, units, **scenario)


@pytest.mark.parametrize(
    ("incident", "units"),
    [
        ({"kind": "disorder"}, []),
        ({"kind": "disorder"}, [MONITOR]),
        ({"kind": "disorder", "participants": 24}, [SRO]),
        ({"kind": "behaviour", "discipline": True}, [SRO]),
        ({"kind": "missing-person"}, []),
        ({"kind": "bomb-threat"}, [NURSE]),
    ],
)
def test_police_who_are_called_where_the_campus_is_too_few_meet_the_need(
    incident: dict[str, Any], units: list[dict[str, Any]]
) -> None:
    assert [f for f in faults(*files(incident, units), "DS505") if f.severity == "error"] == []


@pytest.mark.parametrize(
    ("incident", "unit", "idle"),
    [
        ({"kind": "behaviour"}, NURSE, True),
        ({"kind": "medical"}, NURSE, False),
        ({"kind": "hostile"}, NURSE, False),  # locks and guides
        ({"kind": "behaviour", "discipline": True}, SRO, True),
        ({"kind": "behaviour"}, SRO, False),
        ({"kind": "fire"}, {**NURSE, "role": "teacher"}, True),
    ],
)
def test_a_unit_that_cannot_help_is_a_warning_for_its_mix(
    incident: dict[str, Any], unit: dict[str, Any], idle: bool
) -> None:
    found = [f for f in faults(*files(incident, [unit]), "DS505") if "cannot help in" in f.message]
    assert [f.severity for f in found] == ["warning"] * idle


def test_a_unit_that_helps_in_one_of_two_incidents_is_no_fault() -> None:
    drill, mixes = files({"kind": "behaviour", "id": "fight"}, [NURSE])
    drill["incidents"].append({"id": "collapse", "kind": "medical", "where": "hall-0"})
    assert faults(drill, mixes, "DS505") == []
