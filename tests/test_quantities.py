"""Lengths, times, speeds and spreads: text with units outside, SI inside."""

import math
import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError
from scipy import stats

from drillsim.notation import UNITS, time_of_day
from drillsim.quantities import EXAMPLES, LARGEST, Spread, clock, parse, spread, written

NUMBERS = st.floats(0, 1e6, allow_nan=False).map(lambda x: round(x, 6))
KIND_AND_UNIT = st.sampled_from([(kind, unit) for kind, table in UNITS.items() for unit in table])


def refusal(value: object, kind: str) -> str:
    with pytest.raises(PydanticCustomError) as caught:
        parse(value, kind)
    return caught.value.type


@given(kind_and_unit=KIND_AND_UNIT, number=NUMBERS, gap=st.sampled_from(["", " ", "  "]))
def test_a_quantity_is_its_number_times_its_unit(kind_and_unit: tuple[str, str], number: float, gap: str) -> None:
    kind, unit = kind_and_unit
    assume(number * UNITS[kind][unit] <= LARGEST[kind])
    assert parse(f"{number:.6f}{gap}{unit}", kind) == pytest.approx(number * UNITS[kind][unit], abs=1e-9)


@pytest.mark.parametrize("kind", list(UNITS))
def test_a_quantity_that_only_a_wrong_unit_explains_is_refused(kind: str) -> None:
    unit = next(iter(UNITS[kind]))
    for number in (1.01 * LARGEST[kind] / UNITS[kind][unit], 1e308):
        assert refusal(f"{number!r} {unit}", kind) == "DS105"
        assert refusal(f"{-number!r} {unit}", kind) == "DS105"


def test_a_quantity_of_a_million_digits_is_refused_at_once() -> None:
    assert refusal("9" * 1_000_000 + " m", "length") == "DS104"


@given(kind_and_unit=KIND_AND_UNIT, number=NUMBERS, kind=st.sampled_from(list(UNITS)))
def test_a_unit_of_another_kind_is_refused(kind_and_unit: tuple[str, str], number: float, kind: str) -> None:
    _, unit = kind_and_unit
    if unit not in UNITS[kind]:
        assert refusal(f"{number:.3f} {unit}", kind) == "DS111"


@given(text=st.text(max_size=12), kind=st.sampled_from(list(UNITS)))
def test_any_text_is_read_or_refused_with_a_code(text: str, kind: str) -> None:
    try:
        value, code = parse(text, kind), "DS104"
    except PydanticCustomError as e:
        value, code = 0.0, e.type
    assert math.isfinite(value)
    assert code in ("DS104", "DS105", "DS110", "DS111")


@given(minutes=st.integers(0, 500), seconds=st.integers(0, 59))
def test_minutes_and_seconds_add_up(minutes: int, seconds: int) -> None:
    assert parse(f"{minutes} min {seconds} s", "time") == 60 * minutes + seconds


FOOT_MARKS, INCH_MARKS = (
    st.sampled_from(["'", "\u2032", "\u2019", " ft", " feet"]),
    st.sampled_from(['"', "\u2033", "\u201d", "''", " in"]),
)


@given(
    sign=st.sampled_from(["", "-", "+"]),
    feet=st.integers(0, 900),
    inches=st.integers(0, 11),
    sixteenths=st.integers(0, 15),
    marks=st.tuples(FOOT_MARKS, INCH_MARKS),
    between=st.sampled_from(["-", " ", "- ", ""]),
    joint=st.sampled_from([" ", "-"]),
)
def test_architects_notation_is_feet_and_inches_with_one_sign(
    sign: str, feet: int, inches: int, sixteenths: int, marks: tuple[str, str], between: str, joint: str
) -> None:
    part = f"{joint}{sixteenths}/16" if sixteenths else ""
    text = f"{sign}{feet}{marks[0]}{between}{inches}{part}{marks[1]}"
    exact = (feet * 12 + inches + Fraction(sixteenths, 16)) * Fraction(254, 10000)
    assert parse(text, "length") == pytest.approx(float(-exact if sign == "-" else exact), abs=1e-12)


@pytest.mark.parametrize(
    ("text", "kind", "remedy"),
    [
        ("3' -0\"", "length", "3' 0\""),
        ("3' - 0\"", "length", "3' 0\""),
        ("-3 ft -6 in", "length", "-3 ft 6 in"),
        ("2 min +30 s", "time", "2 min 30 s"),
        ("1,5 m", "length", "1.5 m"),
        ("-12,25 m", "length", "-12.25 m"),
        ("1,500 m", "length", "1500 m"),
        ("95,000 USD/year", "money", "95000 USD/year"),
        ("3,5 ft/s", "speed", "3.5 ft/s"),
        ("30 Min", "time", "30 min"),
    ],
)
def test_a_slip_of_the_pen_is_refused_with_what_to_write(text: str, kind: str, remedy: str) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        parse(text, kind)
    assert f"'{remedy}'" in caught.value.message()
    assert math.isfinite(parse(remedy, kind))


