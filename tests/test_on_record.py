"""What is held against the record: every case has its row and its reason; the settings that came of it do what they say."""

# mypy: disable-error-code="operator"
# (values of rows are numbers, words or None; a comparison with None fails the test by itself)

from __future__ import annotations

import re
from typing import Any

import pytest

import drillsim as ds
from drillsim.scenario.defaults import POLICE_LAWS
from drillsim.scenario.response import AGREEMENTS, Dispatch
from drillsim.verify.harness.case import Harness
from drillsim.verify.response import fire_drills, on_record
from drillsim.verify.suite import collect
from plays import mix, scenario, stamps
from shipped import ROOT, plan_named

PAGE = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
SRO = {"id": "sro", "role": "sro", "post": "front-desk"}


def test_every_case_on_record_stands_on_the_page_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        on_record, "_escorts", lambda _harness: iter(())
    )  # days of calls: test_verify_engine plays them
    cases = list(collect("record", Harness(ROOT, share=0.1)))
    shown = re.findall(r"(?m)^\| (record\.[\w.-]+) \|", PAGE)
    assert [c.id for c in cases] == [id_ for id_ in shown if not id_.startswith("record.escorts.")]
    assert [c.id for c in cases if c.is_surprise] == []


def test_the_slow_police_take_ten_to_twelve_minutes_as_their_source_says() -> None:
    drill, plan = scenario("hostile", "hall-0", police={"law": "slow"}), plan_named("three_rooms")
    for replication in range(5):
        row = ds.simulate(drill, plan, mix(), seed=1, replication=replication).row
        assert 600 <= row["police_at_entry_s"] - row["police_called_s"] <= 720
    assert (POLICE_LAWS["slow"].quantile(1e-12), POLICE_LAWS["slow"].quantile(1 - 1e-12)) == pytest.approx((600, 720))


@pytest.mark.parametrize("name", AGREEMENTS)
def test_an_agreement_by_name_is_its_list_of_roles(name: str) -> None:
    by_name, by_list = (Dispatch.model_validate({"agreement": wish}) for wish in (name, list(AGREEMENTS[name])))
    assert by_name == by_list


def test_agreements_keep_out_whom_they_name() -> None:
    rule_break = [{"kind": "behaviour", "where": "hall-0", "discipline": True, "lasts": "10 min"}]
    plan = plan_named("three_rooms")

    def comes(agreement: str, role: str) -> bool:
        wish = scenario("behaviour", "hall-0", incidents=rule_break, dispatch={"agreement": agreement})
        trace = ds.simulate(wish, plan, mix({**SRO, "id": "one", "role": role}), seed=1)
        return bool(stamps(trace, "on-scene", "one"))

    found = {name: [r for r in ("sro", "armed-guard", "unarmed-guard") if comes(name, r)] for name in AGREEMENTS}
    assert found == {
        "officers-keep-out": ["armed-guard", "unarmed-guard"],
        "armed-keep-out": ["unarmed-guard"],
        "officers-take-part": ["sro", "armed-guard", "unarmed-guard"],
    }


def test_an_agreement_of_an_unknown_name_is_told_as_a_role() -> None:
    wish = scenario("behaviour", "hall-0", dispatch={"agreement": "officers-out"})
    from drillsim.scenario.staffing import Mixes

    found = ds.check(wish, plan_named("three_rooms"), Mixes(present="play", mixes={"play": mix(SRO)}))
    assert [f.code for f in found] == ["DS205"]


def lockdown(share: str, *units: dict[str, Any]) -> ds.Trace:
    rules = {
        "protocol": {
            "action": "lockdown",
            "rooms": {"without_lock": share, "key_fails": "0 %", "push_button_fails": "0 %"},
        }
    }
    return ds.simulate(scenario("hostile", "hall-0", **rules), plan_named("three_rooms"), mix(*units), seed=1)


@pytest.mark.parametrize("units", [(), (SRO,), ({"id": "guard", "role": "unarmed-guard", "post": "front-desk"},)])
def test_a_room_without_a_lock_fails_and_no_key_helps(units: tuple[dict[str, Any], ...]) -> None:
    none, every = lockdown("0 %", *units), lockdown("100 %", *units)
    assert (none.row["rooms_failed"], every.row["rooms_failed"]) == (0, 2)
    assert every.row["rooms_secured"] == 0
    assert {e.why for e in every.events if e.what == "lock-failed"} == {"no lock"}


def test_more_rooms_without_a_lock_never_secure_a_room_more() -> None:
    plan, drill = plan_named("doe_primary"), ds.read_scenario(ROOT / "scenarios" / "lockdown.yaml")
    staff = ds.read_mixes(ROOT / "scenarios" / "mixes.yaml")["police-only"]

    def failed(share: float) -> float:
        rooms = drill.protocol.rooms.model_copy(update={"without_lock": share})
        wish = drill.model_copy(update={"protocol": drill.protocol.model_copy(update={"rooms": rooms})})
        return float(ds.simulate(wish, plan, staff, seed=1).row["rooms_failed"])  # type: ignore[arg-type]

    counts = [failed(share) for share in (0.0, 0.1, 0.3, 0.7, 1.0)]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def test_a_school_with_fewer_people_has_them_all_over_it() -> None:
    plan = plan_named("doe_primary")
    small = fire_drills.with_people(plan, fire_drills.SMALL)
    assert sum(s.people for s in small.spaces) == fire_drills.SMALL
    assert [s.id for s in small.spaces if s.people] == [s.id for s in plan.spaces if s.people]
    assert "needs-help" not in (fire_drills.without_help(plan).groups or {})


def test_a_school_where_nobody_needs_help_is_out_earlier_and_is_more_alike() -> None:
    harness = Harness(ROOT, share=0.1)
    some, nobody = (
        fire_drills.alarm_to_out_s(harness, "doe_secondary", None, helped=helped) for helped in (True, False)
    )
    assert nobody.mean() < some.mean()
    assert nobody.std() < some.std()
