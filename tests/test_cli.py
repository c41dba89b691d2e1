"""Command line: output and exit code of every verb."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import drillsim
import drillsim.cli
from drillsim.cli import main, terminal

ROOT = Path(__file__).parent.parent
HERE = {**os.environ, "PYTHONPATH": str(Path(drillsim.__file__).parents[1])}
"""The environment of a process that finds the drillsim under test, installed or not."""
HEAVY = ("numpy", "scipy", "pandas", "matplotlib", "shapely", "networkx", "simpy", "pydantic", "yaml")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A fresh project in the current folder, as `drillsim new` writes it."""
    monkeypatch.chdir(tmp_path)
    assert main(["new", "school"]) == 0
    capsys.readouterr()
    return tmp_path / "school"


def json_of(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return found


def test_help_lists_every_verb_in_the_order_a_planner_meets_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    verbs = ["demo", "new", "check", "assess", "run", "compare", "explain"]
    assert [out.index(f"\n  {v} ") for v in verbs] == sorted(out.index(f"\n  {v} ") for v in verbs)


@pytest.mark.parametrize(
    ("name", "words"),
    [("", "this is a folder"), ("nothing.yaml", "no such file"), ("broken.yaml", "not valid YAML")],
)
@pytest.mark.parametrize("verb", ["run", "compare"])
def test_a_scenario_that_cannot_be_read_is_told_before_missing_mixes(
    verb: str, name: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.yaml").write_text("hello: [", encoding="utf-8")
    assert main([verb, str(tmp_path / name)]) == 2
    err = capsys.readouterr().err
    assert words in err
    assert "mixes" not in err


def test_no_verb_at_all_is_answered_with_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "drillsim demo" in capsys.readouterr().out


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from drillsim.cli import main; main(['--help']); "
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=HERE)
    assert done.stderr.strip() == "[]"


def test_an_unknown_verb_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chekc"]) == 2
    assert "Closest: 'check'" in capsys.readouterr().err


def test_an_unknown_option_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--fix"]) == 2
    assert "--fix" in capsys.readouterr().err


def test_usage_errors_under_json_end_in_a_json_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "--json"]) == 2
    assert "SCENARIO" in json_of(capsys)["error"]


def test_ctrl_c_ends_with_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_args: object, **_more: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(drillsim.cli.command_line, "main", interrupted)
    assert main(["demo"]) == 130
    assert "Interrupted" in capsys.readouterr().err


def break_explain(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_more: Any) -> None:
        raise ZeroDivisionError("room-secret")

    monkeypatch.setattr(sys.modules["drillsim.cli.commands.explain"], "_overview", broken)


def test_a_bug_leaves_one_line_and_a_crash_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    break_explain(monkeypatch)
    assert main(["explain"]) == 1
    lines = capsys.readouterr().err.splitlines()
    files = list(tmp_path.glob("drillsim-crash-*.txt"))
    assert len(lines) == len(files) == 1
    assert files[0].name in lines[0]
    assert "ZeroDivisionError" in files[0].read_text(encoding="utf-8")


