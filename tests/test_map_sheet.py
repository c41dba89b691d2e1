"""Maps to print: one grid for all levels, round scales, true north, and no text over another."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

import drillsim as ds
from depth import cases
from drillsim.cli import main
from drillsim.plan.model import Equipment
from drillsim.report.chart_style import house_style
from drillsim.report.map_sheet.layout import PAPERS_IN, Units, layout_of, letters
from drillsim.report.map_sheet.sheet import EQUIPMENT, draw_sheet
from drillsim.report.map_sheet.write import map_sheets
from hostile_text import TEXTS
from test_export_graph import named
from test_plan_network import exit_, plan_of, room

ROOT = Path(__file__).resolve().parents[1]


def shipped(name: str) -> ds.FloorPlan:
    return ds.read_plan(ROOT / "floorplans" / f"{name}.yaml")


def sheet(plan: ds.FloorPlan, paper: str = "letter", units: Units = "us", level: int = 0) -> Figure:
    with house_style():
        return draw_sheet(plan, plan.levels[level], layout_of(plan, paper=paper, units=units), number=1, of=1)


def overlapping(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of level texts in the map that touch, by what matplotlib draws."""
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    texts = [t for axes in figure.axes[:1] for t in axes.findobj(Text) if isinstance(t, Text) and t.get_text().strip()]
    level = [(t.get_text(), t.get_window_extent(renderer)) for t in texts if t.get_rotation() % 90 == 0]
    return [
        (a, b)
        for i, (a, one) in enumerate(level)
        for b, other in level[:i]
        if min(one.x1, other.x1) - max(one.x0, other.x0) > 1 and min(one.y1, other.y1) - max(one.y0, other.y0) > 1
    ]


@pytest.mark.parametrize("name", ["village_school", "courtyard_school", "doe_primary", "doe_secondary"])
def test_no_text_of_a_map_covers_another(name: str) -> None:
    plan = shipped(name)
    for level in range(len(plan.levels)):
        assert overlapping(sheet(plan, level=level)) == []


def test_every_room_is_named_on_the_map_or_in_its_foot(secondary: ds.FloorPlan) -> None:
    figure = sheet(secondary)
    told = " ".join(t.get_text().replace("\n", " ") for t in figure.findobj(Text) if isinstance(t, Text))
    words = set(told.replace(",", " ").split())
    for space in secondary.spaces:
        if space.level == secondary.levels[0].id:
            short = space.name.removesuffix(", first floor").removeprefix("Room ").removeprefix("Stair ")
            assert short in told or set(short.split()) <= words


@settings(max_examples=cases(60), deadline=None)
@given(
    wide=st.floats(1.0, 900.0), tall=st.floats(1.0, 900.0), turn=st.floats(-180.0, 180.0),
    paper=st.sampled_from(sorted(PAPERS_IN)), units=st.sampled_from(["us", "metric"]),
)  # fmt: skip
def test_a_building_of_any_size_fits_its_sheet(wide: float, tall: float, turn: float, paper: str, units: Units) -> None:
    plan = plan_of([room("a", 0, 0, wide, tall)], [exit_("e", "a", 0, tall / 2)], grid_north_deg=turn)
    found = layout_of(plan, paper=paper, units=units)
    west, south, east, north = found.bounds
    for corner in plan.spaces[0].polygon:
        x, y = found.point(corner)
        assert west < x < east
        assert south < y < north
    assert found.map_in[0] < found.paper_in[0]
    assert found.map_in[1] < found.paper_in[1]
    assert found.columns[0][0] == west
    assert found.columns[-1][1] == pytest.approx(east)
    assert found.rows[-1][1] == pytest.approx(south)


def test_the_arrow_of_north_is_up() -> None:
    plan = plan_of([room("a", 0, 0, 10, 4)], [exit_("e", "a", 0, 2)], grid_north_deg=90.0)  # +x of the plan is north
    x, y = layout_of(plan, paper="a3", units="metric").point((1.0, 0.0))
    assert (x, y) == pytest.approx((0.0, 1.0))


def test_a_gate_that_lies_beyond_the_map_is_told_so() -> None:
    told = [t.get_text() for t in sheet(shipped("courtyard_school")).findobj(Text) if isinstance(t, Text)]
    (foot,) = (text for text in told if "No room for the name" in text)
    assert "door Field gate, beyond the map" in foot.replace("\n", " ")


def test_every_kind_of_equipment_has_a_sign_and_its_label_a_square() -> None:
    kinds = get_args(Equipment.model_fields["kind"].annotation)
    things = [
        {"id": kind, "kind": kind, "space": "a", "at": (3 + 6 * k, 6), "label": f"The {k}"} for k, kind in enumerate(kinds)
    ]  # fmt: skip
    plan = plan_of([room("a", 0, 0, 60, 30)], [exit_("e", "a", 0, 2)], equipment=things)
    figure = sheet(plan, paper="a3", units="metric")
    told = [t.get_text() for t in figure.findobj(Text) if isinstance(t, Text)]
    assert {sign for sign, _, _ in EQUIPMENT.values()} <= set(told)
    assert set(kinds) == set(EQUIPMENT)
    foot = " ".join(told).replace("\n", " ")
    found = layout_of(plan, paper="a3", units="metric")
    assert all(f"The {k} in {found.square((3 + 6 * k, 6))}" in foot for k in range(len(kinds)))
    assert overlapping(figure) == []


def test_squares_are_counted_from_the_top_left() -> None:
    plan = plan_of([room("a", 0, 0, 40, 30)], [exit_("e", "a", 0, 2)])
    found = layout_of(plan, paper="a3", units="metric")
    assert found.square((found.west, found.north)) == "A1"
    assert found.square((found.west + 1.5 * found.square_m, found.north - 2.5 * found.square_m)) == "B3"
    assert found.square((found.west - 0.1, found.north)) == ""


def test_letters_of_columns_go_on_after_z() -> None:
    assert [letters(k) for k in (0, 25, 26, 27, 701, 702)] == ["A", "Z", "AA", "AB", "ZZ", "AAA"]


def test_the_same_map_is_the_same_bytes_as_pdf_and_svg(three_rooms: ds.FloorPlan) -> None:
    for form in ("pdf", "svg"):
        first = map_sheets(three_rooms, form, level="L0")
        assert first == map_sheets(three_rooms, form, level="L0")
    assert f"/Count {len(three_rooms.levels)}".encode() in map_sheets(three_rooms, "pdf")


@pytest.mark.parametrize("text", [t for t in TEXTS if any(c in t for c in "<\x1b$\u202e") and "\ud800" not in t])
def test_hostile_names_are_text_on_the_map(text: str) -> None:
    told = map_sheets(named(text), "svg").decode("utf-8")
    assert "<script" not in told
    assert "\x1b" not in told


def test_the_verb_writes_pages_or_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = str(ROOT / "floorplans" / "three_rooms.yaml")
    assert main(["export", "map", plan, str(tmp_path / "m.pdf")]) == 0
    assert main(["export", "map", plan, str(tmp_path / "m.svg"), "--units", "us"]) == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["m-L0.svg", "m-L1.svg", "m.pdf"]
    assert "INTERNAL" in capsys.readouterr().out
    assert main(["export", "map", plan, str(tmp_path / "m.gif")]) == 2
    assert main(["export", "map", plan, str(tmp_path / "m.pdf")]) == 2
