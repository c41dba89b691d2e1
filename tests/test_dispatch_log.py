"""Dispatch logs: reading of dates and columns, the fitted law, reports without names, and the figure."""

# mypy: disable-error-code="index"
# (a None where a value is expected fails the test by itself)

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.stats import kstest, lognorm

from depth import cases
from drillsim.analysis.delay_fit import LEAST_CALLS, doubts, fit_delays
from drillsim.cli import main
from drillsim.errors import DrillsimError
from drillsim.exchange.dispatch_log.columns import Choice
from drillsim.exchange.dispatch_log.read import CallLog, read_call_log
from drillsim.exchange.dispatch_log.times import UnusableError, delay_s, read_length_s, read_stamp, writes_day_first
from drillsim.quantities import spread
from drillsim.report.chart_style import image
from drillsim.report.dispatch_figure import plot_delays
from drillsim.scenario.defaults import POLICE_LAWS, TARGET_RESPONSE
from drillsim.scenario.read import read_scenario
from drillsim.streams.streams import Streams, slot_words
from test_report_figures import overlaps, words

ROOT = Path(__file__).resolve().parents[1]
BEGIN = datetime(2024, 2, 28, 22, 15)  # noqa: DTZ001 (logs have no zone)


def drawn(median_s: float, sigma: float, n: int, seed: int) -> NDArray[Any]:
    """Return n draws of a lognormal, by the same inverse as the engine's."""
    law = spread({"median": f"{median_s} s", "sigma": sigma}, "time")
    uniforms = Streams(seed, "test").uniforms("delay", slot_words([str(i) for i in range(n)]))
    return np.array([law.quantile(float(u)) for u in uniforms])


def log_of(text: str | bytes, tmp_path: Path, **wanted: object) -> CallLog:
    path = tmp_path / "log.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return read_call_log(path, Choice(**wanted))  # type: ignore[arg-type]


def refused(text: str | bytes, tmp_path: Path, **wanted: object) -> str:
    with pytest.raises(DrillsimError) as caught:
        log_of(text, tmp_path, **wanted)
    return str(caught.value)


def stamps(delays: Sequence[float], form: str = "%Y-%m-%d %H:%M:%S") -> list[tuple[str, str]]:
    """Return call and arrival of calls 7 hours apart, the first of them before midnight of a leap day."""
    calls = [BEGIN + timedelta(hours=7 * i, seconds=31 * i) for i in range(len(delays))]
    return [(c.strftime(form), (c + timedelta(seconds=d)).strftime(form)) for c, d in zip(calls, delays, strict=True)]


def table(rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


# times


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05T14:03:22",
        "2024-03-05 14:03:22",
        "2024/03/05 14:03:22.000",
        "3/5/2024 2:03:22 PM",
        "03/05/24 02:03:22 p.m.",
        "3/5/2024, 2:03:22\u202fPM",
        "\u200e3/5/2024 14:03:22",
        "05.03.2024 14:03:22",
        "5-Mar-2024 14:03:22",
        "05 MAR 24 14:03:22",
        '="2024-03-05 14:03:22"',
        "  2024-03-05   14:03:22 ",
    ],
)
def test_a_time_is_read_in_every_usual_form(text: str) -> None:
    assert read_stamp(text) == read_stamp("2024-03-05 14:03:22")


@pytest.mark.parametrize(
    "text",
    ["", "-", "Smith", "2024-03-05", "25:00", "13:00 PM", "2/30/2024 1:00", "14", "14:3", "14:63", "5-Mai-2024 14:03"],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UnusableError):
        read_stamp(text)


def test_the_twelve_hour_clock_begins_at_twelve() -> None:
    hours = [read_stamp(t).second / 3600 for t in ("12:00 AM", "1:00 AM", "12:00 PM", "11:00 PM")]
    assert hours == [0, 1, 12, 23]


def test_zones_are_taken_into_account() -> None:
    assert delay_s(read_stamp("2024-03-05T23:58:00-05:00"), read_stamp("2024-03-06T05:04:00Z")) == 360
    with pytest.raises(UnusableError, match="zone"):
        delay_s(read_stamp("2024-03-05T23:58:00Z"), read_stamp("2024-03-06T05:04:00"))


