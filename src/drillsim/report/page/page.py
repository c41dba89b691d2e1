"""The report put together: sections in their order, one HTML file with its own style, nothing fetched."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from drillsim.analysis.contrasts import PartitionedResults
from drillsim.analysis.wording import size_words
from drillsim.record.outline import Outline
from drillsim.report.page import background, moves, progress, staffing
from drillsim.report.page.answer import NOT_THIS, answers
from drillsim.report.page.evidence import FINDINGS, NOT_SHOWN
from drillsim.report.page.material import MARKS, Audience, Fragment, Material, Units
from drillsim.report.page.parts.curves import Look
from drillsim.report.page.parts.tables import HtmlTable
from drillsim.report.page.parts.told import Numbers, clean, say, short
from drillsim.report.page.redaction import (
    KEPT_FROM_PUBLIC,
    PUBLIC_DUTIES,
    PublicResults,
    public_material,
    public_settings,
)
from drillsim.report.page.spelling import spelled

PAPER = {"us": "Letter", "metric": "A4"}


@dataclass(frozen=True)
class Section:
    """A numbered section of the page.

    parts
        Headings, charts and tables in their order.
    """

    name: str
    title: str
    parts: Sequence[Any]


def write_page(material: Material, *, audience: Audience = "internal", units: Units = "us") -> bytes:
    """Return report.html for an audience; a public one tells nothing of plan, places, posts, cameras, locks and routes."""
    public = audience == "public"
    told: Any = material.played
    settings, school = list(material.settings), short(material.school, 80)
    if public:
        told = PublicResults(material.played, [material.plan, *material.other_plans])
        settings, school = public_settings(settings, told.hide), told.hide(school)
        material = public_material(material, told.hide)
    mark = f"{audience.upper()} · {short(school, 50)}"
    played, outline = PartitionedResults(told), told.outline
    numbers = Numbers(material.summary)
    look = Look({name: outline.label(name) for name in outline.mixes}, outline.present)
    page = _Page(material, played, numbers, look, mark, public, units)
    sections = [one for one in page.sections(settings) if one.parts]
    return _rendered(page, sections, school=school, audience=audience)


@dataclass(frozen=True)
class _Page:
    """What all sections of one page share."""

    material: Material
    played: PartitionedResults
    numbers: Numbers
    look: Look
    mark: str
    public: bool
    units: Units

    @property
    def outline(self) -> Outline:
        return self.played.outline

    @property
    def shown(self) -> list[str]:
        """Scenarios that have sections of their own: those that are no variant of another."""
        return [name for name in self.outline.scenarios if "variant_of" not in self.numbers.scenario(name)]

    def sections(self, settings: Sequence[Any]) -> Iterable[Section]:
        """Yield the sections in their order; one without parts is left out."""
        if not self.public:
            yield Section("plan", "Before you hire: what the plan alone says", self._assessment())
        yield Section("answer", "The answer", self._answer())
        yield Section("staffing", "Staffing compared", self._staffing())
        yield Section("variants", "Before and after", self._variants())
        yield Section("time", "Where the time goes", self._time())
        if not self.public:
            yield Section("ways", "Which ways people went", self._ways())
            yield Section("replay", "Replay", self._replay())
        yield Section("people", "Rooms secured, people out", self._people())
        yield Section("duties", "Hours kept for mentoring and other duties", self._duties())
        yield Section("matters", "What matters most", self._matters())
        yield Section("not-shown", "What response time does not show", self._not_shown())
        yield Section("assumptions", "Assumptions", self._assumptions(settings))
        yield Section("reproduce", "How to reproduce this", self._reproduce())

    def _assessment(self) -> list[Any]:
        reaches = self.material.reaches
        if not reaches:
            return []
        first = reaches[0].coverage
        speeds = ", ".join(
            background.speed_words(v, self.units) for v in (first.level_mps, first.stair_up_mps, first.stair_down_mps)
        )
        head = paragraph(
            f"Nothing is simulated here: least times on foot, one person alone in an empty building with every key at hand (level, up and down "
            f"stairs: {speeds}). No staffing on these posts can be faster. Look here first: a gap that a door, a radio or another post "
            "closes needs nobody hired."
        )  # fmt: skip
        return [head, *background.maps(reaches, self.mark), *background.assessment_tables(first, self.units)]

    def _answer(self) -> list[Any]:
        parts: list[Any] = []
        for one in answers(self.numbers, self.outline):
            parts.append(heading(one.title, f"answer-{len(parts)}"))
            parts.append(say('<p class="question">{}</p><p class="answer">{}</p>', one.question, one.sentence))
            parts += [one.goals] if one.goals is not None else []
        items = Markup("").join(say("<li>{}</li>", text) for text in NOT_THIS)
        return [*parts, heading("What this is not", "not"), say("<ul>{}</ul>", items)]

    def _staffing(self) -> list[Any]:
        parts: list[Any] = []
        for scenario in self.shown:
            found = staffing.compared(self.played, self.numbers, scenario, look=self.look, mark=self.mark)
            if found:
                parts.append(heading(short(self.outline.title(scenario), 80), f"staffing-{len(parts)}"))
            for one in found:
                parts += [
                    say("<h4>{}</h4>", one.title),
                    *(part for part in (one.curves, one.table) if part is not None),
                ]
                parts += [paragraph(note) for note in one.notes]
                parts += [say("<h5>{}</h5>", one.differences.title), one.differences] if one.differences else []
        return parts

    def _variants(self) -> list[Any]:
        parts: list[Any] = []
        for title, drawn in moves.changes(self.played, self.numbers, look=self.look, mark=self.mark):
            parts.append(heading(title, f"variant-{len(parts)}"))
            parts += [part for one, table in drawn for part in (say("<h4>{}</h4>", one.title), one, table)]
        return parts

    def _time(self) -> list[Any]:
        parts: list[Any] = []
        for scenario in self.shown:
            found = staffing.intervals(self.played, scenario, look=self.look, mark=self.mark)
            if found:
                parts += [heading(short(self.outline.title(scenario), 80), f"time-{len(parts)}"), *found]
        return parts

    def _ways(self) -> list[Any]:
        frame, parts = self.material.played.ways, list[Any]()
        for scenario in self.shown:
            picture, tables = progress.ways(frame, self.played, self.material.plan, scenario, mark=self.mark)
            if picture is not None or tables:
                parts.append(heading(short(self.outline.title(scenario), 80), f"ways-{len(parts)}"))
                parts += [*([picture] if picture is not None else []), *tables]
        return parts

    def _replay(self) -> list[Any]:
        return [Markup(fragment.html) for fragment in self.material.replays.values()]

    def _people(self) -> list[Any]:
        parts: list[Any] = []
        for scenario in self.shown:
            left_out = KEPT_FROM_PUBLIC if self.public else frozenset[str]()
            table = progress.table(self.numbers, self.played, scenario, left_out=left_out)
            drawn = progress.pictures(self.played, scenario, look=self.look, mark=self.mark)
            if drawn or table is not None:
                parts += [heading(short(self.outline.title(scenario), 80), f"people-{len(parts)}"), *drawn]
                parts += [table] if table is not None else []
        return parts

    def _duties(self) -> list[Any]:
        rows = [
            [
                short(self.outline.title(scenario), 60),
                short(self.outline.label(mix)),
                spelled(duty, self.units),
                f"{planned:.1f}",
                f"{held:.1f}",
            ]
            for (scenario, mix), kept in self.material.duty_hours.items()
            for duty, (planned, held) in kept.items()
            if not self.public or duty in PUBLIC_DUTIES
        ]
        if not rows:
            return []
        heads = [
            "school days of",
            "staffing",
            "duty",
            "hours a day planned on campus",
            "hours a day that no incident took",
        ]
        days = f"{self.material.duty_days} school day{'' if self.material.duty_days == 1 else 's'}"
        return [
            HtmlTable(
                f"Hours of each duty, all units of a staffing together, mean of the first {days} of the seed",
                heads,
                rows,
            )
        ]

    def _matters(self) -> list[Any]:
        if self.material.swings is None or not len(self.material.swings):
            return []
        frame = self.material.swings
        pairs = moves.tornados(frame, self.played, mark=self.mark)
        return [part for drawn, table in pairs for part in (say("<h3>{}</h3>", drawn.title), drawn, table)]

    def _not_shown(self) -> list[Any]:
        items = Markup("").join(say("<li>{}</li>", spelled(text, self.units)) for text in NOT_SHOWN)
        rows = [[one.says, spelled(one.words, self.units), one.source] for one in FINDINGS]
        table = HtmlTable("Evidence on record, for and against", ["speaks", "finding", "source"], rows)
        return [
            paragraph("Faster arrival is not the same as fewer incidents, nor as a better school."),
            say("<ul>{}</ul>", items),
            table,
        ]

    def _assumptions(self, settings: Sequence[Any]) -> list[Any]:
        head = paragraph(
            "Every number that the drills were played with. Sources and numbered assumptions (A:…) stand in docs/sources.md and docs/assumptions.md; "
            "'drillsim explain A:NAME' tells one. A real drill with a stop-watch replaces most of them."
        )
        return (
            [head, background.matrix(self.material, self.units), *background.settings_tables(settings)]
            if settings
            else [background.matrix(self.material, self.units)]
        )

    def _reproduce(self) -> list[Any]:
        return [background.reproduce_table(self.material)] if self.material.reproduce else []


def paragraph(words: Any) -> Markup:
    """Return a paragraph."""
    return say("<p>{}</p>", words)


def heading(words: Any, name: str) -> Markup:
    """Return the heading of a part of a section."""
    return say('<h3 id="{}">{}</h3>', name, words)


def _rendered(page: _Page, sections: Sequence[Section], *, school: str, audience: Audience) -> bytes:
    fragments = list(page.material.replays.values()) if not page.public else []
    own = _text("style.css").replace("PAPER", PAPER[page.units]).replace("HANDLING", MARKS[audience])
    style = "\n".join([*dict.fromkeys(f.style for f in fragments if f.style), own])
    script = "\n".join(dict.fromkeys(f.script for f in fragments if f.script))
    text = (
        _environment()
        .from_string(_text("report.html"))
        .render(
            school=school,
            audience=audience,
            mark=MARKS[audience],
            sections=sections,
            policy=policy(style, script),
            style=Markup(style),
            script=Markup(script),
            subtitle=_subtitle(page.outline),
        )
    )
    return text.encode("utf-8", "backslashreplace")


def _subtitle(outline: Outline) -> str:
    sizes = (_counted(len(outline.scenarios), "scenario"), _counted(len(outline.mixes), "staffing"))
    return f"{', '.join(sizes)}, {size_words(outline)} each, seed {outline.seed}"


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def policy(style: str, script: str) -> str:
    """Return the content security policy: nothing but the one style and the one script of the page."""
    rules = [
        "default-src 'none'",
        f"style-src '{_hash(style)}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join([*rules, f"script-src '{_hash(script)}'"] if script else rules)


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _text(name: str) -> str:
    return (files("drillsim.report.page") / "templates" / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    return Environment(autoescape=True, undefined=StrictUndefined, finalize=clean, trim_blocks=True, lstrip_blocks=True)


__all__ = ["Fragment", "Section", "policy", "write_page"]
