"""Random draws are addressed by what they are for; these numbers may never change, or every baseline is void."""

import math
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import drillsim.streams
from drillsim.streams.streams import SCHEME, Streams, _generator, philox, slot_word, slot_words, uniform_of, uniforms_of

ONES = 0xFFFFFFFF
NAMES = st.text(min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("counter_and_key", "block"),
    [
        ((0, 0, 0, 0, 0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((ONES,) * 6, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344, 0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
    ids=["zeros", "ones", "pi"],
)
def test_philox_gives_the_known_answers_of_its_authors(
    counter_and_key: tuple[int, int, int, int, int, int], block: tuple[int, ...]
) -> None:
    assert philox(*counter_and_key) == block


GOLDEN = {
    (1, "fight", 0, "unit.presence", "sro-1", 0): 0.1906574761904941,
    (1, "fight", 1, "unit.presence", "sro-1", 0): 0.8517272062696283,
    (7, "lockdown", 0, "door.lock", "d-101", 2): 0.8274921067940278,
    (1099511627776, "teaching-lockdown", 399, "people.speed", "room-101/24", 0): 0.6700606314372389,
    (0, "é", 0, "incident.place", "Café", 0): 0.9662535217048175,
}


@pytest.mark.parametrize(("address", "value"), GOLDEN.items(), ids=[str(address) for address in GOLDEN])
def test_a_draw_is_pinned_by_its_address(address: tuple[Any, ...], value: float) -> None:
    seed, family, replication, purpose, slot, index = address
    assert Streams(seed, family, replication).uniform(purpose, slot, index) == value


def test_the_scheme_of_the_pinned_draws_is_the_first() -> None:
    assert SCHEME == 1


def test_the_word_of_a_slot_is_pinned() -> None:
    assert slot_word("sro-1") == 0xB1DC6B527427F153


def test_many_slots_draw_what_each_draws_alone() -> None:
    slots = [f"room-{i}/{seat}" for i in range(20) for seat in range(30)]
    streams = Streams(7, "lockdown", 3)
    together = streams.uniforms("people.speed", slot_words(slots), index=2)
    assert together.tolist() == [streams.uniform("people.speed", s, 2) for s in slots]


def test_an_added_slot_leaves_all_other_draws_alone() -> None:
    before, after = ["a", "c"], ["a", "b", "c"]
    streams = Streams(7, "lockdown")
    short, long = (streams.uniforms("unit.speed", slot_words(s)) for s in (before, after))
    assert short.tolist() == [long[0], long[2]]


def test_what_was_drawn_before_does_not_matter() -> None:
    fresh, used = Streams(7, "lockdown"), Streams(7, "lockdown")
    for slot in "abcdef":
        used.uniform("unit.speed", slot)
        used.uniform("door.lock", slot)
    assert used.uniform("door.lock", "x") == fresh.uniform("door.lock", "x")


@pytest.mark.parametrize(
    "other",
    [
        Streams(8, "lockdown", 3).uniform("unit.speed", "a"),
        Streams(7, "fight", 3).uniform("unit.speed", "a"),
        Streams(7, "lockdown", 4).uniform("unit.speed", "a"),
        Streams(7, "lockdown", 3).uniform("unit.presence", "a"),
        Streams(7, "lockdown", 3).uniform("unit.speed", "b"),
        Streams(7, "lockdown", 3).uniform("unit.speed", "a", 1),
    ],
    ids=["seed", "family", "replication", "purpose", "slot", "index"],
)
def test_every_part_of_the_address_changes_the_draw(other: float) -> None:
    assert Streams(7, "lockdown", 3).uniform("unit.speed", "a") != other


@given(seed=st.integers(0, 2**63), family=NAMES, replication=st.integers(0, 10**6), purpose=NAMES, slot=NAMES)
def test_a_draw_lies_strictly_between_0_and_1(
    seed: int, family: str, replication: int, purpose: str, slot: str
) -> None:
    assert 0.0 < Streams(seed, family, replication).uniform(purpose, slot) < 1.0


def test_draws_are_spread_evenly() -> None:
    u = np.sort(Streams(1, "even").uniforms("test", slot_words([str(i) for i in range(20_000)])))
    distance = np.abs(u - (np.arange(u.size) + 0.5) / u.size).max()
    assert distance < 1.95 / math.sqrt(u.size)  # Kolmogorov-Smirnov, 0.1 %; one fixed sample


def test_replications_are_not_correlated() -> None:
    words = slot_words([str(i) for i in range(20_000)])
    a, b = (Streams(1, "even", r).uniforms("test", words) for r in (0, 1))
    assert abs(np.corrcoef(a, b)[0, 1]) < 4 / math.sqrt(words.size)


def test_a_key_is_chosen_as_often_as_its_weight_says() -> None:
    weights = {"classroom": 0.53, "corridor": 0.18, "cafeteria": 0.29}
    chosen = [Streams(1, "choose", r).choose("place", weights) for r in range(4000)]
    for name, weight in weights.items():
        assert abs(chosen.count(name) / 4000 - weight) < 4 * math.sqrt(weight * (1 - weight) / 4000)


def test_a_new_key_changes_a_choice_only_by_winning_it() -> None:
    old = {"a": 1.0, "b": 2.0}
    for replication in range(200):
        streams = Streams(1, "choose", replication)
        assert streams.choose("place", {**old, "new": 1.0}) in (streams.choose("place", old), "new")


def test_a_key_without_weight_is_never_chosen() -> None:
    assert {Streams(1, "choose", r).choose("place", {"a": 0.0, "b": 1.0}) for r in range(50)} == {"b"}


def test_choosing_from_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no weight"):
        Streams(1, "choose").choose("place", {"a": 0.0})


def test_without_a_compiler_draws_are_made_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "drillsim.streams.philox", None)
    monkeypatch.delattr(drillsim.streams, "philox", raising=False)
    assert _generator.__wrapped__() == (uniform_of, uniforms_of)


def test_compiled_draws_are_the_same_to_the_last_bit() -> None:
    compiled = pytest.importorskip("drillsim.streams.philox", exc_type=ImportError)
    words = slot_words([f"room-{i}/{seat}" for i in range(20) for seat in range(30)])
    for index, k0, k1 in ((0, 0, 0), (2, 7, ONES), (ONES, ONES, 0x9E3779B9)):
        together = compiled.uniforms(words, index, k0, k1).tolist()
        assert together == uniforms_of(words, index, k0, k1).tolist()
        assert together == [uniform_of(w & ONES, w >> 32, index, k0, k1) for w in words.tolist()]
        assert together == [compiled.uniform(w & ONES, w >> 32, index, k0, k1) for w in words.tolist()]
