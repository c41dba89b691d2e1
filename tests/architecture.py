"""The rules of the architecture, each a function of a source root that returns the faults it finds.

A *module* is one file, named by its path below the package (`engine.world.clock`); a *package* is a folder. Every import counts:
at the top of a file, inside functions, and under TYPE_CHECKING. `test_architecture.py` applies the rules to drillsim itself, and
to copies of it in which one violation is planted.

What lies *inside* a package, and is closed to everybody else:

* names with one leading underscore belong to their module: no other module imports them or reads them from an imported module;
* modules with one leading underscore belong to their folder;
* the sub-packages of another package are closed, but for those listed in `OPEN`; what callers need stands in modules of the
  package itself (`crowd.factory`, `crowd.interface`), and may use its own sub-packages.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

PACKAGE = "drillsim"
LAYERS: tuple[frozenset[str], ...] = tuple(
    map(
        frozenset,
        (
            {"cli", "testing"},
            {"editor", "gate"},
            {"verify"},
            {"study", "shipped"},
            {"engine", "report"},
            {"crowd", "analysis", "coverage", "exchange"},
            {"plan", "scenario", "record"},
            {"streams", "documents"},
            {"quantities"},
            {"derived", "errors", "jit", "notation"},
            {"escape"},
        ),
    )
)
"""Packages and single modules, top to bottom. Imports look down only; the members of one layer do not know each other."""
SUB_LAYERS: Mapping[str, tuple[frozenset[str], ...]] = {
    "crowd": (
        frozenset({"factory", "arrivals"}),
        frozenset({"compiled", "reference", "stationary"}),
        frozenset({"walker"}),
        frozenset({"interface"}),
        frozenset({"kernel", "geometry", "population"}),
        frozenset({"states", "laws", "clock", "seating"}),
    ),
    "engine": (
        frozenset({"simulate", "work"}),
        frozenset({"drill"}),
        frozenset({"injects", "check", "arguments"}),
        frozenset({"check_settings", "check_staffing"}),
        frozenset({"response"}),
        frozenset({"incident", "protection"}),
        frozenset({"state"}),
        frozenset({"world", "references"}),
    ),
    "verify": (
        frozenset({"suite"}),
        frozenset({"crowd", "response", "statistics"}),
        frozenset({"theory", "harness"}),
    ),
}
"""Layers inside the three largest packages, top to bottom, under the same rule."""
OPEN = frozenset(
    {
        "analysis.portfolio",
        "analysis.prediction",
        "analysis.selection",
        "analysis.weights",
        "cli.commands",
        "crowd.geometry",
        "engine.world",
        "exchange.dispatch_log",
        "plan.short_forms",
        "plan.sketch",
        "plan.writing",
        "exchange.dxf",
        "exchange.geojson",
        "exchange.ifc",
        "exchange.importing",
        "exchange.room_list",
        "exchange.graph",
        "exchange.jupedsim",
        "exchange.trajectories",
        "record.predictions",
        "report.page",
        "report.after_action",
        "report.drill_kit",
        "report.map_sheet",
        "report.replay",
        "report.workbook",
        "study.handouts",
        "gate.outputs",
        "study.selection",
        "study.sensitivity",
        "verify.harness",
    }
)
"""Sub-packages that other packages may use: constant data (cells, the world), pure statistics, what a choice hangs on, one importer
per format, plan files as text, one folder per document that is handed out, outputs of a gate, and test stands."""
CROWDED = frozenset({"cli/commands"})
"""Folders that may hold more than 12 modules: one per verb of the command line."""
ALSO_ENDS_AS = frozenset({"cannot-reach", "nobody-free", "nobody-suited", "report-lost"})
"""Event words that are also words of the column `ends_as`."""
MODULES_A_FOLDER = 12
LINES_A_FILE = 400


@dataclass(frozen=True)
class Import:
    """One import: the line it stands in, the module it reaches, and the name it takes from it (empty for the module itself)."""

    line: int
    module: str
    name: str = ""

    @property
    def whole(self) -> str:
        return f"{self.module}.{self.name}".rstrip(".")


@dataclass(frozen=True)
class Source:
    """One file of the package: its path, its dotted name below the package, and its syntax tree."""

    path: Path
    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        return tuple(ast.walk(self.tree))

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"

    @property
    def folder(self) -> str:
        return self.name if self.is_package else self.name.rpartition(".")[0]

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """Every import of the file, inside functions and under TYPE_CHECKING too, with relative ones resolved."""
        return tuple(found for node in self.nodes for found in self._imports_of(node))

    def _imports_of(self, node: ast.AST) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            yield from (Import(node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (Import(node.lineno, self._base(node), alias.name) for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and _last_name(node.func) == "import_module":
            first = node.args[0].values[0] if isinstance(node.args[0], ast.JoinedStr) else node.args[0]
            yield Import(node.lineno, str(getattr(first, "value", "")).rstrip("."))

    def _base(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = f"{PACKAGE}.{self.folder}".rstrip(".").split(".")
        return ".".join([*package[: len(package) - node.level + 1], *([node.module] if node.module else [])])


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


@cache
def read_source(path: Path, name: str, text: str) -> Source:
    """Return a file, parsed once for each text that it has had: rules are applied to many copies that differ in one file."""
    return Source(path, name, text)


class Sources:
    """All files of the package below a source root, and who imports whom."""

    def __init__(self, root: Path) -> None:
        self.top = root / PACKAGE
        self.files = {s.name: s for s in map(self._read, sorted(self.top.rglob("*.py")))}

    def _read(self, path: Path) -> Source:
        parts = path.relative_to(self.top).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        return read_source(path, name, path.read_text("utf-8"))

    def reached(self, found: Import) -> str | None:
        """Return the module of ours that an import reaches (a name of a package may be a module), or None."""
        if found.module != PACKAGE and not found.module.startswith(f"{PACKAGE}."):
            return None
        whole, base = (n.removeprefix(PACKAGE).removeprefix(".") for n in (found.whole, found.module))
        return whole if whole in self.files else base

    def edges(self) -> Iterator[tuple[Source, Import, str]]:
        """Yield every import between two files of ours: who, the import, whom."""
        for source in self.files.values():
            for found in source.imports:
                other = self.reached(found)
                if other is not None and other != source.name:
                    yield source, found, other


def upward_imports(root: Path) -> list[str]:
    """Imports that look up or sideways: between packages, and between the parts of a package that has layers of its own."""
    faults = []
    for source, found, other in Sources(root).edges():
        if source.name in ("", "__main__"):
            continue  # the front door and `python -m drillsim` stand above everything
        mine, theirs = source.name.split("."), other.split(".")
        layers: Sequence[frozenset[str]] = LAYERS
        if mine[0] == theirs[0]:
            layers = SUB_LAYERS.get(mine[0], ())
            mine, theirs = mine[1:], theirs[1:]
        if layers and mine[:1] != theirs[:1] and not _layer(mine, layers) < _layer(theirs, layers):
            faults.append(f"{source.name}:{found.line} imports {other or PACKAGE}")
    return faults


def _layer(name: Sequence[str], layers: Sequence[frozenset[str]]) -> int:
    """Return the layer of a part, counted from the top; -1 for a package's own `__init__`, which stands above its parts."""
    if not name or not name[0]:
        return -1
    return next((i for i, layer in enumerate(layers) if name[0] in layer), len(layers))


