"""Reading scenario and mixes files: every fault has its place and its remedy, and nothing is lost on the way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from drillsim.errors import ScenarioError
from drillsim.scenario.kinds import KINDS
from drillsim.scenario.read import read_mixes, read_scenario

SCENARIOS = Path(__file__).parent.parent / "scenarios"
DRILL = """\
drillsim: 1
name: drill
incidents:
  - {id: main, kind: behaviour, where: hall}
"""
MIXES = """\
drillsim_mixes: 1
present: now
mixes:
  now: {units: [{id: sro-1, role: sro, post: desk}]}
"""


@pytest.fixture
def faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Return the faults of a text as lines, as the user sees them; [] where it reads well."""
    monkeypatch.chdir(tmp_path)

    def of(content: str | bytes, reader: Callable[[Path], object] = read_scenario) -> list[str]:
        path = tmp_path / "file.yaml"
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content, encoding="utf-8")
        try:
            reader(path)
        except ScenarioError as e:
            return [str(f) for f in e.faults]
        return []

    return of


def drill(tmp_path: Path, more: str = "") -> Any:
    path = tmp_path / "drill.yaml"
    path.write_text(DRILL + more, encoding="utf-8")
    return read_scenario(path)


# what users mistype in a scenario


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ("noticing: {monitor: 4}", "5:12: error DS101: unknown key 'monitor'. Did you mean 'monitors'?"),
        ("horizont: 30 min", "5:1: error DS101: unknown key 'horizont'. Did you mean 'horizon'?"),
        ("horizon: 30", "5:10: error DS110: horizon: missing unit. Write '20 s' or '2 min'"),
        (
            "horizon: 30 m",
            "5:10: error DS111: horizon: '30 m' is a length; a time is needed here, like '20 s' or '2 min'",
        ),
        ("horizon: soon", "5:10: error DS104: horizon: 'soon' is not a quantity. Write '20 s' or '2 min'"),
        ("horizon: 1e400 s", "5:10: error DS105: horizon: a time must be a finite number"),
        ("horizon: 0 s", "5:10: error DS105: horizon: must be greater than 0, found 0 s"),
        ("noticing: {witness: -3 s}", "5:21: error DS105: noticing.witness: a time must not be negative"),
        (
            "noticing: {witness: {low: 9 s, high: 3 s}}",
            "5:21: error DS105: noticing.witness: low, usual and high must rise",
        ),
        (
            "noticing: {witness: {median: 9 s}}",
            "5:21: error DS120: noticing.witness: {median} is no spread. Write a quantity, {low",
        ),
        (
            "noticing: {witness: {median: 9 s, sigma: [1]}}",
            "5:21: error DS105: noticing.witness: sigma is a plain number",
        ),
        (
            "noticing: {witness: {median: 9 s, sigma: .nan}}",
            "5:21: error DS105: noticing.witness: sigma is a plain number",
        ),
        (
            "police: {law: slowly}",
            "5:15: error DS103: law: 'slowly' is not one of the words allowed here. Closest: 'slow'.",
        ),
        (
            "laws: {door: {flow: 1, boundary: 3 cm}}",
            "5:21: error DS110: laws.door.flow: missing unit. Write '1.3 /s/m'",
        ),
        ("laws: {door: sfp}", "5:14: error DS103: door: 'sfp' is not one of the words allowed here. Closest: 'sfpe'."),
        (
            "laws: {speed: weidman}",
            "5:15: error DS103: speed: 'weidman' is not one of the words allowed here. Closest: 'weidmann'.",
        ),
        (
            "laws: {door: {flow: 0 /s/m, boundary: 3 cm}}",
            "5:21: error DS105: laws.door.flow: must be greater than 0, found 0 /s/m",
        ),
        (
            "laws: {door: {flow: 1 /s/m, boundary: -3 cm}}",
            "5:39: error DS105: laws.door.boundary: must be greater than or equal to 0, found -3 cm",
        ),
        ("dispatch: {fire: al}", "5:18: error DS103: fire: 'al' is not one of the words allowed here. Closest: 'all'."),
        (
            "police: {called_for: [fights]}",
            "5:23: error DS103: called_for: 'fights' is not one of the words allowed here.",
        ),
        ("people: {routes: quick}", "5:18: error DS103: routes: 'quick' is not one of the words allowed here."),
        (
            "time_of_day: '29:00'",
            "5:14: error DS105: time_of_day: '29:00' is no time of day. Write \"10:00\", in quotes",
        ),
        (
            "goals: [{measure: able_on_scene_s, at_most: 3 min, in: 90}]",
            "5:56: error DS110: goals.0.in: missing unit. Write '30 %'",
        ),
        ("goals: [{measure: able_on_scene_s, in: 90 %}]", "5:9: error DS102: 'at_most' is missing"),
        ("injects: [{at: 3 s, close: a, reopen: b}]", "5:11: error DS104: injects.0: an inject does one thing"),
        (
            "people: {groups: {slow: {share: 100 %, speed: 0 m/s}}}",
            "5:47: error DS105: people.groups.slow.speed: a speed must be above 0",
        ),
        (
            "people: {groups: {primary: {share: 90 %}, toddlers: {share: 10 %}}}",
            "5:53: error DS102: people.groups.toddlers: no shipped group is called so; give its own 'speed'. Known:",
        ),
        (
            "people: {groups: {primry: {share: 90 %}}}",
            "5:27: error DS102: people.groups.primry: no shipped group is called so; give its own 'speed'. Closest: 'primary'.",
        ),
        ("people: {groups: {primary: {speed: 1 m/s}}}", "5:19: error DS102: 'share' is missing in 'primary'"),
        (
            "people: {sources: [{space: hall, rate: 0 /s}]}",
            "5:40: error DS105: people.sources.0.rate: must be greater than 0, found 0 /s",
        ),
        (
            "people: {sources: [{space: hall, rate: -2 /min}]}",
            "5:40: error DS105: people.sources.0.rate: must be greater than 0",
        ),
        (
            "people: {sources: [{space: hall, rate: 0.5 /m}]}",
            "5:40: error DS111: people.sources.0.rate: '/m' is no unit of rate. Write '0.5 /s' or '30 /min'",
        ),
        (
            "people: {sources: [{space: hall, rate: 1 /s, from: 2 min, to: 90 s}]}",
            "5:63: error DS105: people.sources.0.to: nobody comes, since the end is not after 'from' (120 s). Write a later",
        ),
        ("people: {sources: [{rate: 1 /s}]}", "5:20: error DS102: 'space' is missing"),
        ("noticing:", "5:10: error DS104: noticing: the value is missing."),
        ("name: again", "5:1: error DS005: the key 'name' is repeated."),
    ],
)
def test_a_mistake_gives_one_fault_with_its_place_and_its_remedy(
    faults: Callable[..., list[str]], more: str, fault: str
) -> None:
    found = faults(DRILL + more + "\n")
    assert len(found) == 1
    assert found[0].startswith(f"file.yaml:{fault}")