def test_debug_after_the_verb_shows_the_traceback(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    break_explain(monkeypatch)
    assert main(["explain", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_python_minus_m_is_the_same_command(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "drillsim", "explain", "DS203"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env=HERE,
    )
    assert done.stdout.startswith("DS203")


def test_a_windows_console_gets_ascii_and_no_crash(tmp_path: Path) -> None:
    for encoding in ("cp1252", "ascii"):
        environment = {**HERE, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
        done = subprocess.run(
            [sys.executable, "-m", "drillsim", "explain", "settings"],
            capture_output=True,
            check=True,
            cwd=tmp_path,
            env=environment,
        )
        done.stdout.decode("ascii")


def test_json_lines_hold_neither_nan_nor_infinity(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.json_line({"a": float("nan"), "b": [float("inf"), 1.5]})
    assert json_of(capsys) == {"a": None, "b": [None, 1.5]}


def test_progress_without_a_terminal_is_one_line_per_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal.progress(40, "drills") as tell:
        for done in range(1, 41):
            tell(done, 40)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 10
    assert lines[-1].startswith("drills: 100 % (40 of 40)")


# explain


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        ("ds203", "No space or post"),
        ("able_on_scene_s", "not-reached"),
        ("able-on-scene", "able_on_scene_s"),
        ("sro", "resolves"),
        ("primary", "docs/sources.md#hamilton20"),
        ("groups", "needs-help"),
        ("A:people.primary_stair_up", "0.68 m/s"),
        ("A:police.routine_sigma", "0.55"),
        ("police.routine_sigma", "0.55"),
        ("noticing.witness", "default"),
        ("witness", "noticing.witness"),
        ("codes", "DS310"),
        ("role", "unarmed-guard"),
        ("assumptions", "A:study.horizon"),
        ("settings", "police.law"),
        ("hostile", "never resolved here"),
        ("fight", "behaviour: a kind of incident"),
        ("active-events", "median 180 s"),
        ("imo", "1.33 persons/s"),
        ("on-scene", "it is at the place of the incident"),
        ("armed", "Counts as able in a hostile event"),
        ("able_on_scene_status", "not-reached"),
        ("spaces.landing", "example: landing: 35 ft2"),
        ("A:intervention.first_care", "kind medical: act="),
    ],
)
def test_explain_teaches_every_topic(topic: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", topic]) == 0
    assert words in capsys.readouterr().out


def test_explain_answers_an_unknown_topic_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "abel_on_scene_s"]) == 2
    assert "able_on_scene_s" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("misspelt", "name"),
    [("hostle", "hostile"), ("on-scen", "on-scene"), ("activ-events", "active-events"), ("premovment", "premovement"),
     ("noticing.witnes", "noticing.witness"), ("fetches_ead", "fetches_aed"), ("DS2003", "DS203")],
)  # fmt: skip
def test_explain_suggests_the_right_one(misspelt: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", misspelt]) == 2
    assert f"Closest: '{name}'" in capsys.readouterr().err


def test_explain_knows_every_kind_role_preset_event_column_and_key() -> None:
    from drillsim.cli.keys import file_keys
    from drillsim.cli.topics import find
    from drillsim.record.columns import BY_NAME
    from drillsim.record.events import EVENTS
    from drillsim.scenario.defaults import POLICE_LAWS, SHIPPED
    from drillsim.scenario.kinds import KINDS

    names = [*KINDS, *SHIPPED, *POLICE_LAWS, *EVENTS, *BY_NAME, *(key.plain_path for key in file_keys())]
    assert [name for name in names if not find(name)] == []
    assert all(topic.text() for name in names for topic in find(name)[:1])


def test_every_code_in_the_source_is_explained() -> None:
    from drillsim.errors import EXPLANATIONS

    text = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "src").rglob("*.py"))
    assert set(re.findall(r"\bDS\d{3}\b", text)) <= set(EXPLANATIONS)


# new


def test_new_writes_a_project_that_checks(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(project)]) == 0
    assert capsys.readouterr().out.endswith("3 files checked, 0 errors, 0 warnings. Nothing was run.\n")


def test_new_gives_editors_a_schema_in_the_first_line(project: Path) -> None:
    for kind in ("plan", "scenario", "mixes"):
        first = (project / f"{kind}.yaml").read_text(encoding="utf-8").splitlines()[0]
        assert first == f"# yaml-language-server: $schema=.drillsim/{kind}.schema.json"
        assert json.loads((project / ".drillsim" / f"{kind}.schema.json").read_text(encoding="utf-8"))["properties"]


