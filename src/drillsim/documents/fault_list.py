"""The slate on which the checks of a plan write down what they find, each fault with its place in the file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

from drillsim.documents.document import Document
from drillsim.errors import Fault, closest

Path = tuple[int | str, ...]


class Notes:
    """Faults found so far, and where things stand in the file.

    document
        The parsed file; without one, faults carry the plan's name and no line.
    rows
        For each section the position in the file of each object that is checked, where some had to be left out.
    unread
        Ids that stand in the file on objects that could not be read; nobody is told that they are unknown.
    """

    def __init__(
        self,
        file: str,
        document: Document | None = None,
        *,
        rows: Mapping[str, Sequence[int]] | None = None,
        unread: Collection[str] = (),
    ) -> None:
        """Begin an empty slate."""
        self.file, self.document = file, document
        self.rows, self.unread = rows or {}, frozenset(unread)
        self.faults: list[Fault] = []

    @property
    def is_partial(self) -> bool:
        """Whether parts of the file could not be read, so that nothing can be said about the whole."""
        return bool(self.rows)

    def add(
        self,
        code: str,
        message: str,
        path: Path = (),
        *,
        severity: Literal["error", "warning"] = "error",
        at_key: bool = False,
    ) -> None:
        """Write down one fault at a place such as ('openings', 3, 'width')."""
        if self.document is None:
            self.faults.append(Fault(code, self.file, 0, 0, message, severity))
        else:
            where = self._in_file(path)
            self.faults.append(self.document.fault(code, message, where, at_key=at_key, severity=severity))

    def warn(self, code: str, message: str, path: Path = ()) -> None:
        """Write down a warning, which never forbids a run."""
        self.add(code, message, path, severity="warning")

    def unknown(self, code: str, kind: str, name: str, known: Collection[str], path: Path) -> None:
        """Write down that nothing of this kind has this id, with the closest one that there is."""
        if name not in self.unread:
            key = path[-1] if isinstance(path[-1], str) else path[-2]
            self.add(code, f"{key}: no {kind} called '{name}'.{closest(name, known)}", path)

    def line(self, path: Path) -> str:
        """Return ' (line 12)' for a place in the file, '' where there is no file."""
        return f" (line {self.document.place(self._in_file(path))[0]})" if self.document is not None else ""

    def text(self, path: Path) -> str | None:
        """Return what the file says at a place when it is text, else None."""
        node: Any = self.document.data if self.document is not None else None
        for step in self._in_file(path):
            try:
                node = node[step]
            except (KeyError, IndexError, TypeError):
                return None
        return str(node) if isinstance(node, str) else None

    def _in_file(self, path: Path) -> Path:
        if len(path) > 1 and path[0] in self.rows and isinstance(path[1], int):
            return (path[0], self.rows[str(path[0])][path[1]], *path[2:])
        return path


class Faults:
    """Faults of one file, located where it is known from where it was read."""

    def __init__(self, document: Document | None, name: str) -> None:
        self.document, self.name = document, name
        self.found: list[Fault] = []

    def add(self, code: str, message: str, path: Path = (), *, severity: Any = "error") -> None:
        """Note a fault at a place of the file."""
        if self.document is not None:
            self.found.append(self.document.fault(code, message, path, severity=severity))
        else:
            dotted = ".".join(str(p) for p in path)
            self.found.append(Fault(code, self.name, 0, 0, f"{dotted}: {message}" if dotted else message, severity))
