"""Write the pages that are generated from the source: the key reference, and the tables of docs/outcomes.md.

`python tools/generate_docs.py` writes them; `--check` names the pages that differ and exits with 1.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

import yaml

from drillsim.cli.keys import SOURCE, FileKey, file_keys
from drillsim.record.columns import COUNTS, LEGS, MEASURES, WAYS, Column
from drillsim.record.events import EVENTS

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
TITLES = {
    "plan": "The plan file",
    "scenario": "The scenario file",
    "mixes": "The mixes file",
    "portfolio": "The portfolio file",
}
HEADS = {
    "plan": "A building: levels, spaces, ways and what stands in them. Bare numbers are lengths only under `units:` (m, cm, mm, ft or in).",
    "scenario": "What happens, who is in the building, and how school and police respond. Every quantity carries its unit.",
    "mixes": "The staffings that are compared. Every quantity carries its unit.",
    "portfolio": "How often each scenario happens in a year at one school (`drillsim compare … --portfolio FILE`); see [outcomes](../outcomes.md).",
}
EXAMPLE_WIDTH = 60


def pages() -> dict[Path, str]:
    """Return the text of every generated page by its path."""
    found = {DOCS / "reference" / f"{file}.md": reference(file) for file in TITLES}
    outcomes = DOCS / "outcomes.md"
    return found | {outcomes: filled(outcomes.read_text(encoding="utf-8"))}


# ---------------------------------------------------------------------- the key reference


def reference(file: str) -> str:
    """Return the reference of one kind of file: a table of keys for each section."""
    used = examples(file)
    lines = [
        f"# {TITLES[file]}", "", HEADS[file], "",
        "Generated from the source by `tools/generate_docs.py`; `drillsim explain KEY` says the same at the command line.",
        "A *spread* is a quantity, or a distribution in one of the forms `{low, high}`, `{low, usual, high}`, `{median, sigma}`,",
        "`{median, sigma, low, high}`, `{mean, sd, low, high}` and `{mean}`.", "",
    ]  # fmt: skip
    keys = [key for key in file_keys() if key.file == file]
    sections: dict[str, list[FileKey]] = {}
    for key in keys:
        sections.setdefault(section_of(key), []).append(key)
    told: set[str] = set()
    for rows in sections.values():
        if rows[0].owner in told:
            continue
        told.add(rows[0].owner)
        places = [place for place, others in sections.items() if place and others[0].owner == rows[0].owner]
        title = " and ".join(f"`{place}`" for place in places) or "At the top"
        lines += [
            f"## {title}",
            "",
            "| key | meaning | form | default | source | example |",
            "|---|---|---|---|---|---|",
        ]
        lines += [*(line(key, used) for key in rows), ""]
    return "\n".join(lines).rstrip() + "\n"


def section_of(key: FileKey) -> str:
    """Return the path of the section that a key stands in."""
    return key.path.rpartition(".")[0]


def line(key: FileKey, used: dict[str, str]) -> str:
    """Return the table row of a key."""
    meaning = re.sub(
        r"\s*(Source|Assumption|direction|spread|size)?:?\s*(\(?" + SOURCE.pattern + r"\)?[;,.]?)", "", key.meaning
    )
    example = used.get(key.path) or (
        key.default if key.default not in ("nothing", "") and ";" not in key.default else ""
    )
    example = example if example and "'s defaults" not in example and "keys'" not in example else key.example
    cells = (
        f"`{key.name}`", meaning.strip(), key.form, key.default, ", ".join(map(link, key.sources)),
        f"`{key.name}: {example}`" if example else "",
    )  # fmt: skip
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def link(source: str) -> str:
    """Return a link to a source or to the numbered assumptions."""
    if source.startswith("A:"):
        return f"[{source}](../assumptions.md)"
    name = source.partition("#")[2]
    return f"[{name}](../sources.md#{name})"


def examples(file: str) -> dict[str, str]:
    """Return, by path, the first value that a shipped file gives to a key, where it is short."""
    found: dict[str, str] = {}
    marker = {
        "plan": "drillsim_plan",
        "scenario": "drillsim",
        "mixes": "drillsim_mixes",
        "portfolio": "drillsim_portfolio",
    }[file]
    paths = {key.path for key in file_keys() if key.file == file}
    for path in sorted(
        [
            *(ROOT / "scenarios").rglob("*.yaml"),
            *(ROOT / "floorplans").rglob("*.yaml"),
            *(ROOT / "portfolios").glob("*.yaml"),
        ]
    ):
        text = path.read_text(encoding="utf-8")
        if re.search(rf"(?m)^{marker}:", text):
            collect(yaml.load(text, Loader=yaml.BaseLoader), "", paths, found)  # text as it is written
    return found


def collect(node: object, prefix: str, paths: set[str], found: dict[str, str]) -> None:
    """Note the values of one file under the paths of their keys."""
    if isinstance(node, list):
        for inner in node:
            collect(inner, f"{prefix}[]", paths, found)
    elif isinstance(node, dict):
        for key, value in node.items():
            path = f"{prefix}.{key}" if prefix else str(key)
            path = path if path in paths else f"{prefix}.<name>"
            text = flow(value)
            if len(text) <= EXAMPLE_WIDTH:
                found.setdefault(path, text)
            collect(value, path, paths, found)


def flow(value: object) -> str:
    """Return a value of a file on one line, in quotes only where YAML needs them."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return str(value) if re.fullmatch(r"(?!\d+:)[\w./+-][\w ./%+()-]*", str(value)) else f'"{value}"'


# ---------------------------------------------------------------------- outcomes


def filled(text: str) -> str:
    """Return docs/outcomes.md with its tables made of the columns and events."""
    tables = {
        "measures": columns(MEASURES),
        "counts": columns(COUNTS, unit=True),
        "legs": columns(LEGS),
        "ways": columns(WAYS, unit=True),
        "events": events(),
    }
    for name, table in tables.items():
        pattern = rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)"
        text, count = re.subn(pattern, lambda m, table=table: m[1] + table + m[2], text, flags=re.DOTALL)  # type: ignore[misc]
        if count != 1:
            raise SystemExit(f"docs/outcomes.md has no place for the generated table '{name}'")
    return text


def columns(rows: Iterable[Column], *, unit: bool = False) -> str:
    """Return the table of some outcome columns."""
    head = "| column | unit | meaning |\n|---|---|---|\n" if unit else "| column | meaning |\n|---|---|\n"
    return head + "".join(f"| `{c.name}` | {f'{c.unit} | ' if unit else ''}{c.meaning} |\n" for c in rows)


def events() -> str:
    """Return the table of the event vocabulary."""
    head = "| what | who | meaning | where | why | value |\n|---|---|---|---|---|---|\n"
    rows = (f"| `{e.name}` | {e.who} | {e.meaning} | {e.where} | {e.why} | {e.value} |\n" for e in EVENTS.values())
    return head + "".join(rows).replace("|  |", "| |").replace("|  |", "| |")


def main() -> int:
    """Write or check the pages; return the exit code."""
    check, stale = "--check" in sys.argv[1:], []
    for path, text in pages().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path.relative_to(ROOT).as_posix())
            if not check:
                path.parent.mkdir(exist_ok=True)
                path.write_text(text, encoding="utf-8", newline="\n")
    if stale:
        print("\n".join(f"{name}: {'differs from the source' if check else 'written'}" for name in stale))
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