@pytest.mark.parametrize(
    "where", ["{}", "[hall]", "{use: a, draw: {}}", "{use: []}", "{draw: {}}", "{draw: {hall: -5 %}}", '""']
)
def test_a_place_that_is_none_gives_one_fault_at_its_place(faults: Callable[..., list[str]], where: str) -> None:
    found = faults(DRILL.replace("where: hall", f"where: {where}"))
    assert len(found) == 1
    assert found[0].startswith("file.yaml:4:")
    assert "where" in found[0]


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(faults: Callable[..., list[str]]) -> None:
    found = faults(DRILL.replace("behaviour", "fihgt") + "horizon: 30\nprotocol: {action: lock}\npoliec: {}\n")
    assert [f.split(": ")[0] for f in found] == ["file.yaml:4:22", "file.yaml:5:10", "file.yaml:6:20", "file.yaml:7:1"]


def test_two_incidents_of_one_name_are_refused(faults: Callable[..., list[str]]) -> None:
    found = faults(DRILL + "  - {id: main, kind: medical, where: hall}\n")
    assert [f.split("error ")[1] for f in found] == [
        "DS104: two incidents are called 'main'. Ids name the random draws: give each its own"
    ]


def test_a_scenario_without_incidents_is_refused(faults: Callable[..., list[str]]) -> None:
    found = faults("drillsim: 1\nname: x\nincidents: []\n")
    assert "'incidents' (a drill) or 'demand' (a whole day)" in found[0]