@pytest.mark.parametrize(
    ("call", "arrival", "seconds"),
    [
        ("23:58:00", "0:04:00", 360),
        ("11:58 PM", "12:04 AM", 360),
        ("2024-03-05 23:58", "0:04", 360),
        ("10:00:00", "10:03:32", 212),
        ("10:00:00.250", "10:03:32.750", 212.5),
        ("2024-12-31 23:59:00", "2025-01-01 00:01:00", 120),
    ],
)
def test_a_delay_runs_over_midnight(call: str, arrival: str, seconds: float) -> None:
    assert delay_s(read_stamp(call), read_stamp(arrival)) == seconds


@pytest.mark.parametrize(
    ("call", "arrival", "why"),
    [
        ("10:00", "9:58", "before the call"),
        ("0:01", "23:59", "before the call"),
        ("2024-03-05 10:00", "2024-03-05 09:00", "before the call"),
        ("10:00:00", "10:00:00", "no time passed"),
        ("2024-03-05 10:00", "2024-03-06 10:01", "more than a day"),
    ],
)
def test_a_delay_that_no_law_can_hold_says_why(call: str, arrival: str, why: str) -> None:
    with pytest.raises(UnusableError, match=why):
        delay_s(read_stamp(call), read_stamp(arrival))


def test_day_and_month_are_told_apart_by_the_majority() -> None:
    assert writes_day_first(["3/5/2024 1:00", "25/5/2024 1:00"])
    assert not writes_day_first(["5/25/2024 1:00", "5/26/2024 1:00", "26/5/2024 1:00"])
    assert not writes_day_first(["3/5/2024 1:00"])
    first, last = (read_stamp(t, day_first=True) for t in ("31/01/2024 23:58", "1/2/2024 0:04"))
    assert delay_s(first, last) == 360


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("212", 212),
        ("212.5", 212.5),
        ("212,5", 212.5),
        ("1,212", 1212),
        ("212 s", 212),
        ("3:32", 212),
        ("0:03:32", 212),
        ("1:03:32", 3812),
        ("62:10", 3730),
        ("3.5 min", 210),
    ],
)
def test_a_length_of_time_is_read_in_every_usual_form(text: str, seconds: float) -> None:
    assert read_length_s(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "-5", "-0:10", "0", "0:00", "fast", "3:99", "nan", "inf", "1e5", "90000", "1" * 5000 + ":00"]
)
def test_a_length_that_no_law_can_hold_is_refused(text: str) -> None:
    with pytest.raises(UnusableError):
        read_length_s(text)


def test_a_number_counts_minutes_where_the_column_says_so(tmp_path: Path) -> None:
    log = log_of("Response Time (min)\n3.5\n3:32\n90 s\n", tmp_path)
    assert log.columns.in_minutes
    assert log.delays_s == (210, 212, 90)


# files


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_every_delimiter_and_encoding_that_excel_writes_is_read(tmp_path: Path, delimiter: str, encoding: str) -> None:
    delays = [60.0, 212.0, 3601.0]
    rows = [["Straße", "Call Received", "On Scene"], *(["Müllerstraße 1, Öhringen", *p] for p in stamps(delays))]
    assert log_of(table(rows, delimiter).encode(encoding), tmp_path).delays_s == tuple(delays)


@pytest.mark.parametrize(
    "form", ["%Y-%m-%dT%H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%y %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%H:%M:%S"]
)
@settings(max_examples=cases(25), deadline=None)
@given(delays=st.lists(st.integers(1, 40_000), min_size=1, max_size=30))
def test_what_is_written_is_read_back_second_by_second(
    tmp_path_factory: pytest.TempPathFactory, form: str, delays: list[int]
) -> None:
    rows = [["call time", "arrival time"], *stamps([float(d) for d in delays], form)]
    assert log_of(table(rows), tmp_path_factory.mktemp("log")).delays_s == tuple(delays)


