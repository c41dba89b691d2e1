"""A choice of mix that is kept in a folder: played again, and gone on with after it was interrupted."""

from __future__ import annotations

from pathlib import Path

import pytest

import drillsim as ds
from drillsim.record.store import runs_csv
from drillsim.record.trace import Trace
from drillsim.study.runner import StudyFolder
from drillsim.study.selection.pick import Pick, pick
from shipped import ROOT, plan_named
from test_study import PLAN, drill, fake, mixes

OFFICER = {"id": "officer", "role": "sro", "post": "front-desk", "presence": 1.0, "duties": {"post": 1.0}}
SLOW = {**OFFICER, "role": "slow"}
STAFF = ds.Mixes(
    present="none",
    roles={"slow": {"like": "sro", "acknowledge": "15 s"}},
    mixes={"none": {}, "slow": {"units": [SLOW]}, "quick": {"units": [OFFICER]}},
)
SCENARIO = ds.read_scenario(ROOT / "scenarios" / "teaching" / "lockdown.yaml")


def keep(home: Path, study: ds.Study, **how: object) -> Pick:
    with StudyFolder.claim(home, study, resume=bool(how.pop("resume", False))) as folder:
        found = pick(study, delta_s=8.0, store=folder, **how)  # type: ignore[arg-type]
        ds.write_results(found.results, folder)
    return found


def test_a_choice_played_again_reports_no_row_that_a_dropped_mix_never_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drillsim.study.selection.rounds.FIRST_DRILLS", 20)
    found = keep(tmp_path / "kept", ds.Study(SCENARIO, plan_named("three_rooms"), STAFF, runs=1, seed=3))
    assert len(set(found.dropped.values()) | {found.rounds}) > 1, "one mix is dropped before the other"
    again = ds.rerun(tmp_path / "kept")
    assert str(again).endswith(f"All {found.drills} rows are the same.")


class StoppedError(Exception):
    """Stands for Ctrl-C."""


def test_a_choice_goes_on_where_it_was_interrupted(tmp_path: Path) -> None:
    played: list[int] = []

    def stopping(scenario: ds.Scenario, plan: ds.FloorPlan, mix: ds.Mix, *, seed: int, replication: int = 0) -> Trace:
        played.append(replication)
        if len(played) == 47:
            raise StoppedError
        return fake(scenario, plan, mix, seed=seed, replication=replication)

    study = ds.Study(drill(), PLAN, mixes(), runs=1, seed=7)
    whole = keep(tmp_path / "whole", study, simulate=fake)
    with pytest.raises(StoppedError):
        keep(tmp_path / "parts", study, simulate=stopping)
    again = keep(tmp_path / "parts", study, simulate=stopping, resume=True)
    assert (again.chosen, again.dropped, again.drills) == (whole.chosen, whole.dropped, whole.drills)
    assert len(played) < whole.drills + 20, "what was kept is not played twice"
    assert runs_csv(again.results.rows) == runs_csv(whole.results.rows)
    files = [(tmp_path / name / "runs.csv").read_bytes() for name in ("whole", "parts")]
    assert files[0] == files[1]
