"""Predictions that cannot be changed unnoticed, bands of what observers time, and the times that they bring back."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drillsim as ds
from a_study import made, times
from drillsim.analysis.prediction.bands import Band, bands_of, room_band
from drillsim.analysis.prediction.observed import judge, words_of
from drillsim.analysis.prediction.typical import typical_drill
from drillsim.cli import main
from drillsim.errors import Fault
from drillsim.record.predictions.observed_times import ObservedTime, read_observed, seconds_of, template
from drillsim.record.predictions.sealed import opened, sealed, short_seal
from drillsim.study.handouts.prediction import predict, read_prediction
from hostile_text import hostile
from plays import scenario
from shipped import plan_named

DATA = {
    "drillsim_prediction": 1,
    "school": "A school\u202e with =1+1",
    "scenario": {"name": "drill", "title": "A drill"},
    "staffing": {"name": "none", "label": "None"},
    "drills": 10,
    "seed": 1,
    "horizon_s": 900.0,
    "bands": [
        {"start": "onset", "end": "noticed", "place": "", "what": "the start until noticed", "low_s": 10.0, "half_s": 20.5,
         "high_s": 60.0, "reached": 10, "drills": 10},
        {"start": "order", "end": "room_secured", "place": "", "what": "one room", "low_s": 30.0, "half_s": 45.0,
         "high_s": None, "reached": 8, "drills": 10},
    ],
}  # fmt: skip
SEALED = sealed(DATA)
HASH = short_seal(SEALED)


def refused(content: bytes, printed: str | None = None) -> bool:
    try:
        opened(content, "p.json", printed)
    except ds.ResultError as problem:
        return problem.faults[0].code == "DS603"
    return False


def test_what_was_sealed_is_opened() -> None:
    assert opened(SEALED, "p.json") == opened(SEALED, "p.json", HASH) == DATA
    assert sealed(dict(reversed(DATA.items()))) == SEALED
    assert len(HASH.replace(" ", "")) == 32


@pytest.mark.parametrize("printed", [HASH.lower(), HASH.replace(" ", ""), HASH.replace(" ", "-"), f"  {HASH} "])
def test_the_printed_hash_may_be_typed_with_spaces_hyphens_or_neither(printed: str) -> None:
    assert opened(SEALED, "p.json", printed) == DATA


@pytest.mark.parametrize("printed", ["", HASH[:-1], HASH[:9], HASH + "0", "0" * 32, "x" * 32, HASH + " \u0660"])
def test_another_or_shortened_hash_is_refused(printed: str) -> None:
    assert refused(SEALED, printed)


def test_every_change_of_one_byte_is_refused() -> None:
    for place, old in enumerate(SEALED):
        for new in {old ^ 1, old ^ 0x20, old ^ 0x80, 0x30, 0x0A} - {old}:
            assert refused(SEALED[:place] + bytes([new]) + SEALED[place + 1 :]), place


def test_every_shortened_or_lengthened_file_is_refused() -> None:
    for place in range(len(SEALED)):
        assert refused(SEALED[:place])
        assert refused(SEALED[:place] + SEALED[place + 1 :])
        assert refused(SEALED[:place] + b" " + SEALED[place:])
    assert refused(SEALED + b"\n")
    assert refused(b"\xef\xbb\xbf" + SEALED)
    assert refused(SEALED.replace(b"\n", b"\r\n"))


@settings(max_examples=100, deadline=None)
@given(st.permutations(range(SEALED.count(b"\n"))))
def test_reordered_lines_are_refused(order: list[int]) -> None:
    lines = SEALED.splitlines(keepends=True)
    mixed = b"".join(lines[k] for k in order)
    assert refused(mixed) == (mixed != SEALED)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(SEALED) - 1), st.integers(0, len(SEALED)), st.binary(max_size=8))
def test_any_replaced_part_is_refused(first: int, last: int, new: bytes) -> None:
    changed = SEALED[:first] + new + SEALED[max(first, last) :]
    assert refused(changed) == (changed != SEALED)


def test_a_prediction_that_was_made_anew_is_refused_by_the_printed_hash_alone() -> None:
    other = sealed({**DATA, "drills": 11})
    assert not refused(other)
    assert refused(other, HASH)


def test_equal_keys_twice_are_refused() -> None:
    twice = SEALED.replace(b'\n "drills": 10,', b'\n "drills": 10,\n "drills": 10,')
    assert twice != SEALED
    assert refused(twice)


# ---------------------------------------------------------------------- bands


def test_a_band_is_from_1_of_10_to_9_of_10_drills() -> None:
    study = made(times("police-only", *range(10, 110, 10)))
    (band,) = bands_of(study, "drill", "police-only")
    assert (band.start, band.end, band.low_s, band.half_s, band.high_s) == ("onset", "able_on_scene", 10, 50, 90)
    study = made(times("police-only", *range(10, 90, 10), None, None))
    (band,) = bands_of(study, "drill", "police-only")
    assert (band.low_s, band.half_s, band.high_s, band.reached, band.drills) == (10, 50, None, 8, 10)


def test_what_was_so_before_the_order_takes_no_time_after_it() -> None:
    rows = times("police-only", *[50.0] * 4, measure="protective_order_s")
    clear = times("police-only", 0.0, 60.0, 80.0, None, measure="halls_clear_s")
    study = made([{**a, **b} for a, b in zip(rows, clear, strict=True)])
    found = {band.key[:2]: band for band in bands_of(study, "drill", "police-only")}
    assert found["order", "halls_clear"].low_s == 0
    assert found["order", "halls_clear"].half_s == 10
    assert found["order", "halls_clear"].high_s is None
    assert found["onset", "halls_clear"].half_s == 60


def test_the_band_of_a_room_is_that_of_all_rooms_of_all_drills() -> None:
    assert room_band([]) is None
    band = room_band([None, *map(float, range(1, 10))])
    assert band is not None
    assert (band.low_s, band.half_s, band.high_s, band.reached) == (1, 5, 9, 9)


def test_the_typical_drill_is_the_median_one_with_the_lowest_number() -> None:
    study = made(times("police-only", 90.0, 30.0, 50.0, 50.0, None))
    found = typical_drill(study, "drill", "police-only")
    assert found is not None
    assert found.replication == 2
    assert "the median of 5 drills" in found.why
    assert typical_drill(made(times("police-only", None)), "drill", "police-only") is not None


# ---------------------------------------------------------------------- observed times


def observed(seconds: float | None, end: str = "noticed", start: str = "onset", place: str = "") -> ObservedTime:
    return ObservedTime(start, end, place, seconds, "", "", "observed.csv", 2)


BANDS = [Band(**one) for one in DATA["bands"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [(10, "inside"), (60.5, "inside"), (9.5, "inside"), (9.4, "earlier than the band"), (61, "later than the band"),
     (None, "not reached, and outside")],
)  # fmt: skip
def test_a_time_is_inside_to_the_second_that_a_watch_shows(seconds: float | None, verdict: str) -> None:
    assert judge([observed(seconds)], BANDS, horizon_s=900)[0].verdict == verdict


def test_any_room_has_the_band_of_one_room_and_may_fail_where_simulated_ones_do() -> None:
    found = judge(
        [observed(t, "room_secured", "order", "room-7") for t in (40.0, 400.0, None, 20.0)], BANDS, horizon_s=900
    )
    assert [one.verdict for one in found] == ["inside", "inside", "inside", "earlier than the band"]
    assert words_of(found)[0].startswith("3 of 4 observed times lie inside")


def test_unknown_intervals_and_hours_are_located_faults() -> None:
    with pytest.raises(ds.ResultError) as told:
        judge([observed(1, "notices"), observed(7500)], BANDS, horizon_s=900)
    assert [f.code for f in told.value.faults] == ["DS802", "DS802"]
    assert "Closest: 'onset to noticed'" in str(told.value)
    assert "2:05:00 is far beyond" in str(told.value)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("2:05", 125), ("0:02:05", 125), ("02:05", 125), ("125 s", 125), ("2 min 5 s", 125), ("0:00", 0), ("1:02:05", 3725), ("0:05,5", 5.5),
     ("125,5 s", 125.5), ("2,5 min", 150)],
)  # fmt: skip
def test_times_are_read_as_people_write_them(text: str, seconds: float) -> None:
    assert seconds_of(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text",
    ["125", "2:65", "-2:05", "noon", "1:75:00", "=1+1", "2.5", "1e9", "\u0662:05", "3 ft", "-5 s", "1,200 s", "12,5"],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"Write|begins"):
        seconds_of(text)


def test_a_filled_in_template_is_read_back(tmp_path: Path) -> None:
    blank = template([("onset", "noticed", "", "=the start"), ("order", "room_secured", "-1", "one room")])
    path = tmp_path / "observed.csv"
    path.write_bytes(blank)
    assert read_observed(path) == []
    for mark in (",", ";", "\t"):
        lines = blank.decode("utf-8-sig").replace(",", mark).splitlines()
        lines[1] = mark.join(["onset", "noticed", "", "x", "0:20", "Kim", "by hand"])
        lines[2] = mark.join(["order", "room_secured", "'-1", "x", "not reached", "", ""])
        path.write_bytes("\r\n".join(lines).encode("utf-8-sig"))
        one, two = read_observed(path)
        assert (one.start, one.end, one.seconds, one.observer, one.line) == ("onset", "noticed", 20, "Kim", 2)
        assert (two.place, two.seconds, two.line) == ("-1", None, 3)


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("", ":1:1", "no column 'from'"),
        ("from,to,observed,plcae\n", ":1:1", "Closest: 'place'"),
        ("from,to,observed,observed\n", ":1:1", "two columns are called 'observed'"),
        ("from,to,observed\nonset,noticed,125\n", ":2:3", "'125' is no time"),
        ("from,to,observed\n\nonset,,1:00\n", ":3:1", "'to' is empty"),
        ("from,to,observed\nonset,noticed,1:00,more\n", ":2:1", "4 cells, but 3 columns"),
        ('from,to,observed\nonset,"no"ticed,1:00\n', ":2:1", "no CSV"),
        ("from,to,observed\nonset,notic\x00ed,1:0\n", ":2:3", "no time"),
    ],
)
def test_bad_files_give_located_errors(text: str, place: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "observed.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ds.ResultError) as told:
        read_observed(path)
    assert f"observed.csv{place}: error DS80" in str(told.value)
    assert says in str(told.value)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(hostile, min_size=1, max_size=7), max_size=4))
def test_hostile_cells_are_refused_or_read_and_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "hostile.csv"
    lines = ["from,to,place,what,observed,observer,note", *(",".join(row) for row in rows)]
    path.write_bytes("\n".join(lines).encode("utf-8", errors="surrogatepass"))
    faults: tuple[Fault, ...] = ()
    try:
        read_observed(path)
    except ds.ResultError as problem:
        faults = problem.faults or (Fault("", "no fault", 0, 0, "\n"),)
    assert all("\n" not in fault.message for fault in faults)


# ---------------------------------------------------------------------- the verbs


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = {"draw": {"corridor": "100 %"}}
    drill = scenario(
        "hostile", where, name="drill", title="A lockdown", protocol={"action": "lockdown"}, horizon="15 min"
    )
    units = [{"id": "guard", "role": "unarmed-guard", "post": "front-desk", "presence": "100 %"}]
    mixes = ds.Mixes.model_validate({"present": "none", "mixes": {"none": {}, "guard": {"units": units}}})
    home = tmp_path_factory.mktemp("kept") / "r"
    return ds.write_results(ds.run(ds.Study([drill], plan_named("three_rooms"), mixes, runs=5, seed=3)), home)


def test_seal_and_open_agree_and_nothing_sealed_is_replaced(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["seal", str(folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    content = Path("prediction-INTERNAL.json").read_bytes()
    assert main(["seal", str(folder)]) == 2
    assert Path("prediction-INTERNAL.json").read_bytes() == content
    assert main(["seal", str(folder), "--out", "again.json"]) == 0
    assert Path("again.json").read_bytes() == content
    bands = {band.key: band for band in read_prediction("again.json").bands}
    half = bands["order", "room_secured", ""].half_s
    assert half is not None
    Path("observed.csv").write_text(
        f"from,to,place,observed\norder,room_secured,room-201,{half} s\nonset,reported,,14:59\n", encoding="utf-8"
    )
    capsys.readouterr()
    assert main(["open", "again.json", "--observed", "observed.csv", "--hash", told["hash"], "--json"]) == 0
    rows = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [row["verdict"] for row in rows["observed"]] == ["inside", "later than the band"]
    assert main(["observed", str(folder), "observed.csv", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == rows
    Path("again.json").write_bytes(content.replace(b"A lockdown", b"a lockdown"))
    assert main(["open", "again.json", "--observed", "observed.csv"]) == 2
    assert "error DS603: it is not as it was sealed" in capsys.readouterr().err


def test_bands_are_quantiles_of_the_rows(folder: Path) -> None:
    from drillsim.study.handouts.prediction import results_of

    results = results_of(folder)
    rows = results.runs[results.runs["mix"] == "none"]
    bands = {band.key: band for band in predict(results, "drill", "none").bands}
    for name in ("reported", "protective_order", "police_on_scene"):
        values = np.sort(rows[f"{name}_s"].dropna().to_numpy())
        assert len(values) == 5
        band = bands["onset", name, ""]
        assert (band.low_s, band.half_s, band.high_s) == pytest.approx((values[0], values[2], values[4]), abs=1e-3)


@pytest.mark.parametrize("at", ["0 s", "120 s"])
def test_the_last_exit_of_an_evacuation_closes_when_everybody_is_out(at: str) -> None:
    """Whenever the event begins on the clock of the drill: both are timed from it."""
    incident = {"kind": "fire", "where": "hall-0", "at": at}
    drill = scenario("fire", "hall-0", incidents=[incident], protocol={"action": "evacuate"}, horizon="15 min")
    mixes = ds.Mixes.model_validate({"present": "none", "mixes": {"none": {}}})
    results = ds.run(ds.Study([drill], plan_named("three_rooms"), mixes, runs=1, seed=3))
    bands = {band.key: band for band in predict(results, "play", "none").bands}
    exits = [band.half_s for (_, end, _), band in bands.items() if end == "last_out"]
    everybody = bands["onset", "evacuated_all", ""].half_s
    assert len(exits) == 2
    assert max(t for t in exits if t is not None) == pytest.approx(everybody, abs=2e-3)


def test_a_study_of_several_drills_asks_which(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["seal", str(folder), "--scenario", "dril"]) == 2
    assert "Closest: 'drill'" in capsys.readouterr().err
    assert main(["seal", str(folder), "--mix", "gard"]) == 2
    assert "Closest: 'guard'" in capsys.readouterr().err
    assert main(["seal", str(tmp_path)]) == 2