CELL = st.one_of(
    st.sampled_from(
        ["", "-", "10:00", "10:04:30", "3/5/2024 2:03 PM", "2024-03-05 14:03", "13/13/13 1:1", "CANCELLED"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12),
)


@settings(max_examples=cases(60), deadline=None)
@given(rows=st.lists(st.tuples(CELL, CELL, CELL, CELL), min_size=1, max_size=25))
def test_no_row_is_ever_lost(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]) -> None:
    text = table([["Incident No", "Kind", "Call Received", "Arrived"], *rows])
    log = log_of(text, tmp_path_factory.mktemp("log"), kinds=(("Kind", "-"), ("Kind", "")))
    assert log.rows == len(log.delays_s) + log.other_kind + log.further_units + len(log.unused)
    assert log.rows == sum(any(cell.strip() for cell in row) for row in rows)


def test_a_quoted_line_break_does_not_shift_the_line_numbers(tmp_path: Path) -> None:
    log = log_of('call,note,arrival\r\n10:00,"two\r\nlines",10:05\r\n10:00,,soon\r\n', tmp_path)
    assert [(u.line, u.column) for u in log.unused] == [(4, 3)]


def test_windows_own_encoding_is_known_by_its_dash(tmp_path: Path) -> None:
    text = "call;Öhringen – first there\n10:00;10:05\n".encode("cp1252")
    assert log_of(text, tmp_path, arrival="Öhringen – first there").delays_s == (300,)


def test_signs_inside_quoted_cells_do_not_cut_them(tmp_path: Path) -> None:
    log = log_of('call,note,arrival\n10:00,"a;\nb;\nc;",10:05\n10:00,"x;\ny;",10:06\n', tmp_path)
    assert log.delays_s == (300, 360)


def test_titles_above_the_names_and_a_sep_line_are_passed_over(tmp_path: Path) -> None:
    text = 'sep=;\n"Calls for service; Lincoln PD"\n\nNo.;Call Time;First Unit Arrived\n1;10:00;10:05\n2;10:00;never\n'
    log = log_of(text, tmp_path)
    assert (log.columns.line, log.delays_s, log.unused[0].line) == (4, (300.0,), 6)


def test_a_cell_cut_in_two_by_a_sign_is_not_read_wrongly(tmp_path: Path) -> None:
    log = log_of("street,call,arrival\nElm St,10:00,10:05\nMain St, 5,10:00,10:04\nOak St,10:00,10:06\n", tmp_path)
    assert log.delays_s == (300, 360)
    assert log.unused[0].line == 3
    assert "more cells" in log.unused[0].reason


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "DS003"),
        (b"\n \n", "DS003"),
        (b'\n""\n""', "DS003"),
        (b'sep=;\n"";""\n;', "DS003"),
        (b"PK\x03\x04\x14\x00rest", "DS002"),
        (b"a\x00b", "DS002"),
        (b'call,arrival\n10:00,"10:05\n' + b"x" * 200_000, "DS002"),
    ],
)
def test_what_is_no_csv_file_is_refused_in_words(tmp_path: Path, content: bytes, code: str) -> None:
    assert f"error {code}: " in refused(content, tmp_path)


# columns


@pytest.mark.parametrize(
    ("call", "arrival"),
    [
        ("Call Received", "On Scene"),
        ("Time of Call", "Arrival"),
        ("CallReceivedDateTime", "FirstUnitOnScene"),
        ("call_received_dttm", "first_unit_arrived_dttm"),
        ("PSAP Call Received Time", "First Arrived"),
        ("Time Received", "Time Arrived"),
        ("Alarm Date/Time", "First Engine On-Scene"),
        ("Incident Created", "At Scene"),
        ("Call", "Arrived On Scene"),
    ],
)
def test_usual_names_of_columns_are_recognised(tmp_path: Path, call: str, arrival: str) -> None:
    names = ["Unit", "Call Type", arrival, "Dispatched", "Enroute", call, "Cleared"]
    log = log_of(table([names, ["7", "x", "10:05", "10:01", "10:02", "10:00", "11:00"]]), tmp_path)
    assert (log.columns.start, log.columns.end, log.delays_s) == (call, arrival, (300.0,))


def test_the_first_unit_is_preferred_to_any_unit(tmp_path: Path) -> None:
    log = log_of("call,Arrival,First Unit Arrival\n10:00,10:09,10:05\n", tmp_path)
    assert log.columns.end == "First Unit Arrival"


