"""Content of a file: bytes, or parts that are made once, wait in a temporary file and are never in memory together."""

from __future__ import annotations

import hashlib
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from io import BytesIO
from threading import RLock
from typing import IO

LARGE = 4 * 1024 * 1024
"""Bytes above which content is not kept in memory."""
IN_MEMORY = 8 * 1024 * 1024
"""Bytes from which on what is put aside goes into a temporary file."""


class Spool:
    """Bytes that are put aside piece by piece. Where the disk refuses them they stay in memory."""

    def __init__(self, in_memory: int | None = None) -> None:
        """Begin with nothing, in memory.

        in_memory
            Most bytes that are kept there; IN_MEMORY by default.
        """
        self._most = IN_MEMORY if in_memory is None else in_memory
        self._file: IO[bytes] = BytesIO()
        self._size = 0
        self._lock = RLock()

    def add(self, data: bytes) -> tuple[int, int]:
        """Put a piece aside, and return where: the first byte, and how many there are."""
        with self._lock:
            if isinstance(self._file, BytesIO) and self._size <= self._most < self._size + len(data):
                self._move_to_disk()
            try:
                self._write(data)
            except OSError:
                self._file = BytesIO(self.read(0, self._size))
                self._write(data)
            at, self._size = self._size, self._size + len(data)
        return at, len(data)

    @property
    def is_in_memory(self) -> bool:
        """Whether all is in memory."""
        return isinstance(self._file, BytesIO)

    def _move_to_disk(self) -> None:
        try:
            file = tempfile.TemporaryFile(prefix="drillsim-", buffering=0)  # noqa: SIM115 - lives as long as this object
            weakref.finalize(self, file.close)
            file.write(self.read(0, self._size))
        except OSError:
            return
        self._file = file

    def _write(self, data: bytes) -> None:
        self._file.seek(self._size)
        if self._file.write(data) != len(data):
            raise OSError("the disk is full")

    def read(self, at: int, size: int) -> bytes:
        """Return a piece."""
        with self._lock:
            self._file.seek(at)
            return self._file.read(size)

    def __reduce__(self) -> tuple[object, ...]:
        return _spool_of, (self.read(0, self._size),)


def _spool_of(data: bytes) -> Spool:
    made = Spool()
    made.add(data)
    return made


class Streamed:
    """Content of a large file in a temporary one; where the disk had no room for that, it is made anew by each reading."""

    def __init__(self, make: Callable[[], Iterable[bytes]]) -> None:
        """Make the content, and hold the function that makes its parts."""
        self._make = make
        self._spool: Spool | None = Spool(in_memory=0)
        self._places: list[tuple[int, int]] = []
        content, size = hashlib.sha256(), 0
        for part in make():
            content.update(part)
            size += len(part)
            if self._spool is not None:
                self._places.append(self._spool.add(part))
                if self._spool.is_in_memory:
                    self._spool = None
        self.told: Mapping[str, int | str] = {"bytes": size, "sha256": content.hexdigest()}
        """Size in bytes, and SHA-256."""

    def __iter__(self) -> Iterator[bytes]:
        spool = self._spool
        return iter(self._make()) if spool is None else (spool.read(*place) for place in self._places)


Content = bytes | Streamed


def content_of(make: Callable[[], Iterable[bytes]], large: int = LARGE) -> Content:
    """Return content by the function that makes its parts: as bytes, or streamed where it is larger than `large` bytes."""
    parts, size = [], 0
    for part in make():
        parts.append(part)
        size += len(part)
        if size > large:
            return Streamed(make)
    return b"".join(parts)


def parts_of(content: Content) -> Iterable[bytes]:
    """Return the parts of a content, one after the other."""
    return (content,) if isinstance(content, bytes) else content


def told_of(content: Content) -> Mapping[str, int | str]:
    """Return size in bytes and SHA-256 of a content, as a manifest lists them."""
    return content.told if isinstance(content, Streamed) else _told((content,))


def _told(parts: Iterable[bytes]) -> dict[str, int | str]:
    size, hashed = 0, hashlib.sha256()
    for part in parts:
        size += len(part)
        hashed.update(part)
    return {"bytes": size, "sha256": hashed.hexdigest()}


__all__ = ["IN_MEMORY", "LARGE", "Content", "Spool", "Streamed", "content_of", "parts_of", "told_of"]
