"""Charts of the report say what their tables say, and both what an independent sum of the rows says, to the digits shown."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest

from drillsim.analysis.compare import before_after
from drillsim.analysis.wording import count_words
from drillsim.quantities import clock
from drillsim.record.columns import LEGS
from drillsim.report.page.page import write_page
from report_pages import disagreement, material, read, study, three_rooms, ways_of, with_variants


@cache
def page() -> str:
    return write_page(material()).decode()


def pictures() -> dict[str, str]:
    """Return the description of every chart by its title."""
    found = re.findall(r"<title id=[^>]*>([^<]*)</title><desc [^>]*>([^<]*)</desc>", page())
    return dict(found)


def bars(told: str) -> dict[str, tuple[dict[str, str], str]]:
    """Return, by staffing, the words and lengths of the parts of a bar, and what stands behind it."""
    found = re.findall(r"([^:.;]+): ((?:[a-z ]+ \d+:\d\d, )*[a-z ]+ \d+:\d\d); ([^.]*)\.", told)
    return {
        name.strip(): (dict(part.rsplit(" ", 1) for part in parts.split(", ")), after) for name, parts, after in found
    }


def test_interval_bars_say_what_the_rows_sum_to() -> None:
    ((title, told),) = [one for one in pictures().items() if "where the time goes until" in one[0]]
    shown = bars(told)
    runs, labels = study().runs, study().outline.mixes
    seen = 0
    for mix, line in labels.items():
        mine = runs[(runs["mix"] == mix) & runs["able_on_scene_s"].notna()]
        name = next((one for one in shown if one.startswith(line.label[:20])), None)
        if name is None:
            assert mine.empty, title
            continue
        parts, after = shown[name]
        for leg in LEGS:
            if leg.name in mine and leg.short in parts:
                assert parts[leg.short] == clock(float(mine[leg.name].fillna(0.0).mean())), (mix, leg.name)
                seen += 1
        assert after.endswith(f"({len(mine)} of {int((runs['mix'] == mix).sum())})")
    assert seen > 20


def test_interval_bars_and_their_table_agree() -> None:
    ((_, told),) = [one for one in pictures().items() if "where the time goes until" in one[0]]
    table = re.search(r"<caption><span>[^<]*where the time goes until.*?</table>", page(), re.DOTALL)
    assert table
    heads = re.findall(r'<th scope="col">([^<]*)</th>', table[0])
    rows = [
        re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row)
        for row in re.findall(r"<tr>(.*?)</tr>", table[0], re.DOTALL)[1:]
    ]
    shown = bars(told)
    assert len(shown) >= 4
    for row in rows:
        if row[0] not in shown:
            assert "–" in row
            continue
        parts, after = shown[row[0]]
        assert parts == {h: cell for h, cell in zip(heads[1:-2], row[1:-2], strict=True) if cell != "–"}
        assert after == f"{row[-2]} ({row[-1]})"


def test_curves_end_at_the_mean_of_the_drills() -> None:
    for curve, words in (("out", "people out of the building"), ("secured", "rooms secured")):
        ((_, told),) = [one for one in pictures().items() if one[0].endswith(f"{words} over time")]
        ends = re.findall(r"([\d.,<> ]+) by (\d+):(\d\d), on average", told)
        horizon = study().outline.scenarios["drill"].horizon_s
        means = [values[curve].mean(axis=0) for values in study().curves.values() if values.get(curve) is not None]
        assert len(ends) == len(means)
        for (count, minutes, seconds), mean in zip(ends, means, strict=True):
            last = float(np.interp(60 * int(minutes) + int(seconds), np.linspace(0.0, horizon, mean.size), mean))
            assert count.strip() == count_words(last, float(np.ceil(last - 1e-9)))


def test_exits_say_what_the_ways_sum_to() -> None:
    plan = three_rooms()
    used = ways_of(plan)
    mine = used[(used["kind"] == "exit") & (used["mix"] == study().outline.present)]
    told = [text for title, text in pictures().items() if "by which exits" in title]
    assert len(told) == 1
    shown = re.findall(r"([\d.]+) people, (\d+:\d\d) to (\d+:\d\d)", told[0])
    wanted = [
        (
            count_words(one["people"].sum() / mine["replication"].nunique()),
            clock(one["first_s"].mean()),
            clock(one["last_s"].mean()),
        )
        for _, one in mine.groupby("way")
    ]
    assert sorted(shown) == sorted(wanted)


@pytest.mark.parametrize("words", ["share of drills", "half of the drills"])
def test_a_report_of_drills_counts_drills(words: str) -> None:
    assert words in page()


def test_before_and_after_say_what_the_summary_says_and_all_variants_are_one_family() -> None:
    built = with_variants({"2": 0.98, "3": 1.02})
    found = read(write_page(built))
    moved = [(told, words) for told, words in found.numbers if re.match(r"\d+\.b\d+:", told)]
    assert {told.rsplit(":", 1)[1] for told, _ in moved} == {"difference", "p", "wins"}
    assert [wrong for told, words in found.numbers if (wrong := disagreement(built.summary, told, words))] == []
    printed, rows = before_after(built.played, "drill")
    told = [one for name in built.summary["scenarios"].values() for one in name.get("before_after", ())]
    assert [one["p_holm"] for one in told] == [row["p_holm"] for row in rows]
    assert f"Holm over {len(rows)} contrasts" in printed[3][0]
    assert found.text.count(f"Holm over {len(rows)} contrasts") == 2


def test_a_report_speaks_of_staffings_alone() -> None:
    words = read(write_page(with_variants({"2": 0.98}))).text.split(" Assumptions ")[0]
    assert re.findall(r"\bmix(?:es)?\b", words) == []


def test_words_of_a_goal_stand_where_no_curve_passes() -> None:
    page = write_page(material()).decode()
    drawn = next(one for one in re.findall(r"<svg .*?</svg>", page, re.DOTALL) if "goal: " in one)
    lines = [corners(d) for d in re.findall(r'<path d="(M[^"]+)" stroke', drawn)]
    for x, y, words in re.findall(r'<text x="(\d+)" y="(\d+)" class="n halo">(goal: [^<]+)<', drawn):
        left, right, top, foot = int(x), int(x) + 6 * len(words), int(y) - 9, int(y)
        for line in lines:
            inside = [py for px, py in line if left <= px <= right and top <= py <= foot]
            assert inside == [], words


def corners(path: str) -> list[tuple[int, int]]:
    """Return the points of a step function, each pixel of its level parts too."""
    x, y = map(int, re.findall(r"M(\d+) (\d+)", path)[0])
    points = [(x, y)]
    for way, by in re.findall(r"([hv])(-?\d+)", path):
        for _ in range(abs(int(by))):
            x, y = (x + (1 if int(by) > 0 else -1), y) if way == "h" else (x, y + (1 if int(by) > 0 else -1))
            points.append((x, y))
    return points