def test_a_time_is_preferred_to_its_date(tmp_path: Path) -> None:
    log = log_of("Call Date,Call Time,Arrival Date,Arrival Time\n3/5/2024,23:58,3/6/2024,0:04\n", tmp_path)
    assert log.delays_s == (360,)


def test_columns_that_are_not_recognised_are_listed_with_what_to_write(tmp_path: Path) -> None:
    told = refused("T1,T2\nx,y\n", tmp_path)
    assert "log.csv:1:1: error DS701: " in told
    assert "'T1', 'T2'" in told
    assert "--call COLUMN --arrival COLUMN" in told
    assert log_of("T1,T2\n10:00,10:05\n", tmp_path, call="t1", arrival="T2").delays_s == (300,)


def test_two_columns_that_fit_alike_must_be_chosen(tmp_path: Path) -> None:
    told = refused("call,Arrived,On Scene\n10:00,10:05,10:06\n", tmp_path)
    assert "'Arrived', 'On Scene'. Choose one with --arrival COLUMN" in told


def test_two_columns_of_one_name_cannot_be_told_apart(tmp_path: Path) -> None:
    assert "columns 2 and 3 are all called 'T'" in refused("call,T,T\n10:00,1,2\n", tmp_path, arrival="T")


def test_a_misspelt_column_is_answered_with_the_nearest(tmp_path: Path) -> None:
    assert "Closest: 'Priority'" in refused(
        "call,arrival,Priority\n10:00,10:05,1\n", tmp_path, kinds=(("Priorty", "1"),)
    )


def test_a_log_without_names_shows_none_of_its_cells(tmp_path: Path) -> None:
    told = refused("Smith,2024-03-05 10:00,2024-03-05 10:05\nDoe,2024-03-05 11:00,2024-03-05 11:05\n", tmp_path)
    assert "names of columns" in told
    assert "Smith" not in told


def test_a_log_that_begins_with_dispatch_is_read_with_a_warning(tmp_path: Path) -> None:
    log = log_of("dispatched,on scene\n10:00,10:05\n", tmp_path)
    assert log.columns.from_dispatch
    assert any(f.code == "DS705" and "answering and processing" in f.message for f in log.faults())


# rows


def test_of_the_units_of_one_incident_the_first_to_arrive_counts(tmp_path: Path) -> None:
    rows = "24-1,10:00,10:07\n24-1,10:00,10:05\n24-2,10:00,10:06\n,10:00,10:08\n,10:00,10:09\n"
    log = log_of(f"Incident #,call,arrival\n{rows}", tmp_path)
    assert (log.delays_s, log.further_units) == ((300, 360, 480, 540), 1)


def test_one_number_for_two_calls_keeps_both(tmp_path: Path) -> None:
    log = log_of("Incident ID,call,arrival\nFight,10:00,10:05\nFight,11:00,11:07\n", tmp_path)
    assert (log.delays_s, log.further_units) == ((300, 420), 0)


def test_equal_call_times_without_incident_numbers_are_doubted(tmp_path: Path) -> None:
    rows = "".join(f"2024-03-05 1{i}:00:00,2024-03-05 1{i}:0{m}:00\n" for i in range(4) for m in (5, 7))
    log = log_of(f"call,arrival\n{rows}", tmp_path)
    assert log.shared == 4
    assert any("--incident" in f.message for f in log.faults())


def test_kinds_of_one_column_are_alternatives_and_columns_add_up(tmp_path: Path) -> None:
    rows = "10:00,10:01,1,Fight\n10:00,10:02,2,fight\n10:00,10:03,3,Fight\n10:00,10:04,1,Fire\n"
    kinds = (("priority", "1"), ("priority", "2"), ("nature", "FIGHT"))
    log = log_of(f"call,arrival,Priority,Nature\n{rows}", tmp_path, kinds=kinds)
    assert (log.delays_s, log.other_kind) == ((60, 120), 2)


