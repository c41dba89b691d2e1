"""Functions compiled for this machine on first use and kept on disk for the next time, where numba is installed.

A module of compiled functions imports from here and is itself imported only when it is needed: importing it raises
ImportError where numba is missing, and the caller then continues without it.

Every private name of numba and llvmlite that drillsim relies on stands in this file (`PRIVATE_NAMES`, and the attributes that
`_kept` uses); a test checks that the installed version has them.

Checked mode. With DRILLSIM_CHECKED=1 in the environment every access to an array from compiled code is checked: an index below
zero or beyond the end raises IndexError. In the usual mode such an access reads or writes unrelated memory. Compiled code
of the two modes is kept in different files. It is meant for tests.
"""

from __future__ import annotations

import os
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
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.caching import IndexDataCacheFile
from numba.cpython.unsafe.numbers import trailing_zeros
from numba.extending import intrinsic
from numba.np import arrayobj
from numba.np.numpy_support import from_dtype

if numba.core.config.DISABLE_JIT:  # type: ignore[attr-defined]
    raise ImportError("compiling is switched off (NUMBA_DISABLE_JIT)")

PRIVATE_NAMES = (
    (numba.core.config, "DISABLE_JIT"),
    (arrayobj, "make_array"),
    (arrayobj, "populate_array"),
    (arrayobj, "fix_integer_index"),
    (cgutils, "do_boundscheck"),
    (IndexDataCacheFile, "flush"),
    (IndexDataCacheFile, "_load_index"),
)
"""Private names of numba and llvmlite in use, each with the module or class that holds it."""
CHECKED = os.environ.get("DRILLSIM_CHECKED", "") not in ("", "0")
"""Whether this process runs in checked mode."""
Function = TypeVar("Function", bound=Callable[..., Any])
lowest_bit: Any = trailing_zeros
"""Index of the lowest bit that is set."""
make_array: Any = arrayobj.make_array
populate_array: Any = arrayobj.populate_array
index_file: Any = IndexDataCacheFile
PLAIN: dict[str, Any] = {"error_model": "numpy", "boundscheck": CHECKED}
BARE: dict[str, Any] = {} if CHECKED else {"_nrt": False}
"""No counting of references: for functions that make no arrays; a checked one makes the exception that it raises."""
njit: Any = numba.njit  # numba's type hints lack some of its options


def _unsigned_index(context: Any, builder: Any, kind: Any, index: Any, _size: Any) -> Any:
    """Write code for an index that is used as it is: in checked mode -1 is out of bounds, not the last element."""
    return context.cast(builder, index, kind, types.intp if kind.signed else types.uintp)


if CHECKED:
    arrayobj.fix_integer_index = _unsigned_index


# ----------------------------------------------------------------- functions
def compiled(function: Function) -> Function:
    """Return a function compiled on its first call, with plain IEEE arithmetic, and kept on disk where there is a place.

    What is kept holds as long as every file that the function's module imports, directly or not, stays as it is.
    """
    return _kept(function)


def bare(function: Function) -> Function:
    """Return a function that is compiled and kept likewise; it may make no arrays, and counts no references to them."""
    return _kept(function, **BARE)


def inner(function: Function) -> Function:
    """Return a function that only compiled functions call, bare like them, without a way in from Python."""
    found: Any = njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, **BARE, **PLAIN)
    return cast(Function, found(function))


def inlined(function: Function) -> Function:
    """Return a function that becomes part of the compiled functions that call it."""
    if CHECKED:  # inlined checks take too long to compile
        return inner(function)
    found: Any = njit(forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, **BARE, **PLAIN)
    return cast(Function, found(function))


# -------------------------------------------------------------- kept on disk
def _kept(function: Function, **options: Any) -> Function:
    try:
        found: Any = njit(cache=True, no_cfunc_wrapper=True, **PLAIN, **options)(function)
    except RuntimeError:  # no folder for compiled code
        return cast(Function, njit(**PLAIN, **options)(function))
    cache: Any = getattr(found, "_cache", None)  # missing where compiling is switched off
    if hasattr(cache, "_cache_file"):
        stamp = stamp_of(function.__module__, Path(getsourcefile(function) or __file__))
        if CHECKED:
            name = f"{cache._impl.filename_base}.checked"
            cache._cache_file = index_file(cache._cache_path, name, stamp)
        cache._cache_file._source_stamp = stamp
        cache.save_overload = _saving(cache.save_overload)
        cache.load_overload = _loading(cache.load_overload, cache._cache_file)
    return cast(Function, found)


_ANNOUNCING = Lock()
_announced: set[str] = set()


def announce(function: Callable[..., Any], what: str) -> None:
    """Print on stderr, once, that something is about to be compiled, unless compiled code of it exists."""
    with _ANNOUNCING:
        is_first = is_to_be_compiled(function) and what not in _announced
        if is_first:
            _announced.add(what)
    if is_first:
        print(f"drillsim: compiling {what} for this machine; this takes a while, once.", file=sys.stderr, flush=True)


