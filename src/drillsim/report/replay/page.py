"""A replay as HTML: a fragment for a page that holds the script and style once, and a page of its own.

Text stands before any script runs: headings, the stories, the key. All text of users passes `for_xml`; the data are JSON in a block
that the browser does not execute, in which `<`, `>` and `&` are written as escapes.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from drillsim.escape import for_xml, one_line
from drillsim.quantities import clock
from drillsim.report.replay.doors import MEANINGS, StateChange
from drillsim.report.replay.key_frame import key_frame
from drillsim.report.replay.packing import PER_S, pack, pack_times
from drillsim.report.replay.parting import Parting
from drillsim.report.replay.plan_drawing import PlanDrawing, number
from drillsim.report.replay.side import Mark, Side
from drillsim.report.replay.tracks import ReplayTrack, simplified

HANDLING = "INTERNAL: shows rooms, doors and where staff are. Do not publish."
NOT = "One simulated drill, not a prediction; people are dots, and nobody is rated."
KEYS = (
    ("Space", "play or pause"), ("← →", "5 s back or on"), ("Shift ← →", "30 s"), ("N P", "next or previous event"),
    ("Home End", "to the beginning or the end"), ("+ -", "faster or slower"), ("F", "follow the next unit"),
)  # fmt: skip
SPEEDS = (1, 2, 5, 10, 20, 60)
SPEED = 10


@cache
def asset(name: str) -> str:
    """Return the text of 'replay.js' or 'replay.css'."""
    return (files("drillsim.report.replay") / name).read_text(encoding="utf-8")


def csp_hash(text: str) -> str:
    """Return the source expression by which a content security policy allows an inline script or style."""
    return f"'sha256-{b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


def page_of(title: str, body: str) -> str:
    """Return a self-contained page with a body; nothing is loaded, and no other script runs."""
    script, style = asset("replay.js"), asset("replay.css")
    policy = (
        f"default-src 'none'; script-src {csp_hash(script)}; style-src {csp_hash(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{for_xml(title)}</title><style>{style}</style></head>\n"
        f'<body class="replay-page"><main>{body}</main>\n<script>{script}</script></body></html>\n'
    )


def fragment_of(
    key: str,
    title: str,
    why: Sequence[str],
    sides: Sequence[Side],
    *,
    drawing: PlanDrawing,
    parting: Parting | None,
    heading: int,
) -> str:
    """Return the section of a replay; `key` is unique in the page and a word.

    Seven arguments, as they are the parts of a replay.
    """
    until_s = max(side.until_s for side in sides)
    told = "".join(f"<p>{for_xml(text)}</p>" for text in why)
    if len(sides) > 1:
        words = parting.sentence if parting else "The two drills are told alike: nothing differs in what is shown here."
        told += f'<p class="replay-parting"><strong>{for_xml(words)}</strong></p>'
    paper_s = min(side.telling_s for side in sides)
    several = "".join(_side(key, i, side, drawing, parting, heading + 1, paper_s) for i, side in enumerate(sides))
    return (
        f'<section class="replay" id="{key}" aria-labelledby="{key}-title" data-until="{round(until_s * PER_S)}" '
        f'data-paper="{round(paper_s * PER_S)}">'
        f'<p class="replay-handling">{HANDLING}</p>'
        f'<h{heading} class="replay-title" id="{key}-title">{for_xml(title)}</h{heading}>{told}'
        f"{_controls(key, until_s, sides)}"
        f'<p class="replay-now" role="status" aria-live="polite"></p>'
        f'<div class="replay-sides replay-of-{len(sides)}">{several}</div>'
        f'{_key(sides)}<p class="replay-not">{_watched(sides, until_s)} {NOT}</p>'
        f'<script type="application/json" class="replay-data">{_json(_data(sides, drawing))}</script></section>'
    )


def _watched(sides: Sequence[Side], until_s: float) -> str:
    end_s = max(side.end_s for side in sides)
    after = f"; after {clock(until_s)} nothing more happens" if until_s < end_s else ""
    return f"Watched to {clock(end_s)}{after}. On a stair people stand at its foot, on the lower of its levels."


def _controls(key: str, until_s: float, sides: Sequence[Side]) -> str:
    speeds = "".join(
        f'<option value="{s}"{" selected" if s == SPEED else ""}>{s} times as fast</option>' for s in SPEEDS
    ).replace("1 times as fast", "as fast as it was", 1)
    units: dict[str, str] = {}
    for side in sides:
        units |= {mark.track.who: mark.name for mark in side.units}
    follow = "".join(
        f'<option value="{for_xml(one_line(who))}">{for_xml(name)}</option>' for who, name in units.items()
    )
    top = round(until_s * PER_S)
    return (
        '<div class="replay-controls" role="group" aria-label="Playback">'
        '<button type="button" class="replay-play" aria-pressed="false">Play</button>'
        '<button type="button" class="replay-back">Previous event</button>'
        '<button type="button" class="replay-next">Next event</button>'
        f'<label>Time <input type="range" class="replay-time" min="0" max="{top}" step="10" value="0" '
        'aria-valuetext="0:00"></label>'
        f'<span class="replay-clocks"><output class="replay-clock">0:00</output> of {clock(until_s)}</span>'
        f'<label>Speed <select class="replay-speed">{speeds}</select></label>'
        f'<label>Follow <select class="replay-follow"><option value="">nobody</option>{follow}</select></label></div>'
    )


def _side(
    key: str, index: int, side: Side, drawing: PlanDrawing, parting: Parting | None, heading: int, paper_s: float
) -> str:
    """Return one drill: its levels, its counts and its story. Seven arguments, as those of `fragment_of`."""
    frames = [key_frame(side, level.id, paper_s, drawing.view) for level in drawing.levels]
    levels = "".join(_level(key, nth, drawing, frame, paper_s, copied=index > 0) for nth, frame in enumerate(frames))
    apart = parting.lines[index] if parting else None
    lines = "".join(
        f'<li{" class=replay-apart" if i == apart else ""}><button type="button" tabindex="-1" data-at="{round(line.time_s * PER_S)}">'
        f"<span>{for_xml(line.stamp if line.stamp is not None else clock(line.time_s))}</span> {for_xml(line.text)}"
        f"{' <em>(here they part)</em>' if i == apart else ''}</button></li>"
        for i, line in enumerate(side.story)
    )
    name = f'<h{heading} class="replay-label" id="{key}-side-{index}">{for_xml(side.label)}</h{heading}>'
    return (
        f'<div class="replay-side">{name}<p class="replay-counts"></p><div class="replay-levels">{levels}</div>'
        f'<ol class="replay-events" aria-labelledby="{key}-side-{index}">{lines}</ol></div>'
    )


def _level(key: str, nth: int, drawing: PlanDrawing, frame: str, paper_s: float, *, copied: bool) -> str:
    """Return the plan of a level, with the moment that paper shows, below an empty canvas; a copy refers to the first side's drawing."""
    level, name = drawing.levels[nth], f"{key}-level-{nth}"
    plan = f'<use href="#{name}"/>' if copied else f'<g id="{name}">{level.svg}</g>'
    view = " ".join(number(v) for v in drawing.view)
    return (
        f'<figure class="replay-level"><figcaption>{for_xml(level.label)}<span class="replay-frame"> at {clock(paper_s)}</span></figcaption>'
        '<div class="replay-stage">'
        f'<svg viewBox="{view}" role="img" aria-label="{for_xml("Plan: " + level.label)}">{plan}{frame}</svg>'
        '<canvas aria-hidden="true"></canvas></div></figure>'
    )


