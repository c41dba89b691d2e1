"""Conversion of arithmetic errors caused by numbers of a user's file into located faults."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drillsim.errors import Fault


@contextmanager
def located(file: str) -> Iterator[None]:
    """Raise an arithmetic fault (overflow, division by zero, not a number) as a fault of this file.

    Bounds refuse such numbers where they are read (`quantities.LARGEST`, `plan/outline_checks.py`); a number that passes
    them and still overflows is a fault of the file, too. Any other exception is a programming error and stays one.
    """
    import numpy as np
    from shapely.errors import GEOSException

    from drillsim.errors import DrillsimError

    try:
        with np.errstate(over="raise", divide="raise", invalid="raise"):
            yield
    except (ArithmeticError, GEOSException) as e:
        raise DrillsimError(faults=[_fault(file, e)]) from e
    except ValueError as e:
        if "NaN" not in str(e) and "infinity" not in str(e):
            raise
        raise DrillsimError(faults=[_fault(file, e)]) from e


def _fault(file: str, problem: Exception) -> Fault:
    from drillsim.errors import Fault

    message = (
        f"a number in this file is too large or too small to compute with ({type(problem).__name__}). Look for a "
        "wrong unit, or for points that lie far apart"
    )
    return Fault("DS105", file, 1, 1, message)