def test_rows_that_cannot_be_used_are_counted_by_reason_with_their_lines(tmp_path: Path) -> None:
    rows = ["10:00,10:05", "10:00,", "10:00,9:50", "10:00,", ",10:05", "10:00,Bob", "10:00"]
    log = log_of("\n".join(["call,arrival", *rows]), tmp_path)
    found = {reason: [u.line for u in unused] for reason, unused in log.reasons.items()}
    assert found == {
        "no time of arrival": [3, 5, 8],
        "no time of call": [6],
        "arrival before the call": [4],
        "arrival: in no form of time that is known here": [7],
    }
    told = "\n".join(map(str, log.faults()))
    assert "log.csv:3:2: warning DS703: no time of arrival. 3 rows: lines 3, 5, 8" in told
    assert "Bob" not in told


# the law


TRUTHS = [
    (median, sigma, n, seed)
    for seed, (median, sigma, n) in enumerate(
        (m, s, n) for m in (45.0, 212.0, 701.0) for s in (0.05, 0.48, 1.5) for n in (50, 400, 2000)
    )
]


@pytest.mark.parametrize(("median_s", "sigma", "n", "seed"), TRUTHS)
def test_a_fit_recovers_a_known_law_within_four_standard_errors(
    median_s: float, sigma: float, n: int, seed: int
) -> None:
    law = fit_delays(drawn(median_s, sigma, n, seed), logs=1)
    assert abs(math.log(law.median_s / median_s)) <= 4 * sigma / math.sqrt(n)
    assert abs(law.log_sd - sigma) <= 4 * sigma / math.sqrt(2 * n)


def test_the_law_is_that_of_scipy() -> None:
    x = drawn(212.0, 0.48, 80, 1)
    law = fit_delays(x)
    shape, _, scale = lognorm.fit(x, floc=0)
    assert (law.log_sd, law.median_s) == pytest.approx((shape, scale), rel=1e-4)
    exact = lognorm(law.log_sd, scale=law.median_s)
    assert law.gap == pytest.approx(kstest(x, exact.cdf).statistic, abs=1e-12)
    assert law.quantile_s(0.9) == pytest.approx(exact.ppf(0.9))


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    laws = [fit_delays(drawn(212.0, 0.5, 12, seed), logs=1) for seed in range(200)]
    medians = sum((law.median.low or 0) <= 212 <= (law.median.high or 0) for law in laws)
    sigmas = sum((law.sigma.low or 0) <= 0.5 <= (law.sigma.high or 0) for law in laws)
    assert 179 <= medians <= 199  # 190 expected, standard deviation 3.1
    assert 179 <= sigmas <= 199


def test_a_law_that_holds_is_rejected_about_as_rarely_as_it_should() -> None:
    p = [fit_delays(drawn(180.0, 0.5, 25, seed), logs=99).p for seed in range(120)]
    assert 1 <= sum(v < 0.05 for v in p) <= 14  # 6 expected, standard deviation 2.4
    assert 0.4 <= float(np.mean(p)) <= 0.6


def test_two_kinds_of_calls_in_one_log_fit_poorly() -> None:
    x = np.concatenate([drawn(150.0, 0.2, 60, 1), drawn(1500.0, 0.2, 60, 2)])
    assert fit_delays(x).verdict == "poor"


def test_a_long_log_that_is_nearly_lognormal_is_called_close() -> None:
    x = np.concatenate([drawn(200.0, 0.4, 6000, 1), drawn(260.0, 0.6, 2000, 2)])
    law = fit_delays(x)
    assert law.p < 0.05
    assert law.verdict == "close"


def test_whole_minutes_are_seen_and_not_taken_for_a_misfit() -> None:
    x = drawn(180.0, 0.5, 300, 4)
    second = 60 * Streams(1, "test").uniforms("second", slot_words([str(i) for i in range(300)]))
    minutes = np.floor((x + second) / 60) * 60
    law = fit_delays(minutes[minutes > 0])
    assert law.step_s == 60
    assert law.verdict == "good"
    assert law.gap < 0.04  # the tallest minute alone holds 0.28 of the calls
    assert law.median_s == pytest.approx(180, rel=0.1)
    assert any("whole minutes" in doubt for doubt in doubts(law))