def _key(sides: Sequence[Side]) -> str:
    seen = {change.state for side in sides for change in (*side.rooms, *side.doors)}
    units = {mark.short: mark for side in sides for mark in side.units}
    marks = [("person", "a person")]
    marks += [(u.drawn, u.name if short in u.name else f"{short}: {u.name}") for short, u in units.items()]
    if any(side.incidents for side in sides):
        marks += [("place", "place of the incident; dashed when it is over")]
    marks += [(state, meaning) for state, meaning in MEANINGS.items() if state in seen]
    marks.append(("exit", "way out"))
    entries = "".join(f'<li><i class="replay-mark-{kind}"></i>{for_xml(text)}</li>' for kind, text in marks)
    keys = "".join(f"<li><kbd>{for_xml(k)}</kbd> {what}</li>" for k, what in KEYS)
    return (
        f'<details class="replay-key" open><summary>What the marks say</summary><ul>{entries}</ul></details>'
        f'<details class="replay-key"><summary>Keys</summary><ul>{keys}</ul></details>'
    )


# ---------------------------------------------------------------------- data


def _data(sides: Sequence[Side], drawing: PlanDrawing) -> dict[str, Any]:
    levels = {level.id: i for i, level in enumerate(drawing.levels)}
    pool, indices = _pool([side.people for side in sides])
    return {
        "view": [round(v, 2) for v in drawing.view],
        "levels": [level.label for level in drawing.levels],
        "people": pack([simplified(track) for track in pool], levels),
        "sides": [_side_data(side, which, levels, drawing) for side, which in zip(sides, indices, strict=True)],
    }


def _pool(sides: Sequence[Sequence[ReplayTrack]]) -> tuple[list[ReplayTrack], list[list[int]]]:
    """Return the different tracks of all sides, and for each side which of them are its own; most are the same."""
    nthof: dict[tuple[Any, ...], int] = {}
    pool: list[ReplayTrack] = []
    found = []
    for tracks in sides:
        mine = []
        for track in tracks:
            at = nthof.setdefault(track.stretches, len(pool))
            if at == len(pool):
                pool.append(track)
            mine.append(at)
        found.append(mine)
    return pool, found


def _side_data(side: Side, people: Sequence[int], levels: dict[str, int], drawing: PlanDrawing) -> dict[str, Any]:
    floors = {space: [i, j] for i, level in enumerate(drawing.levels) for j, space in enumerate(level.spaces)}
    return {
        "people": pack_times([index / PER_S for index in people]),
        "units": _marks(side.units),
        "unitTracks": pack([mark.track for mark in side.units], levels),
        "incidents": _marks(side.incidents),
        "places": pack([mark.track for mark in side.incidents], levels),
        "over": [None if t is None else round(t * PER_S) for t in side.over_s],
        "rooms": [[_tenths(c), *floors[c.id], c.state] for c in side.rooms if c.id in floors],
        "doors": [row for change in side.doors for row in _door(change, side, levels)],
        "counts": [[c.noun, c.state, c.total, pack_times(c.times_s)] for c in side.counts],
    }


def _marks(marks: Sequence[Mark]) -> list[list[str]]:
    return [[one_line(mark.track.who), one_line(mark.name), one_line(mark.short)[:16], mark.drawn] for mark in marks]


def _door(change: StateChange, side: Side, levels: dict[str, int]) -> list[list[Any]]:
    """Return a change of a door with its line, once for each level that it is drawn on."""
    opening = side.plan.openings[side.plan.opening_index[change.id]]
    spaces = (side.plan.spaces[side.plan.space_index[s]] for s in opening.spaces if s in side.plan.space_index)
    line = [round(v, 2) for point in opening.line for v in (point[0], -point[1])]
    return [[_tenths(change), levels[level], *line, change.state] for level in sorted({s.level for s in spaces})]


def _tenths(change: StateChange) -> int:
    return round(change.time_s * PER_S)


def _json(data: Any) -> str:
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
