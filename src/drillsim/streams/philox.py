"""Philox4x32-10 in compiled code, bit for bit the numbers of the Python version in `streams/streams.py`.

All words are 32 bits wide and held in uint64, so that the products of the generator fit. An array takes some
ns per number, against 10 us in Python. Importing this module raises ImportError where numba is missing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drillsim.jit import compiled, inlined

_M0, _M1, _W0, _W1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57), np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_MASK, _HALF, _SIX = np.uint64(0xFFFFFFFF), np.uint64(32), np.uint64(6)


@inlined
def _block_number(c0: np.uint64, c1: np.uint64, c2: np.uint64, k0: np.uint64, k1: np.uint64) -> float:
    """Return the number in (0, 1) made of the first two words of one Philox4x32-10 block with counter (c0, c1, c2, 0)."""
    c3 = np.uint64(0)
    for _ in range(10):
        p0, p1 = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (p1 >> _HALF) ^ c1 ^ k0, p1 & _MASK, (p0 >> _HALF) ^ c3 ^ k1, p0 & _MASK
        k0, k1 = (k0 + _W0) & _MASK, (k1 + _W1) & _MASK
    return ((c0 >> _SIX) * 67108864.0 + (c1 >> _SIX) + 0.5) / 4503599627370496.0


@compiled
def uniform(low: int, high: int, index: int, k0: int, k1: int) -> float:
    """Return one number in the open interval (0, 1).

    low, high
        Lower and upper 32 bits of the slot word.
    index
        Index of the draw, a 32-bit word.
    k0, k1
        The two 32-bit words of the key.
    """
    return _block_number(np.uint64(low), np.uint64(high), np.uint64(index), np.uint64(k0), np.uint64(k1))


@compiled
def uniforms(words: NDArray[np.uint64], index: int, k0: int, k1: int) -> NDArray[np.float64]:
    """Return one number in (0, 1) per slot word, shape (len(words),); equal to `uniform` of each.

    words
        (n,) 64-bit slot words. The other arguments are those of `uniform`.
    """
    found = np.empty(len(words))
    for i in range(len(words)):
        low, high = words[i] & _MASK, words[i] >> _HALF
        found[i] = _block_number(low, high, np.uint64(index), np.uint64(k0), np.uint64(k1))
    return found
