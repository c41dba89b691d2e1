"""Every check of a plan with a failing example: its code, its line, and what it says."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

import drillsim as ds
from drillsim.plan.checks import check_plan
from drillsim.plan.read import check_plan_file

GOOD = (Path(__file__).parents[1] / "floorplans" / "three_rooms.yaml").read_text(encoding="utf-8")


@pytest.fixture
def faults_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Return the faults of the good plan after replacing texts, as lines without the file's name."""
    monkeypatch.chdir(tmp_path)

    def check(*changes: tuple[str, str], text: str = GOOD) -> list[str]:
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        Path("plan.yaml").write_text(text, encoding="utf-8")
        return [str(f) for f in check_plan_file("plan.yaml")[1]]

    return check


def line_of(text: str) -> int:
    return next(i for i, line in enumerate(GOOD.splitlines(), 1) if text in line)


def test_the_good_plan_has_no_fault(faults_of: Callable[..., list[str]]) -> None:
    assert faults_of() == []


CASES = {
    "DS201 a space twice": (
        ("{id: hall-1, ", "{id: hall-0, "), "{id: hall-1,", "the id 'hall-0' is taken already (line"),
    "DS201 an opening twice": (("{id: s-1, ", "{id: s-0, "), "{id: s-1,", "Give each of the openings its own id"),
    "DS202 an unknown space": (
        ("spaces: [room-101, hall-0]", "spaces: [room-101, hal-0]"), "{id: d-101", "Closest: 'hall-0'"),
    "DS202 a door to itself": (
        ("spaces: [room-101, hall-0]", "spaces: [hall-0, hall-0]"), "{id: d-101", "joins 'hall-0' with itself"),
    "DS202 an unknown watched space": (("watches: [hall-0]", "watches: [hull-0]"), "cam-hall", "watches: no space"),
    "DS204 an unknown entry": (("police: [e-main]", "police: [e-mani]"), "entries:", "Closest: 'e-main'"),
    "DS204 an entry that is no exit": (("ems: [e-main]", "ems: [s-0]"), "entries:", "'s-0' is no exit"),
    "DS208 an unknown level": (
        ("Upper hall, level: L1", "Upper hall, level: L9"), "{id: hall-1", "no level called 'L9'"),
    "DS301 an overlap": (
        ("[[24, 9], [30, 9]", "[[23, 9], [30, 9]"), "{id: stair-a-0", "overlap by 1.50 m² near [23.75, 10.50]"),
    "DS302 a door off its wall": (
        ("line: [[7, 9], [7.915, 9]], lock: key", "line: [[7, 7], [7.915, 7]], lock: key"), "{id: d-101",
        "lies 2.00 m from the outline of 'room-101'"),
    "DS302 a door between levels": (
        ("spaces: [room-101, hall-0]", "spaces: [room-101, hall-1]"), "{id: d-101", "joins level 'L0' with level 'L1'"),
    "DS303 a polygon that crosses itself": (
        ("[[0, 0], [9, 0], [9, 9], [0, 9]]", "[[0, 0], [9, 9], [9, 0], [0, 9]]"), "{id: room-101",
        "crosses or touches itself near [4.50, 4.50]"),
    "DS303 a polygon on one spot": (
        ("[[0, 0], [9, 0], [9, 9], [0, 9]]", "[[0, 0], [9, 0], [0, 0], [9, 0]]"), "{id: room-101", "fewer than three"),
    "DS303 a flat polygon": (
        ("[[0, 0], [9, 0], [9, 9], [0, 9]]", "[[0, 0], [9, 0], [18, 0]]"), "{id: room-101", "has no area"),
    "DS303 a hole beyond the space": (
        ("[9, 9], [0, 9]], people", "[9, 9], [0, 9]], holes: [[[8, 1], [12, 1], [12, 2]]], people"), "{id: room-101",
        "reaches beyond the space"),
    "DS304 a stair on one level": (
        ("upper: stair-a-1", "upper: hall-0"), "{id: stair-a, lower", "begins and ends on level 'L0'"),
    "DS304 a stair upside down": (
        ("lower: stair-a-0, upper: stair-a-1", "lower: stair-a-1, upper: stair-a-0"), "{id: stair-a, lower",
        "Swap them"),
    "DS304 a foot that cannot be told": (
        ("Stair A lower door, kind: stair_door", "Stair A lower door, kind: door"), "{id: stair-a, lower", "Write 'lower_opening:'"),
    "DS305 a post outside its space": (("at: [2, 10.5]", "at: [2, 8]"), "front-desk", "lies 1.00 m outside"),
    "DS310 a room behind a locked door": (
        ("lock: push-button", "lock: push-button, locked: both"), "{id: room-201",
        "its only door 'd-201' (line"),
    "DS310 a room with a door that only leads in": (
        ("lock: push-button", "lock: push-button, one_way: in"), "{id: room-201", "one_way: {to: hall-1}"),
    "DS105 a period that ends before it begins": (('to: "11:50"', 'to: "07:50"'), "timetable", "not after 08:00"),
    "DS103 an unknown group": (
        ("timetable:", "groups: {primry: 100 %}\ntimetable:"), "timetable:", "Closest: 'primary'"),
    "DS105 nobody attends": (
        ("timetable:", "groups: {primary: 0 %}\ntimetable:"), "timetable:", "so nobody attends"),
    "DS105 a door without width": (
        ("[[7, 9], [7.915, 9]], lock: key", "[[7, 9], [7, 9]], lock: key"), "{id: d-101", "has no width"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_an_error_has_its_code_its_line_and_its_words(faults_of: Callable[..., list[str]], case: str) -> None:
    change, where, words = CASES[case]
    found = [f for f in faults_of(change) if f"error {case[:5]}" in f and words in f]
    assert found, faults_of(change)
    assert found[0].startswith(f"plan.yaml:{line_of(where)}:")


WARNINGS = {
    "DS402 feet and inches mixed up": (
        ("width: 36 in", "width: 36 ft"), "{id: d-201",
        "door 'd-201' is 36 ft wide. Did you mean '36 in'? Widths over 12 ft (3.66 m) are unusual. Add 'wide_on"),
    "DS402 inches and feet mixed up": (("width: 36 in", "width: 3 in"), "{id: d-201", "Did you mean '3 ft'?"),
    "DS402 a narrow stair": (("rise: 4.0, width: 1.5", "rise: 4.0, width: 0.4"), "{id: stair-a, lower", "0.40 m wide"),
    "DS403 a crowd behind one door": (
        ("people: 25}", "people: 80}"), "{id: room-101", "holds 80 people and has a single way out"),
    "DS404 a stair lower than its storey": (("rise: 4.0", "rise: 3.0"), "{id: stair-a, lower", "4.00 m apart"),
    "DS404 a short stair": (("length: 10.49", "length: 3.5"), "{id: stair-a, lower", "along the slope"),
    "DS404 a steep step": (("riser: 0.167", "riser: 0.3"), "{id: stair-a, lower", "riser of 0.300 m is unusual"),
    "DS405 shares that do not add up": (
        ("timetable:", "groups: {primary: 60 %, adults: 5 %}\ntimetable:"), "timetable:", "the shares sum to 65 %"),
    "DS312 an empty level": (
        ("{id: L1, elevation: 4.0}", "{id: L1, elevation: 4.0}, {id: L2, elevation: 8.0}"), "levels:",
        "'L2' has no space"),
    "DS313 a field nobody gets to": (
        ("openings: ", "  - {id: field, level: L0, use: outdoors, polygon: [[-9, 0], [-1, 0], [-1, 9]]}\nopenings: "),
        "openings: ", "no opening leads to the outdoor place 'field'"),
}  # fmt: skip


@pytest.mark.parametrize("case", WARNINGS)
def test_a_warning_has_its_code_its_line_and_its_words(faults_of: Callable[..., list[str]], case: str) -> None:
    change, where, words = WARNINGS[case]
    faults = faults_of(change)
    assert [
        f for f in faults if f.startswith(f"plan.yaml:{line_of(where)}:") and f"warning {case[:5]}" in f and words in f
    ], faults
    assert not [f for f in faults if " error " in f]


def test_a_wide_door_on_purpose_is_kept(faults_of: Callable[..., list[str]]) -> None:
    assert faults_of(("width: 36 in", "width: 13 ft, wide_on_purpose: true")) == []


def test_a_lost_stair_door_cuts_off_the_floor_above(faults_of: Callable[..., list[str]]) -> None:
    door = next(line for line in GOOD.splitlines(keepends=True) if "{id: s-1," in line)
    faults = faults_of((door, ""))
    assert sum("DS310" in f for f in faults) == 2
    assert any("'stair-a-1' has no opening" in f for f in faults)


def test_two_parts_joined_only_through_the_outside_are_an_error(faults_of: Callable[..., list[str]]) -> None:
    door = next(line for line in GOOD.splitlines(keepends=True) if "{id: s-0," in line)
    faults = faults_of((door, ""))
    assert [f for f in faults if "DS311" in f and "only through the outside" in f], faults


def test_a_way_through_the_outside_does_not_count(secondary: ds.FloorPlan) -> None:
    kept = tuple(
        o
        for o in secondary.openings
        if not {"hall-west-2-0", "hall-west-2-1"}.intersection(o.spaces) or o.kind != "opening"
    )
    faults = check_plan(secondary.model_copy(update={"openings": kept}))
    assert {f.code for f in faults} == {"DS311"}


def test_a_building_without_any_exit_says_so_once(faults_of: Callable[..., list[str]]) -> None:
    exits = [(line, "") for line in GOOD.splitlines(keepends=True) if "kind: exit" in line]
    faults = faults_of(
        *exits, ("entries: {police: [e-main], ems: [e-main]}\n", ""), ("exits: [e-main, e-east]", "exits: []")
    )
    assert len([f for f in faults if "DS310" in f]) == 1


def test_faults_of_form_and_of_the_building_come_together(faults_of: Callable[..., list[str]]) -> None:
    faults = faults_of(
        ("width: 36 in", "width: 36"),
        ("[[24, 9], [30, 9]", "[[23, 9], [30, 9]"),
        ("watches: [hall-0]", "wachtes: [hall-0]"),
    )
    codes = [f.split()[2] for f in faults]
    assert "DS301:" in codes
    assert "DS101:" in codes
    assert [f for f in faults if f.startswith(f"plan.yaml:{line_of('{id: stair-a-0')}:") and "DS301" in f]


def test_what_could_not_be_read_is_not_called_unknown(faults_of: Callable[..., list[str]]) -> None:
    faults = faults_of(
        ("{id: hall-0, label: Main hall, level: L0", "{id: hall-0, label: Main hall, level: L0, peple: 3")
    )
    assert [f.split()[2] for f in faults] == ["DS101:"]


def test_all_faults_are_raised_at_once(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(
        GOOD.replace("at: [2, 10.5]", "at: [2, 8]").replace("ems: [e-main]", "ems: [e-mian]"), encoding="utf-8"
    )
    with pytest.raises(ds.PlanError) as caught:
        ds.read_plan(path)
    assert [f.code for f in caught.value.faults] == ["DS305", "DS204"]


def test_a_post_may_share_the_id_of_its_own_space_only(faults_of: Callable[..., list[str]]) -> None:
    same = faults_of(("{id: front-desk", "{id: hall-0"))
    other = faults_of(("{id: front-desk", "{id: room-101"))
    assert same == []
    assert [f.split()[2] for f in other] == ["DS201:"]


def test_a_move_to_a_use_the_plan_lacks_is_an_error(faults_of: Callable[..., list[str]]) -> None:
    faults = faults_of(
        ("share: {classroom: 1.0}", "share: {classroom: 1.0}, moves: [{share: 50 %, home: classroom, to: cafeteria}]")
    )
    assert [f.split()[2] for f in faults] == ["DS207:"]


def test_faults_without_a_file_carry_the_name_of_the_plan(three_rooms: ds.FloorPlan) -> None:
    posts = (three_rooms.posts[0].model_copy(update={"at": (-5.0, 0.0)}),)
    faults = check_plan(three_rooms.model_copy(update={"posts": posts}))
    assert [(f.file, f.line, f.code) for f in faults] == [("Three rooms", 0, "DS305")]


ONE_SPACE = """drillsim_plan: 1
name: one
units: m
levels: [{{id: L0, elevation: 0}}]
spaces: [{{id: a, level: L0, use: classroom, polygon: {polygon}, people: 1}}]
openings: [{{id: x, kind: exit, spaces: [a, outside], line: [[0, 1], [0, 2]]}}]
"""


@pytest.mark.parametrize(
    "polygon",
    [
        "[[0, 0], [10, 10], [10, 0], [0, 10]]",
        "[[0, 0], [5, 0], [5, 0], [5, 0]]",
        "[[0, 0], [10, 0], [10, 10], [5, 0], [0, 10]]",
        "[[0, 0], [10, 0], [20, 0]]",
        "[[0, 0], [0, 0], [0, 0]]",
    ],
)
def test_the_only_outline_of_a_plan_may_be_unusable(polygon: str, tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(ONE_SPACE.format(polygon=polygon), encoding="utf-8")
    with pytest.raises(ds.PlanError) as caught:
        ds.read_plan(plan)
    assert {f.code for f in caught.value.faults} == {"DS303"}


def test_a_column_at_the_wall_is_usual(tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    polygon = "[[0, 0], [10, 0], [10, 10], [0, 10]], holes: [[[4, 0], [5, 0], [5, 1], [4, 1]]]"
    plan.write_text(ONE_SPACE.format(polygon=polygon), encoding="utf-8")
    assert ds.build(ds.read_plan(plan)).space_area_m2.tolist() == [99.0]


@pytest.mark.parametrize(("unit", "size"), [("m", 1.0), ("cm", 0.01), ("mm", 0.001), ("ft", 0.3048), ("in", 0.0254)])
def test_bare_lengths_are_read_in_the_unit_of_the_file(unit: str, size: float, tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    text = ONE_SPACE.format(polygon=str([[0, 0], [5 / size, 0], [5 / size, 4 / size], [0, 4 / size]]))
    text = text.replace("units: m", f"units: {unit}").replace("[[0, 1], [0, 2]]", str([[0, 1 / size], [0, 2 / size]]))
    plan.write_text(text, encoding="utf-8")
    found = ds.read_plan(plan)
    assert found.openings[0].clear_width_m == pytest.approx(1.0)
    assert ds.build(found).space_area_m2.tolist() == pytest.approx([20.0])


def test_one_door_written_twice_is_told(tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    text = ONE_SPACE.format(polygon="[[0, 0], [10, 0], [10, 10], [0, 10]]")
    twice = ", {id: y, kind: exit, spaces: [a, outside], line: [[0, 1.5], [0, 2.5]]}]"
    plan.write_text(text.replace("[[0, 1], [0, 2]]}]", "[[0, 1], [0, 2]]}" + twice), encoding="utf-8")
    assert [f.code for f in check_plan_file(plan)[1]] == ["DS407"]


def test_a_width_beyond_its_line_is_told(tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    text = ONE_SPACE.format(polygon="[[0, 0], [10, 0], [10, 10], [0, 10]]")
    plan.write_text(text.replace("[[0, 1], [0, 2]]}", "[[0, 1], [0, 2]], width: 3.5}"), encoding="utf-8")
    assert [f.code for f in check_plan_file(plan)[1]] == ["DS406"]


ONE_ROOM = """drillsim_plan: 1
name: one room
units: {unit}
levels: [{{id: L0, elevation: 0}}]
spaces: [{{id: gym, level: L0, use: gym, polygon: {polygon}{holes}}}]
openings: [{{id: e, kind: exit, spaces: [gym, outside], line: [[{right}, 4], [{right}, 5]], wide_on_purpose: true}}]
"""


def one_room(
    polygon: list[list[float]], *, unit: str = "m", holes: list[list[list[float]]] | None = None, turned: bool = False
) -> str:
    right = max(x for x, _ in polygon)
    corners = [[x, y] for x, y in polygon]
    if turned:
        corners = corners[3:][::-1] + corners[:3][::-1]
    return ONE_ROOM.format(unit=unit, polygon=corners, right=right, holes=f", holes: {holes}" if holes else "")


def two_halls(width: float) -> list[list[float]]:
    low, high = 5 - width / 2, 5 + width / 2
    south: list[list[float]] = [[0, 0], [10, 0], [10, low], [11, low], [11, 0], [20, 0]]
    north: list[list[float]] = [[20, 10], [11, 10], [11, high], [10, high], [10, 10], [0, 10]]
    return south + north


@pytest.mark.parametrize(
    ("width", "code"), [(0.05, "DS410"), (0.3, "DS410"), (0.55, "DS409"), (0.7, "DS409"), (0.9, None), (3.0, None)]
)
@pytest.mark.parametrize("turned", [False, True])
def test_a_neck_is_told_once_by_what_it_lets_through(
    faults_of: Callable[..., list[str]], width: float, code: str | None, *, turned: bool
) -> None:
    found = [f for f in faults_of(text=one_room(two_halls(width), turned=turned)) if "DS4" in f]
    assert len(found) == (code is not None)
    if code is not None:
        assert code in found[0]
        assert f"{width:.2f} m" in found[0]


@pytest.mark.parametrize("unit", ["mm", "cm", "in", "ft"])
def test_a_plan_in_another_unit_than_it_says_is_told_with_its_unit(
    faults_of: Callable[..., list[str]], unit: str
) -> None:
    size = {"mm": 9000.0, "cm": 900.0, "in": 1200.0, "ft": 30.0}[unit]
    room = one_room([[0, 0], [size, 0], [size, size], [0, size]])
    found = [f for f in faults_of(text=room) if "'gym'" in f and ("DS408" in f or "DS105" in f)]
    assert len(found) == (size > 500)
    assert all(f"'{unit}'" in f.partition("corners in")[2] for f in found)
    small = faults_of(text=room.replace("units: m", "units: mm")) if size < 400 else []
    assert all("too small for a person" in f for f in small if "DS408" in f)


def test_a_wrong_unit_is_told_for_three_rooms_and_counted_for_the_rest(faults_of: Callable[..., list[str]]) -> None:
    spaces = [
        f"{{id: r{k}, level: L0, use: classroom, polygon: [[{600 * k}, 0], [{600 * k + 600}, 0], [{600 * k}, 600]]}}"
        for k in range(9)
    ]
    text = one_room([[0, 700], [9, 700], [9, 709]]).replace("spaces: [{", f"spaces: [{', '.join(spaces)}, {{")
    found = [f for f in faults_of(text=text) if "DS408" in f]
    assert len(found) == 3
    assert found[-1].endswith("So with 6 more spaces")


def test_a_round_atrium_of_many_corners_has_no_fault(faults_of: Callable[..., list[str]]) -> None:
    ring = [[20 * math.cos(math.tau * k / 1440), 20 * math.sin(math.tau * k / 1440)] for k in range(1440)]
    text = one_room(ring).replace("[[20.0, 4], [20.0, 5]]", "[[20, -0.5], [20, 0.5]]")
    assert faults_of(text=text) == []


@pytest.mark.parametrize(
    ("width", "code"), [("10 cm", "DS502"), ("0.33 m", "DS502"), ("0.35 m", "DS402"), ("1 m", None)]
)
def test_a_door_that_the_usual_law_lets_nobody_through_is_told(
    faults_of: Callable[..., list[str]], width: str, code: str | None
) -> None:
    found = faults_of(("lock: push-button, width: 36 in", f"lock: push-button, width: {width}"))
    assert [f.split()[2].rstrip(":") for f in found if "'d-201'" in f] == [code] * (code is not None) or width == "1 m"


@pytest.mark.parametrize(("people", "told"), [(0, False), (1, False), (218, False), (219, True), (100_000, True)])
def test_more_people_than_fit_are_told(faults_of: Callable[..., list[str]], people: int, *, told: bool) -> None:
    found = [f for f in faults_of(("[0, 9]], people: 25", f"[0, 9]], people: {people}")) if "DS503" in f]
    assert len(found) == told


def test_a_plan_without_openings_is_told_so(faults_of: Callable[..., list[str]]) -> None:
    text = one_room([[0, 0], [9, 0], [9, 9], [0, 9]])
    for openings in ("openings: []\n", ""):
        assert any("the plan has no exit" in f for f in faults_of(text=text.partition("openings:")[0] + openings))


def test_exits_of_spaces_that_are_not_there_are_told_once(faults_of: Callable[..., list[str]]) -> None:
    text = one_room([[0, 0], [9, 0], [9, 9], [0, 9]]).replace("spaces: [gym, outside]", "spaces: [gim, outside]")
    assert [f.split()[2] for f in faults_of(text=text)] == ["DS202:"]
