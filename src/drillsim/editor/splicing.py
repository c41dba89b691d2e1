"""Splicing of a changed draft into the text of a YAML plan: whatever was not drawn differently stays, to the character.

A changed thing is taken out of the text, changed by ruamel.yaml, which keeps its comments and its way of writing, and put back in its
place; a new one becomes a line below the last of its section, and that of a removed one goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from drillsim.editor.changes.draft import SECTIONS, Draft, Thing
from drillsim.editor.merging import WHOLE, merge_thing, new_thing, plain
from drillsim.errors import PlanError

Edit = tuple[int, int, str]
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def spliced(text: str, before: Draft, after: Draft) -> str:
    """Return the text of a plan that says `after` where it said `before`."""
    root = yaml.compose(text, Loader=_LOADER)
    nodes = {k.value: (k, v) for k, v in root.value} if isinstance(root, MappingNode) else {}
    if isinstance(root, MappingNode) and root.flow_style:
        raise PlanError("a plan within braces is drawn in as .json. Save it under such a name")
    edits: list[Edit] = []
    below: list[str] = []
    for key in WHOLE:
        if before.get(key) != after.get(key):
            value = dumped(plain(after.get(key, {}), _flow_map()))
            if key in nodes:
                edits.append(_over(text, nodes[key][1], value))
            else:
                below.append(f"{key}: {value}")
    for section in SECTIONS:
        if before[section] == after[section]:
            continue
        node = nodes[section][1] if section in nodes else None
        if isinstance(node, SequenceNode) and node.value and not node.flow_style:
            edits += _section_edits(text, node, before[section], after[section], after.get("units"))
        else:
            lines = _lines_anew(text, node, before[section], after[section], after.get("units"))
            if node is None:
                below += [f"{section}:", *lines] if lines else []
            else:
                edits.append(_over(text, node, "\n" + "\n".join(lines) if lines else "[]", spaced=not lines))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text.rstrip("\n") + "\n" + "".join(f"{line}\n" for line in below) if below else text


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
    if not isinstance(node, MappingNode | SequenceNode) or node.flow_style:
        return end
    lines = text[node.start_mark.index : end].split("\n")
    while len(lines) > 1 and re.fullmatch(r"\s*(#.*)?", lines[-1]):
        lines.pop()
    return int(node.start_mark.index) + len("\n".join(lines).rstrip())


def _section_edits(
    text: str, node: SequenceNode, before: Iterable[Thing], after: Iterable[Thing], unit: str | None
) -> Iterator[Edit]:
    old, new = {t["id"]: t for t in before}, {t["id"]: t for t in after}
    left = 0
    for item in node.value:
        id_ = id_of(item)
        if id_ is None or (id_ in new and old.get(id_) == new[id_]):
            left += 1
        elif id_ not in new:
            yield _whole_lines(text, item)
        else:
            left += 1
            yield (item.start_mark.index, _end(text, item), _changed(text, item, old[id_], new[id_], unit))
    indent = " " * node.start_mark.column
    made = [f"{indent}- {_made(new[id_], unit)}" for id_ in new if id_ not in old]
    if made:
        at = _line_end(text, _end(text, node.value[-1]))
        yield (at, at, "\n" + "\n".join(made))
    elif not left:
        yield (node.start_mark.index, node.start_mark.index, "[]\n" + indent)


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


def _lines_anew(
    text: str, node: Node | None, before: Iterable[Thing], after: Iterable[Thing], unit: str | None
) -> list[str]:
    """Return a section of lines, for one that is new or stands on one line; what did not change keeps its way of writing."""
    old = {t["id"]: t for t in before}
    items = {id_of(i): i for i in node.value} if isinstance(node, SequenceNode) else {}
    made = []
    for thing in after:
        item = items.get(thing["id"])
        if item is None:
            made.append(_made(thing, unit))
        elif old.get(thing["id"]) == thing:
            made.append(text[item.start_mark.index : _end(text, item)])
        else:
            made.append(_changed(text, item, old[thing["id"]], thing, unit))
    return [f"  - {line}" for line in made]


def round_trip() -> Any:
    """Return a reader and writer that keeps comments, quotes and order."""
    try:
        from ruamel.yaml import YAML
    except ImportError:
        raise PlanError("the editor needs the extra [edit]: pip install 'drillsim[edit]'") from None
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