@pytest.mark.parametrize(
    "text", ["6 in 1 ft", "1 ft 1 ft", "1 m 3 ft", "5' 6", "1/0 in", "1 1 ft", "--3 ft", "3-ft", "\u0663 m"]
)
def test_parts_that_do_not_fall_make_no_quantity(text: str) -> None:
    assert refusal(text, "length") in ("DS104", "DS111")


def accepted(text: str, kind: str, *, bare: bool) -> bool:
    try:
        parse(text, kind, bare=bare)
    except PydanticCustomError as e:
        return e.type == "DS105"  # read, and too large
    return True


PIECES = st.sampled_from(["1", "12", "0.5", "1/2", "6 1/2", "3", " ", "", "-", "+", ",", "1e3", "e", "/", "."])
PARTS = st.lists(PIECES | st.sampled_from([u for units in UNITS.values() for u in units]), max_size=7)


@given(parts=PARTS, kind=st.sampled_from(list(UNITS)), bare=st.booleans())
def test_a_schema_takes_what_is_read_and_nothing_else(parts: list[str], kind: str, *, bare: bool) -> None:
    text = "".join(parts)
    pattern = str(written(kind, bare=bare)["pattern"])
    assert bool(re.search(pattern, text)) == accepted(text, kind, bare=bare)


@pytest.mark.parametrize("kind", UNITS)
@given(data=st.data())
def test_what_the_schema_takes_is_read(kind: str, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(str(written(kind)["pattern"]), alphabet=st.characters(max_codepoint=0x2FFF)))
    assume(len(text) <= 100)
    assert accepted(text, kind, bare=False)


@given(
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    form=st.sampled_from(["{h}:{m:02} {p}m", "{h}:{m:02}{p}.m.", "24"]),
)
def test_a_time_of_day_is_read_by_either_clock(hour: int, minute: int, form: str) -> None:
    half = {"h": hour % 12 or 12, "m": minute, "p": "ap"[hour >= 12]}
    text = f"{hour}:{minute:02}" if form == "24" else form.format(**half)
    assert time_of_day(text) == f"{hour:02}:{minute:02}"


@pytest.mark.parametrize("text", ["", "13 pm", "0 am", "24:00", "8", "8:5", "noon", "8:60", "-1:00", "08:00:00"])
def test_what_is_no_time_of_day_is_none(text: str) -> None:
    assert time_of_day(text) is None


def test_feet_and_inches_add_up() -> None:
    assert parse("6 ft 4 in", "length") == pytest.approx(1.9304)


def test_a_bare_number_is_refused() -> None:
    assert refusal(20, "time") == "DS110"


def test_a_bare_number_is_taken_where_the_plan_allows_it() -> None:
    assert parse(20, "length", bare=True) == 20.0


def test_a_bare_share_is_a_fraction() -> None:
    assert parse(0.3, "share") == 0.3


@pytest.mark.parametrize("value", [True, None, [1], {"a": 1}])
def test_what_is_no_quantity_is_refused(value: bool | dict[str, int] | list[int] | None) -> None:
    assert refusal(value, "time") == "DS104"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_quantity_is_finite(value: object) -> None:
    with pytest.raises(PydanticCustomError, match="finite"):
        parse(value, "length", bare=True)


@pytest.mark.parametrize("kind", UNITS)
def test_the_example_of_a_refusal_can_be_read(kind: str) -> None:
    for example in EXAMPLES[kind].replace("(or ", "").rstrip(")").split(" or "):
        assert parse(example.split("' '")[0].strip("'() "), kind) > 0


U = st.floats(1e-6, 1 - 1e-6)
LOW, HIGH, SIGMA = st.floats(0.1, 50), st.floats(60, 500), st.floats(0.05, 1.5)


def as_text(seconds: float) -> str:
    return f"{seconds!r} s"


@given(u=U, low=LOW, high=HIGH)
def test_low_and_high_make_the_uniform_distribution(u: float, low: float, high: float) -> None:
    drawn = spread({"low": as_text(low), "high": as_text(high)}, "time").quantile(u)
    assert drawn == pytest.approx(stats.uniform(low, high - low).ppf(u))


@given(u=U, low=LOW, usual=st.floats(50, 60), high=HIGH)
def test_low_usual_and_high_make_the_triangular_distribution(u: float, low: float, usual: float, high: float) -> None:
    drawn = spread({"low": as_text(low), "usual": as_text(usual), "high": as_text(high)}, "time").quantile(u)
    assert drawn == pytest.approx(stats.triang((usual - low) / (high - low), low, high - low).ppf(u))


@given(u=U, median=LOW, sigma=SIGMA)
def test_median_and_sigma_make_the_lognormal_distribution(u: float, median: float, sigma: float) -> None:
    drawn = spread({"median": as_text(median), "sigma": sigma}, "time").quantile(u)
    assert drawn == pytest.approx(stats.lognorm(sigma, scale=median).ppf(u))


