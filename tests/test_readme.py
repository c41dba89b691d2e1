"""The console blocks of the README run in order in one fresh folder, with the output that it shows.

`pytest tests/test_readme.py --renew-goldens` puts the present output in place of lines that have changed.
"""

import os
import re
import shlex
import subprocess
import sys
from difflib import get_close_matches
from pathlib import Path

import pytest

import drillsim

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
PACKAGE = Path(drillsim.__file__).parents[1]
"""Where the drillsim under test lies, installed or not."""
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
ELISION = "..."


def blocks() -> list[str]:
    return BLOCK.findall(README.read_text(encoding="utf-8"))


def steps(block: str) -> list[tuple[str, list[str]]]:
    """Return the commands of a block, each with the lines shown under it."""
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif found:
            found[-1][1].append(line.rstrip())
    return found


def played(command: str, folder: Path) -> list[str]:
    words = shlex.split(command, comments=True)
    if words[0] == "drillsim":
        words = [sys.executable, "-m", "drillsim", *words[1:]]
    environment = {
        **os.environ, "PYTHONPATH": str(PACKAGE), "COLUMNS": "100", "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"
    }  # fmt: skip
    done = subprocess.run(
        words, cwd=folder, capture_output=True, text=True, encoding="utf-8", env=environment, timeout=300, check=False
    )
    assert done.returncode == 0, f"$ {command}\n{done.stdout}\n{done.stderr}"
    return [line.rstrip() for line in done.stdout.splitlines()]


def missing(shown: list[str], out: list[str]) -> list[str]:
    """Return the lines shown that are not in the output, in this order; '...' stands for lines left out."""
    absent, at = [], 0
    for line in shown:
        if not line or line == ELISION:
            continue
        if line in out[at:]:
            at = out.index(line, at) + 1
        else:
            absent.append(line)
    return absent


def renew(block: str, line: str, out: list[str]) -> None:
    """Put the most similar line of the output in place of a line of the README."""
    near = get_close_matches(line, out, n=1, cutoff=0.3)
    now = block.replace(line, near[0] if near else ELISION, 1)
    README.write_text(README.read_text(encoding="utf-8").replace(block, now, 1), encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("readme")


@pytest.mark.xdist_group("readme")
def test_the_console_blocks_run_in_order_and_show_what_the_readme_shows(
    folder: Path, request: pytest.FixtureRequest
) -> None:
    assert len(blocks()) >= 5
    told = []
    for i in range(len(blocks())):
        for command, shown in steps(blocks()[i]):
            out = played(command, folder)
            for line in missing(shown, out):
                if request.config.getoption("--renew-goldens"):
                    renew(blocks()[i], line, out)
                else:
                    told.append(f"$ {command}\nthe README shows: {line}")
    assert not told, "\n".join(told)


def test_the_first_command_has_a_variant_for_powershell() -> None:
    assert re.search(r"```powershell\n[^`]*drillsim demo", README.read_text(encoding="utf-8"))


def test_every_file_the_readme_names_is_there() -> None:
    named = re.findall(r"\]\(((?!https?:|#)[^)#]+)", README.read_text(encoding="utf-8"))
    assert named
    assert [n for n in named if not (ROOT / n).exists()] == []