@pytest.mark.parametrize(
    ("incident", "words"),
    [
        ("{kind: medical, where: hall, quorum: 3}", "belong to a disorder"),
        ("{kind: medical, where: hall, discipline: true}", "rule break"),
        ("{kind: hazard, where: hall, lasts: 3 min}", "has no 'lasts'"),
    ],
)
def test_a_field_of_another_kind_of_incident_is_refused(
    faults: Callable[..., list[str]], incident: str, words: str
) -> None:
    found = faults(f"drillsim: 1\nname: x\nincidents:\n  - {incident}\n")
    assert len(found) == 1
    assert words in found[0]


def test_a_hostile_event_has_no_daily_rate(faults: Callable[..., list[str]]) -> None:
    found = faults("drillsim: 1\nname: x\ndemand: {calls: [{kind: hostile, where: hall, rate: 1 /year}]}\n")
    assert "no daily rate" in found[0]


def test_an_override_is_checked_before_it_is_asked_for(faults: Callable[..., list[str]]) -> None:
    found = faults(DRILL + "overrides:\n  quick:\n    noticing: {witnes: 3 s}\n    horizon: 3\n")
    assert [f.split(": ")[0] for f in found] == ["file.yaml:7:16", "file.yaml:8:14"]
    assert found[0].endswith("unknown key 'witnes'. Did you mean 'witness'?")


# what users mistype in a mixes file


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("role: sro", "role: sroo", "4:35: error DS205: no role called 'sroo'. Closest: 'sro'."),
        ("present: now", "present: noww", "2:10: error DS206: no mix called 'noww'. Closest: 'now'."),
        ("post: desk", "pots: desk", "4:40: error DS101: unknown key 'pots'. Did you mean 'post'?"),
        (
            "post: desk",
            "post: [desk]",
            "4:46: error DS104: mixes.now.units.sro-1.post: write an id or {use: cafeteria}",
        ),
        ("post: desk", "presence: 30", "4:50: error DS110: mixes.now.units.sro-1.presence: missing unit. Write '30 %'"),
        (
            "post: desk",
            "presence: 130 %",
            "4:50: error DS105: mixes.now.units.sro-1.presence: must be less than or equal to 1",
        ),
        ("now: {units", "now: {name: x, units", "4:9: error DS101: unknown key 'name'. A mix has a label and units"),
        (
            "mixes:\n",
            "roles: {big: {like: sroo}}\nmixes:\n",
            "3:21: error DS205: no role called 'sroo'. Closest: 'sro'.",
        ),
        (
            "mixes:\n",
            "roles: {sro: {cost: {low: cheap}}}\nmixes:\n",
            "3:27: error DS104: roles.sro.cost.low: 'cheap' is not a quantity.",
        ),
        (
            "mixes:\n",
            "roles: {sro: {words: {fight: resolves}}}\nmixes:\n",
            "3:30: error DS103: fight: 'fight' is not one of the words",
        ),
    ],
)
def test_a_mistake_in_the_mixes_gives_one_fault_with_its_place(
    faults: Callable[..., list[str]], old: str, new: str, fault: str
) -> None:
    found = faults(MIXES.replace(old, new), read_mixes)
    assert len(found) == 1
    assert found[0].startswith(f"file.yaml:{fault}")


