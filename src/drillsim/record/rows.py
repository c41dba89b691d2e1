"""Rows of a large study, held by column: a few bytes a value, instead of a dictionary a row."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any, overload

from drillsim.record.trace import Value

WHOLE = 2**53
"""Whole numbers below this are held as floats without loss."""


class _Column:
    """Values of one column in the narrowest of three forms: one value for all, numbers, or codes of values.

    A value comes back as it was given, of the same type; no number is NaN, and None is a value as others.
    """

    def __init__(self, first: Value, times: int) -> None:
        self._value, self._length = first, times
        self._numbers: array[float] | None = None
        self._whole: bool | bytearray = False
        """Whether numbers are whole ones, of type int: all, none, or one by one."""
        self._codes: array[int] | None = None
        self._places: dict[tuple[type, Value], int] = {}
        self._words: list[Value] = []

    def __len__(self) -> int:
        return self._length

    @property
    def is_constant(self) -> bool:
        """Whether all values are one."""
        return self._numbers is None and self._codes is None

    def append(self, value: Value) -> None:
        """Add a value, changing the form of the column where it does not fit."""
        if self.is_constant and (type(value) is not type(self._value) or value != self._value):
            self._spread(value)
        if self._numbers is not None:
            if value is None or _is_number(value):
                self._add_number(value)
            else:
                self._recode()
        if self._codes is not None:
            self._add_code(value)
        self._length += 1

    def _add_number(self, value: Any) -> None:
        numbers: Any = self._numbers
        whole = type(value) is int
        if isinstance(self._whole, bool) and value is not None and whole != self._whole:
            self._whole = bytearray(repeat(self._whole, len(numbers)))
        numbers.append(math.nan if value is None else value)
        if isinstance(self._whole, bytearray):
            self._whole.append(whole)

    def _add_code(self, value: Value) -> None:
        codes: Any = self._codes
        place = self._code(value)
        while place >> 8 * codes.itemsize:
            codes = self._codes = array("H" if codes.itemsize == 1 else "I", codes)
        codes.append(place)

    def _code(self, value: Value) -> int:
        place = self._places.setdefault((type(value), value), len(self._words))
        if place == len(self._words):
            self._words.append(value)
        return place

    def _spread(self, value: Value) -> None:
        """Give up the one value for all."""
        both = [v for v in (self._value, value) if v is not None]
        if all(map(_is_number, both)):
            first: Any = math.nan if self._value is None else self._value
            self._numbers = array("d", repeat(first, self._length))
            self._whole = type(both[0]) is int
        else:
            self._codes = array("B", repeat(self._code(self._value), self._length))

    def _recode(self) -> None:
        """Give up numbers for codes."""
        values = list(self)
        self._numbers, self._whole, self._codes = None, False, array("B")
        for value in values:
            self._add_code(value)

    def __getitem__(self, place: int) -> Value:
        if self._numbers is not None:
            number = self._numbers[place]
            whole = self._whole[place] if isinstance(self._whole, bytearray) else self._whole
            return None if number != number else int(number) if whole else number
        if self._codes is not None:
            return self._words[self._codes[place]]
        return self._value

    def __iter__(self) -> Iterator[Value]:
        if self._numbers is not None:
            whole = self._whole if isinstance(self._whole, bytearray) else repeat(self._whole)
            return (None if n != n else int(n) if w else n for n, w in zip(self._numbers, whole, strict=False))
        if self._codes is not None:
            return (self._words[code] for code in self._codes)
        return repeat(self._value, self._length)

    def numbers(self) -> array[float]:
        """Return the values as floats, NaN where there is none or where it is no number; a single one where all are equal."""
        if self._numbers is not None:
            return self._numbers
        values = (self._value,) if self.is_constant else self
        return array("d", (v if isinstance(v, (int, float)) else math.nan for v in values))

    def words(self) -> tuple[list[Value], array[int]] | None:
        """Return the values that occur and the place of each among them, a single one where all are equal; None for numbers."""
        if self._numbers is not None:
            return None
        return ([self._value], array("B", (0,))) if self._codes is None else (self._words, self._codes)


def _is_number(value: Value) -> bool:
    return type(value) is float or (type(value) is int and abs(value) < WHOLE)


class Rows(Sequence[Mapping[str, Value]]):
    """Rows that are made one by one when they are asked for. A value that a row has not got is None."""

    def __init__(self, rows: Iterable[Mapping[str, Value]] = ()) -> None:
        """Take over some rows."""
        self._columns: dict[str, _Column] = {}
        self._length = 0
        for row in rows:
            self.append(row)

    def __repr__(self) -> str:
        return f"<{self._length} rows of {len(self._columns)} columns>"

    @property
    def names(self) -> Sequence[str]:
        """Names of all columns, in the order in which they came up."""
        return list(self._columns)

    def append(self, row: Mapping[str, Value]) -> None:
        """Add a row."""
        for name, value in row.items():
            column = self._columns.get(name)
            if column is None:
                column = self._columns[name] = _Column(None if self._length else value, self._length)
            column.append(value)
        self._length += 1
        if len(row) < len(self._columns):
            for column in self._columns.values():
                if len(column) < self._length:
                    column.append(None)

    def column(self, name: str) -> Iterable[Value]:
        """Return the values of a column; None for all rows where there is no such column."""
        return self._columns[name] if name in self._columns else repeat(None, self._length)

    def numbers(self, name: str) -> array[float]:
        """Return the values of a column as floats, NaN where there is none; a single one where all are equal."""
        return self._columns[name].numbers() if name in self._columns else array("d", (math.nan,))

    def words(self, name: str) -> tuple[list[Value], array[int]] | None:
        """Return the values that occur in a column and the place of each row's among them; see `_Column.words`."""
        return self._columns[name].words() if name in self._columns else ([None], array("B", (0,)))

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Mapping[str, Value]]:
        names = list(self._columns)
        return (dict(zip(names, row, strict=True)) for row in zip(*self._columns.values(), strict=True))

    @overload
    def __getitem__(self, place: int) -> Mapping[str, Value]: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Mapping[str, Value]]: ...
    def __getitem__(self, place: int | slice) -> Mapping[str, Value] | Sequence[Mapping[str, Value]]:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(self._length))]
        if not -self._length <= place < self._length:
            raise IndexError(place)
        place %= self._length
        return {name: column[place] for name, column in self._columns.items()}


__all__ = ["Rows"]
