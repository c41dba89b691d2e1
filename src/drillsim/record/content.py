"""Content of a file: bytes, or parts that are made anew whenever they are asked for and are never in memory together."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

LARGE = 4 * 1024 * 1024
"""Bytes above which content is not kept in memory."""


class Streamed:
    """Content of a large file, made anew by each reading."""

    def __init__(self, make: Callable[[], Iterable[bytes]]) -> None:
        """Hold the function that makes the parts of the content."""
        self._make = make

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._make())

    @cached_property
    def told(self) -> Mapping[str, int | str]:
        """Size in bytes, and SHA-256."""
        return _told(self)


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


__all__ = ["LARGE", "Content", "Streamed", "content_of", "parts_of", "told_of"]
