"""Studies on executors that lose work: jobs are sent again, and only what is stored counts."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from drillsim.cli import main
from drillsim.errors import SimulationError
from drillsim.plan.model import FloorPlan
from drillsim.record.store import runs_csv
from drillsim.record.study_store import STORE, StudyStore
from drillsim.record.trace import Trace
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mix
from drillsim.study.runner import dask_executor, run
from test_study import fake, study


def late(function: Callable[..., Any], *args: Any, **how: Any) -> Any:
    time.sleep(0.3)
    return function(*args, **how)


class Unreliable(Executor):
    """Threads that do with some submissions, by their number, what a bad network does."""

    def __init__(self, what: str, often: Callable[[int], bool]) -> None:
        self._pool = ThreadPoolExecutor(2)
        self._what, self._often, self.sent = what, often, 0

    def submit(self, function: Callable[..., Any], /, *args: Any, **how: Any) -> Future[Any]:
        self.sent += 1
        if not self._often(self.sent):
            return self._pool.submit(function, *args, **how)
        lost: Future[Any] = Future()
        if self._what == "loses":
            lost.set_exception(OSError("connection lost"))
        elif self._what == "cancels":
            lost.cancel()
            lost.set_running_or_notify_cancel()
        elif self._what == "answers late":
            return self._pool.submit(late, function, *args, **how)
        return lost  # 'forgets': never answered

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._pool.shutdown(wait=wait, cancel_futures=cancel_futures)


@pytest.fixture(scope="module")
def plain() -> bytes:
    return runs_csv(run(study(), simulate=fake).rows)


@pytest.mark.parametrize("what", ["loses", "cancels", "forgets", "answers late"])
def test_jobs_that_are_lost_are_sent_again(tmp_path: Path, plain: bytes, what: str) -> None:
    with Unreliable(what, lambda n: n % 3 == 1) as executor:
        found = run(study(), simulate=fake, store=tmp_path, executor=executor, unanswered_s=0.1)
    assert runs_csv(found.rows) == plain


def test_a_network_that_loses_everything_ends_the_study_with_its_reason(tmp_path: Path) -> None:
    with Unreliable("loses", lambda _: True) as executor, pytest.raises(SimulationError, match="connection lost"):
        run(study(), simulate=fake, store=tmp_path, executor=executor)


def test_workers_that_never_answer_end_the_study(tmp_path: Path) -> None:
    with (
        Unreliable("forgets", lambda n: n > 4) as executor,
        pytest.raises(SimulationError, match="no worker has answered"),
    ):
        run(study(), simulate=fake, store=tmp_path, executor=executor, unanswered_s=0.1)
    with StudyStore(tmp_path / STORE) as store:
        assert len(store) == 12  # four chunks of three mixes


def test_workers_of_another_version_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drillsim.study.workers.jobs.engine_sha256", lambda: "another")
    with ThreadPoolExecutor(1) as executor, pytest.raises(SimulationError, match="Install the same versions"):
        run(study(1), simulate=fake, executor=executor)


def test_a_drill_that_is_lost_again_and_again_is_a_row_and_played_on_resuming(tmp_path: Path, plain: bytes) -> None:
    lost = {"now": True}

    class Picky(ThreadPoolExecutor):
        def submit(self, function: Callable[..., Any], /, *args: Any, **how: Any) -> Future[Any]:
            (chunk, *_) = args[2]
            if lost["now"] and (chunk.scenario, chunk.first) == (1, 2) and chunk.mix in (None, 2):
                gone: Future[Any] = Future()
                gone.set_exception(OSError("worker lost"))
                return gone
            return super().submit(function, *args, **how)

    with Picky(1) as executor:
        first = run(study(), simulate=fake, store=tmp_path, executor=executor)
        assert first.failed[["scenario", "mix", "replication", "stage"]].to_numpy().tolist() == [
            ["second", "two", 2, "process"]
        ]
        lost["now"] = False
        again = run(study(), simulate=fake, store=tmp_path, executor=executor, resume=True)
    assert runs_csv(again.rows) == plain


# ---------------------------------------------------------------------- Dask, on processes of this machine


dask_warns = pytest.mark.filterwarnings("ignore")


def slow(scenario: Scenario, plan: FloorPlan, mix: Mix, *, seed: int, replication: int = 0) -> Trace:
    time.sleep(0.02)
    return fake(scenario, plan, mix, seed=seed, replication=replication)


def pid() -> int:
    return os.getpid()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Executor]:
    pytest.importorskip("distributed")
    with dask_executor(workers=2) as executor:
        yield executor


@dask_warns
def test_dask_with_a_worker_killed_gives_the_rows_of_one_process(
    tmp_path: Path, cluster: Executor, plain: bytes
) -> None:
    victim = cluster.submit(pid).result()

    def kill() -> None:
        os.kill(victim, signal.SIGKILL)

    timer = threading.Timer(0.3, kill)
    timer.start()
    found = run(study(), simulate=slow, store=tmp_path, executor=cluster)
    timer.join()
    assert runs_csv(found.rows) == plain
    run(study(), simulate=slow, store=tmp_path / "undisturbed")
    with StudyStore(tmp_path / STORE) as killed, StudyStore(tmp_path / "undisturbed" / STORE) as undisturbed:
        assert killed.content_sha256() == undisturbed.content_sha256()


@dask_warns
def test_without_a_scheduler_the_address_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("drillsim.study.workers.cluster.CONNECT_S", 0.2)
    with pytest.raises(SimulationError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        dask_executor("tcp://127.0.0.1:9").__enter__()


def test_a_scheduler_without_dask_is_a_fault_of_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "x.yaml", "--scheduler", "tcp://node1:8786"]) == 2
    assert "add --executor dask" in capsys.readouterr().err
