"""Files with mistakes: every fault at once with its place and its remedy, exit 2, nothing run, never a traceback."""

import re
from pathlib import Path

import pytest

from drillsim.cli import main

PLACED = re.compile(r"^\S+:\d+:\d+: (error|warning) DS\d{3}: \S.*$")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "school"]) == 0
    capsys.readouterr()
    return tmp_path / "school"


def spoil(path: Path, old: str, new: str) -> int:
    """Put a mistake into a file and return its line."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path.name}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def checked(capsys: pytest.CaptureFixture[str], *paths: object) -> tuple[int, list[str], str]:
    """Return exit code, messages and last line of a check."""
    code = main(["check", *map(str, paths)])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.out + captured.err
    lines = captured.out.splitlines()
    return code, [line for line in lines if PLACED.match(line)], lines[-1] if lines else captured.err


def test_a_folder_with_mistakes_in_every_file_tells_them_all_at_once(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan, scenario, mixes = project / "plan.yaml", project / "scenario.yaml", project / "mixes.yaml"
    door = spoil(plan, "width: 36 in", "width: 36 ft")
    unknown = spoil(scenario, "announced_by: office", "anounced_by: office")
    unit = spoil(scenario, "premovement: {low: 0 s,", "premovement: {low: 0,")
    role = spoil(mixes, "role: roving", "role: rowing")
    code, messages, end = checked(capsys, project)
    assert code == 2
    told = "\n".join(messages)
    assert f"plan.yaml:{door}:" in told
    assert re.search(
        rf"scenario\.yaml:{unknown}:\d+: error DS101: unknown key 'anounced_by'\. Did you mean 'announced_by'\?", told
    )
    assert re.search(rf"scenario\.yaml:{unit}:\d+: error DS110: .*missing unit", told)
    assert re.search(rf"mixes\.yaml:{role}:\d+: error DS205: .*'rowing'", told)
    assert end == "3 files checked, 3 errors, 1 warning. Nothing was run."


def test_faults_are_sorted_by_file_and_place(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(project / "scenario.yaml", "announced_by: office", "anounced_by: office")
    spoil(project / "scenario.yaml", "kind: hostile", "kind: hostille")
    spoil(project / "mixes.yaml", "present: one-sro", "present: two-sro")
    _, messages, _ = checked(capsys, project)
    places = [(m.split(":")[0], int(m.split(":")[1])) for m in messages]
    assert places == sorted(places)
    assert len(places) == 3


def test_an_unknown_room_is_told_with_the_nearest(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = spoil(project / "scenario.yaml", "where: hall-1", "where: hal-1")
    code, messages, _ = checked(capsys, project)
    assert code == 2
    assert re.search(
        rf"scenario\.yaml:{line}:\d+: error DS203: no space or post called 'hal-1' in .*Closest: 'hall-1'", messages[0]
    )


def test_names_are_checked_also_in_files_whose_form_is_faulty(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan, scenario, mixes = project / "plan.yaml", project / "scenario.yaml", project / "mixes.yaml"
    spoil(plan, "label: Room 101", "lable: Room 101")
    spoil(scenario, "announced_by: office", "anounced_by: office")
    room = spoil(scenario, "where: hall-1", "where: hal-1")
    spoil(mixes, "role: roving", "role: rowing")
    stop = spoil(mixes, "patrol: [hall-0, hall-1]", "patrol: [hall-0, hall-7]")
    _, messages, _ = checked(capsys, project)
    told = "\n".join(messages)
    assert re.search(rf"scenario\.yaml:{room}:\d+: error DS203: .*'hal-1'", told)
    assert re.search(rf"mixes\.yaml:{stop}:\d+: error DS203: .*'hall-7'", told)
    assert len(messages) == 5


def test_a_place_in_an_unreadable_part_of_the_plan_is_not_called_unknown(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(project / "plan.yaml", "level: L1, use: corridor", "level: L1, use: corridoor")
    _, messages, _ = checked(capsys, project)
    assert [m for m in messages if "DS203" in m] == []


def test_an_unreachable_room_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = project / "plan.yaml"
    text = plan.read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if "id: d-201" not in line]
    plan.write_text("\n".join(kept) + "\n", encoding="utf-8")
    code, messages, _ = checked(capsys, plan)
    assert code == 2
    assert any("error DS310" in m and "room-201" in m for m in messages)


ONE_SRO = "one-sro: {label: One SRO, units: [{id: sro-1, role: sro, post: front-desk}]}"
POSTED_THERE = ONE_SRO.replace("front-desk", "room-101")
DOOR_101 = "  - {id: d-101, kind: door, spaces: [room-101, hall-0], line: [[7, 9], [7.915, 9]], lock: key}\n"
MONDAY = 'calendar: {monday: [{from: "08:00", to: "12:00"}, {from: "11:00", to: "15:00", at: court}]}'
IMPOSSIBLE = {
    "a post in a sealed room": (
        [("plan", DOOR_101, ""), ("mixes", ONE_SRO, POSTED_THERE)],
        ("plan", "id: room-101", "DS310"),
    ),
    "a post behind an only door that is locked from both sides": (
        [("plan", DOOR_101, DOOR_101.replace("key", "key, locked: both")), ("mixes", ONE_SRO, POSTED_THERE)],
        ("plan", "id: room-101", "DS310"),
    ),
    "a patrol through a locked door without a key": (
        [
            ("plan", "lock: push-button,", "lock: push-button, locked: outside,"),
            ("mixes", "role: roving, patrol: [hall-0, hall-1]", "role: monitor, patrol: [hall-0, room-201]"),
        ],
        ("mixes", "patrol: [hall-0, room-201]", "DS501"),
    ),
    "a unit in two places at once": (
        [("mixes", ONE_SRO, ONE_SRO.replace("post: front-desk", f"post: front-desk, {MONDAY}"))],
        ("mixes", "at: court", "DS507"),
    ),
    "a kind that nobody can resolve": (
        [("scenario", "entry: solo", "entry: team"), ("scenario", "law: active-events,", "law: active-events, officers: 3,")],
        ("scenario", "kind: hostile", "DS505"),
    ),
    "an entry from which nobody gets in": (
        [("plan", "lock: access-control}", "lock: access-control, one_way: out}")],
        ("scenario", "where: hall-1", "DS501"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("verb", ["check", "run", "compare"])
@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_what_cannot_be_is_told_with_its_line_and_nothing_is_played(
    case: str, verb: str, project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drillsim.engine.drill.Drill.play", None)
    mistakes, (file, marker, fault) = IMPOSSIBLE[case]
    for name, old, new in mistakes:
        spoil(project / f"{name}.yaml", old, new)
    text = (project / f"{file}.yaml").read_text(encoding="utf-8")
    line = text[: text.index(marker)].count("\n") + 1
    mixes = ["--mixes", str(project / "mixes.yaml")] if verb == "compare" else []
    code = main([verb, str(project if verb == "check" else project / "scenario.yaml"), *mixes])
    captured = capsys.readouterr()
    assert code == 2
    assert re.search(rf"{file}\.yaml:{line}:\d+: error {fault}: ", captured.out + captured.err)
    assert "Traceback" not in captured.out + captured.err
    assert not list(project.parent.glob("*INTERNAL*"))


def test_a_tab_is_told_with_what_to_write(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = spoil(project / "scenario.yaml", "\n  - {at: 60 s, close: s-0}", "\n\t- {at: 60 s, close: s-0}") + 1
    code, messages, _ = checked(capsys, project / "scenario.yaml")
    assert code == 2
    assert messages == [m for m in messages if f"scenario.yaml:{line}:1: error DS001: this line starts with a Tab" in m]
    assert len(messages) == 1


def test_a_36_ft_door_is_a_warning_that_lets_the_check_pass(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = spoil(project / "plan.yaml", "width: 36 in", "width: 36 ft")
    code, messages, end = checked(capsys, project / "plan.yaml")
    assert code == 0
    assert re.search(rf"plan\.yaml:{line}:\d+: warning DS402: .*36 in", messages[0])
    assert end == "1 file checked, 0 errors, 1 warning. Nothing was run."


BROKEN = {
    "empty": b"",
    "blank": b"  \n\n",
    "only a comment": b"# a plan\n",
    "a list": b"- 1\n- 2\n",
    "truncated": b'drillsim_plan: 1\nname: "Lincoln\nspaces: [{id: a, level: ',
    "truncated json": b'{"drillsim_plan": 1, "name": "Lincoln", "spaces": [{"id": "a"',
    "huge": b"drillsim_plan: 1\nname: " + b"x" * (9 * 1024 * 1024),
    "binary": bytes(range(256)) * 40,
    "nul bytes": b"drillsim_plan: 1\n\x00\x00\n",
    "utf-16": "drillsim_plan: 1\nname: Lincoln\n".encode("utf-16"),
    "aliases": b"drillsim_plan: 1\na: &a [x, x]\n"
    + b"".join(b"%c: &%c [*%c, *%c]\n" % (i, i, i - 1, i - 1) for i in b"bcdefgh"),
    "deep": b"drillsim_plan: 1\nspaces: " + b"[" * 5000 + b"]" * 5000,
    "twice the same key": b"drillsim_plan: 1\nname: a\nname: b\n",
    "a python object": b"drillsim_plan: 1\nname: !!python/object/apply:os.system [ls]\n",
    "no kind": b"name: Lincoln\nspaces: []\n",
    "another version": b"drillsim_plan: 7\nname: Lincoln\n",
}


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("verb", ["check", "assess", "run", "compare"])
def test_a_broken_file_gives_located_errors_and_exit_2(
    kind: str, verb: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = project / ("broken.json" if "json" in kind else "broken.yaml")
    path.write_bytes(BROKEN[kind])
    code = main([verb, str(path)])
    captured = capsys.readouterr()
    assert code == 2
    assert "Traceback" not in captured.out + captured.err
    placed = [line for line in (captured.out + captured.err).splitlines() if PLACED.match(line)]
    assert placed, captured.out + captured.err
    assert all(line.startswith(("school/broken.yaml:", "school/broken.json:")) for line in placed)
    if kind not in ("another version", "a python object"):
        assert len(placed) == 1
    assert not list(project.parent.glob("drillsim-crash-*"))
    assert not list(project.parent.glob("*INTERNAL*"))


@pytest.mark.parametrize("verb", ["check", "assess", "run", "compare"])
def test_a_missing_file_is_one_located_error(verb: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, "school/scenarios.yaml"]) == 2
    captured = capsys.readouterr()
    placed = [line for line in (captured.out + captured.err).splitlines() if PLACED.match(line)]
    assert len(placed) == 1
    assert "DS002: no such file. Closest: 'scenario.yaml'" in placed[0]


def test_a_folder_without_files_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path)]) == 2
    assert "drillsim new" in capsys.readouterr().err


def test_no_more_than_twenty_faults_of_one_file_are_printed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario = project / "scenario.yaml"
    scenario.write_text(
        scenario.read_text(encoding="utf-8") + "".join(f"odd_{i}: 1\n" for i in range(50)), encoding="utf-8"
    )
    code = main(["check", str(project)])
    out = capsys.readouterr().out
    assert code == 2
    assert out.count("error DS101") == 20
    assert "and 30 more" in out
    assert "50 errors" in out


def test_another_programs_json_in_the_folder_is_passed_over(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "settings.json").write_text('{"editor.tabSize": 2}', encoding="utf-8")
    assert main(["check", str(project)]) == 0
    assert "Skipped" in capsys.readouterr().out
