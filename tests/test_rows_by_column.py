"""Rows held by column: what comes back is what was given, in a small part of the memory."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depth import plays_of
from drillsim.record.content import Streamed, content_of, parts_of, told_of
from drillsim.record.rows import Rows
from drillsim.record.store import runs_csv
from drillsim.record.trace import Value

VALUES = (
    st.none()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=3)
    | st.sampled_from([0, 0.0, 1, 1.0, True])
)
KINDS = st.sampled_from(
    [VALUES, st.floats(0, 9) | st.none(), st.integers(0, 9) | st.none(), st.just("done"), st.none()]
)
TABLES = st.lists(KINDS, min_size=1, max_size=4).flatmap(
    lambda kinds: st.lists(st.fixed_dictionaries({f"c{i}": kind for i, kind in enumerate(kinds)}), max_size=9)
)


def alike(one: Value, other: Value) -> bool:
    return type(one) is type(other) and one == other


@given(TABLES)
@plays_of(200)
def test_rows_come_back_as_they_were_given(rows: list[Mapping[str, Value]]) -> None:
    kept = Rows(rows)
    assert len(kept) == len(rows)
    for found in (list(kept), [kept[i] for i in range(len(kept))], kept[:]):
        for row, wanted in zip(found, rows, strict=True):
            assert all(alike(row[name], wanted[name]) for name in wanted)


def test_a_value_that_a_row_has_not_got_is_none() -> None:
    assert list(Rows([{"a": 1}, {"b": "x"}, {}])) == [
        {"a": 1, "b": None},
        {"a": None, "b": "x"},
        {"a": None, "b": None},
    ]
    with pytest.raises(IndexError):
        Rows([{"a": 1}])[1]


def test_a_table_of_columns_is_written_as_one_of_dictionaries() -> None:
    rows = [{"scenario": "fight", "people": i, "noticed_s": i / 7 if i % 3 else None} for i in range(5000)]
    assert runs_csv(Rows(rows)) == runs_csv(rows)


def test_a_long_column_takes_a_few_bytes_a_value() -> None:
    kept = Rows(
        {"mix": "one", "time_s": float(i), "status": "reached" if i % 2 else "not-reached"} for i in range(20_000)
    )
    parts = [vars(column) for column in kept._columns.values()]
    assert sum(sys.getsizeof(value) for part in parts for value in part.values()) < 16 * len(kept)


def test_large_content_is_made_anew_and_told_like_small() -> None:
    small, large = (content_of(lambda: (b"ab", b"cd"), large=most) for most in (4, 3))
    assert isinstance(small, bytes)
    assert isinstance(large, Streamed)
    assert [b"".join(parts_of(c)) for c in (small, large, large)] == [b"abcd"] * 3
    assert told_of(small) == told_of(large)
    assert told_of(small)["bytes"] == 4
