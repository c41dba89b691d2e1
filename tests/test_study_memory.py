"""What the results of a study keep of each drill: the same as ever, in memory that hardly grows with their number."""

from __future__ import annotations

import io
import pickle
import tempfile
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from depth import plays_of
from drillsim.record import content
from drillsim.record.content import Spool, Streamed
from drillsim.record.trace import GRID, WayUse
from drillsim.study.results import collect, joined
from drillsim.study.storage import spool
from drillsim.study.storage.drills import DrillResult
from drillsim.study.storage.spool import Aside
from test_study import fake, mixes, study

WAYS = st.lists(
    st.builds(
        WayUse, st.sampled_from(["door", "stair-1"]), st.just("door"), st.just("hall"), st.integers(0, 2**40),
        st.none() | st.floats(0, 900), st.none() | st.floats(0, 900), st.integers(0, 300), st.none() | st.floats(0, 900),
    ),
    max_size=3,
).map(tuple)  # fmt: skip
CURVES = st.fixed_dictionaries({"out": st.lists(st.floats(0, 1e6), min_size=GRID, max_size=GRID).map(tuple)})


@given(st.lists(st.tuples(WAYS, CURVES), max_size=12), st.integers(1, 5), st.booleans())
@plays_of(30)
def test_what_is_put_aside_comes_back(drills: list[tuple[Any, Any]], block: int, on_disk: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool, "BLOCK", block)
        patch.setattr(content, "IN_MEMORY", 0 if on_disk else 10**9)
        aside, ways, curves = Aside(), dict[Any, Any](), dict[Any, Any]()
        for number, (used, counted) in enumerate(drills):
            pair = ("drill", "ab"[number * 2 // len(drills)])
            aside.add(pair, number, DrillResult((0, 0, number), (), counted, used))
            curves.setdefault(pair, []).append(counted["out"])
            if used:
                ways[(*pair, number)] = used
        aside.close()
        for kept in (aside.ways, pickle.loads(pickle.dumps(aside.ways))):
            assert list(kept.items()) == list(ways.items())
            assert [kept[key] for key in reversed(list(ways))] == list(reversed(ways.values()))
        assert ("drill", "a", 99) not in aside.ways
        assert list(aside.curves) == list(curves)
        for pair, wanted in curves.items():
            assert aside.curves[pair]["out"].tolist() == [list(one) for one in wanted]


@pytest.mark.parametrize("fails_at", [0, 1, 3])
def test_a_full_disk_leaves_what_is_put_aside_in_memory(monkeypatch: pytest.MonkeyPatch, fails_at: int) -> None:
    class Full:
        """A file on a disk with room for some pieces."""

        def __init__(self) -> None:
            self._file, self._left = io.BytesIO(), fails_at

        def __getattr__(self, name: str) -> Any:
            return getattr(self._file, name)

        def write(self, data: bytes) -> int:
            self._left -= 1
            if self._left < 0:
                raise OSError(28, "No space left on device")
            return self._file.write(data)

    monkeypatch.setattr(content, "IN_MEMORY", 4)
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: Full())
    made = Spool()
    places = [made.add(bytes([i]) * i) for i in range(1, 9)]
    assert [made.read(*place) for place in places] == [bytes([i]) * i for i in range(1, 9)]


def test_a_large_file_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def make() -> list[bytes]:
        made.append(1)
        return [b"ab", b"cd"]

    large = Streamed(make)
    assert [b"".join(large), b"".join(large)] == [b"abcd"] * 2
    assert len(made) == 1

    def refuse(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    again = Streamed(make)
    assert again.told == large.told
    assert b"".join(again) == b"abcd"
    assert len(made) == 3


def test_results_joined_of_parts_keep_curves_and_ways() -> None:
    whole = study(4)
    drills = [played(whole, m, i) for m in range(3) for i in range(4)]
    parts = [[d for d in drills if d.key[2] < 2], [d for d in drills if d.key[2] >= 2]]
    once = collect(whole, drills, seconds=0.0)
    both = joined(whole, [collect(whole, part, seconds=0.0) for part in parts], seconds=0.0)
    assert dict(both.ways_used) == dict(once.ways_used)
    assert both.ways_used
    for pair, named in once.curves.items():
        assert both.curves[pair]["out"].tolist() == named["out"].tolist()


def played(of: Any, mix: int, number: int) -> DrillResult:
    """A drill as it is stored, with an invented crowd that walks by ten ways."""
    draw = np.random.Generator(np.random.Philox(number))
    name = list(of.mixes)[mix]
    row = fake(of.scenarios[0], of.plan, of.mixes[name], seed=1, replication=number).row
    heads = {"scenario": of.scenarios[0].name, "mix": name, "replication": number, "forced": "", "status": "done"}
    first, last, longest = np.sort(draw.random(3)).tolist()
    ways = tuple(WayUse(f"door-{k}", "door", "hall", 9, first + k, last + k, 3, longest) for k in range(10))
    curve = tuple(np.sort(draw.integers(0, 900, GRID)).astype(float).tolist())
    return DrillResult((0, mix, number), ({**row, **heads},), {"out": curve}, ways)


def test_memory_hardly_grows_with_the_drills(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "IN_MEMORY", 0)
    few, many = study(100), study(1100)

    def kept(of: Any) -> int:
        tracemalloc.start()
        found = collect(of, (played(of, 0, i) for i in range(of.runs)), seconds=0.0)
        size, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(found.runs) == of.runs
        return size

    kept(few)
    assert (kept(many) - kept(few)) / 1000 < 500  # bytes a drill: 50 MB for 100,000


def test_texts_of_the_table_have_the_type_that_pandas_gives() -> None:
    import pandas as pd

    one = collect(study(3), [played(study(3), m, i) for m in range(3) for i in range(3)], seconds=0.0).runs
    assert str(one["mix"].dtype) == str(pd.Series(["a", "b"]).dtype) == str(one["status"].dtype)
    assert one["mix"].tolist() == [name for name in mixes().mixes for _ in range(3)]
    assert one.groupby("mix").size().to_dict() == dict.fromkeys(mixes().mixes, 3)
