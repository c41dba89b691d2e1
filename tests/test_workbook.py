"""The Excel workbook of a study: the same values as its files, text that stays text, heads that a planner reads."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings

import drillsim as ds
from a_study import Made, six_mixes
from drillsim.analysis.summary import summarise
from drillsim.cli import main
from drillsim.record.columns import WAYS
from drillsim.record.outline import outline_from
from drillsim.record.store import WAY_KEYS
from drillsim.report.workbook.drill_sheets import NamedDrill
from drillsim.report.workbook.sheets import LAST_ROW, SheetFile, cell_text
from drillsim.report.workbook.table import SheetTable, columns
from drillsim.report.workbook.workbook import StudyFiles, workbook_bytes
from hostile_text import hostile
from plays import scenario
from shipped import plan_named

SHEETS = ["Read me", "Summary", "Runs", "Rooms", "Ways", "Timeline", "Assumptions"]
NO_WAYS = pd.DataFrame(columns=pd.Index([*WAY_KEYS, *(c.name for c in WAYS)]))


def read(content: bytes) -> Any:
    return openpyxl.load_workbook(BytesIO(content))


def table(sheet: Any, heads: int = 1) -> list[dict[str, Any]]:
    """Return the rows of a sheet by head, below the line that says what it is."""
    names, *rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=1 + heads)]
    return [dict(zip(names, row, strict=True)) for row in rows]


def seconds(value: Any) -> Any:
    if isinstance(value, dt.time):
        return value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
    return value.total_seconds() if isinstance(value, dt.timedelta) else value


def relabelled(made: Made, text: str) -> Made:
    told = made.outline.as_dict()
    told["scenarios"]["drill"]["title"] = text
    for line in told["mixes"].values():
        line["label"] = text
    return Made(made.runs, outline_from(told), made.curves)


@pytest.fixture(scope="module")
def made() -> Made:
    return six_mixes(8)


@pytest.fixture(scope="module")
def played() -> ds.Results:
    """A lockdown in the school of three rooms with and without a guard."""
    where = {"draw": {"corridor": "100 %"}}
    drill = scenario(
        "hostile", where, name="drill", title="A lockdown", protocol={"action": "lockdown"}, horizon="15 min"
    )
    units = [{"id": "guard", "role": "unarmed-guard", "post": "front-desk", "presence": "100 %"}]
    mixes = ds.Mixes.model_validate({"present": "none", "mixes": {"none": {}, "guard": {"units": units}}})
    return ds.run(ds.Study([drill], plan_named("three_rooms"), mixes, runs=4, seed=3))


def test_the_sheets_stand_in_their_order(made: Made) -> None:
    assert read(workbook_bytes(made, summarise(made), NO_WAYS)).sheetnames == SHEETS


def test_equal_results_give_equal_bytes(made: Made) -> None:
    assert workbook_bytes(made, summarise(made), NO_WAYS) == workbook_bytes(made, summarise(made), NO_WAYS)
    assert b"1980-01-01T00:00:00Z" in zipfile.ZipFile(BytesIO(workbook_bytes(made, summarise(made), NO_WAYS))).read(
        "docProps/core.xml"
    )


def test_the_summary_has_the_values_of_summary_json(made: Made) -> None:
    summary = json.loads(json.dumps(summarise(made)))
    rows = table(read(workbook_bytes(made, summary, NO_WAYS))["Summary"])
    told = summary["scenarios"]["drill"]
    labels = {made.outline.label(mix): mix for mix in made.outline.mixes}
    assert (
        len(rows) == sum(len(m["measures"]) for m in told["mixes"].values()) + 6
    )  # a measure with two goals has two rows
    for row in rows:
        mix = labels[row["Staffing"]]
        one = told["mixes"][mix]["measures"][row["Column in runs.csv"]]
        assert row["Mean (in the unit)"] == one["mean"]
        assert [row["Mean, 95 % from"], row["Mean, 95 % to"]] == one["ci95"]
        assert (row["Half by (in the unit)"], row["9 of 10 by (in the unit)"]) == (one["p50"], one["p90"])
        assert (row["Drills that reached it"], row["Drills"]) == (one["reached"], one["runs"])
        if one["p50"] is not None and row["Unit"] == "s":
            assert seconds(row["Half by (m:ss)"]) == pytest.approx(one["p50"], abs=1e-3)
        if one["p90_over_horizon"]:
            assert row["9 of 10 by (m:ss)"] == "> 30:00"
    goals = {(g["mix"], g["share_met"], g["verdict"]) for g in told["goals"]}
    assert {
        (labels[r["Staffing"]], r["Share that met it"], r["Verdict on the goal"]) for r in rows if r["Goal"]
    } == goals
    apart = {(d["mix"], d["measure"]): d for d in told["comparisons"]}
    for row in rows:
        pair = apart.get((labels[row["Staffing"]], row["Column in runs.csv"]))
        assert row["Less (-) or more than present (in the unit)"] == (pair and pair["mean_difference"])


def test_runs_have_the_values_of_runs_csv(played: ds.Results, tmp_path: Path) -> None:
    folder = ds.write_results(played, tmp_path / "r")
    csv = pd.read_csv(folder / "runs.csv", encoding="utf-8-sig")
    book = ds.write_workbook(played, tmp_path / "x.xlsx")
    sheet = pd.read_excel(book, sheet_name="Runs", header=2)
    assert len(sheet) == len(csv) == 8
    left_out = [name for name in csv if name not in sheet]
    for name in sheet:
        pd.testing.assert_series_equal(sheet[name], csv[name], check_dtype=False, check_names=False)
    assert all(csv[name].isna().all() or set(csv[name]) == {"not-applicable"} for name in left_out)


def test_rooms_and_timeline_name_the_drill_that_they_tell(played: ds.Results, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(ds.write_workbook(played, tmp_path / "x.xlsx"))
    for name in ("Rooms", "Timeline"):
        assert "A lockdown: drill " in book[name]["A1"].value
        assert "of seed 3, none, the median of 4 drills" in book[name]["A1"].value
    rooms = {row["Id"]: row for row in table(book["Rooms"])}
    assert set(rooms) == {"room-101", "room-201"}
    assert rooms["room-201"]["Outcome in this drill"] in (
        "secured",
        "lock failed",
        "with the event, not counted as secured",
    )
    number = int(book["Timeline"]["A1"].value.split(": drill ")[1].split()[0])
    assert played.study is not None
    trace = ds.simulate(
        played.study.scenarios[0], played.study.plan, played.study.mixes["none"], seed=3, replication=number
    )
    lines = ds.tell(trace, played.study.plan)
    assert [row["What happens"] for row in table(book["Timeline"])] == [line.text for line in lines]
    assert [row["Time (s)"] for row in table(book["Timeline"])] == pytest.approx([line.time_s for line in lines])


def test_settings_are_yours_or_default_with_their_source(played: ds.Results, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(ds.write_workbook(played, tmp_path / "x.xlsx"))
    rows = {row["Key in the file"]: row for row in table(book["Assumptions"])}
    horizon, pace = rows["horizon"], rows["protocol.rooms.hide"]
    assert (horizon["Value, with unit"], horizon["Whose"]) == ("900 s", "yours")
    assert (pace["Whose"], pace["Source or assumption"]) == ("default", "A:lockdown.lights_out_of_sight")
    assert rows["mixes.guard.guard.presence"]["Value, with unit"] == "100 %"
    assert rows["roles.unarmed-guard.armed"]["Whose"] == "default"
    assert rows["roles.unarmed-guard.run"]["Source or assumption"] == "A:responder.speed_jog"


def test_heads_stay_in_view_and_can_be_filtered(played: ds.Results, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(ds.write_workbook(played, tmp_path / "x.xlsx"))
    for sheet in book.worksheets[1:]:
        heads = 2 if sheet.title == "Runs" else 1
        assert sheet.freeze_panes.endswith(str(2 + heads))
        assert sheet.auto_filter.ref.startswith(f"A{1 + heads}:")
        assert sheet.print_title_rows in ("$2:$2", "$2:$3")
        assert "INTERNAL" in sheet.oddHeader.right.text
        assert all(8 <= d.width <= 91 for d in sheet.column_dimensions.values())
    times = [c for c in next(book["Runs"].iter_rows(min_row=2, max_row=2)) if str(c.value).endswith("(s)")]
    assert len(times) > 10


@settings(max_examples=20, deadline=None)
@given(hostile)
def test_hostile_labels_are_text_in_excel(text: str) -> None:
    made = relabelled(SMALL, text)
    book = read(workbook_bytes(made, SUMMARY, NO_WAYS))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}  # neither a formula ("f") nor an error ("e")
    assert all(cell.hyperlink is None for cell in cells)
    shown = {row["Staffing"] for row in table(book["Summary"])}
    assert shown == {cell_text(text) or None}


@settings(max_examples=12, deadline=None)
@given(hostile)
def test_hostile_labels_of_a_plan_are_text_in_excel(text: str) -> None:
    plan = PLAN.unchecked_copy({"name": text, "spaces": tuple(s.unchecked_copy({"label": text}) for s in PLAN.spaces)})
    drill = NamedDrill(text, text, text, TRACE, plan)
    files = StudyFiles(text, {"way": text}, {text: DRILL}, None, [drill], text)
    book = read(workbook_bytes(SMALL, SUMMARY, NO_WAYS, files))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert {row["Room"] for row in table(book["Rooms"])} == {cell_text(text)}


PLAN = plan_named("three_rooms")
DRILL = scenario("hostile", "hall-1", protocol={"action": "lockdown"}, crowd="stays")
TRACE = ds.simulate(DRILL, PLAN, ds.Mixes.model_validate({"present": "x", "mixes": {"x": {}}})["x"], seed=1)
SMALL = six_mixes(2)
SUMMARY = summarise(SMALL)


def test_rows_beyond_the_limit_are_told(made: Made) -> None:
    book = read(workbook_bytes(made, summarise(made), NO_WAYS, most_rows=5))
    runs = book["Runs"]
    assert "43 further rows are not in this sheet, which holds 5" in runs["A1"].value
    assert runs["A9"].value == "43 further rows are not in this sheet, which holds 5: they are in the CSV file."
    assert runs.auto_filter.ref.endswith("8")


@pytest.mark.deep
def test_more_rows_than_excel_holds_are_told() -> None:
    book = SheetFile("x")
    rows = ((1,) for _ in range(LAST_ROW + 10))
    left = book.table(SheetTable("Runs", "", columns(("n", "count")), rows))
    assert left == 13
    assert len(book.content()) > 1000


def test_a_workbook_that_cannot_be_made_costs_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "school", "--plan", "three_rooms"]) == 0

    def fail(*_: object, **__: object) -> bytes:
        raise ValueError("no room\nfor it")

    monkeypatch.setattr("drillsim.study.handouts.workbook.workbook_of", fail)
    monkeypatch.setattr("drillsim.report.study_figures.draw_all", lambda *_, **__: {"figures/x.svg": b"<svg/>"})
    words = ["compare", "school/scenario.yaml", "--runs", "1", "--workers", "1", "--no-open", "--quiet", "--out", "r"]
    assert main(words) == 0
    told = [line for line in capsys.readouterr().err.splitlines() if "workbook" in line]
    assert told == ["The workbook could not be made (ValueError: no room for it). Tables and rows are complete."]
    assert Path("r/summary.json").exists()
    assert Path("r/figures").exists()
    assert not Path("r/results.xlsx").exists()


def test_compare_writes_it_into_the_results_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "school", "--plan", "three_rooms"]) == 0
    monkeypatch.setattr("drillsim.report.study_figures.draw_all", lambda *_, **__: {})
    words = ["compare", "school/scenario.yaml", "--runs", "1", "--workers", "1", "--no-open", "--quiet", "--out", "r"]
    assert main(words) == 0
    assert openpyxl.load_workbook("r/results.xlsx").sheetnames == SHEETS
    assert "results.xlsx" in json.loads(Path("r/manifest.json").read_text("utf-8"))["files"]
    assert "/results.xlsx" in Path("r/.gitignore").read_text("utf-8")


def test_a_file_that_is_open_elsewhere_is_refused_in_words(played: ds.Results, tmp_path: Path) -> None:
    with pytest.raises(ds.ResultError, match=r"could not be written: Is a directory\. Close it in Excel"):
        ds.write_workbook(played, tmp_path)


def test_paper_shows_the_part_of_the_summary_that_people_read(made: Made) -> None:
    sheet = read(workbook_bytes(made, summarise(made), NO_WAYS))["Summary"]
    assert str(sheet.print_area).replace("$", "") == f"'Summary'!A1:P{sheet.max_row}"
    assert sheet["P2"].value == "Verdict on the goal"
