"""The kit for a real drill and the after-action draft: where observers stand, what is left blank, and text that stays text."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
import shlex
import zipfile
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import drillsim as ds
from drillsim.analysis.prediction.bands import Band
from drillsim.analysis.summary import summarise
from drillsim.cli import main
from drillsim.escape import one_line
from drillsim.quantities import clock
from drillsim.record.predictions.sealed import short_seal
from drillsim.report.after_action.blocks import BLANK, Block, Bullets, Grid, Heading, PageBreak, Paragraph
from drillsim.report.after_action.markdown import markdown
from drillsim.report.after_action.word import word
from drillsim.report.drill_kit.kit import STATIONS, DrillKit, kit_of
from drillsim.report.drill_kit.page import MARK, evaluation_csv, events_csv, kit_page
from drillsim.report.drill_kit.places import barred_spaces
from drillsim.report.drill_kit.words import SRP, announcement
from drillsim.scenario.protocol import ACTIONS
from drillsim.study.handouts.after_action import after_action_files
from drillsim.study.handouts.kit import kit_files
from drillsim.study.handouts.prediction import scenario_of
from hostile_text import hostile
from plays import scenario
from shipped import ROOT, plan_named

BANDS = [
    Band(start, end, "", f"{start} until {end}", 10.0, 20.0, None if end == "secured_all" else 30.0, 9, 10)
    for end in STATIONS
    if end != "last_out"
    for start in ("onset", "order")
]


def kit(drill: ds.Scenario, plan: ds.FloorPlan, bands: list[Band] | None = None) -> DrillKit:
    return kit_of(drill, plan, bands or BANDS, staffing="1 SRO", drills=10, seal="AB12 CD34")


class Words(HTMLParser):
    """The text of a page, and the tags in it."""

    def __init__(self, page: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.tags: set[str] = set()
        self.feed(page.decode("utf-8"))

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    @property
    def text(self) -> str:
        return " ".join(self.found)


@cache
def results(kind: str) -> ds.Results:
    """Few drills in the school of three rooms."""
    action = {"hostile": "lockdown", "fire": "evacuate"}.get(kind, "none")
    goals = [
        {"measure": "able_on_scene_s", "at_most": "30 s", "in": "90 %"},
        {"measure": "reported_s", "at_most": "10 min", "in": "50 %"},
    ]
    where = {"draw": {"corridor": "100 %"}}
    drill = scenario(
        kind, where, name="drill", title="A drill", protocol={"action": action}, goals=goals, horizon="15 min"
    )
    units = [{"id": "sro-1", "role": "sro", "post": "front-desk", "presence": "100 %"}]
    mixes = ds.Mixes.model_validate(
        {"present": "none", "mixes": {"none": {}, "sro": {"label": "1 SRO", "units": units}}}
    )
    return ds.run(ds.Study([drill], plan_named("three_rooms"), mixes, runs=12, seed=3))


# ---------------------------------------------------------------------- words


def test_the_protocols_words_are_exact() -> None:
    assert set(SRP) == set(ACTIONS) - {"none"}
    assert announcement("hold") == "Hold! In your room or area. Clear the halls."
    assert announcement("secure") == "Secure! Get inside. Lock outside doors."
    assert announcement("lockdown") == "Lockdown! Locks, lights, out of sight."
    assert announcement("none") == ""


# ---------------------------------------------------------------------- where observers stand


PLAN = plan_named("doe_secondary")
INSIDE = [space.id for space in PLAN.spaces if space.use != "outdoors"]
PLACES = st.one_of(
    st.sampled_from(INSIDE),
    st.sampled_from([{"use": "cafeteria"}, {"use": "classroom"}, {"draw": {"classroom": "60 %", "corridor": "40 %"}}]),
    st.sampled_from([{"by_period": {"lunch": {"use": "cafeteria"}, "any": {"use": "corridor"}}}]),
)


@settings(max_examples=40, deadline=None)
@given(PLACES, st.lists(st.sampled_from(INSIDE), max_size=2))
def test_no_observer_stands_where_a_hostile_event_may_be_played_nor_beside_it(where: Any, moves: list[str]) -> None:
    incident = {"kind": "hostile", "where": where, "moves": [{"to": to, "after": "60 s"} for to in moves]}
    drill = scenario("hostile", where, incidents=[incident], protocol={"action": "lockdown"})
    barred = barred_spaces(drill, PLAN)
    told = "" if isinstance(where, str) else str(where)
    by_hand = {s.id for s in PLAN.spaces if s.id == where or s.id in moves or f"'{s.use}'" in told}
    assert by_hand <= barred
    names = {space.name for space in PLAN.spaces if space.id in barred}
    exits = [Band("onset", "last_out", o.id, "out", 1.0, 2.0, 3.0, 9, 10) for o in PLAN.openings if o.kind == "exit"]
    cards = kit(drill, PLAN, [*BANDS, *exits]).cards
    assert len(cards) > 5
    for card in cards:
        assert card.station != "Beside the event"
        place = card.where.removesuffix(", inside, beside the door")
        assert place not in names
        for opening in PLAN.openings:
            if card.where == f"outside {opening.name}, out of the way":
                assert not barred.intersection(opening.spaces)


def test_the_order_of_spaces_alone_decides_where_observers_of_a_hostile_event_stand() -> None:
    """Nothing about a place of the event is computed: the other stands stay when it moves to another wing."""
    drills = [scenario("hostile", place, protocol={"action": "lockdown"}) for place in INSIDE[:40]]
    stands = [{card.where for card in kit(drill, PLAN).cards} for drill in drills]
    usual = max(stands, key=stands.count)
    assert all(len(one - usual) <= 2 for one in stands)


def test_every_interval_of_the_kit_stands_on_a_card_with_its_line_of_observed_csv() -> None:
    for kind in ("hostile", "medical", "fire"):
        made = kit(scenario(kind, "hall-0", protocol={"action": "evacuate"}), plan_named("three_rooms"))
        assert {line.key for card in made.cards for line in card.lines} == {band.key for band in made.bands}
    beside = [
        card
        for card in kit(scenario("medical", "hall-0"), plan_named("three_rooms")).cards
        if card.station == "Beside the event"
    ]
    assert [card.where for card in beside] == ["Main hall; out of the way, and you do not help"]


def test_what_is_so_at_once_is_not_timed() -> None:
    at_once = Band("onset", "halls_clear", "", "x", 0.0, 0.0, 0.0, 9, 10)
    assert kit(scenario("hostile", "hall-1"), plan_named("three_rooms"), [at_once, BANDS[0]]).bands == (BANDS[0],)


# ---------------------------------------------------------------------- the files


def test_the_page_shows_mark_hash_words_and_times_but_cards_show_no_times() -> None:
    drill = scenario("hostile", "hall-1", protocol={"action": "lockdown"})
    page = kit_page(kit(drill, plan_named("three_rooms")))
    cards = page.decode().split('<section class="card">')
    assert Words(page).tags.isdisjoint({"script", "img", "link", "iframe", "a"})
    assert b"default-src 'none'" in page
    assert page.decode().count(MARK) == len(cards) + 2
    first = Words(page).text
    assert "AB12 CD34" in first
    assert "Lockdown! Locks, lights, out of sight." in first
    assert "A simulation is not a drill of record" in first
    assert not any(re.search(r"\d:\d\d", Words(card.encode()).text) for card in cards[1:])


PLAIN_TAGS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "p",
    "h1",
    "h2",
    "strong",
    "ol",
    "li",
    "section",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}


@settings(max_examples=40, deadline=None)
@given(hostile)
def test_hostile_labels_are_text_in_the_kit(text: str) -> None:
    plan = plan_named("three_rooms")
    labelled = plan.unchecked_copy(
        {"name": text, "spaces": tuple(s.unchecked_copy({"label": text}) for s in plan.spaces)}
    )
    drill = scenario("medical", "hall-0").unchecked_copy({"title": text})
    made = kit(drill, labelled)
    page = Words(kit_page(made))
    assert page.tags <= PLAIN_TAGS
    assert one_line(text) in "".join(page.found)
    for content in (events_csv(made), evaluation_csv(made)):
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        assert len({len(row) for row in rows}) == 1
        assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def shown_text(nodes: Any) -> str:
    return "".join(n.content if n.type in ("text", "code_inline") else shown_text(n.children or []) for n in nodes)


MARKED_UP = {
    "html_block", "html_inline", "link_open", "image", "code_inline", "fence", "code_block", "blockquote_open",
    "ordered_list_open", "em_open",
}  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(hostile)
def test_hostile_labels_are_text_in_markdown(text: str) -> None:
    blocks: list[Block] = [
        Heading(text, 1),
        Paragraph(text),
        Paragraph(text, is_bold=True),
        Bullets([text, text]),
        PageBreak(),
        Grid(("a", text), [(text, "b")]),
    ]
    nodes = MarkdownIt("gfm-like", {"linkify": False}).parse(markdown(blocks).decode("utf-8"))
    kinds = {n.type for n in nodes} | {c.type for n in nodes for c in n.children or []}
    assert kinds.isdisjoint(MARKED_UP)
    cells = [n for n in nodes if n.type == "inline"]
    wanted = " ".join(one_line(text).split())
    told = [" ".join(shown_text(n.children).split()) for n in cells]
    assert [t for t in told if t not in ("a", "b")] == [wanted] * 7 or not wanted


@settings(max_examples=12, deadline=None)
@given(hostile)
def test_hostile_labels_are_text_in_word(text: str) -> None:
    blocks: list[Block] = [
        Heading(text, 1),
        Paragraph(text, is_bold=True),
        Bullets([text]),
        PageBreak(is_wide=True),
        Grid(("a",), [(text,)]),
    ]
    read = docx.Document(io.BytesIO(word(blocks, mark=text, note=text)))
    shown = one_line(text)
    assert [p.text for p in read.paragraphs[:3]] == [shown] * 3
    assert read.tables[0].rows[1].cells[0].text == shown
    assert read.sections[0].header.paragraphs[0].text == shown


# ---------------------------------------------------------------------- the draft


def test_expected_times_of_the_kit_are_those_of_the_prediction() -> None:
    files, prediction = kit_files(results("hostile"), "drill", "none")
    rows = list(csv.DictReader(io.StringIO(files["events.csv"].decode("utf-8-sig"), newline="")))
    told = [[float(row[key]) if row[key] else None for key in ("low_s", "half_s", "high_s")] for row in rows[1:]]
    bands = [
        b
        for b in prediction.bands
        if b.start == "onset" and b.end in STATIONS and b.end != "last_out" and b.high_s != 0
    ]
    assert told == [[b.low_s, b.half_s, b.high_s] for b in bands]
    page = Words(files["kit.html"]).text
    for band in bands:
        if band.low_s is not None and band.high_s is not None:
            assert f"{clock(band.low_s)} to {clock(band.high_s)}" in page


def test_a_study_of_a_drill_and_its_variants_means_the_drill() -> None:
    played = results("hostile")
    line = played.outline.scenarios["drill"]
    lines = {"drill": line, "drill+x": dataclasses.replace(line, changes={"police.law": "5 min"})}
    study = dataclasses.replace(played, outline=dataclasses.replace(played.outline, scenarios=lines))
    assert scenario_of(study) == "drill"
    assert scenario_of(study, "drill+x") == "drill+x"
    twice = dataclasses.replace(played, outline=dataclasses.replace(played.outline, scenarios={"a": line, "b": line}))
    with pytest.raises(ds.ResultError, match="name one drill of this study with --scenario: 'a', 'b'"):
        scenario_of(twice)


def test_the_draft_leaves_ratings_owners_and_dates_to_people() -> None:
    files, missing = after_action_files(results("hostile"), "drill", "none")
    assert missing == ""
    text = files["aar.md"].decode("utf-8")
    blank = BLANK.replace("[", "\\[").replace("]", "\\]")
    head = text.split("## Exercise overview")[0]
    assert "A simulation is not a drill of record." in head
    assert "rates nobody" in head
    assert "INTERNAL" in head
    for row in ("Exercise dates", "Sponsor", "Participating organizations", "Point of contact"):
        assert f"| {row} | {blank} |" in text
    plan = text.split("## Appendix A")[1].split("##")[0]
    rows = [line for line in plan.splitlines() if line.startswith("| On-scene")]
    assert len(rows) == 1  # one for each goal that is not met
    assert rows[0].count(blank) == 5
    assert "1 SRO" in rows[0] or "no tested staffing" in rows[0]


def test_the_draft_has_the_numbers_of_summary_json_and_the_story_of_the_named_drill() -> None:
    played = results("hostile")
    text = after_action_files(played, "drill", "none")[0]["aar.md"].decode("utf-8")
    for goal in summarise(played)["scenarios"]["drill"]["goals"]:
        if goal["mix"] == "none":
            assert f"| {100 * goal['share_met']:.0f} % of simulated drills" in text
    number = int(re.search(r"Drill (\d+) of seed 3", text)[1])  # type: ignore[index]
    assert played.study is not None
    trace = ds.simulate(
        played.study.scenarios[0], played.study.plan, played.study.mixes["none"], seed=3, replication=number
    )
    chronology = text.split("## Chronology")[1].split("## Appendix")[0]
    assert chronology.count("\n| ") == len(ds.tell(trace, played.study.plan)) + 1


def test_the_word_file_holds_what_the_markdown_holds() -> None:
    files, _ = after_action_files(results("hostile"), "drill", "none")
    read = docx.Document(io.BytesIO(files["aar.docx"]))
    words = [p.text for p in read.paragraphs] + [c.text for t in read.tables for r in t.rows for c in r.cells]
    nodes = MarkdownIt("gfm-like", {"linkify": False}).parse(files["aar.md"].decode("utf-8"))
    wanted = [shown_text(n.children) for n in nodes if n.type == "inline"]
    assert sorted(w for w in words if w) == sorted(w for w in wanted if w.strip())


def test_columns_of_word_are_as_wide_as_what_they_hold_and_fill_the_page() -> None:
    grid = Grid(("Time (m:ss)", "What happens"), (("0:10", "The front office has the report, by radio."),))
    read = docx.Document(io.BytesIO(word([grid], mark="INTERNAL", note="A draft")))
    first, second = (column.width or 0 for column in read.tables[0].columns)
    section = read.sections[0]
    assert 2 * first < second
    assert first + second == pytest.approx(section.page_width - section.left_margin - section.right_margin, abs=2000)  # type: ignore[operator]


def test_the_same_draft_is_the_same_word_file_byte_for_byte() -> None:
    blocks: list[Block] = [Heading("Overview"), Paragraph("One"), Bullets(("a", "b"))]
    first, again = (word(blocks, mark="INTERNAL", note="A draft") for _ in range(2))
    assert first == again
    with zipfile.ZipFile(io.BytesIO(first)) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = parts.read("docProps/core.xml").decode()
    assert "python-docx" not in core
    assert core.count("1980-01-01T00:00:00Z") == 2


def test_without_python_docx_there_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "docx", None)
    files, missing = after_action_files(results("hostile"), "drill", "none")
    assert set(files) == {"aar.md"}
    assert "[word]" in missing


# ---------------------------------------------------------------------- the verbs


def test_the_kit_carries_the_prediction_that_seal_writes() -> None:
    files, prediction = kit_files(results("hostile"), "drill", "none")
    assert set(files) == {"kit.html", "events.csv", "evaluation.csv", "observed.csv", "prediction.json"}
    assert short_seal(files["prediction.json"]) == prediction.seal
    assert prediction.seal in files["kit.html"].decode()
    keys = {tuple(row[:3]) for row in csv.reader(io.StringIO(files["observed.csv"].decode("utf-8-sig"), newline=""))}
    assert keys - {("from", "to", "place")} <= {band.key for band in prediction.bands}


@pytest.mark.parametrize("words", [["kit"], ["aar"]])
def test_export_writes_a_marked_folder_and_replaces_nothing(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = ds.write_results(results("hostile"), "r")
    assert main(["export", *words, str(folder)]) == 0
    assert main(["export", *words, str(folder)]) == 0
    homes = sorted(p.name for p in Path().iterdir() if p.name.startswith("drillsim-"))
    assert len(homes) == 2
    assert all((Path(home) / "INTERNAL.txt").exists() for home in homes)
    assert main(["export", *words, "nothing-here"]) == 2
    assert "error" in capsys.readouterr().err.lower()


def test_the_commands_of_the_manual_do_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "real_drills.md").read_text(encoding="utf-8")
    lines = [line for block in re.findall(r"```bash\n(.*?)```", page, re.DOTALL) for line in block.splitlines()]
    assert [line.split()[1] for line in lines] == ["compare", "export", "seal", "open", "observed", "export"]
    ds.write_results(results("hostile"), "north-high-INTERNAL")  # what its first command makes
    seal = ""
    for line in lines[1:]:
        words = [seal if word == "THE HASH ON PAPER" else word for word in shlex.split(line)[1:]]
        assert main([*words, "--json"]) == 0, line
        told = json.loads(capsys.readouterr().out.splitlines()[-1])
        seal = seal or told["hash"]
    assert Path("after-action-INTERNAL/aar.docx").exists()
    assert Path("prediction-INTERNAL.json").read_bytes() == Path("kit-INTERNAL/prediction.json").read_bytes()


@pytest.mark.deep
@pytest.mark.parametrize("school", ["primary", "secondary"])
@pytest.mark.parametrize("name", ["lockdown", "evacuation", "medical"])
def test_kits_of_shipped_drills(school: str, name: str, tmp_path: Path) -> None:
    source = ROOT / "scenarios" / f"{name}.yaml"
    plan = ROOT / "floorplans" / f"doe_{school}.yaml"
    words = ["export", "kit", str(source), "--plan", str(plan), "--runs", "10", "--out", str(tmp_path / "kit")]
    assert main(words) == 0
    assert (tmp_path / "kit" / "kit.html").stat().st_size > 10_000