def is_to_be_compiled(function: Callable[..., Any]) -> bool:
    """Return whether the next call of a function compiles it; unknown counts as no."""
    file = getattr(getattr(function, "_cache", None), "_cache_file", None)
    try:
        return file is not None and not getattr(function, "signatures", True) and not file._load_index()
    except Exception:  # the file cannot be read, so it will be written again
        return True


def _saving(save: Callable[..., None]) -> Callable[..., None]:
    """Return a function that saves compiled code and only warns if the disk refuses."""

    def keep(*args: Any) -> None:
        try:
            save(*args)
        except OSError as refused:
            print(f"drillsim: compiled code cannot be kept for the next time ({refused}).", file=sys.stderr, flush=True)

    return keep


def _loading(load: Callable[..., Any], file: Any) -> Callable[..., Any]:
    """Return a function that loads compiled code and compiles again if the saved code cannot be read."""

    def found(*args: Any) -> Any:
        try:
            return load(*args)
        except Exception:  # the file is truncated, of another program, or not readable
            with suppress(OSError):
                file.flush()
            return None

    return found


# ---------------------------------------------------------------------- stamp
def stamp_of(module: str, path: Path) -> str:
    """Return a hash of the text of a module and of every module of the same source tree that it imports."""
    text = blake2b(digest_size=16)
    for source in sorted(sources_of(module, path)):
        text.update(_text_and_imports(source)[0])
    return text.hexdigest()


def sources_of(module: str, path: Path) -> set[Path]:
    """Return the files that a module at a path consists of: its own, and those of its package that it imports.

    Imports are followed, directly or not; a module of no package may import its neighbours. Libraries do not count, also
    where they are installed beside the package.
    """
    root, package = path.parents[module.count(".")], module.partition(".")[0]
    found: set[Path] = set()
    waiting = [module]
    while waiting:
        base = root.joinpath(*waiting.pop().split("."))
        for file in (base.with_suffix(".py"), base / "__init__.py"):
            if file not in found and file.is_file():
                found.add(file)
                names = _text_and_imports(file)[1]
                waiting += [n for n in names if package == module or n.partition(".")[0] == package]
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


# ------------------------------------------------- arrays by address (words)
def _load_word(context: Any, builder: Any, at: Any, number: int) -> Any:
    """Write code that reads one of the words; they stay as they are while a compiled function runs."""
    words = builder.inttoptr(at, context.get_value_type(types.intp).as_pointer())
    word = builder.load(builder.gep(words, [context.get_constant(types.intp, number)]))
    word.set_metadata("invariant.load", builder.module.add_metadata([]))
    return word


def array_reader(first: int, dtype: Any, dimensions: int = 1, *, counted: bool = False) -> Any:
    """Return a compiled function of the address of some words that gives the array which three of them describe.

    first
        Number of the first of the three words: the array's address, its rows, its columns.
    counted
        Whether compiled code may ask for the number of rows. Of other arrays it is taken as 0, which saves a look at the
        word (rows are then numbered from 0 on, and nothing checks them); in checked mode all know their rows.
    """
    item = np.dtype(dtype)
    kind = types.Array(from_dtype(item), dimensions, "C")
    knows_rows = counted or CHECKED

    def read(_context: Any, _at: Any) -> Any:
        def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            array, at = make_array(kind)(context, builder), arguments[0]
            size, zero = (context.get_constant(types.intp, number) for number in (item.itemsize, 0))
            rows = _load_word(context, builder, at, first + 1) if knows_rows else zero
            shape = [rows] if dimensions == 1 else [rows, _load_word(context, builder, at, first + 2)]
            strides = [size] if dimensions == 1 else [builder.mul(shape[1], size), size]
            data = builder.inttoptr(_load_word(context, builder, at, first), array.data.type)
            populate_array(array, data=data, shape=shape, strides=strides, itemsize=size, meminfo=None)
            return array._getvalue()

        return kind(types.int64), generate

    return intrinsic(read)


def row_prefetcher(first: int, dtype: Any, line: int) -> Any:
    """Return a compiled function (address of some words, row) that asks for a row of an array ahead of its use.

    first
        Number of the word that holds the array's address.
    line
        Bytes of a line of the processor's cache.
    """
    size = np.dtype(dtype).itemsize

    def fetch(_context: Any, _at: Any, _row: Any) -> Any:
        def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            pointer, flag = ir.IntType(8).as_pointer(), ir.IntType(32)
            at, row = arguments
            kind = ir.FunctionType(ir.VoidType(), [pointer, flag, flag, flag])
            ask = builder.module.declare_intrinsic("llvm.prefetch", [pointer], kind)
            offset = builder.mul(row, context.get_constant(types.intp, size))
            for part in range(0, size, line):
                begin = builder.add(offset, context.get_constant(types.intp, part))
                where = builder.inttoptr(builder.add(_load_word(context, builder, at, first), begin), pointer)
                builder.call(ask, [where, flag(0), flag(3), flag(1)])  # to be read, often, as data
            return context.get_dummy_value()

        return types.void(types.int64, types.int64), generate

    return intrinsic(fetch)
