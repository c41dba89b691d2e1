"""The editor in a browser: drawn with pointer and keys over scans, checked as one draws, saved, and played."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from browser.editor_page import EditorPage, served
from browser.page import Page
from drillsim.cli import main
from drillsim.editor.scan import read_scan
from drillsim.plan.read import read_plan

pytestmark = pytest.mark.browser
FT = 0.3048
ENTER, ESCAPE, RIGHT, UP, DOWN, LEFT, DELETE = "\ue007", "\ue00c", "\ue014", "\ue013", "\ue015", "\ue012", "\ue017"


def plays(folder: Path) -> bool:
    """Whether `check` finds no error in the plan of a folder, and `run` plays a fight that `new` fits to it."""
    plan, drill = str(folder / "plan.yaml"), folder / "drill"
    made = main(["check", plan]) == 0 and main(["new", str(drill), "--plan", plan, "--scenario", "fight"]) == 0
    return made and main(["run", str(drill / "fight.yaml"), "--seed", "1"]) == 0


def sheet(path: Path, rooms: list[tuple[float, float, float, float]], metres: tuple[float, float]) -> None:
    """Write a drawing of rooms, one hundredth of their size, as a picture or PDF by the ending of its name."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    figure = Figure(figsize=(metres[0] / 2.54, metres[1] / 2.54), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, metres[0])
    axes.set_ylim(0, metres[1])
    for x0, y0, x1, y1 in rooms:
        axes.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, linewidth=1.5))
    figure.savefig(path)


def set_scale(editor: EditorPage, ends: tuple[tuple[float, float], tuple[float, float]], known: str) -> None:
    """Set the scale of the scan by two points of it, as shares of its width and height."""
    facts = editor.server.scan.facts() if editor.server.scan else {}
    m, left, top = (facts[k] for k in ("metres_per_pixel", "left_m", "top_m"))
    for x, y in ends:
        editor.click(left + x * facts["width"] * m, top - y * facts["height"] * m)
    editor.fill("option-known", known)
    editor.page.driver.find_element("xpath", "//button[.='Set the scale']").click()
    editor.actions += 1
    editor.wait()


def test_a_newcomers_plan_is_drawn_checked_and_saved(page: Page, tmp_path: Path) -> None:
    with served(tmp_path / "plan.yaml") as server:
        editor = EditorPage(page, server)
        editor.tool("r")
        editor.fill("option-use", "corridor")
        editor.drag((0, 0), (90 * FT, 10 * FT))
        editor.tool("w")
        editor.fill("option-count", "3")
        editor.fill("option-people", "24")
        editor.drag((0, 10 * FT), (90 * FT, 40 * FT))
        assert "error to mend" in editor.status
        assert any("exit" in told for told in page.texts("#messages li"))
        editor.tool("d")
        editor.click(0, 5 * FT)
        assert "; a drill can run" in editor.status
        editor.press_button("times")
        assert page.texts("#legend")[0].startswith("From the nearest entry")
        assert page.barriers() == []
        editor.save()
        assert editor.status.startswith("Saved as plan.yaml")
        assert page.errors == []
    assert plays(tmp_path)


def test_three_rooms_are_traced_over_a_picture_by_pointer_and_keys(page: Page, tmp_path: Path) -> None:
    sheet(tmp_path / "map.png", [(2, 2, 26, 5), (2, 5, 14, 13), (14, 5, 26, 13)], (28, 15))
    with served(tmp_path / "plan.yaml", read_scan(tmp_path / "map.png"), units="m") as server:
        editor = EditorPage(page, server)
        assert page.texts("#hint")[0].startswith("Click both ends")
        set_scale(editor, ((2 / 28, 0.5), (26 / 28, 0.5)), "24 m")
        assert server.scan is not None
        assert server.scan.at["metres_per_pixel"] == pytest.approx(28 / server.scan.size_px[0], rel=0.01)
        left, low = server.scan.at["left_m"], server.scan.at["top_m"] - 15
        step = float(page.run("return window.drillsim.step()"))
        west, south = (round((v + 2) / step) * step for v in (left, low))
        editor.tool("r")
        editor.fill("option-use", "corridor")
        editor.fill("option-label", "Hall")
        editor.drag((west, south), (west + 24, south + 3))
        editor.fill("option-use", "classroom")
        editor.drag((west + 0.05, south + 3.05), (west + 12, south + 11))
        # the second classroom by keys alone: from the corner that it shares
        editor.keys(*_to(page, (west + 12, south + 3)), ENTER)
        editor.keys(*_to(page, (west + 24, south + 11)), ENTER)
        editor.tool("d")
        for at in ((6, 3), (18, 3), (0, 1.5)):
            editor.keys(*_to(page, (west + at[0], south + at[1])), ENTER)
        editor.tool("o")
        editor.click(west + 2, south + 1.5)
        assert "; a drill can run" in editor.status
        assert {o["kind"] for o in editor.draft["openings"]} == {"door", "exit"}
        assert [len(s["polygon"]) for s in editor.draft["spaces"]] == [4, 4, 4]
        editor.save()
        assert page.errors == []
        assert page.barriers() == []
    assert plays(tmp_path)


