"""Style of all charts: colours with dash patterns, m:ss axes, labels beside their lines, files without a date."""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter

from drillsim.escape import for_figure, for_xml
from drillsim.quantities import clock

MARK = "handling-mark"
"""Name of the handling mark among the texts of a figure."""
NOTE = "Simulated drills, not a prediction."
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#7A4B00")
"""Okabe-Ito colours with a contrast above 3:1 on white, and a dark brown, so that six mixes differ in colour, too; the present mix
is black."""
PRESENT = "#000000"
DASHES: tuple[tuple[float, ...], ...] = ((), (6, 2), (2, 1.5), (7, 2, 1.5, 2), (10, 3), (4, 1, 1, 1, 1, 1))
FILLS = ("#56B4E9", "#E69F00", "#F0E442", "#CC79A7", "#0072B2", "#D55E00", "#009E73", "#000000")
"""All Okabe-Ito colours, for areas that carry their number or stand in the order of the key."""
GREY = "#595959"
STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800)
_SETTINGS: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 9.0,
    "text.parse_math": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 11.0,
    "axes.titlelocation": "left",
    "axes.axisbelow": True,
    "svg.hashsalt": "drillsim",
    "svg.fonttype": "path",
}


@contextmanager
def house_style() -> Iterator[None]:
    """Apply the settings of this module within the block, whatever the user's matplotlib settings; restore them after.

    A letter that the font lacks is drawn as a box, without a warning; the description of the figure has it.
    """
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph ")
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        yield


def styles(mixes: Sequence[str], present: str) -> dict[str, tuple[str, tuple[float, ...]]]:
    """Return a colour and a dash pattern for each mix: the present one black and solid, no two alike up to 25."""
    chosen, i = {}, 0
    for mix in mixes:
        if mix == present:
            chosen[mix] = (PRESENT, DASHES[0])
            continue
        lap, place = divmod(i, len(COLOURS))
        chosen[mix] = (COLOURS[place], DASHES[1 + (place + lap) % (len(DASHES) - 1)])
        i += 1
    return chosen