def test_new_refuses_to_overwrite(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (project / "plan.yaml").read_bytes()
    assert main(["new", str(project)]) == 2
    assert "nothing was written" in capsys.readouterr().err
    assert (project / "plan.yaml").read_bytes() == before


def test_new_answers_an_unknown_plan_with_the_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", str(tmp_path / "x"), "--plan", "secundary"]) == 2
    assert "'secondary'" in capsys.readouterr().err


# check


@pytest.mark.parametrize(
    ("plan", "facts"),
    [("doe_secondary", (110, 132, 16, 6, 67.2, 226.3)), ("doe_primary", (52, 66, 12, 0, 53.0, 189.1))],
)
def test_check_prints_the_facts_of_a_plan_as_json(
    plan: str, facts: tuple[float, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(ROOT / "floorplans" / f"{plan}.yaml"), "--json"]) == 0
    told = json_of(capsys)
    names = ("spaces", "openings", "exits", "stairs", "worst_exit_m", "diameter_m")
    assert tuple(round(told[n], 1) for n in names) == facts
    assert told["build_s"] > 0


def test_check_reads_the_plan_and_the_mixes_beside_a_scenario(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(project / "scenario.yaml"), "--json"]) == 0
    assert {f["kind"] for f in json_of(capsys)["files"]} == {"plan", "scenario", "mixes"}


def test_check_lists_every_id_with_its_label(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(project / "plan.yaml"), "--list"]) == 0
    assert re.search(r"post +front-desk +Front desk", capsys.readouterr().out)


def test_check_finds_a_mistake_in_the_mixes_when_asked_for_the_scenario(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mixes = project / "mixes.yaml"
    mixes.write_text(mixes.read_text(encoding="utf-8").replace("post: front-desk", "post: frontdesk"), encoding="utf-8")
    assert main(["check", str(project / "scenario.yaml")]) == 2
    assert "school/mixes.yaml" in (out := capsys.readouterr().out)
    assert "Closest: 'front-desk'" in out


def test_check_says_when_a_scenarios_plan_is_not_there(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "plan.yaml").rename(project / "plans.yaml")
    assert main(["check", str(project / "scenario.yaml")]) == 2
    assert re.search(
        r"scenario\.yaml:\d+:\d+: error DS002: plan: no such file 'school/plan\.yaml'", capsys.readouterr().out
    )


# assess


def test_assess_tells_times_without_a_simulation(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", str(project / "plan.yaml"), "--json"]) == 0
    assert json_of(capsys)["plan"] == "Three rooms"


def test_assess_writes_a_map_where_asked(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", str(project / "plan.yaml"), "--out", "maps-INTERNAL"]) == 0
    assert list(Path("maps-INTERNAL").glob("*.png"))


# run


def test_run_tells_the_drill_in_labels_and_clock_times(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(project / "scenario.yaml")]) == 0
    out = capsys.readouterr().out
    assert re.search(r"(?m)^ +0:00  A hostile event begins in Upper hall\.$", out)
    assert "hall-1" not in out


def test_run_says_whether_this_drill_met_its_goals(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["run", str(project / "scenario.yaml")])
    assert re.search(r"within 3:00 \(goal: in 90 % of drills\): (yes|no)", capsys.readouterr().out)


def test_run_with_a_mistyped_mix_names_the_nearest(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(project / "scenario.yaml"), "--mix", "onesro"]) == 2
    assert "'one-sro'" in capsys.readouterr().err


def test_run_with_a_mistyped_override_names_the_nearest(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(project / "scenario.yaml"), "--override", "stairopen"]) == 2
    assert "'stair-open'" in capsys.readouterr().err


def test_run_with_a_plan_in_place_of_a_scenario_says_so(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(project / "plan.yaml")]) == 2
    assert "this is a plan; a scenario is needed here" in capsys.readouterr().err


def test_run_as_json_holds_the_row_and_the_timeline(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(project / "scenario.yaml"), "--seed", "3", "--json"]) == 0
    told = json_of(capsys)
    assert told["seed"] == 3
    assert told["timeline"][0]["text"]
    assert "able_on_scene_s" in told["row"]


# compare


def comparing(project: Path, *more: str) -> int:
    words = ["compare", str(project / "scenario.yaml"), "--mixes", str(project / "mixes.yaml")]
    return main([*words, "--runs", "4", "--workers", "1", "--no-open", *more])


