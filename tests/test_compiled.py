"""Compilation on first use: without numba, without a writable cache, and with a broken cache."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import drillsim

ROOT = Path(__file__).resolve().parents[1]
TINY = '''
from drillsim.jit import announce, compiled
from other import FACTOR

@compiled
def double(x):
    """Return twice a number."""
    return FACTOR * x

announce(double, "a sum")
print(double(21))
'''
DRILL = """
import sys, warnings
{before}
import drillsim as ds
sys.path.insert(0, "tests")
from plays import mix, scenario
told = []
warnings.showwarning = lambda message, *_: told.append(str(message))
plan = ds.read_plan("floorplans/three_rooms.yaml")
drill = scenario("fire", "room-101", protocol={{"action": "evacuate", "announced_by": "alarm"}})
row = ds.simulate(drill, plan, mix(), seed=3).row
assert row["evacuated_all_s"] > 0
print({{key: repr(value) for key, value in row.items()}})
print("compiled" if "drillsim.crowd.kernel.event_loop" in sys.modules else "reference", len(told), *told, file=sys.stderr)
"""
STUDY = """
import sys
import drillsim as ds
sys.path.insert(0, "tests")
from plays import mix, scenario
plan = ds.read_plan("floorplans/three_rooms.yaml")
fire = scenario("fire", "room-101", protocol={{"action": "evacuate", "announced_by": "alarm"}})
mixes = ds.Mixes(present="one", mixes={{"one": mix(), "other": mix()}})
print(list(ds.run(ds.Study([fire], plan, mixes, runs=40, seed=3), workers={workers}).rows))
"""
DISTANCES = """
import sys
sys.path.insert(0, {place!r})
import drillsim as ds
from drillsim.crowd.compiled.plan import CompiledPlan
from drillsim.crowd.geometry.cells import build_cells
from drillsim.crowd.laws import BY_STEPS, Laws
from drillsim.plan.network import build
cells = build_cells(build(ds.read_plan("floorplans/three_rooms.yaml")), Laws())
print(CompiledPlan(cells).way_out(BY_STEPS)[0]["phi"].tolist())
print(ds.__file__, file=sys.stderr)
"""
SAYS = "drillsim: compiling a sum for this machine; this takes a while, once.\n"


def play(script: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a fresh process with these environment variables in place of numba's own."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("NUMBA_")}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=cwd, env=kept | variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A folder with a module that compiles one small function when imported."""
    (tmp_path / "tiny.py").write_text(TINY, encoding="utf-8")
    (tmp_path / "other.py").write_text("FACTOR = 2\n", encoding="utf-8")
    return tmp_path


def test_the_first_use_says_that_it_compiles_and_the_second_says_nothing(tiny: Path) -> None:
    first, second = (play("import tiny", tiny, NUMBA_CACHE_DIR=str(tiny / "kept")) for _ in range(2))
    assert (first.stdout, first.stderr) == ("42\n", SAYS)
    assert (second.stdout, second.stderr) == ("42\n", "")


def test_a_change_to_an_imported_module_compiles_anew(tiny: Path) -> None:
    play("import tiny", tiny, NUMBA_CACHE_DIR=str(tiny / "kept"))
    (tiny / "other.py").write_text("FACTOR = 30\n", encoding="utf-8")
    again = play("import tiny", tiny, NUMBA_CACHE_DIR=str(tiny / "kept"))
    assert (again.stdout, again.stderr) == ("630\n", SAYS)


def test_a_change_to_a_module_that_is_not_imported_compiles_nothing(tiny: Path) -> None:
    play("import tiny", tiny, NUMBA_CACHE_DIR=str(tiny / "kept"))
    (tiny / "third.py").write_text("FACTOR = 3\n", encoding="utf-8")
    assert play("import tiny", tiny, NUMBA_CACHE_DIR=str(tiny / "kept")).stderr == ""


@pytest.mark.parametrize(("what", "text"), [("nbi", b""), ("nbi", b"nonsense"), ("nbc", b"nonsense")])
def test_a_broken_file_in_the_cache_is_written_anew(tiny: Path, what: str, text: bytes) -> None:
    play("import tiny", tiny, NUMBA_CACHE_DIR=str(tiny / "kept"))
    files = list((tiny / "kept").rglob(f"*.{what}"))
    assert files
    for file in files:
        file.write_bytes(text)
    assert play("import tiny", tiny, NUMBA_CACHE_DIR=str(tiny / "kept")).stdout == "42\n"
    again = play("import tiny", tiny, NUMBA_CACHE_DIR=str(tiny / "kept"))
    assert (again.stdout, again.stderr) == ("42\n", "")


