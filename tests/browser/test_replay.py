"""Replays in a browser: they play, scrub, step and follow by keyboard alone, ask for nothing, and shut nobody out."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import drillsim as ds
from browser.page import Page
from drillsim.report.replay.packing import pack, unpack
from drillsim.report.replay.tracks import simplified
from plays import mix, scenario
from shipped import ROOT, plan_named

pytestmark = pytest.mark.browser
SRO = {"id": "sro-1", "role": "sro", "post": "front-desk"}
GUARD = {"id": "guard-1", "role": "unarmed-guard", "post": "front-desk", "label": "<b>Guard</b>"}
FRAME_MS = 16.0
"""Script time of a frame at 60 frames a second."""
TAB, RIGHT, LEFT, DOWN, END, HOME, ENTER, SHIFT = (
    "\ue004", "\ue014", "\ue012", "\ue015", "\ue010", "\ue011", "\ue007", "\ue008",
)  # fmt: skip


@cache
def two_fights() -> ds.Replay:
    drill, plan = scenario("behaviour", "hall-1"), plan_named("three_rooms")
    one, two = (ds.simulate(drill, plan, mix(*units), seed=1, record_legs=True) for units in ([SRO], [SRO, GUARD]))
    return ds.replay(one, two, labels=["One officer", "Officer and guard"])


@pytest.fixture
def shown(page: Page, tmp_path: Path) -> Page:
    page.open(two_fights().write(tmp_path / "replay.html"))
    return page


def now(page: Page) -> float:
    """The time shown, in seconds."""
    return float(page.run("return document.querySelector('.replay-time').value")) / 10


def set_time(page: Page, time_s: float) -> None:
    page.run(
        "const t = document.querySelector('.replay-time'); t.value = arguments[0]; t.dispatchEvent(new Event('input'))",
        round(time_s * 10),
    )


def ink(page: Page, canvas: int) -> int:
    """A number that changes with the picture of a canvas."""
    script = """const c = document.querySelectorAll('.replay canvas')[arguments[0]];
    const pixels = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
    let sum = 0; for (let i = 0; i < pixels.length; i += 4) sum = (sum * 31 + pixels[i] + pixels[i + 3] * 7) % 1000003;
    return sum"""
    return int(page.run(script, canvas))


def test_a_replay_opens_from_disk_without_an_error_or_a_request(shown: Page) -> None:
    assert shown.errors == []
    assert shown.requests == []
    assert now(shown) == 0.0
    assert shown.texts(".replay-label") == ["One officer", "Officer and guard"]
    assert "<b>Guard</b>" in shown.texts(".replay-key")[0]


def test_a_replay_shuts_nobody_out(shown: Page) -> None:
    set_time(shown, 40)
    assert shown.barriers() == []


def test_it_plays_pauses_and_stops_at_the_end(shown: Page) -> None:
    shown.run("document.querySelector('.replay-speed').value = '60'; document.querySelector('.replay-play').click()")
    assert shown.texts(".replay-play") == ["Pause"]
    assert shown.run("return document.querySelector('.replay-now').getAttribute('aria-live')") == "off"
    until_s = two_fights().sides[0].until_s
    deadline = time.monotonic() + 60
    while now(shown) < until_s and time.monotonic() < deadline:
        time.sleep(0.1)
    assert now(shown) == pytest.approx(max(side.until_s for side in two_fights().sides))
    assert shown.texts(".replay-play") == ["Play"]
    assert shown.run("return document.querySelector('.replay-now').getAttribute('aria-live')") == "polite"
    assert shown.errors == []


def test_scrubbing_moves_the_marks_the_clock_and_the_story(shown: Page) -> None:
    before = ink(shown, 0)
    set_time(shown, 30)
    assert ink(shown, 0) != before
    assert shown.texts(".replay-clock") == ["0:30"]
    for side, present in zip(two_fights().sides, shown.texts(".replay-events [aria-current]"), strict=True):
        told = [line for line in side.story if line.time_s <= 30]
        assert present.endswith(told[-1].text)
        assert told[-1].text in shown.texts(".replay-now")[0]


def test_a_keyboard_is_enough(shown: Page) -> None:
    events = sorted({round(line.time_s, 1) for side in two_fights().sides for line in side.story})
    shown.press("n")
    assert now(shown) == pytest.approx(min(t for t in events if t > 0.05), abs=0.051)
    shown.press("n")
    later = now(shown)
    shown.press("p")
    assert now(shown) < later
    shown.press(END)
    assert now(shown) == pytest.approx(max(side.until_s for side in two_fights().sides))
    shown.press(HOME)
    assert now(shown) == 0.0
    shown.press(RIGHT)
    assert now(shown) == 5.0
    shown.press(LEFT)
    assert now(shown) == 0.0
    shown.press(" ")
    assert shown.texts(".replay-play") == ["Pause"]
    shown.press(" ")
    assert shown.texts(".replay-play") == ["Play"]
    shown.press("f")
    assert shown.run("return document.querySelector('.replay-follow').value") == "sro-1"


def test_tab_reaches_every_control_and_the_arrows_the_list(shown: Page) -> None:
    reached = []
    for _ in range(8):
        shown.press(TAB)
        reached.append(shown.run("return document.activeElement.className || document.activeElement.tagName"))
    assert reached[:6] == [f"replay-{c}" for c in ("play", "back", "next", "time", "speed", "follow")]
    shown.run("document.querySelector('.replay-events button[tabindex=\"0\"]').focus()")
    shown.press(DOWN, DOWN, ENTER)
    at = shown.run("return document.activeElement.dataset.at")
    assert round(now(shown) * 10) == int(at)


def test_following_a_unit_enlarges_its_level_and_says_where_it_is(shown: Page) -> None:
    set_time(shown, 30)
    whole = shown.run("return document.querySelector('.replay svg').getAttribute('viewBox')")
    shown.run(
        "const f = document.querySelector('.replay-follow'); f.value = 'sro-1'; f.dispatchEvent(new Event('change'))"
    )
    assert shown.run("return document.querySelector('.replay svg').getAttribute('viewBox')") != whole
    assert "(sro-1) walks in Main hall" in shown.texts(".replay-counts")[0]


def test_with_reduced_motion_nothing_is_enlarged_and_a_picture_a_second_is_drawn(shown: Page, tmp_path: Path) -> None:
    shown.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
    try:
        set_time(shown, 30)
        whole = shown.run("return document.querySelector('.replay svg').getAttribute('viewBox')")
        shown.press("f")
        assert shown.run("return document.querySelector('.replay svg').getAttribute('viewBox')") == whole
        shown.run("""window.frames_ = 0; const real = window.requestAnimationFrame.bind(window);
        window.requestAnimationFrame = f => { window.frames_++; return real(f) }; document.querySelector('.replay-play').click()""")
        time.sleep(0.3)
        assert shown.run("return window.frames_") == 0
    finally:
        shown.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": ""}])


def test_at_twice_the_size_and_on_paper_it_is_whole(shown: Page) -> None:
    with shown.zoomed(2.0):
        assert shown.run("return document.documentElement.scrollWidth <= window.innerWidth + 1")
    shown.run("dispatchEvent(new Event('beforeprint'))")
    assert now(shown) == int(two_fights().sides[0].telling_s)
    shown.run("dispatchEvent(new Event('afterprint'))")
    assert now(shown) == 0.0
    with shown.as_printed():
        assert shown.run("return getComputedStyle(document.querySelector('.replay-events')).overflowY") == "visible"
        assert shown.run("return getComputedStyle(document.querySelector('canvas')).display") == "none"
        frames = shown.run(
            "return [...document.querySelectorAll('g.replay-frame')].map(e => e.getBoundingClientRect().width)"
        )
        assert len(frames) == 2 * len(two_fights().drawing.levels)
        assert max(frames) > 20
    assert shown.printed()[:4] == b"%PDF"


def marks_at(page: Page, time_s: float) -> list[list[Any]]:
    """Where the browser puts the units of the first drill: id, level, x and y, from the pixels' own script."""
    set_time(page, time_s)
    script = """const seen = []; const real = CanvasRenderingContext2D.prototype.arc;
    CanvasRenderingContext2D.prototype.arc = function (x, y, r, a, b) {
      seen.push([[...document.querySelectorAll('.replay canvas')].indexOf(this.canvas), x, -y]); return real.call(this, x, y, r, a, b) };
    document.querySelector('.replay-time').dispatchEvent(new Event('input'));
    CanvasRenderingContext2D.prototype.arc = real; return seen"""
    return list(page.run(script))


