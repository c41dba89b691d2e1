"""Code that is compiled for this machine on first use and kept for the next, where numba is to be had.

A module of compiled functions imports `compiled` from here and is itself imported only when it is needed: importing it
raises ImportError where numba is missing, and the caller then goes on without it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Return a function compiled on its first call, with plain IEEE arithmetic, kept on disk where there is a place."""
    try:
        found = numba.njit(cache=True, error_model="numpy")(function)
    except RuntimeError:  # no folder for compiled code
        found = numba.njit(error_model="numpy")(function)
    return cast(Function, found)


def inlined(function: Function) -> Function:
    """Return a function that becomes part of the compiled functions that call it."""
    return cast(Function, numba.njit(error_model="numpy", inline="always")(function))
