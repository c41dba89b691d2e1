"""The measures of tools/compare_structure.py, on packages of a few lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from compare_structure import folder_of, measure, quantile, table

MODULE = '''"""A module."""

# what the number is for
SPEED = 1.3  # not a comment line
"""Metres per second,
level ground."""


class Walker:
    def go(self, a, b, c, d, *rest, e, **more):
        """Go."""
        return a
'''


def package(folder: Path, **modules: str) -> Path:
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return folder


def test_docstrings_and_strings_after_assignments_are_counted_by_lines(tmp_path: Path) -> None:
    found = measure("one", package(tmp_path, one=MODULE))
    assert (found.files, found.lines, found.docstring_lines, found.comment_lines) == (1, 12, 4, 1)


def test_a_function_is_as_long_as_its_lines_without_its_docstring(tmp_path: Path) -> None:
    assert measure("one", package(tmp_path, one=MODULE)).functions == (2,)


def test_self_is_no_parameter_and_starred_ones_are(tmp_path: Path) -> None:
    assert measure("one", package(tmp_path, one=MODULE)).many_parameters == 1
    six = MODULE.replace(", **more", "")
    assert measure("six", package(tmp_path, one=six)).many_parameters == 0


@pytest.mark.parametrize(
    "text",
    [
        "from {name} import b",
        "from . import b",
        "from .b import x",
        "import {name}.b",
        "def f():\n    from .b import x",
    ],
)
def test_two_modules_that_import_each_other_are_a_circle(tmp_path: Path, text: str) -> None:
    folder = package(tmp_path, a=text.format(name=tmp_path.name), b="from .a import y")
    assert measure("circle", folder).circles == ((f"{tmp_path.name}.a", f"{tmp_path.name}.b"),)


def test_a_chain_of_imports_is_no_circle(tmp_path: Path) -> None:
    assert measure("chain", package(tmp_path, a="from .b import x", b="from .c import x", c="")).circles == ()


def test_tests_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    package(tmp_path / "tests", a="x = 1")
    assert measure("none", tmp_path).files == 0


@pytest.mark.parametrize(("share", "expected"), [(0.5, 2), (0.9, 4), (1.0, 4), (0.0, 1)])
def test_a_quantile_is_the_smallest_value_with_its_share_at_or_below(share: float, expected: int) -> None:
    assert quantile([4, 1, 3, 2], share) == expected


def test_packages_stand_side_by_side(tmp_path: Path) -> None:
    lines = list(table([measure("one", package(tmp_path, one=MODULE)), measure("two", folder_of("simpy"))]))
    assert lines[0].split() == ["one", "two"]
    assert lines[1].split()[:2] == ["files", "1"]


def test_a_package_that_is_not_there_is_refused() -> None:
    with pytest.raises(SystemExit, match="neither a folder nor a package"):
        folder_of("no_such_package")
