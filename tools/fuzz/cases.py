"""Cases: the files and the command lines a user could come with, made from small integers so that they shrink well."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from drillsim.cli import command_line
from drillsim.cli.schemas import schemas
from drillsim.documents.yaml_source import parse_text
from fuzz.mutate import CHUNKS, NUMBERS, TEXTS, UNITS, copy, mutate, spoil, written
from fuzz.plans import drawn_plan, drawn_scenario

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(__file__).parent / "corpus"
KINDS = ("plan", "drawn", "scenario", "mixes", "day", "large", "log", "command")
Change = tuple[int, int, int]


@dataclass(frozen=True)
class Case:
    """Files by name, the command line that meets them, and whether a drill is played where they pass."""

    kind: str
    files: tuple[tuple[str, bytes], ...]
    words: tuple[str, ...]
    plays: bool = False
    changes: tuple[Change, ...] = ()


@cache
def base(kind: str) -> dict[str, Any]:
    """Return the sound files of a kind, by name, as plain data."""
    scenarios, plans = ROOT / "scenarios", ROOT / "floorplans"
    files = {
        "plan.yaml": plans / ("doe_secondary.yaml" if kind == "large" else "three_rooms.yaml"),
        "scenario.yaml": scenarios / ("fight.yaml" if kind == "large" else "teaching/lockdown.yaml"),
        "mixes.yaml": scenarios / ("mixes.yaml" if kind == "large" else "teaching/mixes.yaml"),
    }
    if kind == "day":
        files |= {"scenario.yaml": CORPUS / "day.yaml", "mixes.yaml": CORPUS / "day-mixes.yaml"}
    trees = {name: parse_text(path.read_text(encoding="utf-8"))[0] for name, path in files.items()}
    trees["scenario.yaml"]["plan"] = "plan.yaml"
    return trees


@cache
def keys() -> tuple[str, ...]:
    """Return every key that a file knows, and a few that none does."""
    found: set[str] = {"", "x", "0", "name", "id", "<<"}
    waiting: list[Any] = [schemas()]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            properties = node.get("properties")
            found |= set(properties) if isinstance(properties, dict) else set()
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return tuple(sorted(found))


def file_case(kind: str, which: int, changes: Sequence[Change], bytewise: bool, plays: bool) -> Case:
    """Return a case of files of which one was changed in its structure, or in its bytes."""
    names = {"plan": "plan.yaml", "scenario": "scenario.yaml", "mixes": "mixes.yaml"}
    everything = ("scenario.yaml", "mixes.yaml", "plan.yaml")
    name = names.get(kind, everything[which % (2 if kind == "day" else 3)])
    files = dict(sound(kind))
    if bytewise:
        for change in changes:
            files[name] = spoil(files[name], *change)
    else:
        tree = copy(base(kind)[name])
        for change in changes:
            mutate(tree, *change, keys())
        files[name] = written(tree).encode("utf-8", errors="surrogatepass")
    return Case(kind, tuple(files.items()), ("check", "."), plays, tuple(changes))


@cache
def sound(kind: str) -> tuple[tuple[str, bytes], ...]:
    """Return the sound files of a kind as they are written."""
    return tuple((name, written(tree).encode()) for name, tree in base(kind).items())


def drawn_case(number: int, changes: Sequence[Change], plays: bool) -> Case:
    """Return a case of a plan of another form each time, sound or changed in some places, with a scenario for it."""
    plan = drawn_plan(number)
    scenario = drawn_scenario(number, plan)
    for change in changes:
        mutate(plan, *change, keys())
    files = {"scenario.yaml": scenario, "mixes.yaml": NOBODY, "plan.yaml": plan}
    content = tuple((name, written(tree).encode("utf-8", errors="surrogatepass")) for name, tree in files.items())
    return Case("drawn", content, ("check", "."), plays, tuple(changes))


NOBODY = {"drillsim_mixes": 1, "present": "none", "mixes": {"none": {"label": "Nobody", "units": []}}}


HEADS = [
    "call received,arrival", "Call_Received_Time,First_Unit_Arrived", "seconds", "response time (min)", "dispatched,on scene",
    "Incident Number,call received,arrived,Priority", "a,b", "", "call,call,arrival", "received;on scene", "time of call\tarrival",
]  # fmt: skip
CELLS = [
    "2026-01-05 10:00:00", "2026-01-05T10:04:10", "1/5/2026 10:03 AM", "13.01.2026 9:59", "5-Jan-2026 14:03", "23:58", "0:04",
    "240", "4:10", "-3", "1e9", "9" * 400, "inf", "nan", "0x10", "", " ", "Jane Doe", "=1+1", '"', '""', "2026-02-30 10:00",
    "0000-00-00 00:00", "9999-12-31 23:59:59", "24:00", "12:00 PM", "12:00 AM", "10:00:00.123456789", "10:00 +14:00", "\u0661:00",
    "\u202e", "x" * 200000, "1,234", "3.5 min", "100000", "99999999999999999999:00", "00:00",
]  # fmt: skip


def log_case(head: int, cells: Sequence[int], changes: Sequence[Change], option: int) -> Case:
    """Return a case of a call log."""
    title = HEADS[head % len(HEADS)]
    sign = next((s for s in (";", "\t") if s in title), ",")
    width = title.count(sign) + 1
    rows = [sign.join(CELLS[c % len(CELLS)] for c in cells[i : i + width]) for i in range(0, len(cells), width)]
    good = [
        sign.join(["2026-01-05 10:00:00", f"2026-01-05 10:{m:02}:30"][:width] + ["7"] * (width - 2))
        for m in range(1, 40)
    ]
    content = "\n".join([title, *rows, *(good if head % 3 else [])]).encode("utf-8", errors="surrogatepass")
    for change in changes:
        content = spoil(content, *change)
    options = [
        (), ("--call", "a", "--arrival", "b"), ("--seconds", title.split(sign)[0]), ("--kind", "Priority=7"), ("--kind", "x"),
        ("--service", "ems"), ("--incident", "Incident Number"), ("--call", "", "--json"), ("--json",),
    ]  # fmt: skip
    return Case(
        "log", (("log.csv", content),), ("import", "log.csv", *options[option % len(options)]), False, tuple(changes)
    )


@cache
def _options() -> dict[str, list[str]]:
    return {
        name: [o for p in verb.params for o in p.opts if o.startswith("-")]
        for name, verb in command_line.commands.items()
    }


PATHS = [
    "plan.yaml", "scenario.yaml", "mixes.yaml", "log.csv", ".", "..", "nowhere.yaml", "/dev/null", "/dev/zero", "x" * 256,
    "x/" * 2500, "-", "--", "", "fresh", "a/b/c", "\x1b[31m", "\udce9cole", "\u202e.yaml", "[/b]", "~", "scenario.yaml/x",
]  # fmt: skip


def command_case(verb: int, words: Sequence[tuple[int, int]]) -> Case:
    """Return a case of a command line; what would play for long gets options that forbid it."""
    verbs = [*_options(), "chekc", "", "--help", "--version", "-h", "\x07"]
    name = verbs[verb % len(verbs)]
    made: list[str] = [name]
    options = _options().get(name, ["--json"]) or ["--json"]
    for kind, number in words:
        match kind % 5:
            case 0 | 1:
                made.append(PATHS[number % len(PATHS)])
            case 2:
                made.append(options[number % len(options)])
            case 3:
                made += [options[number % len(options)], NUMBERS[number % len(NUMBERS)]]
            case _:
                made += [options[number % len(options)], TEXTS[number % len(TEXTS)]]
    if name in ("demo", "verify"):
        made.append("--no-such-option")
    if name in ("compare",):
        made += ["--runs", "1", "--workers", "1", "--no-open"]
    return Case(
        "command",
        (*sound("plan"), ("log.csv", b"seconds\n" + b"240\n250\n" * 20)),
        tuple(w.replace("\0", "") for w in made),
    )


_small = st.integers(0, 10**6)
_changes = st.lists(st.tuples(_small, _small, _small), min_size=1, max_size=3)


def cases(kind: str) -> st.SearchStrategy[Case]:
    """Return the strategy of one of KINDS."""
    if kind == "log":
        some = st.lists(_small, max_size=30)
        return st.builds(log_case, _small, some, st.lists(st.tuples(_small, _small, _small), max_size=2), _small)
    if kind == "command":
        return st.builds(command_case, _small, st.lists(st.tuples(_small, _small), max_size=5))
    often = st.sampled_from([False, False, False, True])
    if kind == "drawn":
        few = st.lists(st.tuples(_small, _small, _small), max_size=2)
        return st.builds(drawn_case, st.integers(0, 10**9), st.one_of(st.just([]), few), often)
    return st.builds(file_case, st.just(kind), _small, _changes, often, often)


def stored(folder: Path = CORPUS) -> list[Case]:
    """Return the cases that found something once."""
    found = []
    for path in sorted(folder.glob("find-*.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        files = {**dict(sound(told["base"])), **{n: bytes.fromhex(h) for n, h in told["files"].items()}}
        found.append(Case(told["kind"], tuple(files.items()), tuple(told["words"]), told["plays"]))
    return found


def store(case: Case, path: Path, problem: str) -> None:
    """Write a case as a file of the corpus: what differs from the sound files, in hexadecimal."""
    like = case.kind if case.kind in ("plan", "scenario", "mixes", "day", "large") else "plan"
    files = {n: c.hex() for n, c in case.files if dict(sound(like)).get(n) != c}
    told = {
        "kind": case.kind,
        "base": like,
        "words": case.words,
        "plays": case.plays,
        "problem": problem,
        "files": files,
    }
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def signature(problem: str) -> str:
    """Return what is the same of two finds with one cause: numbers and quoted words are left out."""
    return re.sub(r"'[^']*'|\"[^\"]*\"|-?\d[\d.,e+-]*", "_", problem)[:160]


__all__ = ["CHUNKS", "KINDS", "UNITS", "Case", "cases", "signature", "sound", "store", "stored"]
