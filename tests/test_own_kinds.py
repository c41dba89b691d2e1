"""A scenario file defines its own kinds of incident: they play, are told in their words, and are checked."""

# mypy: disable-error-code="operator"
# (values of rows are numbers, words or None; a comparison with None fails the test by itself)

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import drillsim as ds
from drillsim.errors import ScenarioError

DRILL = """\
drillsim: 1
name: missing
kinds:
  missing-pupil: {like: behaviour, label: missing pupil, begins: a pupil is missing, act: 40 s, lasts: 25 min}
incidents:
  - {id: main, kind: missing-pupil, where: hall-1, noticed_after: 10 s}
"""
MIXES = """\
drillsim_mixes: 1
present: now
roles: {aide: {words: {missing-pupil: resolves}}}
mixes:
  now: {units: [{id: aide-1, role: aide, post: front-desk}]}
  guard: {units: [{id: guard-1, role: unarmed-guard, presence: 100 %, post: front-desk}]}
"""

Read = Callable[..., tuple[ds.Scenario, ds.Mixes]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write scenario and mixes files and read them."""

    def both(drill: str = DRILL, mixes: str = MIXES) -> tuple[ds.Scenario, ds.Mixes]:
        (tmp_path / "drill.yaml").write_text(drill, encoding="utf-8")
        (tmp_path / "mixes.yaml").write_text(mixes, encoding="utf-8")
        return ds.read_scenario(tmp_path / "drill.yaml"), ds.read_mixes(tmp_path / "mixes.yaml")

    return both


def faults_of(read: Read, **files: Any) -> list[str]:
    with pytest.raises(ScenarioError) as e:
        read(**files)
    return [str(f) for f in e.value.faults]


def story(trace: ds.Trace, plan: ds.FloorPlan) -> str:
    return "\n".join(str(line) for line in ds.tell(trace, plan))


def test_an_own_kind_plays_and_is_told_in_its_words(read: Read, three_rooms: ds.FloorPlan) -> None:
    drill, mixes = read()
    trace = ds.simulate(drill, three_rooms, mixes["now"], seed=1)
    assert trace.row["kind"] == "missing-pupil"
    assert trace.row["resolved_s"] - trace.row["able_on_scene_s"] == pytest.approx(40)
    assert "A pupil is missing in Upper hall." in story(trace, three_rooms)


def test_roles_do_for_an_own_kind_what_they_do_for_the_one_it_is_like(read: Read, three_rooms: ds.FloorPlan) -> None:
    drill, mixes = read()
    assert ds.simulate(drill, three_rooms, mixes["guard"], seed=1).row["resolved_by"] == "unit"


def test_without_like_every_role_stays_away_and_the_check_says_so(read: Read, three_rooms: ds.FloorPlan) -> None:
    drill, mixes = read(DRILL.replace("like: behaviour, ", "").replace(", lasts: 25 min", ""))
    found = ds.check(drill, three_rooms, mixes)
    assert [(f.severity, f.line, f.column) for f in found][:2] == [("warning", 4, 18), ("warning", 6, 22)]
    assert "'unarmed-guard' stays away from 'missing-pupil'" in found[0].message
    assert "in the mix 'guard' nobody can resolve 'missing-pupil'" in found[1].message
    row = ds.simulate(drill, three_rooms, mixes["guard"], seed=1).row
    assert (row["ends_as"], row["police_called_s"]) == ("nobody-suited", None)


def test_police_come_for_an_own_kind_that_asks_for_them(read: Read, three_rooms: ds.FloorPlan) -> None:
    drill, mixes = read(DRILL.replace("act: 40 s", "police: always"))
    assert ds.simulate(drill, three_rooms, mixes["now"], seed=1).row["police_called_s"] > 0


def test_an_own_kind_has_the_rank_of_the_kind_it_is_like_unless_ranked(read: Read) -> None:
    drill, _ = read()
    kind = drill.kind_rows["missing-pupil"]
    assert drill.dispatch.rank(kind) == drill.dispatch.rank(drill.kind_rows["behaviour"])
    drill, _ = read(DRILL + "dispatch: {ranks: [behaviour, missing-pupil]}\n")
    assert drill.dispatch.rank(kind) == 2


def test_an_own_kind_comes_up_in_a_day(read: Read, three_rooms: ds.FloorPlan) -> None:
    calls = "demand: {calls: [{kind: missing-pupil, where: hall-1, rate: 5 /day}]}\n"
    drill, mixes = read(DRILL[: DRILL.index("incidents")] + calls)
    trace = ds.simulate(drill, three_rooms, mixes["now"], seed=1)
    assert trace.rows
    assert "A pupil is missing" in story(trace, three_rooms)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("kind: missing-pupil", "kind: mising-pupil", ":6:22: error DS103: kind: 'mising-pupil' is not one of the words"),
        ("like: behaviour", "like: behavior", ":4:25: error DS103: like: 'behavior' is not one of"),
        ("  missing-pupil: {", "  fire: {", ":4:9: error DS201: kinds.fire: 'fire' is a shipped kind"),
        ("  missing-pupil: {", "  hostil: {", "'hostil' would be mistaken for the shipped kind 'hostile'"),
        ("  missing-pupil: {", "  Missing 1: {", "is no name of a kind. Write small letters and hyphens"),
        ("like: behaviour", "like: hostile", "a kind like hostile has no 'lasts' and no 'act'"),
        ("like: behaviour, label: missing pupil, begins: a pupil is missing, act: 40 s, lasts: 25 min", "label: it", "'act' is missing"),
        ("incidents", "police: {called_for: [missing-pupl]}\nincidents", ":5:23: error DS103: called_for: 'missing-pupl'"),
        ("incidents", "dispatch: {ranks: [missing-pupl]}\nincidents", "Closest: 'missing-pupil'"),
    ],
)  # fmt: skip
def test_a_mistake_about_own_kinds_is_located(read: Read, old: str, new: str, fault: str) -> None:
    assert fault in "\n".join(faults_of(read, drill=DRILL.replace(old, new)))


def test_a_misspelt_kind_in_a_role_is_refused_by_the_mixes_file(read: Read) -> None:
    (fault,) = faults_of(read, mixes=MIXES.replace("missing-pupil", "hostle"))
    assert "'hostle' is not one of the words allowed here. Closest: 'hostile'" in fault


def test_a_word_for_a_kind_that_the_scenario_does_not_have_is_told(read: Read, three_rooms: ds.FloorPlan) -> None:
    drill, mixes = read(mixes=MIXES.replace("missing-pupil", "mising-pupil"))
    errors = [f for f in ds.check(drill, three_rooms, mixes) if f.severity == "error"]
    assert "no kind called 'mising-pupil' in missing. Closest: 'missing-pupil'" in errors[0].message
    drill, mixes = read(mixes=MIXES.replace("missing-pupil: resolves", "flood: resolves, missing-pupil: resolves"))
    assert [f.severity for f in ds.check(drill, three_rooms, mixes)] == ["warning"]


GUARDED = DRILL.replace("like: behaviour", "like: hostile").replace(", act: 40 s, lasts: 25 min", "")


def test_an_own_kind_like_hostile_is_guarded_as_hostile(read: Read, three_rooms: ds.FloorPlan) -> None:
    drill, mixes = read(GUARDED)
    assert drill.guarded({"incidents": [], "kinds": {}}) == ["incidents", "kinds"]
    moved = drill.model_copy(update={"name": "moved", "family": drill.draws, "time_of_day": "11:00"})
    with pytest.raises(ScenarioError, match="never searches"):
        ds.Study([drill, moved], three_rooms, mixes, runs=1)
    day = GUARDED[: GUARDED.index("incidents")]
    found = faults_of(read, drill=f"{day}demand: {{calls: [{{kind: missing-pupil, where: hall-1, rate: 1 /year}}]}}\n")
    assert "no daily rate" in found[0]