def clock_axis(axes: Axes, top_s: float, *, bottom_s: float = 0.0, most: int = 8) -> None:
    """Set x ticks at round times, written m:ss, at most `most` steps."""
    span = top_s - bottom_s
    step = next((s for s in STEPS_S if span / s <= most), STEPS_S[-1])
    first = int(bottom_s // step)
    ticks = [k * step for k in range(first, int(top_s // step) + 2) if bottom_s <= k * step <= top_s * 1.0001]
    axes.set_xlim(bottom_s, top_s)
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: clock(x)))


def round_up(seconds: float) -> float:
    """Return the next round time at or above, for the end of an axis."""
    step = next((s for s in STEPS_S if seconds / s <= 8), STEPS_S[-1])
    return float(step * max(1, -(-seconds // step)))


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return label places in the given order of size, at least `gap` apart, within low .. high while they fit."""
    order = sorted(range(len(places)), key=lambda i: (round(places[i], 6), -i))
    gap = min(gap, (high - low) / max(1, len(places) - 1)) if len(places) > 1 else gap
    out = list(places)
    floor = low
    for i in order:
        out[i] = floor = max(out[i], floor)
        floor += gap
    ceiling = high
    for i in reversed(order):
        out[i] = ceiling = min(out[i], ceiling)
        ceiling -= gap
    return out


def label_ends(
    axes: Axes, ends: Sequence[tuple[str, float, str, tuple[float, ...]]], *, gap: float, low: float, high: float
) -> None:
    """Write each line's label to the right of the axes, joined to its end by a leader in its colour and dashes.

    ends
        Text, height at which the line ends, colour and dashes of each.
    """
    heights = spread([end[1] for end in ends], gap, low, high)
    across, reach = axes.get_yaxis_transform(), 0.6 / axes.get_position().width
    start = 1 + 0.03 * reach
    for (text, end, colour, dashes), height in zip(ends, heights, strict=True):
        axes.plot([1.0, start], [end, height], transform=across, color=colour, lw=0.8, clip_on=False)
        ink: dict[str, Any] = {"transform": across, "color": colour, "lw": 1.8, "clip_on": False}
        (sample,) = axes.plot([start, start + 0.1 * reach], [height, height], **ink)
        sample.set_dashes(dashes)
        axes.text(start + 0.12 * reach, height, text, transform=across, va="center", fontsize=8.5, linespacing=1.1)


def titled(figure: Figure, title: str, note: str) -> None:
    """Write the title above and the note below the figure, both wrapped to its width, on the left."""
    wide = int(figure.get_figwidth() * 10)
    figure.text(0.012, 0.985, textwrap.fill(title, wide), ha="left", va="top", fontsize=11.5, fontweight="bold")
    notes = textwrap.fill(note, int(figure.get_figwidth() * 15.5))
    figure.text(0.012, 0.015, notes, ha="left", va="bottom", fontsize=7.5, color=GREY, linespacing=1.25)


def frame(
    height_in: float, *, left_in: float, right_in: float, top_in: float = 0.62, shares: Sequence[float] = (1.0,)
) -> tuple[Figure, list[Axes]]:
    """Return a figure, 8 inches wide, with panels side by side and room for title, note and the given margins.

    shares
        Share of the free width that each panel takes; 0.75 inches stand between panels.
    """
    width, gap, low = 8.0, 0.75, 1.0
    figure = Figure(figsize=(width, height_in), dpi=150)
    free, x, panels = width - left_in - right_in - gap * (len(shares) - 1), left_in, []
    for share in shares:
        box = (x / width, low / height_in, free * share / width, (height_in - top_in - low) / height_in)
        panels.append(figure.add_axes(box))
        x += free * share + gap
    return figure, panels


def image(figure: Figure, form: str, *, title: str, description: str, mark: str = "") -> bytes:
    """Return a figure as 'png', 'svg' or 'pdf' bytes, equal for equal figures; the SVG names and describes itself.

    mark
        Who may see it, such as 'INTERNAL · Lincoln school', written along the right edge.
    """
    content = io.BytesIO()
    if mark and not any(artist.get_gid() == MARK for artist in figure.texts):
        words = textwrap.shorten(for_figure(mark), 60, placeholder=" ...")
        across = 1 - 0.07 / figure.get_figwidth()
        figure.text(across, 0.5, words, rotation=270, ha="center", va="center", fontsize=6.5, color="#7A1F1F", gid=MARK)
    title, description = for_figure(title), for_figure(description)
    with house_style():
        _show_as_text(figure)
        if form == "svg":
            figure.savefig(content, format="svg", metadata={"Date": None, "Creator": None})
        else:
            of_png = {"Software": None, "Title": title, "Description": description}
            of_pdf = {"Title": title, "Subject": description, "CreationDate": None}
            figure.savefig(content, format=form, metadata=of_pdf if form == "pdf" else of_png)
    if form != "svg":
        return content.getvalue()
    text = content.getvalue().decode("utf-8")
    told = f"<title>{for_xml(title)}</title>\n <desc>{for_xml(description)}</desc>\n <metadata>"
    return text.replace("<metadata>", told, 1).encode("utf-8")


def pdf_pages(figures: Sequence[Figure], *, title: str) -> bytes:
    """Return figures as one PDF, a page each; equal bytes for equal figures."""
    from matplotlib.backends.backend_pdf import PdfPages

    content = io.BytesIO()
    with house_style(), PdfPages(content, metadata={"Title": for_figure(title), "CreationDate": None}) as pages:
        for figure in figures:
            _show_as_text(figure)
            pages.savefig(figure)
    return content.getvalue()


def _show_as_text(figure: Figure) -> None:
    """Escape every text of a figure: no mathtext, no TeX, and no control characters, which SVG cannot hold."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            formatter = axis.get_major_formatter()
            if isinstance(formatter, FuncFormatter):  # set_yticks(places, words) makes one, too
                formatter.func = _escaping(formatter.func)
            elif isinstance(formatter, FixedFormatter):
                formatter.seq = [for_figure(str(word)) for word in formatter.seq]
    for artist in figure.findobj(Text):
        if isinstance(artist, Text):
            artist.set_parse_math(False)
            artist.set_usetex(False)
            artist.set_text(for_figure(artist.get_text()))


def _escaping(words: Callable[..., str]) -> Callable[..., str]:
    """Return a formatter that escapes the texts of another one."""
    return lambda *tick: for_figure(words(*tick))