def test_two_units_of_a_mix_with_one_id_are_refused(faults: Callable[..., list[str]]) -> None:
    twice = MIXES.replace("now", "a").replace("post: desk}", "post: desk}, {id: sro-1, role: sro}")
    assert faults(twice, read_mixes) == [
        "file.yaml:4:56: error DS201: two units of 'a' are called 'sro-1'. Ids name the random draws: give each its own"
    ]


def test_a_scenario_is_not_taken_for_mixes(faults: Callable[..., list[str]]) -> None:
    assert faults(DRILL, read_mixes) == ["file.yaml:1:1: error DS006: this is a scenario; a mixes file is needed here"]


def test_another_version_is_refused(faults: Callable[..., list[str]]) -> None:
    assert faults(DRILL.replace("drillsim: 1", "drillsim: 2")) == [
        "file.yaml:1:11: error DS006: 'drillsim: 2' is a version this drillsim cannot read. Write 'drillsim: 1'"
    ]


# files that are no files of ours


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "DS003"),
        ("# only a comment\n", "DS003"),
        ("- a\n- b\n", "DS003"),
        ("just words\n", "DS003"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "DS002"),
        (b"drillsim: 1\nname: \x00\n", "DS002"),
        (b"drillsim: 1\nname: caf\xe9\n", "DS002"),
        ("drillsim: 1\nname: x\nincidents:\n\t- {id: main}\n", "DS001"),
        ("drillsim: 1\nname: x\nincidents: [{id: main, kind: behav", "DS001"),
        ("drillsim: 1\nname: 'x\n", "DS001"),
        ("drillsim: 1\n name: x\n", "DS001"),
        ("x: [" * 5000, "DS004"),
        ("drillsim: 1\n" + BOMB, "DS004"),
        ("# " + "x" * (9 * 1024 * 1024), "DS004"),
        ("drillsim: !!python/object:os.system {}\n", None),
    ],
    ids=[
        "empty", "comment", "list", "words", "binary", "nul", "latin-1", "tab", "truncated", "open quote", "indent",
        "deep", "aliases", "huge", "python tag",
    ],
)  # fmt: skip
def test_what_is_no_scenario_gives_one_located_fault(
    faults: Callable[..., list[str]], content: str | bytes, code: str | None
) -> None:
    found = faults(content)
    assert len(found) == 1
    assert found[0].startswith("file.yaml")
    assert code is None or f"error {code}:" in found[0]


def test_a_missing_file_gives_one_fault(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"gone\.yaml:1:1: error DS002:"):
        read_scenario(tmp_path / "gone.yaml")


def test_a_folder_gives_one_fault(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="error DS002:"):
        read_scenario(tmp_path)


# frozen, and back again


def test_a_scenario_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        drill(tmp_path).name = "other"


def test_an_override_replaces_what_it_names_and_keeps_the_rest(tmp_path: Path) -> None:
    plain = drill(tmp_path, "reporting: {by: phone, repeat: 20 s}\noverrides: {badges: {reporting: {by: badge}}}\n")
    changed = plain.with_override("badges")
    assert (changed.reporting.by, changed.reporting.repeat) == ("badge", 20.0)


def test_an_override_that_names_nothing_new_changes_only_the_name(tmp_path: Path) -> None:
    plain = drill(tmp_path, "noticing: {witness: {median: 9 s, sigma: 0.4}}\noverrides: {same: {}}\n")
    same = plain.with_override("same")
    assert same.model_copy(update={"name": plain.name, "family": ""}) == plain


@pytest.mark.parametrize("path", sorted(SCENARIOS.rglob("*.yaml")), ids=lambda p: p.name)
def test_an_override_of_a_shipped_scenario_keeps_the_family_of_draws(path: Path) -> None:
    if path.name == "mixes.yaml":
        return
    scenario = read_scenario(path)
    for name in scenario.overrides:
        assert scenario.with_override(name).draws == scenario.draws
        assert scenario.with_override(name).name == f"{scenario.name}+{name}"