@given(u=U, median=st.floats(20, 40), sigma=SIGMA)
def test_low_and_high_clamp_the_lognormal_distribution(u: float, median: float, sigma: float) -> None:
    form = {"median": as_text(median), "sigma": sigma, "low": "10 s", "high": "80 s"}
    assert spread(form, "time").quantile(u) == pytest.approx(
        min(max(stats.lognorm(sigma, scale=median).ppf(u), 10), 80)
    )


@given(u=U, mean=st.floats(1, 2), sd=st.floats(0.01, 0.5))
def test_mean_sd_low_and_high_make_the_clipped_normal_distribution(u: float, mean: float, sd: float) -> None:
    form = {"mean": f"{mean!r} m/s", "sd": f"{sd!r} m/s", "low": "0.8 m/s", "high": "1.9 m/s"}
    assert spread(form, "speed").quantile(u) == pytest.approx(min(max(stats.norm(mean, sd).ppf(u), 0.8), 1.9))


@given(u=U, mean=LOW)
def test_a_mean_makes_the_exponential_distribution(u: float, mean: float) -> None:
    assert spread({"mean": as_text(mean)}, "time").quantile(u) == pytest.approx(stats.expon(scale=mean).ppf(u))


@given(u=U)
def test_a_plain_quantity_does_not_vary(u: float) -> None:
    assert spread("20 s", "time").quantile(u) == 20.0


@pytest.mark.parametrize(
    "form",
    [
        {"low": "3 s", "high": "8 s"},
        {"low": "3 s", "usual": "5 s", "high": "9 s"},
        {"low": "3 s", "usual": "3 s", "high": "9 s"},
        {"low": "3 s", "usual": "9 s", "high": "9 s"},
        {"low": "3 s", "usual": "3 s", "high": "3 s"},
        {"median": "5 s", "sigma": 0.5},
        {"median": "5 s", "sigma": 0},
        {"mean": "5 s", "sd": "0 s", "low": "5 s", "high": "5 s"},
        {"mean": "5 s"},
    ],
    ids=str,
)
def test_a_larger_number_never_draws_less(form: dict[str, Any]) -> None:
    law, many = spread(form, "time"), [u / 1000 for u in range(1, 1000)]
    drawn = [law.quantile(u) for u in many]
    assert drawn == sorted(drawn)
    assert law.quantiles(many) == drawn


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"low": "3 s", "high": "8 s"}, stats.uniform(3, 5).mean()),
        ({"low": "3 s", "usual": "5 s", "high": "9 s"}, stats.triang(1 / 3, 3, 6).mean()),
        ({"median": "5 s", "sigma": 0.5}, stats.lognorm(0.5, scale=5).mean()),
        ({"mean": "5 s"}, 5.0),
        ("5 s", 5.0),
    ],
    ids=str,
)
def test_the_mean_of_a_spread_is_that_of_its_distribution(form: dict[str, Any] | str, expected: float) -> None:
    assert spread(form, "time").mean() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("form", "kind", "code"),
    [
        ({"low": "8 s", "high": "3 s"}, "time", "DS105"),
        ({"low": "3 s"}, "time", "DS120"),
        ({}, "time", "DS120"),
        ({"median": "3 s", "sigma": -1}, "time", "DS105"),
        ({"median": "3 s", "sigma": "0.5"}, "time", "DS105"),
        ({"median": "3 s", "sigma": math.nan}, "time", "DS105"),
        ({"median": "0 s", "sigma": 1}, "time", "DS105"),
        ({"mean": "0 s"}, "time", "DS105"),
        ({"low": "-3 s", "high": "3 s"}, "time", "DS105"),
        ("-3 s", "time", "DS105"),
        ("0 m/s", "speed", "DS105"),
        ({"low": "0 m/s", "high": "1 m/s"}, "speed", "DS105"),
        ({"low": "3 m/s", "high": "4 s"}, "time", "DS111"),
        ([3, 4], "time", "DS104"),
    ],
    ids=str,
)
def test_a_spread_that_is_none_is_refused_with_its_code(
    form: dict[str, Any] | list[int] | str, kind: str, code: str
) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        spread(form, kind)
    assert caught.value.type == code


def test_a_spread_is_taken_back_as_it_is() -> None:
    one = spread({"low": "3 s", "high": "8 s"}, "time")
    assert spread(one, "time") is one


def test_a_spread_prints_in_words() -> None:
    assert str(Spread(kind="time", form="triangular", a=0, b=10, c=30)) == "0 to 30 s, usually 10"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (59.49, "0:59"), (59.5, "1:00"), (3599.6, "1:00:00"), (3725, "1:02:05"), (-61, "-1:01")],
)
def test_a_clock_shows_minutes_and_whole_seconds(seconds: float, text: str) -> None:
    assert clock(seconds) == text
