"""Compare the structure of Python packages side by side: size of files and functions, explanation, import circles.

Run `python tools/compare_structure.py src/drillsim simpy pedpy`. Each argument is a folder, or a package that can be
imported (it is located, not executed). Every `.py` file below the folder counts, `tests` folders left out.

Measures, one row each:

files, lines
    Number of files; all their lines, blank ones too.
function lines: median, p90, longest
    Lines from `def` to the last line of a function without decorators and without its docstring; methods and inner
    functions count as functions of their own.
functions of more than 6 parameters
    All kinds of parameters count, `*args` and `**kwargs` too; `self` and `cls` do not.
docstring, comment lines
    Docstring lines are those of string statements: docstrings of modules, classes and functions, and strings after an
    assignment that say what it is. Comment lines hold nothing but a comment. Both as a share of all lines.
import circles
    Groups of modules that import each other, directly or through others. Imports inside functions count, those under
    TYPE_CHECKING too. A package's `__init__` is a module like any other: importing a name from it is an edge to it.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import io
import tokenize
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

Function = ast.FunctionDef | ast.AsyncFunctionDef
MANY_PARAMETERS = 6


@dataclass(frozen=True)
class Structure:
    """The measures of one package."""

    name: str
    files: int
    lines: int
    functions: tuple[int, ...]
    """Lines of every function, in ascending order."""
    many_parameters: int
    docstring_lines: int
    comment_lines: int
    circles: tuple[tuple[str, ...], ...]

    def cells(self) -> list[tuple[str, str]]:
        """Return the name and the text of every measure."""
        explained = self.docstring_lines + self.comment_lines
        return [
            ("files", f"{self.files:,}"),
            ("lines", f"{self.lines:,}"),
            ("functions", f"{len(self.functions):,}"),
            ("function lines: median", f"{median(self.functions or (0,)):g}"),
            ("function lines: p90", f"{quantile(self.functions, 0.9):g}"),
            ("function lines: longest", f"{max(self.functions, default=0)}"),
            (f"functions of more than {MANY_PARAMETERS} parameters", f"{self.many_parameters}"),
            ("docstring lines", share(self.docstring_lines, self.lines)),
            ("comment lines", share(self.comment_lines, self.lines)),
            ("docstring and comment lines", share(explained, self.lines)),
            ("import circles", f"{len(self.circles)}"),
        ]


def quantile(values: Sequence[int], share: float) -> int:
    """Return the smallest value that at least this share of the values does not exceed; 0 where there is none."""
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)] if ordered else 0


def share(part: int, whole: int) -> str:
    return f"{100 * part / max(whole, 1):.1f} %"


def folder_of(name: str) -> Path:
    """Return the folder of a package: a path that exists, or the place that the import system finds it at.

    Raises SystemExit if there is neither.
    """
    if Path(name).is_dir():
        return Path(name)
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"{name} is neither a folder nor a package that can be imported")
    return Path(next(iter(spec.submodule_search_locations)))


def measure(name: str, folder: Path) -> Structure:
    """Return the structure of the package in a folder."""
    texts = {p: p.read_text(encoding="utf-8") for p in sorted(folder.rglob("*.py")) if "tests" not in p.parts}
    trees = {p: ast.parse(text) for p, text in texts.items()}
    functions = [f for tree in trees.values() for f in ast.walk(tree) if isinstance(f, Function)]
    return Structure(
        name=name,
        files=len(texts),
        lines=sum(len(text.splitlines()) for text in texts.values()),
        functions=tuple(sorted(map(length, functions))),
        many_parameters=sum(parameters(f) > MANY_PARAMETERS for f in functions),
        docstring_lines=sum(map(docstring_lines, trees.values())),
        comment_lines=sum(map(comment_lines, texts.values())),
        circles=tuple(circles(graph_of(folder, trees))),
    )


def length(function: Function) -> int:
    """Return the lines of a function from `def` to its end, its docstring left out."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    return lines - (_lines(first) if _is_string(first) else 0)


def parameters(function: Function) -> int:
    """Return the number of parameters, `self` and `cls` not counted."""
    a = function.args
    names = [x.arg for x in (*a.posonlyargs, *a.args, *a.kwonlyargs, a.vararg, a.kwarg) if x is not None]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def docstring_lines(tree: ast.Module) -> int:
    """Return the lines of string statements: docstrings, and strings after an assignment that say what it is."""
    return sum(_lines(node) for node in ast.walk(tree) if isinstance(node, ast.stmt) and _is_string(node))


def comment_lines(text: str) -> int:
    """Return the lines that hold nothing but a comment."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return sum(t.type == tokenize.COMMENT and t.line[: t.start[1]].strip() == "" for t in tokens)


def _is_string(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def graph_of(folder: Path, trees: Mapping[Path, ast.Module]) -> dict[str, set[str]]:
    """Return which module of a package imports which, under their dotted names with the package's own name in front."""
    names = {p: module_name(folder, p) for p in trees}
    known = set(names.values())
    return {
        names[p]: {
            found
            for node in ast.walk(tree)
            for wanted in _imported(node, names[p], is_package=p.name == "__init__.py")
            if (found := wanted if wanted in known else wanted.rpartition(".")[0]) in known - {names[p]}
        }
        for p, tree in trees.items()
    }


def module_name(folder: Path, path: Path) -> str:
    """Return the dotted name of a module, that of the folder in front."""
    parts = (folder.resolve().name, *path.relative_to(folder).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(node: ast.AST, module: str, *, is_package: bool) -> Iterator[str]:
    """Yield the full names that an import statement reaches: of modules, and of what is taken from them."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        package = module.split(".") if is_package else module.split(".")[:-1]
        parts = package[: len(package) - node.level + 1] if node.level else []
        base = ".".join([*parts, *([node.module] if node.module else [])])
        yield from (f"{base}.{alias.name}" for alias in node.names)


def circles(graph: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """Return the groups of two or more modules that reach each other, by their transitive closure."""
    reach = {node: _reached(graph, node) for node in graph}
    groups = {tuple(sorted({m for m in reach[n] if n in reach.get(m, ())} | {n})) for n in graph if n in reach[n]}
    return sorted(group for group in groups if len(group) > 1)


def _reached(graph: Mapping[str, Iterable[str]], start: str) -> set[str]:
    found, todo = set[str](), list(graph[start])
    while todo:
        node = todo.pop()
        if node not in found:
            found.add(node)
            todo += graph.get(node, ())
    return found


def table(found: Sequence[Structure]) -> Iterator[str]:
    """Yield the lines of the table: a row for each measure, a column for each package; then the circles."""
    columns = [dict(s.cells()) for s in found]
    rows = [("", *(s.name for s in found)), *((key, *(c[key] for c in columns)) for key in columns[0])]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))]
        )
    for structure in found:
        yield from (f"{structure.name}: circle of {len(c)}: {' - '.join(c)}" for c in structure.circles)


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare the structure of Python packages side by side.")
    parser.add_argument("packages", nargs="+", help="folders, or packages that can be imported")
    names = parser.parse_args().packages
    found = [measure(Path(name).name, folder_of(name)) for name in names]
    print("\n".join(table(found)))


if __name__ == "__main__":
    main()
