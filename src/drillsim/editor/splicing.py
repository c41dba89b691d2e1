"""Splicing of a changed draft into the text of a YAML plan: whatever was not drawn differently stays, to the character.

A changed thing is taken out of the text, changed by ruamel.yaml, which keeps its comments and its way of writing, and put back in its
place; a new one becomes a line below the last of its section, and that of a removed one goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from drillsim.editor.changes.draft import SECTIONS, Draft, Thing
from drillsim.editor.merging import WHOLE, merge, merge_thing, new_thing, plain
from drillsim.errors import PlanError
from drillsim.plan.short_forms import FormOrigin

Edit = tuple[int, int, str]
FormPath = tuple[int | str, ...]
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True)
class Forms:
    """Short forms of a plan file.

    origins
        The form of each thing that came from one, by section and id.
    written_out
        Places of the forms that are written out.
    """

    origins: Mapping[tuple[str, str], FormOrigin] = field(default_factory=dict)
    written_out: frozenset[FormPath] = frozenset()

    def kept(self) -> list[tuple[str, str]]:
        """Return the things that a form goes on standing for."""
        return [at for at, origin in self.origins.items() if origin.path not in self.written_out]

    def here(self, section: str, after: Draft) -> dict[int, list[Thing]]:
        """Return the things that take the place of each form of a section, by its position; [] where all of them are gone."""
        found: dict[int, list[Thing]] = {int(p[1]): [] for p in self.written_out if p[0] == section}
        for thing in after.get(section, ()):
            origin = self.origins.get((section, thing["id"]))
            if origin is not None and origin.path[0] == section and origin.path in self.written_out:
                found[int(origin.path[1])].append(thing)
        return found


def without(draft: Draft, things: Iterable[tuple[str, str]]) -> Draft:
    """Return a draft without some things, by section and id."""
    gone = set(things)
    return {**draft, **{s: [t for t in draft[s] if (s, t["id"]) not in gone] for s in SECTIONS}}


def spliced(text: str, before: Draft, after: Draft, forms: Forms | None = None) -> str:
    """Return the text of a plan that says `after` where it said `before`."""
    forms = forms or Forms()
    root = yaml.compose(text, Loader=_LOADER)
    nodes = {k.value: v for k, v in root.value} if isinstance(root, MappingNode) else {}
    if isinstance(root, MappingNode) and root.flow_style:
        return dumped(merge(round_trip().load(text), without(before, forms.origins), after)) + "\n"
    edits: list[Edit] = []
    below: list[str] = []
    for key in WHOLE:
        if before.get(key) != after.get(key):
            value = dumped(plain(after.get(key, {}), _flow_map()))
            if key in nodes:
                edits.append(_over(text, nodes[key], value))
            else:
                below.append(f"{key}: {value}")
    before, after = without(before, forms.origins), without(after, forms.kept())
    for section in (*SECTIONS, "copies"):
        made = Made(text, before.get(section, []) if section != "copies" else [], [] if section == "copies" else after[section],
                    after.get("units"), forms.here(section, after), frozenset(i for s, i in forms.kept() if s == section))  # fmt: skip
        node = nodes.get(section)
        if made.before == made.after and not made.forms:
            continue
        if isinstance(node, SequenceNode) and node.value and not node.flow_style:
            edits += made.edits(node)
        else:
            lines = made.lines(node)
            if node is None:
                below += [f"{section}:", *lines] if lines else []
            else:
                edits.append(_over(text, node, "\n" + "\n".join(lines) if lines else "[]", spaced=not lines))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    if not below:
        return text
    mark = re.search(r"(?m)^\.\.\.\s*\Z", text)  # the end mark of a document
    head, tail = (text[: mark.start()], text[mark.start() :]) if mark else (text, "")
    return head.rstrip("\n") + "\n" + "".join(f"{line}\n" for line in below) + tail


@dataclass(frozen=True)
class Made:
    """One section of a plan, as it was and as it shall be.

    forms
        What takes the place of the short forms that are written out, by position in the section.
    kept
        Ids that a short form goes on standing for.
    """

    text: str
    before: list[Thing]
    after: list[Thing]
    unit: str | None
    forms: Mapping[int, list[Thing]]
    kept: frozenset[str]

    def edits(self, node: SequenceNode) -> Iterator[Edit]:
        """Yield the edits of a section whose things stand on lines of their own."""
        indent, rows, more = (
            " " * node.start_mark.column,
            [self._row(i, m) for i, m in enumerate(node.value)],
            self._more(),
        )
        if not any(rows) and not more:
            start, _, _ = _whole_lines(self.text, node.value[0])
            yield (start, _end(self.text, node.value[-1]), f"{indent}[]")
            return
        for item, lines in zip(node.value, rows, strict=True):
            if not lines:
                yield _whole_lines(self.text, item)
            elif lines[0] is not None:
                yield (item.start_mark.index, _end(self.text, item), f"\n{indent}- ".join(map(str, lines)))
        if more:
            at = _line_end(self.text, _end(self.text, node.value[-1]))
            yield (at, at, "".join(f"\n{indent}- {row}" for row in more))

    def lines(self, node: Node | None) -> list[str]:
        """Return the lines of a section that is new or stands on one line."""
        items = list(node.value) if isinstance(node, SequenceNode) else []
        found: list[str] = []
        for i, item in enumerate(items):
            as_is = self.text[item.start_mark.index : _end(self.text, item)]
            found += [as_is if row is None else row for row in self._row(i, item)]
        return [f"  - {row}" for row in (*found, *self._more())]

    def _row(self, i: int, item: Node) -> list[str | None]:
        """Return what stands in the place of a thing: itself (None), changed, several, or nothing."""
        if i in self.forms:
            return [_made(thing, self.unit) for thing in self.forms[i]]
        id_ = id_of(item)
        old, new = (next((t for t in things if t["id"] == id_), None) for things in (self.before, self.after))
        if id_ is None or id_ in self.kept or (old is not None and old == new):
            return [None]
        return [_changed(self.text, item, old, new, self.unit)] if old and new else []

    def _more(self) -> list[str]:
        """Return the things that the section does not hold yet."""
        there = {t["id"] for t in self.before} | {t["id"] for things in self.forms.values() for t in things}
        return [_made(t, self.unit) for t in self.after if t["id"] not in there]


def _over(text: str, node: Node, new: str, *, spaced: bool = True) -> Edit:
    """Return the edit that puts a text in the place of a value, which may be written as nothing at all."""
    start, end = node.start_mark.index, _end(text, node)
    if start == end or not text[start:end].strip():
        colon = text.rfind(":", 0, start + 1) + 1
        return (colon, colon, (" " if spaced else "") + new)
    while not spaced and text[start - 1] in " \t":
        start -= 1
    return (start, end, new)


def _end(text: str, node: Node) -> int:
    """Return where a node ends, without the comments and blank lines that follow a block."""
    end: int = node.end_mark.index
    if isinstance(node, ScalarNode) and node.style in ("|", ">"):
        return int(node.start_mark.index) + len(text[node.start_mark.index : end].rstrip())
    if not isinstance(node, MappingNode | SequenceNode) or node.flow_style:
        return end
    lines = text[node.start_mark.index : end].split("\n")
    while len(lines) > 1 and re.fullmatch(r"\s*(#.*)?", lines[-1]):
        lines.pop()
    return int(node.start_mark.index) + len("\n".join(lines).rstrip())


def id_of(item: Node) -> str | None:
    """Return the id that a thing of a section has in the text; None for one without."""
    if not isinstance(item, MappingNode):
        return None
    return next((str(v.value) for k, v in item.value if k.value == "id" and isinstance(v, ScalarNode)), None)


def _whole_lines(text: str, item: Node) -> Edit:
    """Return the edit that removes a thing with its dash and the comment behind it."""
    start = text.rfind("\n", 0, item.start_mark.index) + 1
    return (start, min(_line_end(text, _end(text, item)) + 1, len(text)), "")


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _changed(text: str, item: Node, before: Thing, after: Thing, unit: str | None) -> str:
    column = item.start_mark.column
    data = round_trip().load(" " * column + text[item.start_mark.index : _end(text, item)])
    merge_thing(data, before, after, unit)
    return dumped(data).replace("\n", "\n" + " " * column)


def _made(thing: Thing, unit: str | None) -> str:
    return dumped(new_thing(thing, unit, _flow_map()))


def round_trip() -> Any:
    """Return a reader and writer that keeps comments, quotes and order."""
    try:
        from ruamel.yaml import YAML
    except ImportError:
        raise PlanError(
            "a plan file is changed with its comments kept by the extra [edit]: pip install 'drillsim[edit]'"
        ) from None
    ruamel = YAML(typ="rt")
    ruamel.preserve_quotes = True
    ruamel.width = 1_000_000
    return ruamel


def _flow_map() -> Any:
    return round_trip().load("{}")


def dumped(data: Any) -> str:
    """Return data as the text of YAML, without the end of its last line."""
    out = StringIO()
    round_trip().dump(data, out)
    return out.getvalue().removesuffix("\n").removesuffix("\n...")
