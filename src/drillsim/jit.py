"""Code that is compiled for this machine on first use and kept for the next, where numba is to be had.

A module of compiled functions imports from here and is itself imported only when it is needed: importing it raises
ImportError where numba is missing, and the caller then goes on without it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from inspect import getsourcefile
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, cast

import numba
import numba.core.config
from numba.cpython.unsafe.numbers import trailing_zeros

if numba.core.config.DISABLE_JIT:  # type: ignore[attr-defined]
    raise ImportError("compiling is switched off (NUMBA_DISABLE_JIT)")

Function = TypeVar("Function", bound=Callable[..., Any])
lowest_bit: Any = trailing_zeros
"""The number of the lowest bit that is set."""
PLAIN = {"error_model": "numpy"}
njit: Any = numba.njit  # its own types know nothing of some of its options


def compiled(function: Function) -> Function:
    """Return a function compiled on its first call, with plain IEEE arithmetic, and kept on disk where there is a place.

    What is kept holds as long as every file that the function's module imports, directly or not, stays as it is.
    """
    return _kept(function)


def bare(function: Function) -> Function:
    """Return a function that is compiled and kept likewise; it may make no arrays, and counts no references to them."""
    return _kept(function, _nrt=False)


def _kept(function: Function, **options: Any) -> Function:
    try:
        found: Any = njit(cache=True, no_cfunc_wrapper=True, **PLAIN, **options)(function)
    except RuntimeError:  # no folder for compiled code
        return cast(Function, njit(**PLAIN, **options)(function))
    cache: Any = getattr(found, "_cache", None)  # missing where compiling is switched off
    if hasattr(cache, "_cache_file"):
        cache._cache_file._source_stamp = _stamp(function.__module__, Path(getsourcefile(function) or __file__))
        cache.save_overload = _forgiving(cache.save_overload)
        cache.load_overload = _doubting(cache.load_overload, cache._cache_file)
    return cast(Function, found)


def inner(function: Function) -> Function:
    """Return a function that only compiled functions call, bare like them, without a way in from Python."""
    found: Any = njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False, **PLAIN)
    return cast(Function, found(function))


def inlined(function: Function) -> Function:
    """Return a function that becomes part of the compiled functions that call it."""
    found: Any = njit(forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False, **PLAIN)
    return cast(Function, found(function))


_ANNOUNCING = Lock()
_announced: set[str] = set()


def announce(function: Callable[..., Any], what: str) -> None:
    """Say on stderr that something is about to be compiled, unless it has been, here or earlier on this machine."""
    with _ANNOUNCING:
        is_first = what not in _announced and is_to_be_compiled(function)
        if is_first:
            _announced.add(what)
    if is_first:
        print(f"drillsim: compiling {what} for this machine; this takes a while, once.", file=sys.stderr, flush=True)


def is_to_be_compiled(function: Callable[..., Any]) -> bool:
    """Return whether the next call of a function compiles it; unknown counts as no."""
    file = getattr(getattr(function, "_cache", None), "_cache_file", None)
    try:
        return file is not None and not getattr(function, "signatures", True) and not file._load_index()
    except Exception:  # whatever lies there cannot be read, so it will be written anew
        return True


def _forgiving(save: Callable[..., None]) -> Callable[..., None]:
    """Return a way to keep compiled code that does without where the disk refuses."""

    def keep(*args: Any) -> None:
        try:
            save(*args)
        except OSError as refused:
            print(f"drillsim: compiled code cannot be kept for the next time ({refused}).", file=sys.stderr, flush=True)

    return keep


def _doubting(load: Callable[..., Any], file: Any) -> Callable[..., Any]:
    """Return a way to load compiled code that compiles anew where what was kept cannot be read."""

    def found(*args: Any) -> Any:
        try:
            return load(*args)
        except Exception:  # whatever lies there: cut short, of another program, not ours to read
            with suppress(OSError):
                file.flush()
            return None

    return found


def _stamp(module: str, path: Path) -> str:
    """Return a hash of the text of a module and of every module of the same source tree that it imports."""
    text = blake2b(digest_size=16)
    root = path.parents[module.count(".")]
    for source in sorted(_sources(root, module)):
        text.update(_text_and_imports(source)[0])
    return text.hexdigest()


def _sources(root: Path, module: str) -> set[Path]:
    """Return the files below `root` that a module consists of: its own, and those it imports, directly or not."""
    found: set[Path] = set()
    waiting = [module]
    while waiting:
        base = root.joinpath(*waiting.pop().split("."))
        for path in (base.with_suffix(".py"), base / "__init__.py"):
            if path not in found and path.is_file():
                found.add(path)
                waiting += _text_and_imports(path)[1]
    return found


_IMPORT = re.compile(r"^[ \t]*(?:from ([\w.]+) import (\([^)]*|[\w ,]+)|import ([\w.]+))", re.MULTILINE)


@cache
def _text_and_imports(path: Path) -> tuple[bytes, tuple[str, ...]]:
    """Return the bytes of a source file and the names of all modules that it may import."""
    text = path.read_bytes()
    names: list[str] = []
    for base, members, plain in _IMPORT.findall(text.decode("utf-8")):
        names += [plain] if plain else [base, *(f"{base}.{name}" for name in re.findall(r"\w+", members))]
    return text, tuple(names)
