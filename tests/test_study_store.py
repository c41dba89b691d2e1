"""The store of a study: what is done stays, what is missing is played, and nothing is played twice."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from drillsim.errors import ResultError
from drillsim.plan.model import FloorPlan
from drillsim.record.store import runs_csv
from drillsim.record.study_store import MIGRATIONS, STORE, DrillKey, StoredDrill, StudyStore
from drillsim.record.trace import Trace
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mix, Mixes
from drillsim.study.chunks import Chunk, play_here
from drillsim.study.design import Study
from drillsim.study.results import read_results, write_results
from drillsim.study.runner import run
from drillsim.study.storage.folder import StudyFolder
from drillsim.study.storage.keeping import Keeping
from test_study import PLAN, drill, fake, mixes, shuffled, study


def content(folder: Path) -> str:
    with StudyStore(folder / STORE) as store:
        return store.content_sha256()


def number(folder: Path) -> int:
    with StudyStore(folder / STORE) as store:
        return len(store)


class Counted:
    """Plays the made-up drill, and counts; stops the study at one of them."""

    def __init__(self, stop_at: int | None = None, how: type[BaseException] = KeyboardInterrupt) -> None:
        self.played = 0
        self.stop_at, self.how = stop_at, how

    def __reduce__(self) -> tuple[type[Counted], tuple[()]]:
        return Counted, ()

    def __call__(self, scenario: Scenario, plan: FloorPlan, mix: Mix, *, seed: int, replication: int = 0) -> Trace:
        if self.played == self.stop_at:
            raise self.how("stopped")
        self.played += 1
        return fake(scenario, plan, mix, seed=seed, replication=replication)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, str]:
    folder = tmp_path_factory.mktemp("whole") / "out"
    whole = run(study(), simulate=Counted(), store=folder)
    return runs_csv(whole.rows), content(folder)


# ---------------------------------------------------------------------- stored as it is played


def test_rows_from_the_store_are_those_from_memory(undisturbed: tuple[bytes, str]) -> None:
    assert runs_csv(run(study(), simulate=Counted()).rows) == undisturbed[0]


def test_order_and_executor_leave_the_stored_content_alone(tmp_path: Path, undisturbed: tuple[bytes, str]) -> None:
    with ThreadPoolExecutor(3) as executor:
        again = run(study(), simulate=Counted(), store=tmp_path, executor=executor, chunk_order=shuffled)
    assert (runs_csv(again.rows), content(tmp_path)) == undisturbed


@pytest.mark.parametrize("stop_at", [0, 1, 8, 35])
def test_an_interrupted_study_goes_on_where_it_stopped(
    tmp_path: Path, undisturbed: tuple[bytes, str], stop_at: int
) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(study(), simulate=Counted(stop_at), store=tmp_path)
    assert number(tmp_path) == stop_at
    rest = Counted()
    resumed = run(study(), simulate=rest, store=tmp_path, resume=True)
    assert rest.played == 36 - stop_at
    assert (runs_csv(resumed.rows), content(tmp_path)) == undisturbed


def test_a_finished_study_is_not_played_again(tmp_path: Path) -> None:
    run(study(), simulate=Counted(), store=tmp_path)
    again = Counted()
    run(study(), simulate=again, store=tmp_path, resume=True)
    assert again.played == 0


def test_more_runs_and_fewer_runs_share_what_is_stored(tmp_path: Path) -> None:
    run(study(3), simulate=Counted(), store=tmp_path)
    more = Counted()
    assert len(run(study(5), simulate=more, store=tmp_path, resume=True).runs) == 30
    assert more.played == 12
    assert len(run(study(2), simulate=Counted(0), store=tmp_path, resume=True).runs) == 12


def test_another_mix_plays_only_its_own_drills(tmp_path: Path) -> None:
    run(Study(drill(), PLAN, mixes("one", "two"), runs=4), simulate=Counted(), store=tmp_path)
    more = Counted()
    run(Study(drill(), PLAN, mixes("one", "two", "none"), runs=4), simulate=more, store=tmp_path, resume=True)
    assert more.played == 4


def test_progress_counts_what_is_stored_already(tmp_path: Path) -> None:
    run(study(3), simulate=Counted(), store=tmp_path)
    told: list[tuple[int, int]] = []
    run(study(4), simulate=Counted(), store=tmp_path, resume=True, progress=lambda *now: told.append(now))
    assert told == [(i, 24) for i in range(18, 25)]


def test_equal_inputs_are_played_once_whatever_their_names(three_rooms: FloorPlan, tmp_path: Path) -> None:
    incident = {"kind": "behaviour", "where": "room-201"}
    fight = Scenario.model_validate({"name": "a", "family": "f", "crowd": "stays", "incidents": [incident]})
    same = fight.model_copy(update={"name": "b", "title": "Again"})
    both = Mixes(present="x", mixes={"x": Mix(name="x"), "y": Mix(name="y", label="The same")})
    rows = run(Study([fight, same], three_rooms, both, runs=2), store=tmp_path).runs
    assert (len(rows), number(tmp_path)) == (8, 2)
    assert rows.groupby(["scenario", "mix"])["noticed_s"].apply(tuple).nunique() == 1


# ---------------------------------------------------------------------- whose folder


def test_a_kept_study_is_left_untouched_without_a_word(tmp_path: Path) -> None:
    write_results(run(study(), simulate=Counted(), store=tmp_path), tmp_path)
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    with pytest.raises(ResultError, match=r"a study is kept here. Go on with it \(--resume\), replace it"):
        run(study(), simulate=Counted(), store=tmp_path)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_overwriting_begins_anew_and_leaves_nothing_of_before(tmp_path: Path) -> None:
    first = run(study(), simulate=Counted(), store=tmp_path)
    write_results(first, tmp_path, figures={"figures/old.png": b"x"})
    run(study(1), simulate=Counted(), store=tmp_path, overwrite=True)
    assert number(tmp_path) == 6
    left = {p.relative_to(tmp_path).parts[0] for p in tmp_path.rglob("*")}
    assert left == {".gitignore", "INTERNAL.txt", "manifest.json", "inputs", STORE}


def test_both_words_at_once_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="not both"):
        run(study(), simulate=fake, store=tmp_path, resume=True, overwrite=True)


def test_a_folder_of_somebody_else_is_not_ours_by_a_store(tmp_path: Path) -> None:
    (tmp_path / STORE).write_bytes(b"theirs")
    for resume, overwrite in ((False, False), (True, False), (False, True)):
        with pytest.raises(ResultError, match="holds other files"):
            run(study(), simulate=fake, store=tmp_path, resume=resume, overwrite=overwrite)
    assert (tmp_path / STORE).read_bytes() == b"theirs"


def test_somebody_elses_database_in_our_folder_stays(tmp_path: Path) -> None:
    write_results(run(study(1), simulate=fake), tmp_path)
    with sqlite3.connect(tmp_path / STORE) as base:
        base.execute("CREATE TABLE theirs (x)")
    base.close()
    with pytest.raises(ResultError, match="not written by drillsim"):
        run(study(1), simulate=fake, store=tmp_path, resume=True)


def test_a_damaged_store_is_told_and_can_be_overwritten(tmp_path: Path) -> None:
    run(study(1), simulate=fake, store=tmp_path)
    (tmp_path / STORE).write_bytes(b"no database at all, " * 100)
    with pytest.raises(ResultError, match="the file is damaged"):
        run(study(1), simulate=fake, store=tmp_path, resume=True)
    assert len(run(study(1), simulate=fake, store=tmp_path, overwrite=True).runs) == 6


def test_a_store_has_one_writer(tmp_path: Path) -> None:
    with StudyFolder.claim(tmp_path, study(1)):
        for resume in (True, False):
            with pytest.raises(ResultError, match="another drillsim is writing to it"):
                run(study(1), simulate=fake, store=tmp_path, resume=resume, overwrite=not resume)


def test_a_store_of_a_newer_form_is_left_alone(tmp_path: Path) -> None:
    StudyStore(tmp_path / STORE).close()
    with sqlite3.connect(tmp_path / STORE) as base:
        base.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    base.close()
    with pytest.raises(ResultError, match="Use a newer drillsim"):
        StudyStore(tmp_path / STORE)


def test_stale_figures_and_tables_go_with_the_rows_they_show(tmp_path: Path) -> None:
    with StudyFolder.claim(tmp_path, study(1)) as folder:
        first = run(study(1), simulate=fake, store=folder)
        write_results(first, folder, figures={"figures/a.png": b"a", "figures/b.png": b"b"})
    with StudyFolder.claim(tmp_path, study(2), resume=True) as folder:
        write_results(run(study(2), simulate=fake, store=folder), folder, figures={"figures/b.png": b"new"})
    assert [p.name for p in (tmp_path / "figures").iterdir()] == ["b.png"]
    assert len(read_results(tmp_path).runs) == 12


# ---------------------------------------------------------------------- what must stop a study


def key(replication: int = 0) -> DrillKey:
    return DrillKey("0" * 64, "", replication)


def stored(replication: int, sha: bytes, *, final: bool = True) -> StoredDrill:
    return StoredDrill(key(replication), b"payload " + sha, sha, final)


def test_a_second_answer_must_be_the_first(tmp_path: Path) -> None:
    with StudyStore(tmp_path / STORE) as store:
        store.add_inputs({"0" * 64: {}})
        store.add([stored(0, b"a")])
        store.add([stored(0, b"a")])
        with pytest.raises(ResultError, match="played twice and came out differently"):
            store.add([stored(1, b"b"), stored(0, b"c")])
        assert store.finished(["0" * 64]) == {key(0)}  # nothing of that chunk


def test_a_lost_drill_gives_way_to_an_answer_and_never_back(tmp_path: Path) -> None:
    with StudyStore(tmp_path / STORE) as store:
        store.add_inputs({"0" * 64: {}})
        store.add([stored(0, b"lost", final=False)])
        assert store.finished(["0" * 64]) == set()
        store.add([stored(0, b"a")])
        store.add([stored(0, b"lost again", final=False)])
        assert [one.sha256 for one in store.drills("0" * 64)] == [b"a"]


@pytest.mark.parametrize("store", [True, False], ids=["stored", "in memory"])
def test_drills_that_differ_when_played_again_stop_the_study(tmp_path: Path, store: bool) -> None:
    moods = iter(range(1000))

    def moody(scenario: Scenario, plan: FloorPlan, mix: Mix, *, seed: int, replication: int = 0) -> Trace:
        trace = fake(scenario, plan, mix, seed=seed, replication=replication)
        return Trace(**{**vars(trace), "rows": ({**trace.row, "people": next(moods)},)})

    folder = StudyStore(tmp_path / STORE) if store else None
    keeping = Keeping(study(1), moody, folder, None)
    keeping.take(play_here(study(1), moody, [Chunk(0, 0, 1)]))
    with pytest.raises(ResultError, match="not deterministic"):
        keeping.take(play_here(study(1), moody, [Chunk(0, 0, 1)]))
    if folder:
        folder.close()


@pytest.mark.parametrize("how", [TypeError, KeyError, AttributeError, ValueError, ZeroDivisionError, RecursionError])
@pytest.mark.parametrize("in_threads", [True, False])
def test_a_fault_of_the_program_ends_the_study(tmp_path: Path, how: type[Exception], in_threads: bool) -> None:
    with pytest.raises(how) as caught, ThreadPoolExecutor(1) as pool:
        run(study(), simulate=_Stops(how), store=tmp_path, executor=pool if in_threads else None)
    assert "mix 'two'" in "".join(caught.value.__notes__)
    assert number(tmp_path) > 0


class _Stops:
    """Plays the made-up drill, but has a fault in one."""

    def __init__(self, how: type[Exception]) -> None:
        self.how = how

    def __call__(self, scenario: Scenario, plan: FloorPlan, mix: Mix, *, seed: int, replication: int = 0) -> Trace:
        if (mix.name, replication) == ("two", 2):
            raise self.how("a fault")
        return fake(scenario, plan, mix, seed=seed, replication=replication)


def test_a_full_disk_keeps_the_chunks_before(tmp_path: Path) -> None:
    with StudyFolder.claim(tmp_path, study(60)) as folder:
        pages = folder.store._base.execute("PRAGMA page_count").fetchone()[0]
        folder.store._base.execute(f"PRAGMA max_page_count = {pages + 12}")
        with pytest.raises(ResultError, match=r"the disk is full\. Make room, then go on with --resume"):
            run(study(60), simulate=Counted(), store=folder)
    kept = number(tmp_path)
    assert 0 < kept < 360
    rest = Counted()
    assert len(run(study(60), simulate=rest, store=tmp_path, resume=True).runs) == 360
    assert rest.played == 360 - kept
