"""The draws of `streams/streams.py`, compiled: the same numbers, bit for bit, many times faster.

Importing this raises ImportError where numba is missing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drillsim.jit import compiled, inlined

_M0, _M1, _W0, _W1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57), np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_MASK, _HALF, _SIX = np.uint64(0xFFFFFFFF), np.uint64(32), np.uint64(6)


@inlined
def _drawn(c0: np.uint64, c1: np.uint64, c2: np.uint64, k0: np.uint64, k1: np.uint64) -> float:
    """Return the number between 0 and 1 that one block of Philox4x32-10 gives, its last counter word being 0."""
    c3 = np.uint64(0)
    for _ in range(10):
        p0, p1 = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (p1 >> _HALF) ^ c1 ^ k0, p1 & _MASK, (p0 >> _HALF) ^ c3 ^ k1, p0 & _MASK
        k0, k1 = (k0 + _W0) & _MASK, (k1 + _W1) & _MASK
    return ((c0 >> _SIX) * 67108864.0 + (c1 >> _SIX) + 0.5) / 4503599627370496.0


@compiled
def uniform(low: int, high: int, index: int, k0: int, k1: int) -> float:
    """Return one number strictly between 0 and 1; all arguments are 32-bit words."""
    return _drawn(np.uint64(low), np.uint64(high), np.uint64(index), np.uint64(k0), np.uint64(k1))


@compiled
def uniforms(words: NDArray[np.uint64], index: int, k0: int, k1: int) -> NDArray[np.float64]:
    """Return one number strictly between 0 and 1 for each slot word."""
    found = np.empty(len(words))
    for i in range(len(words)):
        low, high = words[i] & _MASK, words[i] >> _HALF
        found[i] = _drawn(low, high, np.uint64(index), np.uint64(k0), np.uint64(k1))
    return found