def _to(page: Page, at: tuple[float, float]) -> list[str]:
    """Return the arrow keys that move the cross to a point of the grid."""
    x, y = page.run("return window.drillsim.cross()")
    step = float(page.run("return window.drillsim.step()"))
    right, up = round((at[0] - x) / step), round((at[1] - y) / step)
    return [RIGHT if right > 0 else LEFT] * abs(right) + [UP if up > 0 else DOWN] * abs(up)


def test_two_storeys_are_traced_over_the_outlines_of_a_pdf(page: Page, tmp_path: Path) -> None:
    rooms = [(2.0, 2.0, 26.0, 5.0), (2.0, 5.0, 14.0, 13.0), (14.0, 5.0, 22.0, 13.0), (22.0, 5.0, 26.0, 13.0)]
    sheet(tmp_path / "map.pdf", rooms, (28, 15))
    scan = read_scan(tmp_path / "map.pdf")
    assert len(scan.loops) == 4
    with served(tmp_path / "plan.yaml", scan, units="m") as server:
        editor = EditorPage(page, server)
        set_scale(editor, ((2 / 28, 10 / 15), (26 / 28, 10 / 15)), "24 m")
        west, south = scan.at["left_m"] + 2, scan.at["top_m"] - 13
        editor.tool("t")
        for use, label, x, y in (
            ("corridor", "Hall", 12, 1.5),
            ("classroom", "", 6, 7),
            ("classroom", "", 16, 7),
            ("stair", "Stair room", 22, 7),
        ):
            if use != "stair":
                editor.fill("option-use", use)
            editor.fill("option-label", label)
            editor.click(west + x, south + y)
        editor.fill("set-use", "stair")
        for at, (x0, y0, x1, y1) in zip(editor.draft["spaces"], rooms, strict=True):
            corners = {(round(x - west, 1), round(y - south, 1)) for x, y in at["polygon"]}
            assert {(x + 0.0, y + 0.0) for x, y in corners} == {(x - 2, y - 2) for x in (x0, x1) for y in (y0, y1)}
        editor.press_button("levels-open")
        editor.fill("level-height", "4 m")
        editor.press_button("level-copy")
        assert [s["use"] for s in editor.draft["spaces"]] == ["corridor", "classroom", "classroom", "stair"] * 2
        editor.tool("d")
        for x in (6, 16, 22):
            editor.click(west + x, south + 3)
        editor.keys("\ue00f")
        for x in (6, 16, 22):
            editor.click(west + x, south + 3)
        editor.click(west, south + 1.5)
        editor.tool("s")
        editor.click(west + 22, south + 7)
        assert [s["rise"] for s in editor.draft["stairs"]] == [4.0]
        assert "; a drill can run" in editor.status
        editor.save()
        assert page.errors == []
        assert page.barriers() == []
    assert plays(tmp_path)
    assert len(read_plan(tmp_path / "plan.yaml").spaces) == 8


def feet(x: float, y: float) -> tuple[float, float]:
    return (x * FT, y * FT)


def test_an_invented_school_of_44_spaces_is_drawn_in_under_150_actions(page: Page, tmp_path: Path) -> None:
    school = yaml.safe_load((Path(__file__).parent / "hillside_school.yaml").read_text("utf-8"))
    with served(tmp_path / "plan.yaml") as server:
        editor = EditorPage(page, server)
        editor.tool("v")
        editor.keys(*["-"] * school["view"]["smaller"])
        editor.drag(feet(*school["view"]["pan"][0]), feet(*school["view"]["pan"][1]))
        for k, floor in enumerate(school["floors"]):
            if k:
                editor.press_button("levels-open")
                editor.press_button("level-add")
            draw_floor(editor, floor)
        editor.keys("\ue00f")
        editor.tool("s")
        for west, south, east, north in school["stairs"]:
            editor.drag(feet(west, south), feet(east, north))
        for floor in school["floors"]:
            editor.tool("d")
            for x, y in [*floor["doors"], *floor["exits"]]:
                editor.click(*feet(x, y))
            editor.keys("\ue00e")
        editor.keys("\ue00f")
        editor.tool("o")
        for x, y in school["posts"]:
            editor.click(*feet(x, y))
        editor.press_button("times")
        assert "; a drill can run" in editor.status
        assert len(editor.draft["spaces"]) == 44
        print(f"{editor.actions} actions")
        editor.save()
        assert editor.status.startswith("Saved")
        assert editor.actions < 150
        assert page.errors == []
        assert page.barriers() == []
    plan = read_plan(tmp_path / "plan.yaml")
    assert (len(plan.spaces), len(plan.stairs), sum(o.kind == "exit" for o in plan.openings)) == (44, 2, 4)
    assert plays(tmp_path)