@settings(max_examples=cases(30), deadline=None)
@given(
    x=st.lists(st.floats(1.0, 5000.0), min_size=LEAST_CALLS, max_size=40),
    by=st.floats(0.25, 4.0),
    order=st.randoms(use_true_random=False),
)
def test_the_law_knows_neither_order_nor_unit(x: list[float], by: float, order: Random) -> None:
    shuffled = list(x)
    order.shuffle(shuffled)
    law, other = fit_delays(x, logs=1), fit_delays([by * v for v in shuffled], logs=1)
    assert other.median_s == pytest.approx(by * law.median_s)
    assert other.log_sd == pytest.approx(law.log_sd, abs=1e-9)


def test_equal_seeds_give_equal_laws() -> None:
    x = drawn(212.0, 0.48, 40, 3)
    assert fit_delays(x, seed=5) == fit_delays(x, seed=5)
    assert fit_delays(x, seed=5).median == fit_delays(x, seed=6).median


def test_equal_delays_are_a_law_without_spread_and_doubted() -> None:
    law = fit_delays([300.0] * 40)
    assert (law.log_sd, law.gap, law.p) == (0.0, 0.0, 1.0)
    assert any("same time" in doubt for doubt in doubts(law))


@pytest.mark.parametrize("x", [[200.0] * 9, [0.0] * 12, [-1.0, *[200.0] * 12], [math.nan] * 12, [math.inf] * 12])
def test_a_law_of_too_few_or_impossible_delays_is_refused(x: list[float]) -> None:
    with pytest.raises(ValueError, match=r"calls|delay"):
        fit_delays(x)


def test_few_calls_and_minutes_read_as_seconds_are_doubted() -> None:
    assert any("only 12 calls" in doubt for doubt in doubts(fit_delays(drawn(212.0, 0.4, 12, 1))))
    assert any("minutes" in doubt for doubt in doubts(fit_delays(drawn(3.5, 0.4, 60, 1))))
    assert doubts(fit_delays(drawn(212.0, 0.4, 60, 1))) == []