def test_the_browser_puts_everybody_where_the_drill_had_them(shown: Page) -> None:
    levels = [level.id for level in two_fights().drawing.levels]
    number = {level: i for i, level in enumerate(levels)}
    for time_s in (0.0, 26.0, 33.0, 47.0, 52.0):
        told = []
        for place, side in enumerate(two_fights().sides):
            tracks = [*map(simplified, side.people), *(mark.track for mark in side.units)]
            packed = unpack(pack(tracks, number), levels, [t.who for t in tracks])
            found = [at for track in packed if (at := track.at(time_s)) is not None]
            told += [[place * len(levels) + number[level], round(x, 3), round(y, 3)] for level, x, y in found]
        marks = [[canvas, round(x, 3), round(y, 3)] for canvas, x, y in marks_at(shown, time_s)]
        assert [m for m in zip(sorted(marks), sorted(told), strict=True) if not np.allclose(*m, atol=0.0011)] == [], (
            time_s
        )


def test_a_frame_with_1210_people_costs_little_script(page: Page, tmp_path: Path) -> None:
    drill, plan = ds.read_scenario(ROOT / "scenarios" / "evacuation.yaml"), plan_named("doe_secondary")
    mixes = ds.read_mixes(ROOT / "scenarios" / "mixes.yaml")
    traces = [ds.simulate(drill, plan, mixes[m], seed=2, record_legs=True) for m in ("one-sro", "sro-and-guard")]
    page.open(ds.replay(*traces).write(tmp_path / "large.html"))
    loaded_ms = page.run("return performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    set_time(page, 40)
    page.run("""window.took = []; const real = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = f => real(ms => { const began = performance.now(); f(ms); window.took.push(performance.now() - began) });
    document.querySelector('.replay-speed').value = '5'; document.querySelector('.replay-play').click()""")
    deadline = time.monotonic() + 60
    while page.run("return window.took.length") < 200 and time.monotonic() < deadline:
        time.sleep(0.2)
    took = sorted(page.run("return window.took.slice(0, 200)"))
    print(f"loaded in {loaded_ms:.0f} ms; script of a frame {took[100]:.1f} ms, 9 of 10 within {took[180]:.1f} ms")
    assert len(took) == 200
    assert took[100] <= 2 * FRAME_MS  # measured 3 ms; twice the aim, so that a busy machine does not fail it
    assert page.errors == []