def test_a_spread_is_replaced_whole(tmp_path: Path) -> None:
    plain = drill(
        tmp_path,
        "noticing: {witness: {median: 9 s, sigma: 1}}\n"
        "overrides: {quick: {noticing: {witness: {low: 1 s, high: 3 s}}}}\n",
    )
    assert plain.with_override("quick").noticing.witness.form == "uniform"


def test_a_list_is_replaced_whole(tmp_path: Path) -> None:
    plain = drill(tmp_path, "injects: [{at: 3 s, close: a}, {at: 9 s, reopen: a}]\noverrides: {open: {injects: []}}\n")
    assert plain.with_override("open").injects == ()


def test_overrides_can_follow_one_another(tmp_path: Path) -> None:
    plain = drill(tmp_path, "overrides: {a: {reporting: {by: badge}}, b: {horizon: 1 h}}\n")
    both = plain.with_override("a").with_override("b")
    assert (both.reporting.by, both.horizon, both.name, both.draws) == ("badge", 3600.0, "drill+a+b", plain.draws)


def test_an_unknown_override_is_a_key_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        drill(tmp_path).with_override("none")


@pytest.mark.parametrize("path", sorted(SCENARIOS.rglob("*.yaml")), ids=lambda p: f"{p.parent.name}/{p.name}")
def test_what_was_read_can_be_saved_and_read_again(path: Path) -> None:
    read_it = read_mixes if path.name == "mixes.yaml" else read_scenario
    first = read_it(path)
    saved = first.model_dump(by_alias=True)
    assert type(first).model_validate(saved, context={"si": True}).model_dump(by_alias=True) == saved


# mixes and roles


def read(tmp_path: Path, text: str) -> Any:
    path = tmp_path / "mixes.yaml"
    path.write_text(text, encoding="utf-8")
    return read_mixes(path)


def test_mixes_come_in_the_order_of_the_file() -> None:
    names = ["police-only", "part-time-sro", "one-sro", "sro-and-guard", "two-guards", "sro-and-patrol"]
    assert list(read_mixes(SCENARIOS / "mixes.yaml")) == names


def test_an_id_has_one_role_in_every_shipped_mix_unless_the_officer_is_shared() -> None:
    mixes = read_mixes(SCENARIOS / "mixes.yaml")
    roles = {(u.id, u.role) for name in mixes for u in mixes[name].units}
    assert roles == {
        ("sro-1", "sro"), ("sro-1", "shared-sro"), ("guard-1", "roving-guard"), ("guard-2", "unarmed-guard"),
        ("patrol-1", "armed-patrol"),
    }  # fmt: skip


def test_a_role_like_another_has_its_words_and_its_own_cost(tmp_path: Path) -> None:
    mixes = read(
        tmp_path,
        MIXES.replace("role: sro,", "role: big,").replace(
            "mixes:\n", "roles: {big: {like: sro, cost: 7 USD/year}}\nmixes:\n"
        ),
    )
    role = mixes["now"].role(mixes["now"].units[0])
    assert (role.word(KINDS["hostile"]), role.armed, role.cost.low, role.cost.high) == ("resolves", True, 7.0, 7.0)


def test_a_changed_shipped_role_keeps_what_it_does_not_name(tmp_path: Path) -> None:
    mixes = read(tmp_path, MIXES.replace("mixes:\n", "roles: {sro: {cost: {high: 180000}}}\nmixes:\n"))
    assert (mixes["now"].cost.low, mixes["now"].cost.high) == (75000.0, 180000.0)


def test_an_unarmed_guard_stays_away_from_hostile_events(tmp_path: Path) -> None:
    mixes = read(tmp_path, MIXES.replace("role: sro", "role: unarmed-guard"))
    assert mixes["now"].role(mixes["now"].units[0]).word(KINDS["hostile"]) == "stays-away"


def test_the_cost_of_a_mix_is_the_sum_over_its_units() -> None:
    mixes = read_mixes(SCENARIOS / "mixes.yaml")
    assert mixes["two-guards"].cost.mid == 2 * 46000
    assert mixes["police-only"].cost.high == 0
