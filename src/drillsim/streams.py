"""Named random streams: every draw is addressed by what it is for, never by when it is made.

A draw is Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011) of a key that names scheme, seed, scenario family,
replication and purpose, and of a counter that names the slot (the declared identity of a unit, door, camera,
space or seat) and the index of the draw. So adding a unit or a room leaves every other draw alone, and the
staffing mix, which is in neither, cannot change what happens to anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from math import log

import numpy as np
from numpy.typing import NDArray

SCHEME = 1
_M0, _M1, _W0, _W1, _MASK = 0xD2511F53, 0xCD9E8D57, 0x9E3779B9, 0xBB67AE85, 0xFFFFFFFF

Words = NDArray[np.uint64]


def _hash64(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


@lru_cache(maxsize=65536)
def slot_word(slot: str) -> int:
    """Return the 64-bit word that stands for a slot's name in the counter."""
    return _hash64(slot)


def slot_words(slots: Sequence[str]) -> Words:
    """Return the words of many slots; shape (len(slots),). Compute them once per plan, not per drill."""
    return np.array([slot_word(s) for s in slots], dtype=np.uint64)


def philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Return one block of Philox4x32-10: four 32-bit words."""
    for _ in range(10):
        p0, p1 = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & _MASK, (p0 >> 32) ^ c3 ^ k1, p0 & _MASK
        k0, k1 = (k0 + _W0) & _MASK, (k1 + _W1) & _MASK
    return c0, c1, c2, c3


def _philox_array(c0: Words, c1: Words, c2: Words, c3: Words, k0: Words, k1: Words) -> tuple[Words, Words, Words, Words]:
    m0, m1, mask, half = np.uint64(_M0), np.uint64(_M1), np.uint64(_MASK), np.uint64(32)
    w0, w1 = np.uint64(_W0), np.uint64(_W1)
    for _ in range(10):
        p0, p1 = m0 * c0, m1 * c2
        c0, c1, c2, c3 = (p1 >> half) ^ c1 ^ k0, p1 & mask, (p0 >> half) ^ c3 ^ k1, p0 & mask
        k0, k1 = (k0 + w0) & mask, (k1 + w1) & mask
    return c0, c1, c2, c3


class Streams:
    """The random numbers of one replication of one scenario family."""

    def __init__(self, seed: int, family: str, replication: int = 0) -> None:
        self.seed, self.family, self.replication = seed, family, replication
        self._keys: dict[str, tuple[int, int]] = {}

    def _key(self, purpose: str) -> tuple[int, int]:
        key = self._keys.get(purpose)
        if key is None:
            word = _hash64(f"{SCHEME}/{self.seed}/{self.family}/{self.replication}/{purpose}")
            key = self._keys[purpose] = (word & _MASK, word >> 32)
        return key

    def uniform(self, purpose: str, slot: str, index: int = 0) -> float:
        """Return one number strictly between 0 and 1 (52 bits, never 0 or 1)."""
        word = slot_word(slot)
        a, b, _, _ = philox(word & _MASK, word >> 32, index & _MASK, 0, *self._key(purpose))
        return ((a >> 6) * 67108864 + (b >> 6) + 0.5) / 4503599627370496.0

    def uniforms(self, purpose: str, words: Words, index: int = 0) -> NDArray[np.float64]:
        """Return one number per slot, equal to `uniform` of each; words from `slot_words`, shape (n,)."""
        return self.uniforms_of([(purpose, words, index)])[0]

    def uniforms_of(self, draws: Sequence[tuple[str, Words, int]]) -> list[NDArray[np.float64]]:
        """Return what `uniforms` gives for each of several (purpose, words, index), in one pass."""
        sizes = [len(words) for _, words, _ in draws]
        words = np.concatenate([words for _, words, _ in draws])
        keys = np.array([(*self._key(purpose), index & _MASK) for purpose, _, index in draws], dtype=np.uint64)
        k0, k1, fixed = np.repeat(keys, sizes, axis=0).T if len(draws) > 1 else keys[0][:, None]
        low, high = words & np.uint64(_MASK), words >> np.uint64(32)
        a, b, _, _ = _philox_array(low, high, fixed, np.zeros(1, np.uint64), k0, k1)
        a6, b6 = (a >> np.uint64(6)).astype(np.float64), (b >> np.uint64(6)).astype(np.float64)
        found = (a6 * 67108864.0 + b6 + 0.5) / 4503599627370496.0
        return np.split(found, np.cumsum(sizes)[:-1])

    def choose(self, purpose: str, weights: dict[str, float], index: int = 0) -> str:
        """Return one key drawn by weight, as an exponential race keyed by name.

        Adding a key changes the choice only where the new key wins. Raises ValueError when no weight is positive.
        """
        names = [name for name, w in weights.items() if w > 0]
        if not names:
            raise ValueError("no weight above 0 to choose from")
        if len(names) == 1:
            return names[0]
        draws = self.uniforms(purpose, slot_words(names), index).tolist()
        return min((-log(u) / weights[name], name) for u, name in zip(draws, names, strict=True))[1]

    def choose_in_order(self, purpose: str, slot: str, weights: dict[str, float], index: int = 0) -> str:
        """Return one key drawn by weight with a single number, by inverse cdf in the order of the keys.

        Raises ValueError when no weight is positive.
        """
        total = sum(weights.values())
        if total <= 0:
            raise ValueError("no weight above 0 to choose from")
        if len(weights) == 1:
            return next(iter(weights))
        left = self.uniform(purpose, slot, index) * total
        for name, weight in weights.items():
            left -= weight
            if left < 0:
                return name
        return next(name for name in reversed(weights) if weights[name] > 0)