def parts_without_a_layer(root: Path) -> list[str]:
    """Parts of the package, and of the packages with layers of their own, that stand in no layer."""
    names = [n.split(".") for n in Sources(root).files if n not in ("", "__main__")]
    faults = {n[0] for n in names} - frozenset().union(*LAYERS)
    for package, layers in SUB_LAYERS.items():
        inner = {n[1] for n in names if n[0] == package and len(n) > 1}
        faults |= {f"{package}.{n}" for n in inner - frozenset().union(*layers)}
    return sorted(faults)


def import_circles(root: Path) -> list[str]:
    """Groups of modules that import each other, directly or through others, between or inside packages."""
    sources = Sources(root)
    graph: dict[str, set[str]] = {name: set() for name in sources.files}
    for source, _, other in sources.edges():
        graph[source.name].add(other)
    return sorted(" - ".join(sorted(c)) for c in strongly_connected(graph) if len(c) > 1)


def strongly_connected(graph: Mapping[str, Iterable[str]]) -> list[set[str]]:
    """Return the strongly connected components of a directed graph (Kosaraju), without recursion."""
    back: dict[str, set[str]] = {n: set() for n in graph}
    for node, others in graph.items():
        for other in others:
            back.setdefault(other, set()).add(node)
    order: list[str] = []
    seen: set[str] = set()
    for start in graph:
        stack = [(start, iter(graph[start]))] if start not in seen else []
        seen.add(start)
        while stack:
            node, rest = stack[-1]
            following = next((n for n in rest if n not in seen), None)
            if following is None:
                order.append(stack.pop()[0])
            else:
                seen.add(following)
                stack.append((following, iter(graph.get(following, ()))))
    components: list[set[str]] = []
    placed: set[str] = set()
    for start in reversed(order):
        component, todo = set[str](), [start]
        while todo:
            node = todo.pop()
            if node not in placed:
                placed.add(node)
                component.add(node)
                todo += back[node]
        components.append(component)
    return [c for c in components if c]


def reaches_inside(root: Path) -> list[str]:
    """Uses of what lies inside another package or module, as defined at the top of this file."""
    faults = []
    for source, found, other in (sources := Sources(root)).edges():
        where = f"{source.name}:{found.line}"
        if _private(found.name):
            faults.append(f"{where} imports {found.name} of {other}")
        if any(map(_private, other.split("."))) and other.rpartition(".")[0] != source.folder:
            faults.append(f"{where} imports {other}")
        package = ".".join(other.split(".")[:2])
        if source.name.split(".")[0] != other.split(".")[0] and package not in OPEN and _is_folder(sources, package):
            faults.append(f"{where} imports {other}")
    return faults + [f for s in sources.files.values() for f in _private_reads(s, sources)]


