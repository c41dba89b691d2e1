"""Packed tracks: whole numbers of centimetres and tenths of seconds, differences from corner to corner, base64.

A number is written in groups of seven bits, the lowest first, with the eighth bit set where another follows; the sign is the
lowest bit of the number. The stream begins with the number of tracks; a track is its number of stretches and these; a stretch is
2 x level + (1 where nobody is there after it), its number of corners, and for each corner the differences of time, x and y to the
corner before, across stretches. Rounding is done before differences are taken, so that errors do not add up: a point is at most
0.5 cm from where it was, a time 0.05 s from when.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence

from drillsim.report.replay.tracks import ReplayTrack, Stretch

PER_M, PER_S = 100, 10
"""Steps of a metre and of a second."""


def pack(tracks: Sequence[ReplayTrack], level_number: Mapping[str, int]) -> str:
    """Return tracks as base64 text; their names are not in it."""
    out = bytearray()
    _write(out, len(tracks))
    for track in tracks:
        _write(out, len(track.stretches))
        last = (0, 0, 0)
        for stretch in track.stretches:
            _write(out, 2 * level_number[stretch.level] + stretch.goes)
            corners = list(_corners(stretch))
            _write(out, len(corners))
            for corner in corners:
                for now, before in zip(corner, last, strict=True):
                    _write(out, now - before)
                last = corner
    return b64encode(bytes(out)).decode("ascii")


def unpack(text: str, levels: Sequence[str], names: Sequence[str]) -> list[ReplayTrack]:
    """Return the tracks of packed text, as the browser reads them."""
    numbers = _read(b64decode(text))
    found = []
    for index in range(next(numbers)):
        stretches, last = [], (0, 0, 0)
        for _ in range(next(numbers)):
            head, corners = next(numbers), []
            for _ in range(next(numbers)):
                last = (last[0] + next(numbers), last[1] + next(numbers), last[2] + next(numbers))
                corners.append(last)
            stretches.append(
                Stretch(
                    levels[head // 2],
                    tuple(t / PER_S for t, _x, _y in corners),
                    tuple(x / PER_M for _t, x, _y in corners),
                    tuple(y / PER_M for _t, _x, y in corners),
                    goes=bool(head % 2),
                )
            )
        found.append(ReplayTrack(names[index], tuple(stretches)))
    return found


def pack_times(times_s: Sequence[float]) -> str:
    """Return rising times as base64 text: their number, then the differences in tenths of seconds."""
    out, last = bytearray(), 0
    _write(out, len(times_s))
    for time_s in sorted(times_s):
        now = round(time_s * PER_S)
        _write(out, now - last)
        last = now
    return b64encode(bytes(out)).decode("ascii")


def _corners(stretch: Stretch) -> Iterator[tuple[int, int, int]]:
    """Yield the corners in whole steps, without repetitions of one."""
    last = None
    for time_s, x_m, y_m in zip(stretch.times_s, stretch.x_m, stretch.y_m, strict=True):
        corner = (round(time_s * PER_S), round(x_m * PER_M), round(y_m * PER_M))
        if corner != last:
            yield corner
        last = corner


def _write(out: bytearray, number: int) -> None:
    left = number << 1 if number >= 0 else (-number << 1) - 1
    while left > 127:
        out.append(left & 127 | 128)
        left >>= 7
    out.append(left)


def _read(data: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in data:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield -((number + 1) >> 1) if number & 1 else number >> 1
            number = shift = 0
