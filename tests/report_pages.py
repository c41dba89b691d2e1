"""Reports of a made-up study on the plan of three rooms, and readers of the rendered page."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pandas as pd

import drillsim as ds
import shipped
from a_study import Made, six_mixes
from drillsim.analysis.summary import summarise
from drillsim.coverage.assess import assess
from drillsim.record.columns import WAYS
from drillsim.record.outline import Outline
from drillsim.record.store import WAY_KEYS, json_bytes
from drillsim.report.page.material import Material, PlayedSetting, Reach

COLUMNS = [*WAY_KEYS, *(column.name for column in WAYS)]


@dataclass(frozen=True)
class Played:
    """A made-up study with ways."""

    made: Made
    outline: Outline
    ways: pd.DataFrame

    @property
    def runs(self) -> pd.DataFrame:
        return self.made.runs

    @property
    def curves(self) -> Any:
        return self.made.curves


@cache
def study(runs: int = 20) -> Made:
    return six_mixes(runs)


@cache
def summary() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json_bytes(summarise(study())))
    return found


@cache
def three_rooms() -> ds.FloorPlan:
    return shipped.plan_named("three_rooms")


def ways_of(plan: ds.FloorPlan) -> pd.DataFrame:
    """Return one row for each way of a plan, used once in each of two drills."""
    rows = [
        (
            "drill",
            "police-only",
            r,
            way.id,
            "exit" if "outside" in way.spaces else "door",
            way.spaces[-1],
            10 + r,
            5.0,
            65.0,
            3,
            20.0,
        )
        for r in range(2)
        for way in plan.openings
    ]
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS))


def with_variants(factors: Mapping[str, float], runs: int = 20) -> Material:
    """Return the material of a study in which each variant, by what it sets police.officers to, takes a factor of the time."""
    one = study(runs)
    base, line = one.runs, replace(one.outline.scenarios["drill"], family="drill")
    rows, lines, curves = [base], {"drill": line}, dict(one.curves)
    for value, factor in factors.items():
        name = f"drill+police.officers={value}"
        rows.append(base.assign(scenario=name, able_on_scene_s=base["able_on_scene_s"] * factor))
        lines[name] = replace(line, changes={"police.officers": value})
        curves |= {(name, mix): found for (_, mix), found in one.curves.items()}
    made_up = Made(pd.concat(rows, ignore_index=True), replace(one.outline, scenarios=lines), curves)
    told = json.loads(json_bytes(summarise(made_up)))
    return replace(material(), played=Played(made_up, made_up.outline, ways_of(three_rooms())), summary=told)


def material(
    *,
    plan: ds.FloorPlan | None = None,
    labels: dict[str, str] | None = None,
    title: str = "",
    settings: tuple[PlayedSetting, ...] = (),
    **more: Any,
) -> Material:
    """Return the material of the made-up study, with some labels of mixes and a title changed."""
    made, plan = study(), plan or three_rooms()
    mixes = {
        name: replace(line, label=(labels or {}).get(name, line.label)) for name, line in made.outline.mixes.items()
    }
    line = made.outline.scenarios["drill"]
    outline = replace(made.outline, mixes=mixes, scenarios={"drill": replace(line, title=title or line.title)})
    played = Played(made, outline, ways_of(plan))
    return Material(
        school=plan.name,
        played=played,
        summary=summary(),
        plan=plan,
        mixes=ds.example("secondary").mixes,
        reaches=[Reach("the posts of the plan", assess(plan))],
        settings=[
            PlayedSetting("police.law", "median 180 s", "call to the first officer", False, ("fbi-leb",)),
            *settings,
        ],
        reproduce={"command": "drillsim compare lockdown.yaml", "seed": "7"},
        kinds={"drill": ("hostile",)},
        **more,
    )


@dataclass
class Read(HTMLParser):
    """A page as a browser reads it: elements, text, and the numbers that say where they are from."""

    tags: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    numbers: list[tuple[str, str]] = field(default_factory=list)
    attributes: list[tuple[str, str | None]] = field(default_factory=list)
    _open: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        told = dict(attrs).get("data-n")
        if told:
            self._open.append((tag, told))
            self.numbers.append((told, ""))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1][0] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self._open:
            told, words = self.numbers[-1]
            self.numbers[-1] = (told, words + data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def read(page: bytes) -> Read:
    found = Read()
    found.feed(page.decode("utf-8"))
    return found


# ------------------------------------------------- an independent reader of the numbers of a page


def disagreement(summary: Mapping[str, Any], told: str, words: str) -> str:
    """Return '' where the words of a number agree with summary.json to the digits shown, else what is wrong."""
    path, _, form = told.partition(":")
    value = _value(summary, path)
    wanted = _shown(value, form, summary, path)
    return "" if words in wanted else f"{told}: the page says {words!r}, summary.json has {value!r}"


def _value(summary: Mapping[str, Any], path: str) -> Any:
    scenario, *rest = path.split(".")
    found: Any = list(summary["scenarios"].values())[int(scenario)]
    first = rest[0]
    if re.fullmatch(r"m\d+", first):
        mix = list(found["mixes"].values())[int(first[1:])]
        return mix["cost_usd_year"] if rest[1] == "cost" else mix["measures"][rest[1]][rest[2]]
    lists = {"c": "comparisons", "b": "before_after", "g": "goals"}
    if re.fullmatch(r"[cbg]\d+", first):
        return found[lists[first[0]]][int(first[1:])]
    return found[first]


def _clock(seconds: float) -> str:
    whole = int(seconds + 0.5)
    return f"{whole // 60}:{whole % 60:02d}"


def _shares(value: float) -> list[str]:
    if 0.995 <= value < 1:
        return ["> 99 %"]
    return ["< 1 %"] if 0 < value < 0.005 else [f"{100 * value:.0f} %"]


def _signed(value: float, *, as_clock: bool) -> str:
    sign = "-" if value < 0 else "+"
    text = f"{sign}{_clock(abs(value))}" if as_clock else f"{value:+.1f}"
    return text.lstrip("+-") if text.strip("+-") in ("0:00", "0.0") else text


def _difference(one: dict[str, Any]) -> str:
    numbers = [one["mean_difference"], *one["ci95"]]
    as_clock = max(abs(n) for n in numbers if n is not None) >= 99.95
    value, low, high = (_signed(n, as_clock=as_clock) for n in numbers)
    return f"{value}{'' if as_clock else ' s'} ({low} to {high})"


def _shown(value: Any, form: str, summary: Mapping[str, Any], path: str) -> list[str]:
    if form == "clock":
        return [_clock(value)]
    if form == "over":
        horizon = list(summary["scenarios"].values())[int(path.split(".", maxsplit=1)[0])]["horizon_s"]
        return [f"> {_clock(horizon)}"] if value is None else []
    if form == "count":
        return [f"{value:,}"]
    if form == "share":
        return _shares(value["share_met"] if isinstance(value, dict) else value)
    if form == "wins":
        return _shares(value["share_faster"])
    if form == "difference":
        return [_difference(value)]
    if form == "gap":
        return [_difference(value).split(" (")[0]]
    if form == "p":
        p = value["p_holm"]
        return ["< 0.001" if p < 0.001 else f"{p:.3f}"] if p is not None else ["-"]
    if form == "number":
        return [f"{value:.4g}"]
    if form == "money":
        low, mid, high = (value[k] / 1000 for k in ("low", "mid", "high"))
        if value["high"] == 0:
            return ["$0"]
        return [f"${mid:,.0f}k" if low == high else f"${mid:,.0f}k ({low:,.0f}k to {high:,.0f}k)"]
    raise AssertionError(f"unknown form {form}")