def test_compare_prints_a_table_and_writes_the_folder(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert comparing(project) == 0
    captured = capsys.readouterr()
    assert "One SRO" in captured.out
    assert "100 %" in captured.err
    folder = Path("drillsim-results-INTERNAL")
    assert {"runs.csv", "summary.json", "manifest.json"} <= {p.name for p in folder.iterdir()}
    assert list(folder.rglob("*.png"))
    assert list(folder.rglob("*.svg"))


def test_compare_takes_the_next_free_folder(project: Path) -> None:
    assert comparing(project, "--quiet") == 0
    assert comparing(project, "--quiet") == 0
    assert Path("drillsim-results-INTERNAL-2", "runs.csv").exists()


def test_quiet_prints_only_where_the_results_are(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert comparing(project, "--quiet") == 0
    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) == 1
    assert captured.err == ""


def test_compare_as_json_is_one_line_of_stdout(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert comparing(project, "--json") == 0
    (line,) = capsys.readouterr().out.splitlines()
    told = json.loads(line)
    assert told["runs"] == 4
    assert set(told["scenarios"]["teaching-lockdown"]["mixes"]) == {
        "police-only",
        "part-time-sro",
        "one-sro",
        "sro-and-guard",
    }


def test_a_missed_goal_is_fine_unless_asked_for(project: Path) -> None:
    scenario = project / "scenario.yaml"
    goal = "goals:\n  - {measure: able_on_scene_s, at_most: 1 s, in: 90 %}\n"
    scenario.write_text(
        re.sub(r"(?s)goals:\n.*?\n\n", goal + "\n", scenario.read_text(encoding="utf-8")), encoding="utf-8"
    )
    assert comparing(project, "--quiet", "--runs", "8") == 0
    assert comparing(project, "--quiet", "--runs", "8", "--fail-on-goals") == 10


def test_what_is_left_open_ends_with_4_under_strict(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert comparing(project, "--quiet", "--runs", "2") == 0
    capsys.readouterr()
    assert comparing(project, "--quiet", "--runs", "2", "--strict", "--json") == 4
    said = capsys.readouterr()
    assert "Left open: " in said.err
    assert any("too few for a test" in line for line in json.loads(said.out.splitlines()[-1])["open"])


def test_whole_days_are_not_picked_by_and_no_folder_is_begun(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    day = ROOT / "scenarios" / "real-days" / "school-day.yaml"
    assert main(["compare", str(day), "--pick", "10s", "--no-open", "--out", str(tmp_path / "out")]) == 2
    assert "there is no one incident to pick a mix by" in capsys.readouterr().err.replace("\n", " ")
    assert not (tmp_path / "out").exists()


def test_compare_picks_a_mix_by_as_few_drills_as_it_takes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["compare", str(project / "scenario.yaml"), "--mixes", str(project / "mixes.yaml")]
    assert main([*words, "--pick", "2 min", "--workers", "1", "--no-open", "--json", "--out", str(project / "p")]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["picked"]["mix"] in told["scenarios"]["teaching-lockdown"]["mixes"]
    assert told["picked"]["within_s"] == 120.0


@pytest.mark.parametrize("within", ["10", "0 s", "-5 s", "10 m", "soon"])
def test_a_pick_within_no_time_is_refused(project: Path, within: str) -> None:
    assert main(["compare", str(project / "scenario.yaml"), "--pick", within]) == 2


def test_compare_does_not_write_among_other_peoples_files(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert comparing(project, "--out", str(project)) == 2
    assert "other files" in capsys.readouterr().err
    assert not (project / "runs.csv").exists()


def test_compare_needs_runs(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert comparing(project, "--runs", "0") == 2
    assert "--runs" in capsys.readouterr().err


def test_the_manifest_names_no_folder_of_this_machine(project: Path) -> None:
    comparing(project, "--quiet")
    assert str(project.parent) not in Path("drillsim-results-INTERNAL", "manifest.json").read_text(encoding="utf-8")


# demo


def test_demo_runs_from_any_folder_without_a_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", None)
    assert main(["demo", "--runs", "1", "--workers", "1", "--no-open", "--plan", "primary", "--json"]) == 0
    told = json_of(capsys)
    assert list(told["scenarios"]) == ["fight", "medical", "lockdown", "evacuation"]
    assert all(len(s["mixes"]) == 6 for s in told["scenarios"].values())
