"""Named random streams: every draw is addressed by what it is for, never by when it is made.

A draw is Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011) of a key that names scheme, seed, scenario family,
replication and purpose, and of a counter that names the slot (the declared identity of a unit, door, camera,
space or seat) and the index of the draw. So adding a unit or a room leaves every other draw alone, and the
staffing mix, which is in neither, cannot change what happens to anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from hashlib import blake2b
from math import log

import numpy as np
from numpy.typing import NDArray

from drillsim.quantities import Spread

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


@lru_cache(maxsize=1024)
def cached_slot_words(slots: tuple[str, ...]) -> Words:
    """Return the words of slots that are few and often the same ones; not to be written to."""
    return slot_words(slots)


def philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Return one block of Philox4x32-10: four 32-bit words."""
    for _ in range(10):
        p0, p1 = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & _MASK, (p0 >> 32) ^ c3 ^ k1, p0 & _MASK
        k0, k1 = (k0 + _W0) & _MASK, (k1 + _W1) & _MASK
    return c0, c1, c2, c3


def uniform_of(low: int, high: int, index: int, k0: int, k1: int) -> float:
    """Return the number strictly between 0 and 1 of one slot word, cut in two, one index and one key."""
    a, b, _, _ = philox(low, high, index, 0, k0, k1)
    return ((a >> 6) * 67108864 + (b >> 6) + 0.5) / 4503599627370496.0


def uniforms_of(words: Words, index: int, k0: int, k1: int) -> NDArray[np.float64]:
    """Return the numbers of many slot words, one index and one key."""
    m0, m1, mask, half = np.uint64(_M0), np.uint64(_M1), np.uint64(_MASK), np.uint64(32)
    c0, c1, c2, c3 = words & mask, words >> half, np.full_like(words, index), np.zeros_like(words)
    for _ in range(10):
        p0, p1 = m0 * c0, m1 * c2
        c0, c1, c2, c3 = (p1 >> half) ^ c1 ^ np.uint64(k0), p1 & mask, (p0 >> half) ^ c3 ^ np.uint64(k1), p0 & mask
        k0, k1 = (k0 + _W0) & _MASK, (k1 + _W1) & _MASK
    a6, b6 = (c0 >> np.uint64(6)).astype(np.float64), (c1 >> np.uint64(6)).astype(np.float64)
    return np.asarray((a6 * 67108864.0 + b6 + 0.5) / 4503599627370496.0)


@cache
def _drawn() -> tuple[Callable[..., float], Callable[..., NDArray[np.float64]]]:
    """Return what draws one number, and what draws many: compiled where numba is to be had, else as written here."""
    try:
        from drillsim.streams import philox as kernel
    except ImportError:
        return uniform_of, uniforms_of
    return kernel.uniform, kernel.uniforms


class Streams:
    """The random numbers of one replication of one scenario family."""

    def __init__(self, seed: int, family: str, replication: int = 0) -> None:
        self.seed, self.family, self.replication = seed, family, replication
        self._begun = blake2b(f"{SCHEME}/{seed}/{family}/{replication}/".encode(), digest_size=8)
        self._keys: dict[str, tuple[int, int]] = {}

    def _key(self, purpose: str) -> tuple[int, int]:
        key = self._keys.get(purpose)
        if key is None:
            name = self._begun.copy()
            name.update(purpose.encode())
            word = int.from_bytes(name.digest(), "little")
            key = self._keys[purpose] = (word & _MASK, word >> 32)
        return key

    def uniform(self, purpose: str, slot: str, index: int = 0) -> float:
        """Return one number strictly between 0 and 1 (52 bits, never 0 or 1)."""
        word = slot_word(slot)
        return _drawn()[0](word & _MASK, word >> 32, index & _MASK, *self._key(purpose))

    def uniforms(self, purpose: str, words: Words, index: int = 0) -> NDArray[np.float64]:
        """Return one number per slot, equal to `uniform` of each; words from `slot_words`, shape (n,)."""
        return _drawn()[1](words, index & _MASK, *self._key(purpose))

    def choose(self, purpose: str, weights: dict[str, float], index: int = 0) -> str:
        """Return one key drawn by weight, as an exponential race keyed by name.

        Adding a key changes the choice only where the new key wins. Raises ValueError when no weight is positive.
        """
        names = [name for name, w in weights.items() if w > 0]
        if not names:
            raise ValueError("no weight above 0 to choose from")
        if len(names) == 1:
            return names[0]
        draws = self.uniforms(purpose, cached_slot_words(tuple(names)), index).tolist()
        return min((-log(u) / weights[name], name) for u, name in zip(draws, names, strict=True))[1]

    def choose_by_cdf(self, purpose: str, slot: str, weights: dict[str, float], index: int = 0) -> str:
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


def sample(law: Spread, streams: Streams, purpose: str, slot: str, index: int = 0) -> float:
    """Return the value of a spread for one named draw; a constant needs no draw."""
    return law.a if law.form == "constant" else law.quantile(streams.uniform(purpose, slot, index))