# the verb


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A log of 60 calls with a name in every row and one arrival missing."""
    monkeypatch.chdir(tmp_path)
    delays = [float(round(d)) for d in drawn(212.0, 0.48, 60, 8)]
    rows = [[call, "Smith", arrival] for call, arrival in stamps(delays, "%m/%d/%Y %I:%M:%S %p")]
    rows[20][2] = ""
    Path("log.csv").write_text(table([["Call Received", "Caller", "On Scene"], *rows]), encoding="utf-8-sig")
    return delays[:20] + delays[21:]


@pytest.mark.parametrize("service", ["police", "ems", "fire-service"])
@pytest.mark.parametrize("clipped", ["yaml", "yaml_clipped"])
def test_what_is_printed_is_a_scenario_with_the_law_of_the_log(
    log: list[float], capsys: pytest.CaptureFixture[str], service: str, clipped: str
) -> None:
    assert main(["import", "log.csv", "--service", service, "--json"]) == 0
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert told[clipped] in err.splitlines()
    text = (ROOT / "scenarios" / "medical.yaml").read_text(encoding="utf-8")
    kept = "\n".join(line for line in text.splitlines() if not line.startswith((service, "#", "plan:")))
    Path("own.yaml").write_text(f"{kept}\n{told[clipped]}\n", encoding="utf-8")
    law = getattr(read_scenario(Path("own.yaml")), service.replace("-", "_")).law
    fitted = fit_delays(log)
    assert law.quantile(0.5) == pytest.approx(fitted.median_s, rel=0.005)
    assert law.quantile(0.9) == pytest.approx(fitted.quantile_s(0.9), rel=0.01)
    if clipped == "yaml_clipped":
        assert (law.low, law.high) == (min(log), max(log))


def test_the_verb_tells_calls_quantiles_and_unused_rows(log: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "log.csv"]) == 0
    out, err = capsys.readouterr()
    assert "log.csv: 59 calls of 60 rows, 1 row not used." in out
    assert "Paste into the scenario:" in out
    assert err == "log.csv:22:3: warning DS703: no time of arrival. 1 row: line 22\n"


def test_nothing_but_times_leaves_the_log(log: list[float], capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["import", "log.csv", "--out", "own", "--json"]) == 0
    told = "".join(capsys.readouterr())
    files = {p.name: p.read_bytes() for p in Path("own").iterdir()}
    assert {"dispatch-log.png", "dispatch-log.svg", "law.json", "manifest.json", "INTERNAL.txt"} <= set(files)
    assert "Smith" not in told
    assert not any(b"Smith" in content for content in files.values())
    assert str(tmp_path).encode() not in files["law.json"] + files["dispatch-log.svg"]


def test_equal_logs_give_equal_files(log: list[float]) -> None:
    for folder in ("one", "two"):
        assert main(["import", "log.csv", "--out", folder]) == 0
    assert all(p.read_bytes() == (Path("two") / p.name).read_bytes() for p in Path("one").iterdir())


def test_nothing_is_written_without_a_folder(log: list[float]) -> None:
    assert main(["import", "log.csv"]) == 0
    assert [p.name for p in Path.cwd().iterdir()] == ["log.csv"]


def test_too_few_calls_are_refused_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("log.csv").write_text("call,arrival\n" + "10:00,10:05\n" * 9 + "10:00,\n", encoding="utf-8")
    assert main(["import", "log.csv", "--out", "own"]) == 2
    told = capsys.readouterr().err
    assert "log.csv:1:1: error DS702: 9 usable calls of 10 rows, 1 row not used" in told
    assert "preset" in told
    assert "DS703" in told
    assert not Path("own").exists()


def test_a_kind_that_no_row_is_of_is_told(log: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "log.csv", "--kind", "Caller=Jones"]) == 2
    assert "No row holds what --kind asks for" in capsys.readouterr().err


def test_delays_over_all_powers_of_ten_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("log.csv").write_text("seconds\n" + "1\n80000\n" * 10, encoding="utf-8")
    assert main(["import", "log.csv"]) == 2
    assert "DS704" in capsys.readouterr().err


@pytest.mark.parametrize("words_", [["--seconds", "a", "--call", "b"], ["--kind", "Priority"], ["--kind", "=1"]])
def test_options_that_contradict_each_other_are_usage_errors(log: list[float], words_: list[str]) -> None:
    assert main(["import", "log.csv", *words_]) == 2


# the figure


def figure_of(x: Sequence[float] | NDArray[Any], shipped: dict[str, Any] | None = None) -> Figure:
    shipped = shipped if shipped is not None else POLICE_LAWS
    title = "How soon police arrive: your own calls and their law"
    return plot_delays(list(x), fit_delays(x), shipped, title=title, source="log.csv: 'Call Received' to 'On Scene'.")


LOGS = {
    "usual": (212.0, 0.48, 150),
    "slow": (900.0, 0.6, 40),
    "quick": (60.0, 0.2, 12),
    "wide": (300.0, 2.5, 60),
}


@pytest.mark.parametrize("name", LOGS)
def test_no_words_of_the_figure_overlap_or_leave_the_page(name: str) -> None:
    assert overlaps(figure_of(drawn(*LOGS[name], 6))) == []
    assert overlaps(figure_of(drawn(*LOGS[name], 6), {"published targets": TARGET_RESPONSE})) == []


def test_every_line_of_the_figure_is_labelled_with_its_numbers() -> None:
    x = drawn(*LOGS["usual"], 6)
    told = words(figure_of(x))
    for name in ("Your log, 150 calls", "The law fitted to it", *(f"Shipped: {n}" for n in POLICE_LAWS)):
        assert sum(text.startswith(f"{name}\nhalf by ") for text in told) == 1


def test_the_steps_of_the_figure_are_the_calls() -> None:
    x = np.sort(drawn(*LOGS["slow"], 6))
    (axes,) = figure_of(x).axes
    times = next(line.get_xdata() for line in axes.lines if line.get_drawstyle() == "steps-post")
    assert list(np.asarray(times)[1:-1]) == [t for t in x if t <= axes.get_xlim()[1]]


def test_calls_beyond_the_axis_are_told() -> None:
    x = [*drawn(200.0, 0.3, 60, 1), 40_000.0]
    assert any("1 of 61 calls took longer than" in text.replace("\n", " ") for text in words(figure_of(x)))


def test_equal_logs_give_equal_figures() -> None:
    x = drawn(*LOGS["usual"], 6)
    assert image(figure_of(x), "svg", title="t", description="d") == image(
        figure_of(x), "svg", title="t", description="d"
    )
