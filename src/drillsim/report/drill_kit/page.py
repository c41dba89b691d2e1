"""The kit as one page of HTML to print, and its lists as CSV; no script, nothing fetched, marked INTERNAL on every page."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from drillsim.escape import for_cell, for_xml, one_line
from drillsim.quantities import clock
from drillsim.report.drill_kit.kit import DrillKit, ObserverCard

MARK = "INTERNAL: only for those who plan and observe this drill"
NOT = (
    "This kit comes from simulated drills. A simulation is not a drill of record, is no prediction for one day, and rates nobody. Expected "
    "times say where 8 of 10 simulated drills lie: they are for the exercise director, not for the observers."
)
CSP = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """
@page { margin: 15mm; @top-right { content: "INTERNAL"; font: bold 9pt sans-serif } }
body { font: 11pt/1.4 "Segoe UI", Arial, sans-serif; color: #000; background: #fff; max-width: 190mm; margin: 0 auto; padding: 1em }
h1 { font-size: 20pt; margin: 0 0 .3em } h2 { font-size: 14pt; margin: 1.2em 0 .4em }
.mark { border: 2px solid #000; padding: .2em .6em; font-weight: bold; display: inline-block; margin: 0 0 .8em }
.seal { font: bold 13pt Consolas, monospace; overflow-wrap: anywhere }
.words { font-size: 15pt; font-weight: bold; border-left: 6px solid #000; padding-left: .6em }
table { border-collapse: collapse; width: 100%; margin: .5em 0 } th, td { border: 1px solid #555; padding: .3em .45em; text-align: left;
vertical-align: top; overflow-wrap: anywhere } th { background: #e8e8e8; overflow-wrap: normal }
td.k { overflow-wrap: break-word; font-size: 9pt } td.t { white-space: nowrap; text-align: right } thead { display: table-header-group }
tr { break-inside: avoid } section { break-before: page } section.card { border: 2px solid #000; padding: 1em; margin: 1em 0; break-inside: avoid }
.blank { height: 1.6em; min-width: 5em }
@media screen { section { border-top: 1px solid #999; margin-top: 2em; padding-top: 1em } }
"""


def kit_page(kit: DrillKit) -> bytes:
    """Return the kit as HTML: first page, events list, evaluation guide, and a page for each observer."""
    parts = [_first(kit), _events(kit), _guide(kit), *(_card(kit, card) for card in kit.cards)]
    head = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{CSP}">'
        f"<title>{for_xml(one_line(f'Drill kit: {kit.title}'))}</title><style>{STYLE}</style></head><body>\n"
    )
    text = head + "\n".join(parts) + "\n</body></html>\n"
    return text.encode("utf-8", errors="backslashreplace")


def _x(text: str) -> str:
    return for_xml(one_line(text))


def _mark() -> str:
    return f'<p class="mark">{_x(MARK)}</p>'


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; cells of the rows are HTML already."""
    top = "".join(f'<th scope="col">{_x(head)}</th>' for head in heads)
    body = "".join("<tr>" + "".join(row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _td(text: str, sort: str = "") -> str:
    return f'<td class="{sort}">{_x(text)}</td>' if sort else f"<td>{_x(text)}</td>"


BLANK = '<td class="blank"></td>'


def _first(kit: DrillKit) -> str:
    words = f'<h2>Words to announce</h2><p class="words">{_x(kit.words)}</p><p>Say it twice.</p>' if kit.words else ""
    steps = (
        "Before the drill: write this hash on paper and let somebody outside the exercise keep a copy.",
        "Hand out the cards. Observers see no expected times, so that they time what they see.",
        "All watches start together when the exercise director starts the drill.",
        "After the drill: copy the times into observed.csv and run 'drillsim open prediction.json --observed observed.csv --hash \"…\"'.",
    )
    return (
        f"{_mark()}<h1>Kit for a drill: {_x(kit.title)}</h1><p>{_x(kit.school)}. Staffing: {_x(kit.staffing)}. "
        f"{kit.drills:,} simulated drills.</p><p><strong>{_x(NOT)}</strong></p>{words}"
        f"<h2>Sealed prediction</h2><p class='seal'>{_x(kit.seal)}</p><p>Date ______________ Kept by ____________________________</p>"
        f"<h2>How to use it</h2><ol>{''.join(f'<li>{_x(step)}</li>' for step in steps)}</ol>"
        "<p>Observers stand out of the way, help nobody and stop nothing. Anybody who sees a real emergency says "
        "<strong>'Stop the exercise'</strong>, and everybody does.</p>"
    )


def _events(kit: DrillKit) -> str:
    heads = (
        "No.",
        "Half by",
        "8 of 10 between",
        "Event",
        "Where it is seen or heard",
        "What should happen",
        "Time seen",
    )
    rows = (
        (_td(str(one.number), "t"), _td(_at(one.half_s), "t"), _td(_between(one.low_s, one.high_s), "t"), _td(one.event), _td(one.where),
         _td(one.expected), BLANK)
        for one in kit.events
    )  # fmt: skip
    note = "For the exercise director. Times from the start of the drill, m:ss."
    return f"<section>{_mark()}<h2>Master scenario events list</h2><p>{note}</p>{_table(heads, rows)}</section>"


def _guide(kit: DrillKit) -> str:
    heads = (
        "Core capability (proposed)",
        "What is timed",
        "Target",
        "Simulated",
        "Observer",
        "Observed",
        "Rating (P, S, M, U)",
    )
    rows = (
        (
            _td(t.capability),
            _td(t.task),
            _td(t.target or "none stated"),
            _td(t.simulated),
            _td(t.observer),
            BLANK,
            BLANK,
        )
        for t in kit.tasks
    )
    note = "Ratings are the evaluators' own: P without challenges, S with some, M with major challenges, U unable. A simulation rates nobody."
    return f"<section>{_mark()}<h2>Evaluation guide</h2><p>{_x(note)}</p>{_table(heads, rows)}</section>"


def _card(kit: DrillKit, card: ObserverCard) -> str:
    rows = (
        (_td(line.start), _td(line.stop), BLANK, _td(", ".join(part for part in line.key if part), "k"))
        for line in card.lines
    )
    heads = ("Start the watch when", "Stop it when", "Time (m:ss)", "Line of observed.csv")
    return (
        f'<section class="card">{_mark()}<h2>Observer card: {_x(card.station)}</h2><p><strong>Stand:</strong> {_x(card.where)}.</p>'
        f"<p>{_x(kit.title)}</p>{_table(heads, rows)}"
        "<p>Write 'not reached' if it does not happen before the drill is ended. You time what you see; you rate nobody.</p>"
        "<p>Observer ____________________ Date ______________ Remarks:</p><p style='height:6em'></p></section>"
    )


def _at(time_s: float | None) -> str:
    return "not by the end" if time_s is None else clock(time_s)


def _between(low_s: float | None, high_s: float | None) -> str:
    if low_s is None:
        return "rarely reached"
    return f"{clock(low_s)} to {clock(high_s)}" if high_s is not None else f"from {clock(low_s)}"


def events_csv(kit: DrillKit) -> bytes:
    """Return the master scenario events list as CSV; times in seconds from the start of the drill."""
    heads = ("number", "half_s", "low_s", "high_s", "event", "where", "expected", "observed")
    rows = ((e.number, e.half_s, e.low_s, e.high_s, e.event, e.where, e.expected, "") for e in kit.events)
    return _csv(heads, rows)


def evaluation_csv(kit: DrillKit) -> bytes:
    """Return the rows of the evaluation guide as CSV; observed times and ratings stay empty."""
    heads = ("core_capability", "what_is_timed", "target", "simulated", "observer", "observed", "rating")
    return _csv(heads, ((t.capability, t.task, t.target, t.simulated, t.observer, "", "") for t in kit.tasks))


def _csv(heads: Sequence[str], rows: Iterable[Sequence[str | float | int | None]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heads)
    for row in rows:
        writer.writerow(["" if v is None else for_cell(one_line(v)) if isinstance(v, str) else v for v in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", errors="backslashreplace")


__all__ = ["evaluation_csv", "events_csv", "kit_page"]
