"""What a notebook shows of a model: a short table of what is not the default, or a small drawing of a plan.

All text is escaped (`escape.for_xml`); nothing is loaded and no script runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from drillsim.escape import for_xml

MOST_LINES, MOST_CHARACTERS = 20, 300
WIDTH_PX = 640
_FILLS = {"outdoors": "#EEF3E6", "corridor": "#F3EEE2", "lobby": "#F3EEE2", "passage": "#F3EEE2", "stair": "#E4E1EE"}
_LINES = {"exit": "#0072B2", "door": "#8A8A8A", "stair_door": "#8A8A8A", "opening": "#C8C8C8"}


def html_table(caption: str, lines: Iterable[Sequence[str]], heads: Sequence[str] = ()) -> str:
    """Return a table as HTML: all its text as text."""
    head = f"<thead><tr>{_cells(heads, 'th')}</tr></thead>" if heads else ""
    body = "".join(f"<tr>{_cells(line, 'td')}</tr>" for line in lines)
    return f"<table><caption>{for_xml(caption)}</caption>{head}<tbody>{body}</tbody></table>"


def _cells(words: Iterable[str], tag: str) -> str:
    return "".join(f"<{tag}>{for_xml(word)}</{tag}>" for word in words)


def model_html(model: BaseModel) -> str:
    """Return the keys of a model that are not as by default, as a table."""
    lines = []
    for key, value in _told(model).items():
        parts = value if isinstance(value, (list, tuple)) else [value]
        if isinstance(value, Mapping):
            parts = [f"{name}: {words(part)}" for name, part in value.items()]
        lines += [(key if i == 0 else "", words(part)) for i, part in enumerate(parts)]
    more = [("", f"and {len(lines) - MOST_LINES} lines more")] if len(lines) > MOST_LINES else []
    return html_table(f"{model!r}: what is not as by default, in SI units", [*lines[:MOST_LINES], *more])


def short_repr(model: BaseModel, text: str) -> str:
    """Return the text of a model; where it is long, what is not as by default, cut to a few lines."""
    if len(text) <= MOST_CHARACTERS:
        return text
    told = ", ".join(f"{key}: {words(value)}" for key, value in _told(model).items())
    cut = told if len(told) <= MOST_CHARACTERS else told[: MOST_CHARACTERS - 1] + "…"
    return f"{type(model).__name__}({cut})"


def words(value: object) -> str:
    """Return a value in a few words."""
    if isinstance(value, BaseModel) and type(value).__str__ is not BaseModel.__str__:
        text = str(value)
    elif isinstance(value, BaseModel):
        text = ", ".join(f"{key} {words(part)}" for key, part in _told(value).items()) or type(value).__name__
    elif isinstance(value, Mapping):
        text = ", ".join(f"{key} {words(part)}" for key, part in value.items())
    elif isinstance(value, (list, tuple)):
        text = ", ".join(map(words, value))
    elif isinstance(value, float):
        text = f"{value:.6g}"
    else:
        text = str(value)
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"


def _told(model: BaseModel) -> dict[str, Any]:
    """Return the fields of a model that are not as by default, by their keys in a file."""
    found = {}
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if (
            name == "roles"
            or name.startswith("drillsim")
            or value in (None, "", (), {})
            or value == field.get_default()
        ):
            continue
        found[field.alias or name] = value
    return found


class Sketched:
    """A floor plan that a notebook shows as a drawing, level by level; labels appear under the pointer."""

    def _repr_svg_(self: Any) -> str:
        corners = [point for space in self.spaces for point in space.polygon]
        low, high = ([pick(p[axis] for p in corners) for axis in (0, 1)] for pick in (min, max))
        scale = (WIDTH_PX - 20) / max(high[0] - low[0], high[1] - low[1], 1e-9)
        tall = (high[1] - low[1]) * scale + 34
        parts = []
        for number, level in enumerate(self.levels):
            mine = {space.id: space for space in self.spaces if space.level == level.id}
            at = (10 - low[0] * scale, number * tall + 24 + high[1] * scale, scale)
            parts.append(_text(level.label or level.id, 10, number * tall + 14))
            parts += [_floor(space, at) for space in mine.values()]
            parts += [_door(opening, at) for opening in self.openings if mine.keys() & set(opening.spaces)]
        size = f'width="{WIDTH_PX}" height="{len(self.levels) * tall:.0f}"'
        title = f"<title>{for_xml(repr(self))}</title>"
        return f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size}>{title}{"".join(parts)}</svg>'

    def _repr_html_(self: Any) -> str:
        return f"<figure>{self._repr_svg_()}<figcaption>{for_xml(repr(self))}</figcaption></figure>"


def _floor(space: Any, at: tuple[float, float, float]) -> str:
    path = " ".join(f"M {' L '.join(_point(p, at) for p in ring)} Z" for ring in (space.polygon, *space.holes))
    fill = _FILLS.get(space.use, "#FFFFFF")
    told = for_xml(f"{space.name}: {space.use}" + (f", {space.people} people" if space.people else ""))
    return f'<path d="{path}" fill="{fill}" fill-rule="evenodd" stroke="#555555" stroke-width="0.8"><title>{told}</title></path>'


def _door(opening: Any, at: tuple[float, float, float]) -> str:
    (x1, y1), (x2, y2) = (_point(p, at).split(",") for p in opening.line)
    width = 4 if opening.kind == "exit" else 2
    line = f'x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{_LINES[opening.kind]}" stroke-width="{width}"'
    return f"<line {line}><title>{for_xml(f'{opening.name}: {opening.kind}')}</title></line>"


def _point(point: Sequence[float], at: tuple[float, float, float]) -> str:
    return f"{at[0] + point[0] * at[2]:.1f},{at[1] - point[1] * at[2]:.1f}"


def _text(text: str, x: float, y: float) -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" font-family="sans-serif" font-size="11" fill="#333333">{for_xml(text)}</text>'
    )


__all__ = ["Sketched", "html_table", "model_html", "short_repr", "words"]
