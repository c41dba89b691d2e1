"""Stopping a study from outside: no process of its own is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPT = """
import os, sys, time
from pathlib import Path
sys.path.insert(0, {tests!r})
from drillsim.study.design import Study
from drillsim.study.runner import run
from test_study import PLAN, drill, mixes

def slow(scenario, plan, mix, *, seed, replication=0):
    Path({folder!r}, str(os.getpid())).touch()
    time.sleep(60)

if __name__ == "__main__":
    run(Study(drill(), PLAN, mixes(), runs=20), simulate=slow, workers=2)
"""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as on Unix")


def alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return status not in "ZX"


def started(folder: Path) -> tuple[subprocess.Popen[bytes], list[int]]:
    script, pids = folder / "study_script.py", folder / "pids"
    pids.mkdir()
    script.write_text(SCRIPT.format(tests=str(Path(__file__).parent), folder=str(pids)), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen([sys.executable, str(script)], env=environment, stderr=subprocess.PIPE)
    for _ in range(600):
        if len(list(pids.iterdir())) == 2:
            break
        time.sleep(0.1)
    workers = [int(p.name) for p in pids.iterdir()]
    assert len(workers) == 2
    return process, workers


def gone(pids: list[int]) -> bool:
    for _ in range(100):
        if not any(alive(pid) for pid in pids):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_no_worker_outlives_a_study_that_is_stopped(tmp_path: Path, how: signal.Signals) -> None:
    process, workers = started(tmp_path)
    process.send_signal(how)
    try:
        _, told = process.communicate(timeout=20)
        assert gone(workers)
        assert how != signal.SIGINT or b"KeyboardInterrupt" in told
    finally:
        for pid in (process.pid, *workers):
            if alive(pid):
                os.kill(pid, signal.SIGKILL)