@pytest.mark.parametrize("place", ["file", "below a file", "/proc/nowhere"])
def test_where_nothing_can_be_kept_it_is_compiled_all_the_same(tiny: Path, place: str) -> None:
    (tiny / "file").write_text("", encoding="utf-8")
    folder = {"file": str(tiny / "file"), "below a file": str(tiny / "file" / "kept")}.get(place, place)
    assert play("import tiny", tiny, NUMBA_CACHE_DIR=folder).stdout == "42\n"


@pytest.fixture(scope="module")
def row() -> str:
    """Row of the drill by the compiled crowd of this installation."""
    done = play(DRILL.format(before=""), ROOT, **{k: v for k, v in os.environ.items() if k.startswith("NUMBA_")})
    assert done.stderr.endswith("compiled 0\n")
    return done.stdout


@pytest.mark.parametrize("how", ["missing", "switched off"])
def test_without_compiling_the_reference_plays_the_drill_and_warns_once(row: str, how: str) -> None:
    if how == "missing":
        done = play(DRILL.format(before="sys.modules['numba'] = None"), ROOT)
        why = "numba is not installed here"
    else:
        why = "numba is installed here but cannot be used (compiling is switched off (NUMBA_DISABLE_JIT))"
        done = play(DRILL.format(before=""), ROOT, NUMBA_DISABLE_JIT="1")
    assert done.stdout == row
    assert done.stderr.startswith(f"reference 1 {why}, so the reference crowd plays")


@pytest.mark.deep
@pytest.mark.parametrize("place", ["fresh", "/proc/nowhere"])
def test_a_drill_is_the_same_with_a_new_cache_and_with_none(row: str, place: str, tmp_path: Path) -> None:
    folder = str(tmp_path) if place == "fresh" else place
    first = play(DRILL.format(before=""), ROOT, NUMBA_CACHE_DIR=folder)
    assert first.stdout == row
    assert "drillsim: compiling the crowd for this machine" in first.stderr or place != "fresh"
    if place == "fresh":
        again = play(DRILL.format(before=""), ROOT, NUMBA_CACHE_DIR=folder)
        assert (again.stdout, again.stderr) == (row, "compiled 0\n")


def test_processes_that_compile_at_the_same_time_play_the_same_drills(tmp_path: Path) -> None:
    alone = play(STUDY.format(workers=1), ROOT, **{k: v for k, v in os.environ.items() if k.startswith("NUMBA_")})
    beside = play(STUDY.format(workers=2), ROOT, NUMBA_CACHE_DIR=str(tmp_path))
    assert beside.stdout == alone.stdout
    assert beside.stderr.count("drillsim: compiling the crowd for this machine") == 1
    kept = {path.name.split("-")[0] for path in tmp_path.rglob("*.nbi")}
    assert {"event_loop.advance", "orders.turn_off", "counts.persons", "allocation.seat"} <= kept


@pytest.mark.parametrize("module", ["event_loop", "orders", "walking", "route_choice", "distance_field"])
def test_the_laws_belong_to_what_the_kernel_is_compiled_from(module: str) -> None:
    from drillsim.jit import sources_of

    package = Path(drillsim.__file__).parent
    assert package / "crowd" / "laws.py" in sources_of(
        f"drillsim.crowd.kernel.{module}", package / "crowd" / "kernel" / f"{module}.py"
    )


def test_a_changed_law_gives_other_distances_though_compiled_code_was_kept(tmp_path: Path) -> None:
    """The search for the way out is compiled with a constant of the laws; it stands for the whole kernel, and compiles soon."""
    package, kept = tmp_path / "drillsim", str(tmp_path / "kept")
    shutil.copytree(Path(drillsim.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    script = DISTANCES.format(place=str(tmp_path))
    first = play(script, ROOT, NUMBA_CACHE_DIR=kept)
    assert str(package) in first.stderr
    assert list(Path(kept).rglob("distance_field.lay-*.nbc"))
    laws = package / "crowd" / "laws.py"
    text = laws.read_text(encoding="utf-8")
    changed = text.replace("\nGATE_M = 0.001\n", "\nGATE_M = 0.5\n")
    assert changed != text
    laws.write_text(changed, encoding="utf-8")
    assert play(script, ROOT, NUMBA_CACHE_DIR=kept).stdout != first.stdout
