"""Odd files and names, hostile text, refusals of the system: one located sentence each, never a traceback or a wait."""

from __future__ import annotations

import ast
import os
import signal
import socket
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from drillsim.cli import main, terminal
from drillsim.crowd.factory import no_numba
from drillsim.errors import PlanError
from drillsim.escape import for_cell, for_terminal, for_xml, from_cell, one_line, quoted
from drillsim.plan.read import read_plan

Capture = pytest.CaptureFixture[str]
ROOT = Path(__file__).resolve().parents[1]
POSIX = pytest.mark.skipif(os.name != "posix", reason="names, pipes, links and signals as on Unix")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Path:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "school"]) == 0
    capsys.readouterr()
    return tmp_path / "school"


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def told(capsys: Capture, *words: object) -> tuple[int, str]:
    """Return the exit code and everything that was printed; nobody is left with a traceback or a crash file."""
    code = main([str(w) for w in words])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.out + captured.err
    assert "bug of its own" not in captured.out + captured.err
    return code, captured.out + captured.err


@pytest.mark.parametrize(
    "number", ["0x" + "f" * 300, "0x" + "7" * 5000, "0o" + "7" * 2000, "9" * 5000, "-" + "9" * 400]
)
@pytest.mark.parametrize("key", ["people: 25", "level: L0", "drillsim_plan: 1"])
def test_numbers_of_any_base_and_size_are_located_faults(key: str, number: str, project: Path, capsys: Capture) -> None:
    spoil(project / "plan.yaml", key, f"{key.split(':', maxsplit=1)[0]}: {number}")
    code, text = told(capsys, "check", project / "plan.yaml")
    assert code == 2
    assert "error DS105: the number" in text
    assert max(map(len, text.splitlines())) < 300


@pytest.mark.parametrize("name", ["x" * 256, "x" * 5000, "x/" * 3000, "\0"])
def test_names_the_system_refuses_are_told(name: str, project: Path, capsys: Capture) -> None:
    spoil(project / "scenario.yaml", "plan: plan.yaml", f'plan: "{name}"'.replace("\0", "\\0"))
    code, text = told(capsys, "check", project)
    assert code == 2
    assert "scenario.yaml:" in text
    assert "DS002" in text
    for verb in (["new", name], ["compare", "school/scenario.yaml", "--plan", "school/plan.yaml", "--out", name]):
        if "\0" not in name:
            assert told(capsys, *verb)[0] == 2
            assert told(capsys, "check", name)[0] == 2


