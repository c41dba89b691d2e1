"""The architecture: layers, circles, sizes, names; each rule holds in drillsim and refuses a violation planted in a copy."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

import architecture
import drillsim
from architecture import Sources
from drillsim.record.columns import BY_NAME
from drillsim.record.events import EVENTS
from drillsim.scenario.kinds import KINDS

ROOT = Path(__file__).parent.parent
SRC = ROOT / "src"
FORBIDDEN = {
    "scenario": {"simpy", "numpy"},
    "record": {"simpy", "pandas", "matplotlib"},
    "analysis": {"simpy", "click"},
    "engine": {"matplotlib", "pandas", "rich", "click"},
    "report": {"simpy", "click"},
}
"""Libraries that a package must not import, so that, say, a saved study can be compared without the engine."""
ON_DEMAND = {("record.trace", "pandas")}
"""Imports inside a function that somebody asks for who has the library at hand: `Trace.frame`."""
SOURCES = Sources(SRC)
FILES = sorted(SOURCES.files.values(), key=lambda s: s.name)
DOCUMENTS = [
    p
    for p in [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CITATION.cff", *sorted((ROOT / "docs").rglob("*.md"))]
    if p.exists()
]
LOCAL_PATHS = re.compile(r"(?<![\w.:/])/(?:home|Users|root|tmp|work|mnt|opt|var)/|[A-Z]:\\Users\\(?!Kim\b)")


def compared_kinds(root: Path) -> list[str]:
    return architecture.compared_kinds(root, KINDS)


def event_words_as_literals(root: Path) -> list[str]:
    return architecture.event_words_as_literals(root, EVENTS)


RULES: tuple[Callable[[Path], list[str]], ...] = (
    architecture.upward_imports,
    architecture.parts_without_a_layer,
    architecture.import_circles,
    architecture.reaches_inside,
    architecture.crowded_folders,
    architecture.long_files,
    architecture.repeated_class_names,
    compared_kinds,
    event_words_as_literals,
)


def without_lines(fault: str) -> str:
    return re.sub(r":\d+ ", " ", fault)


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.__name__)
def test_drillsim_keeps_the_rule(rule: Callable[[Path], list[str]]) -> None:
    assert rule(SRC) == []


# ---------------------------------------------------------------------- the rules refuse what is planted


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("src")
    shutil.copytree(SRC / "drillsim", root / "drillsim", ignore=shutil.ignore_patterns("__pycache__"))
    return root


def planted(copy: Path, rule: Callable[[Path], list[str]], file: str, text: str) -> list[str]:
    """Return the faults that a rule finds once a text stands at the end of a file, and did not find before."""
    path = copy / "drillsim" / file
    before, old = set(map(without_lines, rule(copy))), path.read_text("utf-8") if path.exists() else None
    try:
        path.write_text((old or "") + text, encoding="utf-8")
        return sorted(set(map(without_lines, rule(copy))) - before)
    finally:
        path.unlink() if old is None else path.write_text(old, encoding="utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "import drillsim.cli\n",
        "def f():\n    import drillsim.cli\n",
        "if TYPE_CHECKING:\n    from drillsim import cli\n",
        "from ..cli import main\n",
        "import_module(f'drillsim.cli.{x}')\n",
    ],
    ids=["plain", "in a function", "for types only", "relative", "by its name"],
)
def test_an_upward_import_is_refused(copy: Path, text: str) -> None:
    assert planted(copy, architecture.upward_imports, "plan/model.py", text) == ["plan.model imports cli"]


def test_an_import_of_a_neighbour_in_the_same_layer_is_refused(copy: Path) -> None:
    text = "from drillsim.scenario.model import Scenario\n"
    assert planted(copy, architecture.upward_imports, "plan/model.py", text) == ["plan.model imports scenario.model"]


def test_an_upward_import_inside_a_package_is_refused(copy: Path) -> None:
    text = "from drillsim.engine.drill import x\n"
    found = planted(copy, architecture.upward_imports, "engine/state/duty.py", text)
    assert found == ["engine.state.duty imports engine.drill"]


def test_an_import_of_the_front_door_is_refused(copy: Path) -> None:
    found = planted(copy, architecture.upward_imports, "plan/model.py", "import drillsim\n")
    assert found == ["plan.model imports drillsim"]


def test_a_part_without_a_layer_is_refused(copy: Path) -> None:
    assert planted(copy, architecture.parts_without_a_layer, "helpers.py", "") == ["helpers"]
    assert planted(copy, architecture.parts_without_a_layer, "crowd/helpers.py", "") == ["crowd.helpers"]


def test_a_circle_inside_a_package_is_refused(copy: Path) -> None:
    text = "def f():\n    from drillsim.study import runner\n"
    (circle,) = planted(copy, architecture.import_circles, "study/design.py", text)
    assert {"study.design", "study.runner"} <= set(circle.split(" - "))


@pytest.mark.parametrize(
    ("file", "text", "fault"),
    [
        ("study/runner.py", "from drillsim.crowd.kernel import walking\n", "study.runner imports crowd.kernel.walking"),
        ("study/runner.py", "from drillsim.plan.read import _x\n", "study.runner imports _x of plan.read"),
        ("study/runner.py", "from drillsim.plan import read\nread._x\n", "study.runner reads read._x"),
        ("study/runner.py", "import drillsim.errors\ndrillsim.errors._x\n", "study.runner reads drillsim.errors._x"),
    ],
    ids=["a closed sub-package", "a private name", "a private name of a module", "a private name by its full path"],
)
def test_a_reach_into_a_siblings_inside_is_refused(copy: Path, file: str, text: str, fault: str) -> None:
    assert planted(copy, architecture.reaches_inside, file, text) == [fault]


def test_a_thirteenth_module_is_refused(copy: Path) -> None:
    folder = copy / "drillsim" / "study"
    more = [folder / f"more_{i}.py" for i in range(12 - len([p for p in folder.glob("*.py") if p.stem[0] != "_"]))]
    for path in more:
        path.touch()
    assert architecture.crowded_folders(copy) == architecture.crowded_folders(SRC)
    assert planted(copy, architecture.crowded_folders, "study/one_too_many.py", "") == ["study: 13 modules"]
    for path in more:
        path.unlink()


def test_a_file_of_401_lines_is_refused(copy: Path) -> None:
    assert planted(copy, architecture.long_files, "study/long.py", "x = 1\n" * 400) == []
    assert planted(copy, architecture.long_files, "study/long.py", "x = 1\n" * 401) == ["study.long: 401 lines"]


def test_a_second_class_of_the_same_name_is_refused(copy: Path) -> None:
    found = planted(copy, architecture.repeated_class_names, "study/more.py", "class FloorPlan: ...\n")
    assert found == ["FloorPlan: plan.model, study.more"]


@pytest.mark.parametrize(
    "text",
    ["x == 'hostile'", "'medical' != x", "x in ('fire', 'flood')", "match x:\n    case 'fire': ..."],
    ids=["equal", "unequal", "among", "match"],
)
def test_a_compared_kind_name_is_refused(copy: Path, text: str) -> None:
    assert len(planted(copy, compared_kinds, "study/runner.py", f"{text}\n")) == 1
    assert planted(copy, compared_kinds, "scenario/kinds.py", f"{text}\n") == []


@pytest.mark.parametrize(
    "text",
    [
        "log(unit, 'left')",
        "self.log(unit, word='x', what='left')",
        "Event(0.0, 'sro', 'left')",
        "event.what == 'left'",
        "event.what in ('left', 'back')",
        "log(unit, 'left' if x else y)",
        "table['left']",
        "x = {'on-scene': 1}",
    ],
    ids=[
        "in a log",
        "by its keyword",
        "as an event",
        "compared",
        "among",
        "either",
        "as a key",
        "with a hyphen, anywhere",
    ],
)
def test_an_event_word_as_a_literal_is_refused(copy: Path, text: str) -> None:
    assert planted(copy, event_words_as_literals, "study/runner.py", f"{text}\n") != []
    assert planted(copy, event_words_as_literals, "record/events.py", f"{text}\n") == []


# ---------------------------------------------------------------------- libraries, front door, documents


def test_packages_import_only_the_libraries_they_may() -> None:
    assert [
        f"{source.name}:{found.line} imports {found.module}"
        for source in FILES
        for found in source.imports
        if found.module.split(".")[0] in FORBIDDEN.get(source.name.split(".")[0], ())
        and (source.name, found.module.split(".")[0]) not in ON_DEMAND
    ] == []


def public_names_in_the_manual() -> list[str]:
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    return re.findall(r"(?m)^\| `(\w+)", text)


def test_front_door_and_manual_list_the_same_names() -> None:
    assert sorted(public_names_in_the_manual()) == sorted(drillsim.__all__)


def test_every_public_name_has_a_docstring() -> None:
    for name in drillsim.__all__:
        assert name.startswith("__") or (getattr(drillsim, name).__doc__ or "").strip(), name


def lines_with(pattern: str) -> list[str]:
    """Return the lines of the package that match a pattern."""
    wanted = re.compile(pattern)
    return [f"{s.name}:{i}" for s in FILES for i, line in enumerate(s.text.splitlines(), 1) if wanted.search(line)]


def test_no_file_names_a_path_of_one_machine() -> None:
    assert lines_with(LOCAL_PATHS.pattern) == []
    assert [path.name for path in DOCUMENTS if LOCAL_PATHS.search(path.read_text(encoding="utf-8"))] == []


def test_no_file_leaves_work_open() -> None:
    assert lines_with(r"\b(TODO|FIXME|XXX|raise NotImplementedError)\b") == []


def test_randomness_is_always_an_argument() -> None:
    assert lines_with(r"np\.random\.(seed|rand|choice|default_rng)|^import random|^from random") == []


def test_every_dependency_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    explained = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert [d for d in wanted if f"`{re.split(r'[<>=;[ ]', d)[0]}`" not in explained] == []


def test_every_outcome_column_is_in_the_manual() -> None:
    text = (ROOT / "docs" / "outcomes.md").read_text(encoding="utf-8")
    assert [c.name for c in BY_NAME.values() if f"| `{c.name}` |" not in text or c.meaning not in text] == []


def test_names_of_tests_are_sentences_of_less_than_80_characters() -> None:
    names = [
        n for p in Path(__file__).parent.glob("test_*.py") for n in re.findall(r"def (test_\w+)", p.read_text("utf-8"))
    ]
    assert [name for name in names if len(name) >= 80 or name.count("_") < 3] == []


def test_citation_and_changelog_carry_the_version_of_the_package() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"version: {version}" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