def draw_floor(editor: EditorPage, floor: dict[str, Any]) -> None:
    """Draw halls, rows and rooms of a floor, choosing and filling only what differs from the last."""
    kept: dict[str, str] = {}

    def fill(**values: Any) -> None:
        for name, value in values.items():
            if kept.get(name) != str(value):
                editor.fill(f"option-{name}", str(value))
                kept[name] = str(value)
                if name == "use":
                    kept.pop("people", None)  # another use begins without people

    for key, rooms in (("r", floor["rooms"]), ("w", floor["rows"]), ("r", floor["more"])):
        if not rooms:
            continue
        editor.tool(key)
        kept.clear()
        for room in rooms:
            west, south, east, north = room["box"]
            kept.pop("label", None)
            kept.pop("first", None)
            fill(**{k: room[k] for k in ("label", "use", "count", "first", "step", "people") if k in room})
            editor.drag(feet(west, south), feet(east, north))


HOSTILE = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>\u202e"


def test_hostile_labels_are_text(page: Page, tmp_path: Path) -> None:
    with served(tmp_path / "plan.yaml", units="m") as server:
        session = server.session
        session.change(1, "room", {"level": "L0", "corners": [[0, 0], [30, 6]], "use": "corridor", "label": HOSTILE})
        session.change(2, "fixture", {"level": "L0", "at": [2, 2], "kind": "post", "label": HOSTILE})
        session.change(3, "level", {"label": HOSTILE, "elevation_m": 4})
        session.change(4, "set-plan", {"name": "name", "value": HOSTILE})
        editor = EditorPage(page, server)
        editor.fill("things", json.dumps(["spaces", session.draft["spaces"][0]["id"]], separators=(",", ":")))
        assert page.run("return document.title").startswith("• <img")
        assert page.all("img") == []
        assert page.errors == []
        assert page.requests == [] or all(server.address.split("#")[0] in url for url in page.requests)


def test_corners_walls_and_things_are_moved_removed_and_brought_back(page: Page, tmp_path: Path) -> None:
    with served(tmp_path / "plan.yaml", units="m") as server:
        editor = EditorPage(page, server)
        editor.tool("r")
        editor.fill("option-use", "corridor")
        editor.drag((0, 0), (30, 3))
        editor.tool("w")
        editor.fill("option-count", "2")
        editor.drag((0, 3), (30, 10))
        editor.tool("v")
        editor.click(5, 8)
        editor.drag((15, 6), (20, 6))
        assert [max(x for x, _ in s["polygon"]) for s in editor.draft["spaces"]] == [30, 20, 30]
        editor.drag((0, 10), (2, 12))
        assert [2.0, 12.0] in editor.draft["spaces"][1]["polygon"]
        drawn = editor.draft
        editor.keys(DELETE)
        assert len(editor.draft["spaces"]) == 2
        assert "removed" in editor.status
        editor.press_button("undo")
        assert editor.draft == drawn
        editor.press_button("redo")
        assert len(editor.draft["spaces"]) == 2
        assert page.errors == []


def test_a_file_changed_meanwhile_and_work_left_behind_are_asked_about(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    with served(path, units="m") as server:
        server.session.change(1, "room", {"level": "L0", "corners": [[0, 0], [30, 6]], "use": "corridor"})
        assert server.session.autosave() is not None
    with served(path, units="m") as server:
        editor = EditorPage(page, server)
        assert page.texts("#notice p") == ["Work that was not saved lies beside this file."]
        page.all("#notice button")[0].click()
        editor.wait()
        assert len(editor.draft["spaces"]) == 1
        path.write_text("theirs", encoding="utf-8")
        editor.save()
        assert page.texts("#notice p")[0].startswith("The file was changed by another program")
        page.all("#notice button")[0].click()
        editor.wait()
        assert editor.status.startswith("Saved")
        assert (tmp_path / "plan.yaml.bak").read_text("utf-8") == "theirs"


def test_at_twice_the_size_nothing_is_cut_off(page: Page, tmp_path: Path) -> None:
    with served(tmp_path / "plan.yaml") as server:
        EditorPage(page, server)
        with page.zoomed(2.0):
            assert page.run("return document.documentElement.scrollWidth <= innerWidth")
            assert page.run(
                "return [...document.querySelectorAll('button')].every(b => b.scrollWidth <= b.clientWidth + 1)"
            )
