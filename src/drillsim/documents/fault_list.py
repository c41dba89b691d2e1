"""The faults that the checks of one file have found, each with its place in the file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

from drillsim.documents.document import Document
from drillsim.errors import Fault, closest
from drillsim.escape import quoted

Path = tuple[int | str, ...]


MOST_SUGGESTIONS = 200
"""Faults of one file that name the closest known word; looking for it takes time with the number of words."""


class FaultList:
    """Faults of one file, and where things stand in it.

    file
        The name that faults carry where there is no document.
    document
        The parsed file; without one, faults have no line, and begin with the path inside the data.
    rows
        For each section the position in the file of each object that is checked, where some had to be left out.
    unread
        Ids that stand in the file on objects that could not be read; they are never told to be unknown.
    """

    def __init__(
        self,
        file: str,
        document: Document | None = None,
        *,
        rows: Mapping[str, Sequence[int]] | None = None,
        unread: Collection[str] = (),
    ) -> None:
        """Begin without a fault."""
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
        point_m: tuple[float, float] | None = None,
    ) -> None:
        """Add one fault at a place such as ('openings', 3, 'width'), and at a point of the floor where it has one."""
        if self.document is None:
            self.faults.append(Fault(code, self.file, 0, 0, message, severity, path, point_m))
        else:
            where, how = self._in_file(path), {"at_key": at_key, "severity": severity, "point_m": point_m}
            self.faults.append(self.document.fault(code, message, where, **how))

    def warn(self, code: str, message: str, path: Path = (), *, point_m: tuple[float, float] | None = None) -> None:
        """Add a warning, which never forbids a run."""
        self.add(code, message, path, severity="warning", point_m=point_m)

    def unknown(self, code: str, kind: str, name: str, known: Collection[str], path: Path) -> None:
        """Add that nothing of this kind has this id, with the closest known one."""
        if name not in self.unread:
            key = path[-1] if isinstance(path[-1], str) else path[-2]
            near = closest(name, known) if len(self.faults) < MOST_SUGGESTIONS else ""
            self.add(code, f"{key}: no {kind} called '{quoted(name)}'.{near}", path)

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
