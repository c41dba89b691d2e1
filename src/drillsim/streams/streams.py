"""Keyed random streams: a draw is addressed by its purpose and owner, never by the order of the calls.

A sequential generator couples everything: one more draw shifts all later ones, so two staffing mixes compared on
"the same seed" meet different incidents. Here each draw is a pure function of its name. Philox4x32-10 (Salmon,
Moraes, Dror & Shaw 2011), a counter-based generator, encrypts a 128-bit counter under a 64-bit key:

    key      blake2b-64 of "scheme/seed/family/replication/purpose"
    counter  blake2b-64 of the slot (declared identity of a unit, door, camera, space or seat), index, 0

The first two words of the result give 52 bits, centred in their cell, so that a number is never 0 or 1 and every
inverse distribution function is finite. Consequences: adding a unit or a room leaves all other draws as they were;
the mix is part of neither key nor counter, so all mixes see common random numbers (same place, people and delays);
and the order in which drills, chunks or processes are played has no influence.

Values come from the numbers by inverse transform, one number per value: x = F^-1(u). A changed law then moves each
value in the same direction for the same person, which keeps paired differences tight. A choice among named
alternatives is an exponential race: alternative i gets the arrival time -ln(u_i) / w_i under its own name, and the
earliest wins, with probability w_i / sum w. A new alternative changes the result only in the draws that it wins.
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
"""Version of the addressing; a change of it changes every draw, and is part of every key."""
_M0, _M1, _W0, _W1, _MASK = 0xD2511F53, 0xCD9E8D57, 0x9E3779B9, 0xBB67AE85, 0xFFFFFFFF

Words = NDArray[np.uint64]
"""(n,) slot words: the hashed names of slots, as counters hold them."""


def _hash64(text: str) -> int:
    """Return the first 64 bits of BLAKE2b of a text, the same on every platform and in every process."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


@lru_cache(maxsize=65536)
def slot_word(slot: str) -> int:
    """Return the 64-bit word that stands for the name of a slot in the counter; cached."""
    return _hash64(slot)


def slot_words(slots: Sequence[str]) -> Words:
    """Return the words of many slots, shape (len(slots),). Compute them once per plan, outside the drill."""
    return np.array([slot_word(s) for s in slots], dtype=np.uint64)


@lru_cache(maxsize=1024)
def cached_slot_words(slots: tuple[str, ...]) -> Words:
    """Return the words of a short tuple of slots that recurs; the cached array is shared and must not be written."""
    return slot_words(slots)


def philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Return one block of Philox4x32-10: four 32-bit words.

    c0 .. c3
        Counter, 32-bit words.
    k0, k1
        Key, 32-bit words.

    Six flat arguments, as in the published algorithm. Verified against the known answers of Random123.
    """
    for _ in range(10):
        p0, p1 = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & _MASK, (p0 >> 32) ^ c3 ^ k1, p0 & _MASK
        k0, k1 = (k0 + _W0) & _MASK, (k1 + _W1) & _MASK
    return c0, c1, c2, c3


def uniform_of(low: int, high: int, index: int, k0: int, k1: int) -> float:
    """Return one number in (0, 1): the Python version of `philox.uniform`, with the same arguments."""
    a, b, _, _ = philox(low, high, index, 0, k0, k1)
    return ((a >> 6) * 67108864 + (b >> 6) + 0.5) / 4503599627370496.0


def uniforms_of(words: Words, index: int, k0: int, k1: int) -> NDArray[np.float64]:
    """Return one number in (0, 1) per slot word, shape (len(words),): the numpy version of `philox.uniforms`."""
    m0, m1, mask, half = np.uint64(_M0), np.uint64(_M1), np.uint64(_MASK), np.uint64(32)
    c0, c1, c2, c3 = words & mask, words >> half, np.full_like(words, index), np.zeros_like(words)
    for _ in range(10):
        p0, p1 = m0 * c0, m1 * c2
        c0, c1, c2, c3 = (p1 >> half) ^ c1 ^ np.uint64(k0), p1 & mask, (p0 >> half) ^ c3 ^ np.uint64(k1), p0 & mask
        k0, k1 = (k0 + _W0) & _MASK, (k1 + _W1) & _MASK
    a6, b6 = (c0 >> np.uint64(6)).astype(np.float64), (c1 >> np.uint64(6)).astype(np.float64)
    return np.asarray((a6 * 67108864.0 + b6 + 0.5) / 4503599627370496.0)


@cache
def _generator() -> tuple[Callable[..., float], Callable[..., NDArray[np.float64]]]:
    """Return the functions for one and for many numbers: compiled where numba is installed, else those of this module."""
    try:
        from drillsim.streams import philox as kernel
    except ImportError:
        return uniform_of, uniforms_of
    return kernel.uniform, kernel.uniforms


class Streams:
    """Random numbers of one replication of one scenario family, by purpose, slot and index.

    seed
        Root of all random numbers of a study.
    family
        Name that scenarios share when they are to meet the same draws (`family:` of the file, else one for all).
    replication
        Number of the drill, from 0.
    presence
        Text of the presence that the drill is forced to; '' for the drills 0, 1, 2 … of the seed. It is part of the name, so
        that drills forced to a presence are numbered by themselves and share no draw with others.

    Objects hold no state but a cache of keys: the same arguments always give the same numbers.
    """

    def __init__(self, seed: int, family: str, replication: int = 0, *, presence: str = "") -> None:
        self.seed, self.family, self.replication = seed, family, replication
        number = f"{replication}, {presence}" if presence else f"{replication}"
        self._prefix = blake2b(f"{SCHEME}/{seed}/{family}/{number}/".encode(), digest_size=8)
        self._keys: dict[str, tuple[int, int]] = {}

    @property
    def name(self) -> bytes:
        """Hash of seed, family, replication and presence: streams of one name give the same numbers."""
        return self._prefix.digest()

    def _key(self, purpose: str) -> tuple[int, int]:
        """Return the two 32-bit key words of a purpose; the hash of the common prefix is continued, not repeated."""
        key = self._keys.get(purpose)
        if key is None:
            name = self._prefix.copy()
            name.update(purpose.encode())
            word = int.from_bytes(name.digest(), "little")
            key = self._keys[purpose] = (word & _MASK, word >> 32)
        return key

    def uniform(self, purpose: str, slot: str, index: int = 0) -> float:
        """Return one number in (0, 1), with 52 bits.

        purpose
            What the number decides, such as 'people.premovement'.
        slot
            Whose it is, such as 'person/12'.
        index
            Which draw of this purpose and slot, below 2**32.
        """
        word = slot_word(slot)
        return _generator()[0](word & _MASK, word >> 32, index & _MASK, *self._key(purpose))

    def uniforms(self, purpose: str, words: Words, index: int = 0) -> NDArray[np.float64]:
        """Return one number per slot, shape (n,), equal to `uniform` of each; `words` from `slot_words`."""
        return _generator()[1](words, index & _MASK, *self._key(purpose))

    def choose(self, purpose: str, weights: dict[str, float], index: int = 0) -> str:
        """Return one key drawn by weight, as an exponential race keyed by name.

        P(key) = weight / sum of weights. Adding a key changes the choice only in the draws that the new key wins.
        Weights of 0 and below take no part; a single candidate needs no draw.

        Raises ValueError when no weight is positive.
        """
        names = [name for name, w in weights.items() if w > 0]
        if not names:
            raise ValueError("no weight above 0 to choose from")
        if len(names) == 1:
            return names[0]
        draws = self.uniforms(purpose, cached_slot_words(tuple(names)), index).tolist()
        return min((-log(u) / weights[name], name) for u, name in zip(draws, names, strict=True))[1]

    def choose_by_cdf(self, purpose: str, slot: str, weights: dict[str, float], index: int = 0) -> str:
        """Return one key drawn by weight with a single number: the inverse distribution function in the order of keys.

        For ordered alternatives, such as the periods of a day; the slot tells several such choices apart.

        Raises ValueError when the weights sum to 0 or less.
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
    """Return one value of a law, by inverse transform of one named draw; a constant takes no draw."""
    return law.a if law.form == "constant" else law.quantile(streams.uniform(purpose, slot, index))
