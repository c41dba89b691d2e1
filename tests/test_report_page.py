"""report.html: numbers, safety and audience, as an HTML parser reads it; tests/browser reads it in Chromium."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.text import Text

import drillsim as ds
from a_study import Made, made, times
from depth import cases
from drillsim.analysis.contrasts import describe
from drillsim.analysis.summary import summarise
from drillsim.analysis.wording import count_words, share_words
from drillsim.escape import one_line
from drillsim.record.outline import GoalLine
from drillsim.record.presence import Chances
from drillsim.record.store import json_bytes
from drillsim.report.interval_figure import interval_means
from drillsim.report.page.material import MARKS, Audience, Material, PlayedSetting
from drillsim.report.page.page import write_page
from drillsim.report.page.redaction import KEPT_FROM_PUBLIC, PublicResults, hider
from drillsim.report.study_figures import Marking, charts, draw_all
from report_pages import Played, disagreement, material, read, study, three_rooms, ways_of

HOSTILE = (
    "<script>alert(1)</script>", '=HYPERLINK("http://x")', "\u202egnp.exe", "\x1b[31mred\x00", "a" * 10_000,
    "👩‍🚒 fire \U0001f525", "\"quotes' & <b>bold</b>", "</svg><img src=x onerror=alert(1)>", "{{ 7 * 7 }}", "%s {0} {name}",
)  # fmt: skip


def test_every_number_of_the_page_is_that_of_the_summary_to_the_digits_shown() -> None:
    built = material()
    numbers = read(write_page(built)).numbers
    assert len(numbers) > 60
    assert [wrong for told, words in numbers if (wrong := disagreement(built.summary, told, words))] == []


def test_the_page_runs_nothing_and_loads_nothing() -> None:
    page = write_page(material()).decode()
    found = read(page.encode())
    assert "script" not in found.tags
    assert not {name for name, _ in found.attributes if name.startswith("on") or name in ("src", "style", "srcset")}
    links = [value for name, value in found.attributes if name == "href" and value is not None]
    assert links
    assert all(link.startswith("#") for link in links)


def test_the_policy_allows_the_one_style_by_its_hash_and_nothing_else() -> None:
    page = write_page(material()).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert policy
    assert style
    told = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert "default-src 'none'" in policy[1].replace("&#39;", "'")
    assert f"sha256-{told}" in policy[1]
    assert "unsafe" not in policy[1]


def test_every_picture_names_describes_and_marks_itself() -> None:
    page = write_page(material()).decode()
    pictures = re.findall(r"<svg .*?</svg>", page, re.DOTALL)
    assert len(pictures) >= 6
    for picture in pictures:
        assert "<title " in picture
        assert "<desc " in picture
        assert "INTERNAL" in picture


@cache
def plain_tags() -> list[str]:
    return without_numbers_in_bars(read(write_page(material())).tags)


def without_numbers_in_bars(tags: list[str]) -> list[str]:
    """Return elements without the texts of charts: a bar beside a long name may have no room for its number."""
    return [tag for tag in tags if tag != "text"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_labels_show_as_text(text: str) -> None:
    built = material(labels={"one-sro": text, "police-only": text}, title=text)
    found = read(write_page(replace(built, school=text)))
    assert without_numbers_in_bars(found.tags) == plain_tags()
    shown = one_line(text)
    assert (shown[:20] if len(shown) > 20 else " ".join(shown.split())) in found.text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", "".join(found.texts))


def relabelled(plan: ds.FloorPlan, words: list[str]) -> tuple[ds.FloorPlan, list[str]]:
    """Return a plan whose every label and id of a place is one of the words, and the words that it uses."""
    data = json.loads(plan.model_dump_json(by_alias=True))
    ids = [thing["id"] for key in ("spaces", "openings", "posts", "stairs", "levels") for thing in data.get(key, ())]
    new = dict(zip(dict.fromkeys(ids), words, strict=False))

    def renamed(node: object) -> object:
        if isinstance(node, dict):
            told = {k: renamed(v) for k, v in node.items()}
            return told | ({"label": new[str(node["id"])].upper()} if "label" in node and node.get("id") in new else {})
        if isinstance(node, list):
            return [renamed(v) for v in node]
        return new.get(node, node) if isinstance(node, str) else node

    return ds.FloorPlan.model_validate(renamed(data), context={"si": True}), list(new.values())


WORDS = st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=12, max_size=12), min_size=60, max_size=60, unique=True)


@settings(max_examples=cases(5), deadline=None)
@given(WORDS, st.data())
def test_a_public_report_names_no_place(words: list[str], data: st.DataObject) -> None:
    plan, used = relabelled(three_rooms(), words)
    named = data.draw(st.sampled_from(used))
    setting = PlayedSetting(
        f"noticing.{named}.delay", f"10 s in {named}", f"of {named}", True, ("A:detection.trust",), f"drill in {named}"
    )
    built = named_after(
        named,
        material(
            plan=plan,
            labels={"one-sro": f"SRO at {named.upper()}"},
            title=f"Fight in {named}, then {used[0]}",
            settings=(setting,),
        ),
    )
    page = write_page(built, audience="public").decode().lower()
    assert [word for word in used if word in page] == []
    inside = write_page(built).decode().lower()
    assert named in inside
    shown = public_texts(built)
    assert len(shown) > 60
    assert [word for word in used if any(word in text.lower() for text in shown)] == []


def named_after(place: str, built: Material) -> Material:
    """Return material whose roles, kinds, files and assumptions are named after a place, as those of a user may be."""
    roles = built.mixes.roles
    sro = roles["sro"].model_copy(update={"label": f"SRO of {place}", "words": {f"{place}-flood": "assists"}})
    told = json.loads(json.dumps(built.summary))
    told["scenarios"]["drill"]["goals"][0]["depends_on"] = [f"roles.{place}.run"]
    return replace(
        built,
        school=f"School by {place}",
        mixes=built.mixes.model_copy(update={"roles": {**roles, "sro": sro}}),
        kinds={"drill": ("hostile", f"{place}-flood")},
        reproduce={"command": f"drillsim compare {place}.yaml", f"SHA-256 of scenarios {place}": "00"},
        swings=swings(place),
        summary=told,
    )


def swings(place: str) -> pd.DataFrame:
    """Return rows of sensitivity.csv, one of them named after a place."""
    told = {
        "scenario": "drill",
        "measure": "able_on_scene_s",
        "model_form": False,
        "best": "one-sro",
        "stays_possibly_best": True,
    }
    rows = [
        {
            **told,
            "by": "A:detection.trust",
            "value": f"noticing.trust 30 % of {place}",
            "change": 3.0,
            "change_low": 1.0,
            "change_high": 5.0,
        },
        {**told, "by": f"roles.{place}.run", "value": "-25 %", "change": 2.0, "change_low": 1.0, "change_high": 3.0},
    ]
    return pd.DataFrame(rows)


def public_texts(built: Material) -> list[str]:
    """Return every text of the pictures that the public may see, with their names, titles and captions."""
    told = PublicResults(built.played, [built.plan, *built.other_plans])
    drawn = list(charts(told, Marking(left_out=KEPT_FROM_PUBLIC, called=told.hide)))
    texts = [artist.get_text() for chart in drawn for artist in chart.figure.findobj(Text) if isinstance(artist, Text)]
    return [*texts, *(text for chart in drawn for text in (chart.name, chart.title, chart.caption))]


def test_a_public_picture_is_marked_and_says_nothing_of_a_place_in_its_file() -> None:
    plan = three_rooms()
    place = plan.spaces[0].name
    built = material(title=f"Fight in {place}", labels={"one-sro": f"SRO at {place}"})
    told = PublicResults(built.played, [plan])
    drawn = draw_all(
        told, formats=("svg",), marking=Marking("PUBLIC · A school", "figures-public", KEPT_FROM_PUBLIC, told.hide)
    )
    assert len(drawn) >= 4
    for name, content in drawn.items():
        assert name.startswith("figures-public/")
        assert b"PUBLIC" in content
        assert b"INTERNAL" not in content
        assert place.encode() not in content


def test_a_change_of_locks_is_not_told_to_the_public_nor_the_plan_of_a_variant() -> None:
    plan = three_rooms()
    second = plan.model_copy(
        update={"levels": tuple(one.model_copy(update={"label": "Zebra wing"}) for one in plan.levels)}
    )
    line = material().played.outline.scenarios["drill"]
    changed = replace(line, changes={"openings.d-1.lock": "auto", "police.law.median": "5 min in the Zebra wing"})
    built = material()
    told = PublicResults(
        Played(study(), replace(built.played.outline, scenarios={"drill": changed}), ways_of(plan)), [plan, second]
    )
    assert dict(told.outline.scenarios["drill"].changes) == {
        "police.law.median": "5 min in the [place]", "a change that is kept inside": "",
    }  # fmt: skip


def test_a_public_report_has_no_sections_of_plan_ways_and_replay() -> None:
    page = write_page(material(), audience="public").decode()
    assert not re.search(r'<section id="(plan|ways|replay)"', page)
    assert "PUBLIC" in page
    assert "INTERNAL" not in page


def test_the_report_of_us_units_speaks_of_feet_and_letter_paper() -> None:
    us, metric = (write_page(material(), units=units).decode() for units in ("us", "metric"))
    assert "size: Letter" in us
    assert "ft/s" in us
    assert "size: A4" in metric
    assert "m/s" in metric


def test_a_share_that_is_not_the_whole_is_not_shown_as_the_whole() -> None:
    assert [share_words(v) for v in (1.0, 0.9987, 0.995, 0.9949, 0.004, 0.0)] == [
        "100 %", "> 99 %", "> 99 %", "99 %", "< 1 %", "0 %",
    ]  # fmt: skip


@given(st.floats(0, 1000), st.integers(1, 1000))
def test_a_mean_count_below_the_whole_is_not_shown_as_the_whole(value: float, whole: int) -> None:
    words = count_words(value, float(whole))
    if value < whole:
        assert words != f"{whole:,}"
    if value > 0:
        assert words != "0"


@pytest.mark.parametrize("measure", ["able_on_scene_s", "ems_on_scene_s"])
def test_intervals_are_weighed_by_presence_and_add_up_to_the_mean_of_the_table(measure: str) -> None:
    legs = ("leg_notice_s", "leg_walk_s") if measure == "able_on_scene_s" else ("noticed_s", "reported_s")
    rows = [
        {**row, legs[0]: value / 4, legs[1]: 3 * value / 4, "forced": forced, "presence": state}
        for value, forced, state in (
            (100.0, "", "all here"),
            (200.0, "", "all here"),
            (900.0, "sro-1=away", "away: sro-1"),
        )
        for row in times("one-sro", value, measure=measure)
    ]
    rows = [{**row, "replication": i if not row["forced"] else 0} for i, row in enumerate(rows)]
    line = replace(
        (one := made(rows)).outline.scenarios["drill"],
        added={"sro-1=away": 1},
        chances={"one-sro": Chances({"sro-1": 0.85}, ())},
    )
    played = Made(one.runs, replace(one.outline, scenarios={"drill": line}))
    ((means, reached, drills),) = interval_means(played, "drill", measure).values()
    mean = describe(played, "drill", "one-sro", measure).mean.value
    assert mean != pytest.approx(400.0)
    assert sum(means.values()) == pytest.approx(mean)
    assert (reached, drills) == (3, 3)


def test_hours_kept_for_mentoring_stand_where_school_days_were_played() -> None:
    hours = {("drill", "one-sro"): {"mentoring": (4.66, 3.21)}}
    assert "hours a day that no incident took" in read(write_page(material(duty_hours=hours, duty_days=20))).text
    assert "mentoring 4.7 3.2" in read(write_page(material(duty_hours=hours, duty_days=20))).text
    assert 'id="duties"' not in write_page(material()).decode()


@pytest.mark.parametrize("audience", ["internal", "public"])
def test_every_printed_page_bears_the_mark_below_its_text(audience: Audience) -> None:
    page = write_page(material(), audience=audience).decode()
    assert f'@bottom-left {{ content: "{MARKS[audience]}"' in page


def test_a_measure_that_coincides_with_one_above_is_said_once() -> None:
    page = read(write_page(coinciding())).text
    assert "The same as 'How soon is somebody there who can act?' above, drill by drill" in page
    assert page.count("where the time goes until") == read(write_page(material())).text.count(
        "where the time goes until"
    )


def coinciding() -> Material:
    """Return a report whose second goal is on a measure with the same times as the primary one."""
    base = study()
    runs = base.runs.assign(first_on_scene_s=base.runs["able_on_scene_s"])
    if "able_on_scene_status" in runs:
        runs = runs.assign(first_on_scene_status=runs["able_on_scene_status"])
    line = base.outline.scenarios["drill"]
    goals = (*line.goals, GoalLine("first_on_scene_s", 120.0, 0.9))
    made_up = replace(base, runs=runs, outline=replace(base.outline, scenarios={"drill": replace(line, goals=goals)}))
    told = json.loads(json_bytes(summarise(made_up)))
    return replace(material(), played=Played(made_up, made_up.outline, ways_of(three_rooms())), summary=told)


@pytest.mark.parametrize("words", ["the north-gym", "NORTH GYM", "north_gym", "north  gym's door"])
def test_a_place_is_found_however_its_words_are_joined(words: str) -> None:
    assert "gym" not in hider(["North Gym"])(words).lower()
