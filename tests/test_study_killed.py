"""Studies that are killed, and disks that refuse: what is stored stays, and the folder is whole."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drillsim.errors import ResultError
from drillsim.record.content import Content
from drillsim.record.replacement import JOURNAL, finish
from drillsim.record.store import runs_csv
from drillsim.record.study_store import STORE, StudyStore
from drillsim.study.results import Results, read_results, result_files, write_files
from drillsim.study.runner import run
from drillsim.study.storage.folder import StudyFolder
from test_study import fake, study

# ---------------------------------------------------------------------- kill -9

SCRIPT = """
import sys, time
sys.path.insert(0, {tests!r})
from drillsim.study.runner import run
from test_study import fake, study

def slow(scenario, plan, mix, *, seed, replication=0):
    time.sleep(0.004)
    return fake(scenario, plan, mix, seed=seed, replication=replication)

if __name__ == "__main__":
    run(study(40), simulate=slow, workers=int(sys.argv[2]), store=sys.argv[1], resume=True)
"""


def play(script: Path, folder: Path, workers: int) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, str(script), str(folder), str(workers)]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, start_new_session=True)


def stored(folder: Path) -> int:
    """Return the bytes of the store so far, without opening it."""
    return sum(p.stat().st_size for p in folder.glob(f"{STORE}*"))


def content(folder: Path) -> tuple[int, str]:
    with StudyStore(folder / STORE) as store:
        return len(store), store.content_sha256()


def killed(tmp_path: Path, times: int, workers: int, seed: int) -> tuple[int, str]:
    """Play a study, killing everything so many times at a random moment after its first drills; return what is stored."""
    script, folder, draw = tmp_path / "killed_study.py", tmp_path / "out", random.Random(seed)
    script.write_text(SCRIPT.format(tests=str(Path(__file__).parent)), encoding="utf-8")
    for _ in range(times):
        process, before = play(script, folder, workers), stored(folder)
        while process.poll() is None and stored(folder) <= before:
            time.sleep(0.01)
        time.sleep(draw.uniform(0, 0.15))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    process = play(script, folder, workers)
    _, told = process.communicate(timeout=100)
    assert process.returncode == 0, told.decode()
    return content(folder)


def undisturbed(tmp_path: Path) -> tuple[int, str]:
    script, folder = tmp_path / "killed_study.py", tmp_path / "whole"
    script.write_text(SCRIPT.format(tests=str(Path(__file__).parent)), encoding="utf-8")
    play(script, folder, 1).communicate(timeout=100)
    return content(folder)


@pytest.mark.skipif(os.name != "posix", reason="signals as on Unix")
def test_a_study_that_is_killed_twice_ends_as_if_nothing_had_happened(tmp_path: Path) -> None:
    found = killed(tmp_path, 2, 1, 1)
    assert found == undisturbed(tmp_path)
    assert found[0] == 240


@pytest.mark.deep
@pytest.mark.skipif(os.name != "posix", reason="signals as on Unix")
@pytest.mark.parametrize("workers", [1, 2, 4])
def test_twenty_kills_at_random_moments_change_no_stored_byte(tmp_path: Path, workers: int) -> None:
    assert killed(tmp_path, 20, workers, workers) == undisturbed(tmp_path)


# ---------------------------------------------------------------------- disks that refuse


class Refusals:
    """Lets the n-th call of what writes fail: as a full disk, a read-only one, or a killed process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fail_at: int, fault: BaseException) -> None:
        self.calls, self.fail_at, self.fault = 0, fail_at, fault
        self.refuse = self._raise
        for owner, name in ((os, "fsync"), (os, "fdopen"), (Path, "replace"), (Path, "unlink"), (os, "link")):
            monkeypatch.setattr(owner, name, self._wrapped(getattr(owner, name)))

    def _raise(self) -> None:
        raise self.fault

    def _wrapped(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **how: Any) -> Any:
            self.calls += 1
            if self.calls == self.fail_at:
                self.refuse()
            return function(*args, **how)

        return call


FAULTS: dict[str, Callable[[], BaseException]] = {
    "full": lambda: OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
    "read-only": lambda: OSError(errno.EROFS, os.strerror(errno.EROFS)),
    "interrupted": KeyboardInterrupt,
}


@pytest.fixture(autouse=True)
def _quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # hundreds of them wait for the disk of the machine


Written = tuple[Results, dict[str, Content]]


