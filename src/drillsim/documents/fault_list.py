"""The faults that the checks of one file have found, each with its place in the file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

from drillsim.documents.document import Document
from drillsim.errors import Fault, closest
from drillsim.escape import quoted

Path = tuple[int | str, ...]


MOST_SUGGESTIONS = 200
"""Largest number of faults of one file that suggest the closest known word; each comparison takes time."""


class FaultList:
    """Faults of one file, each located in it.

    file
        The name that faults carry where there is no document.
    document
        The parsed file; without one, faults have no line, and begin with the path inside the data.
    rows
        For each section the position in the file of each object that is checked, where some had to be left out.
    unread
        Ids of objects of the file that could not be read; they are never reported as unknown.
    """

    def __init__(
        self,
        file: str,
        document: Document | None = None,
        *,
        rows: Mapping[str, Sequence[int]] | None = None,
        unread: Collection[str] = (),
    ) -> None:
        """Start without faults."""
        self.file, self.document = file, document
        self.rows, self.unread = rows or {}, frozenset(unread)
        self.faults: list[Fault] = []

    @property
    def is_partial(self) -> bool:
        """Whether parts of the file could not be read, so that checks of the whole do not apply."""
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
        """Add a fault at a place such as ('openings', 3, 'width'), with its point on the floor if it has one."""
        if self.document is None:
            self.faults.append(Fault(code, self.file, 0, 0, message, severity, path, point_m))
        else:
            where, how = self._in_file(path), {"at_key": at_key, "severity": severity, "point_m": point_m}
            self.faults.append(self.document.fault(code, message, where, **how))

    def warn(self, code: str, message: str, path: Path = (), *, point_m: tuple[float, float] | None = None) -> None:
        """Add a warning, which never forbids a run."""
        self.add(code, message, path, severity="warning", point_m=point_m)

    def unknown(self, code: str, kind: str, name: str, known: Collection[str], path: Path) -> None:
        """Add the fault that no object of this kind has this id, with the closest known id."""
        if name not in self.unread:
            key = path[-1] if isinstance(path[-1], str) else path[-2]
            near = closest(name, known) if len(self.faults) < MOST_SUGGESTIONS else ""
            self.add(code, f"{key}: no {kind} called '{quoted(name)}'.{near}", path)

    def line(self, path: Path) -> str:
        """Return ' (line 12)' for a place in the file, '' if there is no file."""
        return f" (line {self.document.place(self._in_file(path))[0]})" if self.document is not None else ""

    def text(self, path: Path) -> str | None:
        """Return the value of the file at a place if it is text, else None."""
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
