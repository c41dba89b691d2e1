"""The house stands as docs/defence_of_design.md says: floors, front door, file lengths, papers."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

import drillsim
from drillsim.record.columns import BY_NAME

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "src" / "drillsim"
# one ground, whose stones rest on each other in this order; above it whole floors
FLOORS = {
    "jit": 0.0, "errors": 0.0, "quantities": 0.1, "streams": 0.2, "documents": 0.2,
    "plan": 1, "scenario": 1, "record": 1, "exchange": 1.5,
    "crowd": 2, "analysis": 2, "coverage": 2,
    "engine": 3, "report": 3,
    "study": 4,
    "verify": 5,
    "cli": 6,
}  # fmt: skip
FRONT_DOOR = 5.5
"""drillsim/__init__.py sees every room but the porch; drillsim/__main__.py sees the porch."""
NEVER = {
    "scenario": {"simpy", "numpy"},
    "record": {"simpy", "pandas", "matplotlib"},
    "analysis": {"simpy", "click"},
    "engine": {"matplotlib", "pandas", "rich", "click"},
    "report": {"simpy", "click"},
}
"""Libraries that a room must not know, so that a saved study can be compared without the engine, and the like."""

MODULES = sorted(HOUSE.rglob("*.py"))
PAPERS = [
    p
    for p in [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CITATION.cff", *sorted((ROOT / "docs").rglob("*.md"))]
    if p.exists()
]
PLACES = re.compile(r"(?<![\w.:/])/(?:home|Users|root|tmp|work|mnt|opt|var)/|[A-Z]:\\Users\\(?!Kim\b)")


def room_of(path: Path) -> str:
    inside = path.relative_to(HOUSE).parts
    return inside[0].removesuffix(".py")


def floor_of(room: str) -> float:
    return FRONT_DOOR if room in ("__init__", "__main__") else FLOORS[room]


def imports(path: Path) -> list[tuple[int, str]]:
    return imports_of(path.read_text(encoding="utf-8"), path.relative_to(HOUSE).parts[:-1])


def imports_of(text: str, folders: tuple[str, ...]) -> list[tuple[int, str]]:
    """Return every import of a module with its line: at the top, inside functions, and under TYPE_CHECKING."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = ("drillsim", *folders)
                base = ".".join([*package[: len(package) - node.level + 1], *([base] if base else [])])
            found += [(node.lineno, f"{base}.{alias.name}" if base == "drillsim" else base) for alias in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module") and node.args:
            name = node.args[0].values[0] if isinstance(node.args[0], ast.JoinedStr) else node.args[0]
            found.append((node.lineno, str(getattr(name, "value", "")).rstrip(".")))
    return found


def test_every_room_has_a_floor():
    rooms = {room_of(p) for p in MODULES} - {"__init__", "__main__"}
    assert rooms <= set(FLOORS), f"give these rooms a floor: {sorted(rooms - set(FLOORS))}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(HOUSE).as_posix())
def test_imports_look_down_only(path):
    room = room_of(path)
    if room in ("__init__", "__main__"):
        return
    for line, name in imports(path):
        if name.split(".")[0] != "drillsim":
            continue
        assert name != "drillsim", f"{path.name}:{line} imports the front door"
        other = name.split(".")[1]
        if other == room:
            continue
        assert other in FLOORS, f"{path.name}:{line} imports {name} from the front door"
        assert floor_of(other) < floor_of(room), f"{path.name}:{line} looks up or sideways: {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(HOUSE).as_posix())
def test_a_room_knows_only_the_libraries_it_may(path):
    foreign = NEVER.get(room_of(path), set())
    assert not [f"{path.name}:{line} {name}" for line, name in imports(path) if name.split(".")[0] in foreign]


def test_imports_inside_functions_and_under_type_checking_are_seen():
    text = (
        "def f():\n    import simpy\nif TYPE_CHECKING:\n    from drillsim.cli import main\nfrom ..engine import x\n"
        "import_module(f'drillsim.study.{x}')\n"
    )
    wanted = {(2, "simpy"), (4, "drillsim.cli"), (5, "drillsim.engine"), (6, "drillsim.study")}
    assert set(imports_of(text, ("plan",))) == wanted


def public_names_in_the_manual() -> list[str]:
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    return re.findall(r"(?m)^\| `(\w+)", text)


def test_front_door_and_manual_list_the_same_names():
    assert sorted(public_names_in_the_manual()) == sorted(drillsim.__all__)


def test_every_public_name_is_there_and_says_what_it_does():
    for name in drillsim.__all__:
        thing = getattr(drillsim, name)
        assert name.startswith("__") or (thing.__doc__ or "").strip(), f"{name} has no docstring"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(HOUSE).as_posix())
def test_no_file_contains_a_second_thing(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= 400, f"{lines} lines: what second thing does it contain?"


@pytest.mark.parametrize("path", [*MODULES, *PAPERS], ids=lambda p: p.relative_to(ROOT).as_posix())
def test_nothing_names_a_place_on_one_machine(path):
    assert not PLACES.findall(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(HOUSE).as_posix())
def test_nothing_is_left_open(path):
    assert not re.findall(r"\b(TODO|FIXME|XXX|raise NotImplementedError)\b", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(HOUSE).as_posix())
def test_randomness_is_always_an_argument(path):
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"np\.random\.(seed|rand|choice|default_rng)|^import random|^from random", text, re.MULTILINE)


def test_every_dependency_is_explained():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    told = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    missing = [d for d in wanted if f"`{re.split(r'[<>=;[ ]', d)[0]}`" not in told]
    assert not missing


def test_every_outcome_column_is_in_the_manual():
    text = (ROOT / "docs" / "outcomes.md").read_text(encoding="utf-8")
    assert [c.name for c in BY_NAME.values() if f"| `{c.name}` |" not in text or c.meaning not in text] == []


def test_the_papers_carry_the_version_of_the_package():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"version: {version}" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