@pytest.fixture(scope="module")
def two_studies() -> tuple[Written, Written]:
    first, second = run(study(1), simulate=fake), run(study(2), simulate=fake)
    old: dict[str, Content] = {**result_files(first), "figures/a.png": b"old", "figures/b.png": b"old"}
    return (first, old), (second, {**result_files(second), "figures/a.png": b"new"})


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def without_parts(found: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in found.items() if not name.endswith(".part")}


def refused(tmp_path: Path, two: tuple[Written, Written], fail_at: int, how: str, *, fresh: bool) -> bool:
    """Write results over earlier ones, or into a new folder, with one fault; return whether the fault was met."""
    (first, old), (second, new) = two
    folder = tmp_path / f"{how}-{fail_at}-{fresh}"
    if not fresh:
        write_files(first, folder, old)
    before = files(folder) if folder.exists() else {}
    with pytest.MonkeyPatch.context() as patch:
        refusals = Refusals(patch, fail_at, FAULTS[how]())
        try:
            write_files(second, folder, new)
            error: BaseException | None = None
        except (ResultError, KeyboardInterrupt) as problem:
            error = problem
    after = without_parts(files(folder)) if folder.exists() else {}
    complete = new.items() <= after.items() and "figures/b.png" not in after
    assert complete or (error is not None and after == before)
    assert complete is False or error is None or isinstance(error, KeyboardInterrupt)
    write_files(second, folder, new)  # the folder is ours still
    assert runs_csv(read_results(folder).rows) == new["runs.csv"]
    return refusals.calls >= fail_at


@pytest.mark.parametrize("fresh", [True, False], ids=["a new folder", "over earlier results"])
@pytest.mark.parametrize("how", FAULTS)
def test_a_write_fault_leaves_the_folder_as_before_or_complete(
    tmp_path: Path, two_studies: tuple[Written, Written], how: str, fresh: bool
) -> None:
    for fail_at in range(1, 200, 4):
        if not refused(tmp_path, two_studies, fail_at, how, fresh=fresh):
            return
    pytest.fail("every write met a fault")


@pytest.mark.deep
@pytest.mark.parametrize("fresh", [True, False], ids=["a new folder", "over earlier results"])
@pytest.mark.parametrize("how", FAULTS)
def test_every_single_write_fault_leaves_the_folder_whole(
    tmp_path: Path, two_studies: tuple[Written, Written], how: str, fresh: bool
) -> None:
    for fail_at in range(1, 400):
        if not refused(tmp_path, two_studies, fail_at, how, fresh=fresh):
            return
    pytest.fail("every write met a fault")


def killed_writing(folder: Path, written: Written, fail_at: int) -> bool:
    """Write results in a process that is killed at its n-th call; return whether it got so far."""
    child = os.fork()
    if child == 0:
        with pytest.MonkeyPatch.context() as patch:
            refusals = Refusals(patch, fail_at, OSError())
            refusals.refuse = lambda: os._exit(9)
            write_files(written[0], folder, written[1])
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("step", [3, pytest.param(1, marks=pytest.mark.deep)])
def test_a_write_that_is_killed_is_as_before_or_is_finished_by_the_next_reader(
    tmp_path: Path, two_studies: tuple[Written, Written], step: int
) -> None:
    (first, old), second = two_studies
    found: set[str] = set()
    for fail_at in range(1, 400, step):
        folder = tmp_path / f"{fail_at}"
        write_files(first, folder, old)
        before = files(folder)
        if not killed_writing(folder, second, fail_at):
            assert found == {"as before", "complete"}
            return
        rows = runs_csv(read_results(folder).rows)
        after = without_parts(files(folder))
        is_complete = second[1].items() <= after.items() and "figures/b.png" not in after
        assert is_complete or after == before
        assert rows == (second[1] if is_complete else old)["runs.csv"]
        found.add("complete" if is_complete else "as before")
    pytest.fail("every write was killed")


def test_a_journal_leads_nowhere_outside_its_folder(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("mine")
    home = tmp_path / "out"
    home.mkdir()
    (home / JOURNAL).write_text('{"moves": [], "stale": ["../kept.txt"]}')
    finish(home)
    assert (tmp_path / "kept.txt").exists()
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("how", ["full", "read-only"])
def test_a_folder_that_cannot_be_claimed_is_as_before(tmp_path: Path, how: str) -> None:
    for fail_at in (1, 3, 5, 8):
        with pytest.MonkeyPatch.context() as patch:
            Refusals(patch, fail_at, FAULTS[how]())
            with pytest.raises(ResultError):
                StudyFolder.claim(tmp_path / "new" / "out", study(1))
        assert list(tmp_path.iterdir()) == []
