"""The editor in a browser: drawn with pointer and keys, checked as one draws, saved, and played."""

from __future__ import annotations

from pathlib import Path

import pytest

from browser.editor_page import EditorPage, served
from browser.page import Page
from drillsim.cli import main

pytestmark = pytest.mark.browser
FT = 0.3048


def three_rooms(editor: EditorPage) -> None:
    """Draw a hall, three classrooms with doors, and an exit."""
    editor.tool("r")
    editor.fill("option-use", "corridor")
    editor.drag((0, 0), (90 * FT, 10 * FT))
    editor.tool("w")
    editor.fill("option-count", "3")
    editor.fill("option-people", "24")
    editor.drag((0, 10 * FT), (90 * FT, 40 * FT))
    editor.tool("d")
    editor.click(0, 5 * FT)


def test_a_newcomers_plan_is_drawn_checked_and_saved(page: Page, tmp_path: Path) -> None:
    with served(tmp_path / "plan.yaml") as server:
        editor = EditorPage(page, server)
        three_rooms(editor)
        assert "a drill can run" in editor.status
        editor.save()
        assert editor.status.startswith("Saved as plan.yaml")
        assert page.errors == []
        assert page.barriers() == []
    assert main(["check", str(tmp_path / "plan.yaml")]) == 0
