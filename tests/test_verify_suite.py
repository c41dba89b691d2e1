"""Verification as rows: verdicts, the JSON object, the page, and the verb with its exit codes."""

# mypy: disable-error-code="union-attr"
# (a None where a value is expected fails the test by itself)

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children
from pathlib import Path
from typing import Any, cast

import pytest

from drillsim.cli import main
from drillsim.verify import suite
from drillsim.verify.harness.case import Case, Harness, claim, near
from drillsim.verify.harness.workers import pool
from drillsim.verify.suite import SUITES, as_data, as_markdown, notes, tally

ROOT = Path(__file__).resolve().parents[1]
KEYS = ["id", "kind", "source", "expected", "measured", "tolerance", "verdict", "reason"]
GOOD = near("one.good", source="a book", expected=1.0, measured=1.01, tolerance=0.02).of_kind("function")
KNOWN = claim("two.known", source="a | paper", expected="above 0", measured=-1.0, holds=False,
              tolerance="none").because("a stated reason")  # fmt: skip
WRONG = near("three.wrong", source="a report", expected=1.0, measured=float("nan"), tolerance=9.0).of_kind("input")
ABSENT = Case("four.absent", "engine", "a standard", None, None, None, "not-modelled", "no smoke here")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that replaces the cases of the response suite."""

    def hold(*cases: Case) -> None:
        monkeypatch.setitem(suite.SUITES, "response", (lambda _harness: iter(cases),))

    return hold


def test_a_case_passes_up_to_its_tolerance() -> None:
    assert GOOD.verdict == "pass"
    assert near("x", source="", expected=1.0, measured=1.03, tolerance=0.02).verdict == "outside"


def test_no_number_is_outside() -> None:
    assert WRONG.verdict == "outside"


def test_a_reason_is_kept_only_where_it_explains_something() -> None:
    assert (
        claim(
            "x",
            source="",
            expected="",
            measured=0,
            holds=True,
            tolerance="",
        )
        .because("why")
        .reason
        == ""
    )
    assert KNOWN.reason == "a stated reason"


def test_only_an_unexplained_deviation_is_a_surprise() -> None:
    assert [c.is_surprise for c in (GOOD, KNOWN, WRONG, ABSENT)] == [False, False, True, False]


def test_rows_have_the_agreed_keys() -> None:
    assert [list(row) for row in as_data([GOOD, KNOWN])["cases"]] == [KEYS, KEYS]


def test_the_page_has_a_row_for_every_case_and_a_note_for_each_failure() -> None:
    page = as_markdown("response", [GOOD, KNOWN, WRONG, ABSENT])
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    assert len(rows) == 2 + 4
    assert "a \\| paper" in page
    assert len(notes([GOOD, KNOWN, WRONG, ABSENT])) == 3
    assert "* four.absent: not-modelled, no smoke here" in page


def test_the_tally_counts_verdicts() -> None:
    assert tally([GOOD, KNOWN, WRONG, ABSENT]) == "4 cases: 1 pass, 2 outside, 1 not-modelled"


def test_ids_are_unique_and_every_function_and_input_case_passes() -> None:
    harness = Harness(ROOT)
    quick = [c for cases in SUITES["response"][:6] for c in cases(harness)]
    assert {c.kind for c in quick} == {"function", "input"}
    assert len({c.id for c in quick}) == len(quick)
    assert [c for c in quick if c.verdict != "pass"] == []
    assert all(c.source for c in quick)


def test_deep_asks_for_more_drills() -> None:
    assert Harness(ROOT).drills(5, 50) == 5
    assert Harness(ROOT, deep=True).drills(5, 50) == 50


def test_a_quick_look_plays_a_share_of_the_drills_and_at_least_one() -> None:
    assert Harness(ROOT, share=0.2).drills(50, 500) == 10
    assert Harness(ROOT, share=0.001).drills(50, 500) == 1


def test_jobs_come_back_in_their_order_whoever_plays_them() -> None:
    jobs = list(range(-20, 20))
    with ThreadPoolExecutor(3) as executor:
        beside = Harness(ROOT, executor=executor).play(abs, jobs, "jobs")
    assert beside == Harness(ROOT).play(abs, jobs, "jobs") == [abs(job) for job in jobs]


@pytest.mark.parametrize("threads", [0, 2])
def test_progress_is_told_job_by_job(threads: int) -> None:
    told: list[tuple[int, int]] = []

    @contextmanager
    def progress(total: int, label: str) -> Iterator[Any]:
        assert (total, label) == (3, "jobs")
        yield lambda done, of: told.append((done, of))

    with ThreadPoolExecutor(threads or 1) as executor:
        Harness(ROOT, executor=executor if threads else None, progress=progress).play(abs, [1, 2, 3], "jobs")
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_job_that_fails_is_not_swallowed() -> None:
    with ThreadPoolExecutor(1) as executor, pytest.raises(TypeError):
        Harness(ROOT, executor=executor).play(cast("Any", abs), ["no number"], "jobs")


def test_one_worker_needs_no_pool() -> None:
    with pool(1) as executor:
        assert executor is None


def test_two_workers_play_in_processes_of_their_own_and_end() -> None:
    with pool(2) as executor:
        assert os.getpid() not in Harness(ROOT, executor=executor).play(_process, [1, 2], "jobs")
    assert active_children() == []


def test_a_pool_that_is_given_up_ends_its_processes() -> None:
    played_in: list[int] = []

    def give_up() -> None:
        with pool(2) as executor:
            assert executor is not None
            played_in.append(executor.submit(_process, 1).result())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        give_up()
    for _ in range(100):  # the system tells of the end a moment after the pool has
        if not any(_lives(pid) for pid in played_in):
            break
        time.sleep(0.1)
    assert [pid for pid in played_in if _lives(pid)] == []


def _lives(pid: int) -> bool:
    """Return whether a process is there; asked of the system, for who of two threads collects its end first is left to chance."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _process(_job: int) -> int:
    return os.getpid()


def test_verify_prints_one_json_object_last(small: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    small(GOOD, KNOWN, ABSENT)
    assert main(["verify", "--suite", "response", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out.splitlines()[-1])["cases"]
    assert [r["verdict"] for r in rows] == ["pass", "outside", "not-modelled"]


def test_verify_shows_a_line_for_every_case_and_why(
    small: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    small(GOOD, KNOWN)
    assert main(["verify", "--suite", "response"]) == 0
    out = capsys.readouterr().out
    assert "one.good" in out
    assert "two.known: outside, a stated reason" in out
    assert "2 cases: 1 pass, 1 outside." in out


def test_verify_ends_with_1_when_a_case_is_outside_for_no_stated_reason(
    small: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    small(GOOD, WRONG)
    assert main(["verify", "--suite", "response", "--json"]) == 1
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["cases"][1]["measured"] is None


def test_verify_writes_the_page(small: Callable[..., None], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small(GOOD)
    assert main(["verify", "--suite", "response", "--out", str(tmp_path / "page.md")]) == 0
    assert "| one.good | function |" in (tmp_path / "page.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--suite", "respnse"], "Closest: 'response'"),
        ([], "--suite"),
        (["--suite", "response", "--out", "nowhere/page.md"], "there is no such folder"),
    ],
)
def test_verify_refuses_what_it_cannot_do(
    arguments: list[Any], told: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["verify", *arguments]) == 2
    assert told in capsys.readouterr().err
