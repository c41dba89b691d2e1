"""The store of a study: every finished drill in one SQLite file, safe against interruption while others are played.

A drill is stored under what it follows from: the hash of its inputs (engine, scheme, seed, family, scenario, plan, mix; no
labels), the state of presence that is forced on it ('' for none), and its replication. So a drill that was played once is
never played again, whatever study of the folder asks for it; and a second answer under one key must be the same, byte for
byte, or the engine is not deterministic, which is an error and no result.

The parent process is the only writer. It holds the file exclusively, in write-ahead-log mode, and commits once per chunk: after
`kill -9` the committed drills are there, and a chunk is there as a whole or not at all.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from drillsim.errors import ResultError

STORE = "study.sqlite"
"""Name of the file in a results folder."""
STORE_FILES = (STORE, f"{STORE}-wal", f"{STORE}-shm", f"{STORE}-journal")
"""The file, and what SQLite keeps beside it while it is open or after a crash."""
APPLICATION_ID = 0x64726C6C  # 'drll'
MIGRATIONS = (
    """
    CREATE TABLE inputs (
        hash TEXT PRIMARY KEY,      -- SHA-256 of the text beside
        text TEXT NOT NULL          -- JSON: engine, scheme, seed, family; SHA-256 of scenario, plan, mix
    ) WITHOUT ROWID;
    CREATE TABLE drills (
        inputs TEXT NOT NULL REFERENCES inputs (hash),
        presence TEXT NOT NULL,     -- forced state of presence; '' for a drill as drawn
        replication INTEGER NOT NULL,
        final INTEGER NOT NULL,     -- 0: lost with its process, to be played again; the next answer takes its place
        sha256 BLOB NOT NULL,       -- of the payload before compression
        payload BLOB NOT NULL,      -- zlib: JSON with rows, curves and ways
        PRIMARY KEY (inputs, presence, replication)
    );
    """,
    """
    CREATE TABLE declarations (
        number INTEGER PRIMARY KEY, -- in the order in which they were made
        text TEXT NOT NULL UNIQUE   -- JSON: what was to be compared, by scenario, before the first drill of a study
    );
    """,
)
"""SQL that takes the store from each version of its form to the next; the first makes a new store."""


class DrillKey(NamedTuple):
    """What a drill follows from."""

    inputs: str
    """SHA-256 of the inputs."""
    presence: str
    """The state of presence that is forced on it; '' for a drill as drawn."""
    replication: int


class StoredDrill(NamedTuple):
    """A finished drill, as it is stored."""

    key: DrillKey
    payload: bytes
    sha256: bytes
    """Of the payload before compression."""
    final: bool = True
    """False for a drill that was lost with its process, and is played again when the study is resumed."""


class StudyStore:
    """An open store; a context manager that closes it."""

    def __init__(self, path: Path) -> None:
        """Open a store, or make a new one where there is no file.

        Raises ResultError when the file is no store of drillsim, is written by another process, by a newer version, or cannot
        be written.
        """
        self.path = path
        try:
            if not path.exists():
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            self._base = sqlite3.connect(path, timeout=0.0, isolation_level=None)
        except (OSError, sqlite3.Error) as problem:
            raise self._refusal(problem) from problem
        try:
            self._prepare()
        except BaseException as problem:
            self._base.close()
            if isinstance(problem, sqlite3.Error):
                raise self._refusal(problem) from problem
            raise

    def _prepare(self) -> None:
        run = self._base.execute
        run("PRAGMA locking_mode = EXCLUSIVE")
        version, mark = (run(f"PRAGMA {name}").fetchone()[0] for name in ("user_version", "application_id"))
        empty = not run("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        if mark != APPLICATION_ID and not (empty and mark == 0):
            raise ResultError(f"{self.path}: this file was not written by drillsim. Move it away, or name a new folder")
        if version > len(MIGRATIONS):
            raise ResultError(
                f"{self.path}: the store has form {version}, this drillsim knows {len(MIGRATIONS)}. Use a newer drillsim"
            )
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = NORMAL")
        for form, script in enumerate(MIGRATIONS[version:], version + 1):
            marks = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {form};"
            self._base.executescript(f"BEGIN IMMEDIATE; {script} {marks} COMMIT;")
        run("BEGIN IMMEDIATE")  # takes the lock, which is then held until the end
        run("COMMIT")

    def _refusal(self, problem: Exception) -> ResultError:
        """Return the error for what SQLite or the operating system refuses, with what to do."""
        code = getattr(problem, "sqlite_errorcode", 0) & 0xFF
        told = getattr(problem, "strerror", None) or str(problem)
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            why = "another drillsim is writing to it. Wait for its end, or name another folder"
        elif code == sqlite3.SQLITE_FULL or getattr(problem, "errno", 0) == errno.ENOSPC:
            why = "the disk is full. Make room, then go on with --resume"
        elif code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            why = "the file is damaged. Restore it from a copy, or begin anew with --overwrite"
        else:
            why = f"it cannot be used: {told}. Name a folder that can be written, or go on with --resume once it can"
        return ResultError(f"{self.path}: {why}")

    @classmethod
    def refuse_busy(cls, path: Path) -> None:
        """Raise ResultError where another process writes to a store."""
        base = sqlite3.connect(path, timeout=0.0, isolation_level=None)
        try:
            base.execute("PRAGMA locking_mode = EXCLUSIVE")
            base.execute("BEGIN IMMEDIATE")
            base.execute("ROLLBACK")
        except sqlite3.Error as problem:
            if getattr(problem, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise ResultError(f"{path}: another drillsim is writing to it. Wait for its end") from problem
        finally:
            base.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what was committed stays whatever happens here."""
        try:
            self._base.close()
        except sqlite3.Error:
            return

    def add_inputs(self, inputs: Mapping[str, Mapping[str, Any]]) -> None:
        """Store what inputs by hash stand for; those that are known already are passed over.

        Raises ResultError when they cannot be written.
        """
        lines = [(hash_, json.dumps(told, sort_keys=True)) for hash_, told in inputs.items()]
        try:
            self._base.execute("BEGIN IMMEDIATE")
            self._base.executemany("INSERT INTO inputs VALUES (?, ?) ON CONFLICT DO NOTHING", lines)
            self._base.execute("COMMIT")
        except sqlite3.Error as problem:
            raise self._rolled_back(problem) from problem

    def declare(self, told: Mapping[str, Any]) -> None:
        """Store what a study is to compare; the same again is passed over. Raises ResultError when it cannot be written."""
        try:
            text = json.dumps(told, sort_keys=True)
            self._base.execute("INSERT INTO declarations (text) VALUES (?) ON CONFLICT DO NOTHING", (text,))
        except sqlite3.Error as problem:
            raise self._rolled_back(problem) from problem

    def declared(self) -> list[dict[str, Any]]:
        """Return what the studies of this store were to compare, the first first."""
        return [json.loads(text) for (text,) in self._select("SELECT text FROM declarations ORDER BY number")]

    def add(self, drills: Iterable[StoredDrill]) -> None:
        """Store the drills of a chunk in one transaction; a drill that is there already must be the same.

        A final drill replaces one that was lost, never the other way round. Raises ResultError when another answer is stored
        under a key, or when the file cannot be written; nothing of the chunk is stored then.
        """
        try:
            self._base.execute("BEGIN IMMEDIATE")
            for drill in drills:
                self._add_one(drill)
            self._base.execute("COMMIT")
        except sqlite3.Error as problem:
            raise self._rolled_back(problem) from problem
        except BaseException:
            self._rolled_back(None)
            raise

    def _add_one(self, drill: StoredDrill) -> None:
        found = self._base.execute(
            "INSERT INTO drills VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET final = excluded.final, "
            "sha256 = excluded.sha256, payload = excluded.payload WHERE NOT drills.final RETURNING 1",
            (*drill.key, drill.final, drill.sha256, drill.payload),
        ).fetchone()
        if found or not drill.final:
            return
        (stored,) = self._base.execute(
            "SELECT sha256 FROM drills WHERE inputs = ? AND presence = ? AND replication = ?", drill.key
        ).fetchone()
        if stored != drill.sha256:
            raise unequal(drill.key)

    def _rolled_back(self, problem: sqlite3.Error | None) -> ResultError:
        try:
            if self._base.in_transaction:
                self._base.execute("ROLLBACK")
        except sqlite3.Error as second:
            problem = problem or second
        return self._refusal(problem or Exception("interrupted"))

    def finished(self, inputs: Iterable[str]) -> set[DrillKey]:
        """Return the keys of the final drills of some inputs."""
        found = (
            self._select("SELECT inputs, presence, replication FROM drills WHERE inputs = ? AND final", (one,))
            for one in set(inputs)
        )
        return {DrillKey(*line) for lines in found for line in lines}

    def drills(self, inputs: str) -> Iterator[StoredDrill]:
        """Yield the drills of some inputs, by presence and replication."""
        lines = self._select(
            "SELECT presence, replication, payload, sha256, final FROM drills WHERE inputs = ? "
            "ORDER BY presence, replication",
            (inputs,),
        )
        for presence, replication, payload, sha256, final in lines:
            yield StoredDrill(DrillKey(inputs, presence, replication), payload, sha256, bool(final))

    def __len__(self) -> int:
        """Return the number of drills, of whatever inputs."""
        return int(next(iter(self._select("SELECT count(*) FROM drills")))[0])

    def content_sha256(self) -> str:
        """Return the SHA-256 over keys and payloads of all drills in order of their keys: the content, without its history."""
        content = hashlib.sha256()
        order = "SELECT inputs, presence, replication, sha256 FROM drills ORDER BY inputs, presence, replication"
        for inputs, presence, replication, sha256 in self._select(order):
            content.update(f"{inputs}/{presence}/{replication}/{sha256.hex()}\n".encode())
        return content.hexdigest()

    def _select(self, query: str, values: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self._base.execute(query, values)
        except sqlite3.Error as problem:
            raise self._refusal(problem) from problem


def unequal(key: DrillKey) -> ResultError:
    """Return the error of two answers to one drill."""
    return ResultError(
        f"drill {key.replication} was played twice and came out differently (inputs {key.inputs[:12]}). Equal inputs must give "
        "equal rows, so the engine is not deterministic, or the machines differ: nothing here can be relied on. Please report it"
    )


__all__ = ["APPLICATION_ID", "MIGRATIONS", "STORE", "STORE_FILES", "DrillKey", "StoredDrill", "StudyStore", "unequal"]