@POSIX
def test_a_file_name_that_is_no_utf8_works_to_the_end(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    odd = os.fsdecode(b"\xe9cole.yaml")
    monkeypatch.setattr("sys.argv", ["drillsim", "compare", odd])
    (project / "scenario.yaml").rename(project / odd)
    code, text = told(capsys, "compare", project / odd, "--runs", 1, "--workers", 1, "--no-open", "--out", "r")
    assert code == 0, text
    assert "\\\\xe9cole.yaml" in Path("r/manifest.json").read_text(encoding="utf-8")
    assert "\\xe9cole.yaml" in told(capsys, "check", project / odd)[1]


@POSIX
def test_a_crash_file_holds_names_that_are_no_utf8(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def broken() -> None:
        raise KeyError(os.fsdecode(b"\xe9"))

    monkeypatch.setattr(sys.modules["drillsim.cli.commands.explain"], "_overview", broken)
    monkeypatch.setattr("sys.argv", ["drillsim", os.fsdecode(b"\xe9")])
    assert main(["explain"]) == 1
    (crash,) = Path().glob("drillsim-crash-*.txt")
    assert "\\xe9" in crash.read_text(encoding="utf-8")
    assert crash.stat().st_mode & 0o77 == 0


@POSIX
@pytest.mark.parametrize("verb", ["check", "run", "compare", "assess", "import log"])
def test_what_is_no_regular_file_is_told_at_once(verb: str, project: Path, capsys: Capture) -> None:
    os.mkfifo("pipe.yaml")
    server = socket.socket(socket.AF_UNIX)
    server.bind("socket.yaml")
    Path("circle.yaml").symlink_to("circle.yaml")
    for name in ("pipe.yaml", "/dev/zero", "socket.yaml", "circle.yaml"):
        begin = time.perf_counter()
        code, text = told(capsys, *verb.split(), name)
        assert code == 2, text
        assert "DS002" in text or "mixes file" in text
        assert time.perf_counter() - begin < 60  # a hang, not a speed
    server.close()


@POSIX
def test_a_folder_with_pipes_and_circles_of_links_is_checked(project: Path, capsys: Capture) -> None:
    os.mkfifo(project / "pipe.yaml")
    os.mkfifo(project / "pipe.json")
    (project / "again").symlink_to(project)
    code, text = told(capsys, "check", project)
    assert code == 2
    assert "pipe.yaml:1:1: error DS002: this is no regular file but a named pipe" in text
    assert text.count("scenario OK") == 1


def test_a_file_without_end_is_read_to_its_limit_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    with Path("huge.yaml").open("wb") as file:
        file.truncate(3 * 10**9)
    code, text = told(capsys, "check", "huge.yaml")
    assert code == 2
    assert "DS004" in text


@pytest.mark.parametrize("verb", ["compare", "assess", "import"])
def test_a_folder_of_somebody_else_stays_as_it_is(verb: str, project: Path, capsys: Capture) -> None:
    site = Path("site")
    site.mkdir()
    files = {"manifest.json": '{"name": "site", "files": {}}', "runs.csv": "theirs", ".gitignore": "node_modules\n"}
    for name, text in files.items():
        (site / name).write_text(text)
    log = "call received,arrival\n" + "".join(
        f"2026-01-{d:02} 10:00,2026-01-{d:02} 10:0{d % 7 + 1}\n" for d in range(1, 29)
    )
    Path("log.csv").write_text(log)
    target = {"compare": project / "scenario.yaml", "assess": project / "plan.yaml", "import": "log.csv"}[verb]
    code, text = told(capsys, verb, target, "--out", "site")
    assert code == 2
    assert "site: this folder holds other files" in text
    assert {p.name: p.read_text() for p in site.iterdir()} == files


def test_a_gitignore_that_lets_results_into_git_is_told(project: Path, capsys: Capture) -> None:
    Path("out").mkdir()
    Path("out/.gitignore").write_text("build/\n")
    code, text = told(capsys, "assess", project / "plan.yaml", "--out", "out")
    assert code == 0
    assert "out/.gitignore is not drillsim's" in text
    assert Path("out/.gitignore").read_text() == "build/\n"


HOSTILE = {
    "rich markup": "Lockdown [/b][red]pilot[/red] [link=file:///x]y[/link]",
    "an emoji code": "Room :smiley: 1",
    "mathtext": "cost $\\frac{a$ and $$ \\alpha",
    "TeX": "\\write18{ls} %x #1 ^_{}~",
    "HTML": "<script>alert('x')</script>&amp;\"'",
    "XML": "]]> --> <!-- <![CDATA[ &#0;",
    "a formula": "=HYPERLINK(A1)",
    "control characters": "a\x07\x08\x1b[31mb\x1b]0;title\x07\x9b2Jc\rd\x7f",
    "bidirectional overrides": "abc\u202edcba\u202c\u2066x\u2069\u200f",
    "invisible signs": "a\u200bb\ufeffc\u2060d",
    "line ends": "one\ntwo\u2028three\u2029four\x85five",
    "wide letters": "教室１０１号室 ＡＢＣ",
    "combining marks": "e\u0301\u0323" * 10,
    "braces": "{0} {name} %s %(x)s ${HOME} `ls`",
    "long": "x" * 3000,
    "blank": " ",
}
LABELS = [name for name, text in HOSTILE.items() if text.strip()]


def yaml_text(text: str) -> str:
    """Return a text as a double-quoted YAML scalar."""
    return '"' + "".join(c if c.isalnum() and c.isascii() else f"\\U{ord(c):08x}" for c in text) + '"'


def printable(text: str) -> bool:
    return all(one_line(line) == line for line in text.split("\n"))


@pytest.mark.parametrize("case", LABELS)
def test_hostile_labels_are_text_in_every_output(case: str, project: Path, capsys: Capture) -> None:
    label = yaml_text(HOSTILE[case])
    spoil(project / "plan.yaml", "label: Room 101", f"label: {label}")
    spoil(project / "plan.yaml", "label: Main hall", f"label: {label}")
    spoil(project / "scenario.yaml", "title: Lockdown in the school of three rooms", f"title: {label}")
    spoil(project / "mixes.yaml", "label: Police only", f"label: {label}")
    spoil(project / "mixes.yaml", "label: Part-time SRO", f"label: {label}")
    files = [project / f"{kind}.yaml" for kind in ("plan", "scenario", "mixes")]
    shown = ""
    for words in (
        ["check", project, "--list"],
        ["assess", files[0], "--out", "map"],
        ["run", files[1], "--mix", "police-only"],
        ["compare", files[1], "--runs", 2, "--workers", 1, "--no-open", "--out", "r"],
    ):
        code, text = told(capsys, *words)
        assert code == 0, text
        assert printable(text)
        shown += text
    first = one_line(HOSTILE[case])[:12].split()[0]
    assert first in shown
    drawings = [*Path("r").rglob("*.svg"), *Path("map").rglob("*.svg")]
    assert len(drawings) > 3
    for drawing in drawings:
        tree = ET.parse(drawing)
        assert all(printable("".join(node.itertext())) for node in tree.iter() if isinstance(node.tag, str))
    table = shown[shown.index("mix ") :].splitlines()
    rows = [line for line in table if "/2 " in line]
    assert len({line.rindex("/2 ") for line in rows[:4]}) == 1 or "wide" in case or "combining" in case


def test_hostile_file_names_and_options_are_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    for case, text in HOSTILE.items():
        for words in (
            ["check", text],
            ["run", text],
            ["explain", text],
            ["new", "x", "--plan", text],
            ["run", "--" + text],
        ):
            code = main(words)
            captured = capsys.readouterr()
            assert code == 2, case
            assert printable(captured.out), case
            assert printable(captured.err), case


def test_nothing_but_the_terminal_prints(tmp_path: Path) -> None:
    """Every word goes through `terminal.say`, `complain`, `draw` or `json_line`, which escape it; a child process answers in JSON."""
    allowed = {"cli/terminal.py": 99, "jit.py": 2, "__main__.py": 1, "exchange/ifc/child.py": 1}
    found: dict[str, int] = {}
    for path in sorted((ROOT / "src" / "drillsim").rglob("*.py")):
        name = path.relative_to(ROOT / "src" / "drillsim").as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            call = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if call in ("print", "click.echo", "click.secho", "sys.stdout.write", "sys.stderr.write", "rich.print"):
                found[name] = found.get(name, 0) + 1
    assert {name: n for name, n in found.items() if n > allowed.get(name, 0)} == {}


def test_nothing_but_the_borders_escapes_for_xml_or_draws_a_file() -> None:
    """SVG, XML and HTML are escaped by `escape.for_xml`; figures become files in `chart_style.image` alone."""
    for path in sorted((ROOT / "src" / "drillsim").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(ROOT / "src" / "drillsim").as_posix()
        if name != "escape.py":
            assert "import escape\n" not in text, name
            assert "html.escape" not in text, name
        if name != "report/chart_style.py":
            assert ".savefig(" not in text, name


@pytest.mark.parametrize("case", HOSTILE)
def test_escaped_text_is_harmless_and_whole(case: str) -> None:
    text = HOSTILE[case]
    assert printable(for_terminal(text))
    ET.fromstring(f"<a b='{for_xml(text)}'>{for_xml(text)}</a>")
    assert from_cell(for_cell(text)) == text
    assert one_line(one_line(text)) == one_line(text)
    assert len(quoted(text)) < 120


@pytest.mark.parametrize("text", ["=1", "'=1", "''=1", "+1", "-1", "@x", "\tx", "\rx", "'", "'x", "x=1", ""])
def test_a_cell_is_no_formula_and_is_read_back(text: str) -> None:
    assert not for_cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert from_cell(for_cell(text)) == text


def test_colours_are_the_only_control_sequences_of_a_page() -> None:
    assert terminal._colours_only("\x1b[1mbold\x1b[0m \x1b[2J\x07") == "\x1b[1mbold\x1b[0m \\x1b[2J\\x07"


SLOW = """
import sys, time
import drillsim.cli.commands.explain as explain
def slow():
    print("ready", flush=True)
    try:
        time.sleep(30)
    finally:
        time.sleep({cleaning})
explain._overview = slow
sys.argv = ["drillsim", "explain"]
from drillsim.__main__ import start
start()
"""


@POSIX
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_an_interrupted_command_ends_with_130_and_without_a_traceback(how: signal.Signals, times: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW.format(cleaning=0.5)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()
    for _ in range(times):
        process.send_signal(how)
        time.sleep(0.1)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert times == 3 or b"Interrupted" in err


@POSIX
@pytest.mark.parametrize("after_s", [0.1, 0.3, 1.0, 4.0])
def test_ctrl_c_while_workers_play_ends_with_130(after_s: float, project: Path) -> None:
    words = ["compare", "school/scenario.yaml", "--runs", "3000", "--workers", "2", "--no-open", "--out", "out"]
    process = subprocess.Popen(
        [sys.executable, "-m", "drillsim", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    time.sleep(after_s)
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    if process.returncode != -signal.SIGINT or after_s > 0.5:  # before the first line of ours, Python itself ends
        assert process.returncode == 130, err
        assert b"Traceback" not in err, err
    for kept in project.parent.glob("out*"):  # what is done is kept, and said
        assert (kept / "study.sqlite").exists()
        assert b"--resume" in err


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (ModuleNotFoundError("No module named 'numba'", name="numba"), "numba is not installed here"),
        (
            ImportError("Numba needs NumPy 2.4 or less"),
            "installed here but cannot be used (Numba needs NumPy 2.4 or less)",
        ),
        (
            ModuleNotFoundError("No module named 'llvmlite'", name="llvmlite"),
            "cannot be used (No module named 'llvmlite')",
        ),
    ],
)
def test_a_missing_numba_is_told_from_a_broken_one(problem: ImportError, words: str) -> None:
    assert words in no_numba(problem)


def test_an_argument_that_no_file_name_can_be_is_refused(project: Path, capsys: Capture) -> None:
    code, text = told(capsys, "check", project, "--draw", "\ud83d")
    assert code == 2 or os.name != "posix"
    assert "Write another name" in text


@pytest.mark.parametrize("units", ["5", "18446744073709551616", "yards", "[m]", ""])
def test_an_unknown_unit_is_told_beside_the_rest_of_a_folder(units: str, project: Path, capsys: Capture) -> None:
    spoil(project / "plan.yaml", "units: m", f"units: {units}")
    code, text = told(capsys, "check", project)
    assert code == 2
    assert "plan.yaml:" in text
    assert "error DS1" in text


@pytest.mark.parametrize("name", [" ", "  ", "\u2003"])
def test_a_blank_name_is_shown_in_quotes(name: str, project: Path, capsys: Capture) -> None:
    code, text = told(capsys, "run", name)
    assert code == 2
    assert f"'{name}'" in text


def test_an_interruption_that_python_wraps_is_no_bug(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def wrapped(*_: object, **__: object) -> None:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt as e:
            raise RuntimeError("Error calling __set_name__ on 'cached_property'") from e

    monkeypatch.setattr("drillsim.cli.inputs.read", wrapped)
    code, text = told(capsys, "check", project)
    assert code == 130
    assert "Interrupted" in text


@pytest.mark.parametrize("verb", ["demo", "compare", "run", "assess", "import log", "check"])
def test_an_option_whose_value_was_forgotten_does_not_take_the_next_one(
    verb: str, project: Path, capsys: Capture
) -> None:
    code, text = told(capsys, *verb.split(), project / "plan.yaml", "--draw" if verb == "check" else "--out", "--json")
    assert code == 2
    assert "looks like an option" in text or "requires an argument" in text


@pytest.mark.parametrize("hole", ["", "[1, 1]", "[1, 1], [2, 1]"])
def test_a_hole_of_too_few_corners_is_told_and_no_people_counted_in_it(
    hole: str, project: Path, capsys: Capture
) -> None:
    spoil(project / "plan.yaml", "people: 25", f"people: 2500, holes: [[{hole}]]")
    code, text = told(capsys, "check", project)
    assert code == 2
    assert "hole" in text
    assert "DS503" not in text


def test_a_broken_link_is_told_as_one(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").symlink_to(tmp_path / "gone.yaml")
    with pytest.raises(PlanError, match=r"this link leads to '.*gone.yaml.*', which is not there"):
        read_plan(tmp_path / "plan.yaml")