def _private_reads(source: Source, sources: Sources) -> Iterator[str]:
    """Yield the reads of `module._name`, where the module is one of ours that the file imports."""
    modules = {i.name or i.module for i in source.imports if sources.reached(i) and _is_module(i, sources)}
    for node in source.nodes:
        if isinstance(node, ast.Attribute) and _private(node.attr) and ast.unparse(node.value) in modules:
            yield f"{source.name}:{node.lineno} reads {ast.unparse(node)}"


def _is_module(found: Import, sources: Sources) -> bool:
    return sources.reached(found) == found.whole.removeprefix(f"{PACKAGE}.")


def _is_folder(sources: Sources, name: str) -> bool:
    return "." in name and name in sources.files and sources.files[name].is_package


def _private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def crowded_folders(root: Path) -> list[str]:
    """Folders with more than 12 modules, `__init__` and `__main__` not counted."""
    counts: dict[str, int] = {}
    for source in (sources := Sources(root)).files.values():
        folder = source.path.parent.relative_to(sources.top).as_posix()
        counts[folder] = counts.get(folder, 0) + (not source.path.name.startswith("__"))
    return [f"{f}: {n} modules" for f, n in sorted(counts.items()) if n > MODULES_A_FOLDER and f not in CROWDED]


def long_files(root: Path) -> list[str]:
    """Files of more than 400 lines: which second thing do they contain?"""
    lines = {s.name: len(s.text.splitlines()) for s in Sources(root).files.values()}
    return [f"{name}: {n} lines" for name, n in lines.items() if n > LINES_A_FILE]


def repeated_class_names(root: Path) -> list[str]:
    """Names that two classes of the package share."""
    places: dict[str, list[str]] = {}
    for source in Sources(root).files.values():
        for node in source.nodes:
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(source.name)
    return [f"{name}: {', '.join(found)}" for name, found in sorted(places.items()) if len(found) > 1]


def compared_kinds(root: Path, kinds: Iterable[str]) -> list[str]:
    """Comparisons with the name of a kind of incident outside `scenario/kinds.py` (==, !=, in, and `match`)."""
    names, faults = frozenset(kinds), []
    for source in Sources(root).files.values():
        if source.name == "scenario.kinds":
            continue
        for node in source.nodes:
            if isinstance(node, ast.Compare | ast.MatchValue) and _literals(node) & names:
                faults += [f"{source.name}:{_line(node)} compares {name!r}" for name in sorted(_literals(node) & names)]
    return sorted(faults)


def _line(node: ast.Compare | ast.MatchValue) -> int:
    return node.lineno if isinstance(node, ast.Compare) else node.value.lineno


def _literals(node: ast.Compare | ast.MatchValue) -> set[str]:
    """Return the strings that a comparison names, alone or in a tuple, list or set written out."""
    sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else [node.value]
    sides += [e for s in sides if isinstance(s, ast.Tuple | ast.List | ast.Set) for e in s.elts]
    return {s.value for s in sides if isinstance(s, ast.Constant) and isinstance(s.value, str)}


def event_words_as_literals(root: Path, words: Iterable[str]) -> list[str]:
    """Event words written as strings outside `record/events.py`.

    A word with a hyphen means an event wherever it stands, but for those in `ALSO_ENDS_AS`.
    A word without one ("left", "duty") is also plain English; it counts where an event word is expected: as the word of a log
    entry, compared with the `what` of an event, and as a key of the `table` of events.
    """
    names, faults = frozenset(words), []
    plain = frozenset(w for w in names if "-" not in w) | ALSO_ENDS_AS
    for source in Sources(root).files.values():
        if source.name == "record.events":
            continue
        for node in source.nodes:
            found = (
                _strings(node) & (names - plain)
                if isinstance(node, ast.Constant)
                else _words_expected(node) & plain & names
            )
            faults += [f"{source.name}:{getattr(node, 'lineno', 0)} writes {word!r}" for word in sorted(found)]
    return sorted(faults)


def _strings(node: ast.AST) -> set[str]:
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def _words_expected(node: ast.AST) -> set[str]:
    """Return the strings where an event word is expected: in a log entry, beside the `what` of an event, as key of `table`."""
    if isinstance(node, ast.Subscript) and _last_name(node.value) == "table":
        return _strings(node.slice)
    if isinstance(node, ast.Compare) and "what" in {_last_name(side) for side in (node.left, *node.comparators)}:
        return _literals(node)
    if isinstance(node, ast.Call) and _last_name(node.func).lstrip("_") in ("log", "Event"):
        place = 1 if _last_name(node.func).lstrip("_") == "log" else 2
        given = [*node.args[place : place + 1], *(k.value for k in node.keywords if k.arg == "what")]
        return {text for argument in given for part in ast.walk(argument) for text in _strings(part)}
    return set()
