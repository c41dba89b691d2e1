"""Play the benchmark, write its page, or score another tool's table.

PYTHONPATH=src:benchmarks python -m school_response play --out ours.csv
PYTHONPATH=src:benchmarks python -m school_response score theirs.csv
PYTHONPATH=src:benchmarks python -m school_response page
"""

from __future__ import annotations

import argparse
from pathlib import Path

from drillsim.gate.play import Player
from school_response.cases import BUILDINGS, DRILLS, INCIDENTS, TABLE, play, read, rows_of, write
from school_response.page import write_page
from school_response.score import score


def main() -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="school_response", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    playing = verbs.add_parser("play", help="play the cases and write their table")
    playing.add_argument("--building", choices=BUILDINGS, action="append", help="only this one; may be repeated")
    playing.add_argument("--incident", choices=INCIDENTS, action="append", help="only this one; may be repeated")
    playing.add_argument("--drills", type=int, default=DRILLS)
    playing.add_argument("--workers", type=int, default=1)
    playing.add_argument("--out", type=Path, default=TABLE)
    scoring = verbs.add_parser("score", help="set another tool's table beside the committed one")
    scoring.add_argument("file", type=Path)
    verbs.add_parser("page", help="write docs/school_response.md from the committed table")
    given = parser.parse_args()
    if given.verb == "score":
        print(score(read(), read(given.file)))
    elif given.verb == "page":
        write_page(read())
    else:
        _play(given)


def _play(given: argparse.Namespace) -> None:
    rows = []
    for building in given.building or BUILDINGS:
        for incident in given.incident or INCIDENTS:
            record = play(building, incident, drills=given.drills, player=Player(given.workers))
            rows += list(rows_of(record, given.drills))
            print(f"{building}, {incident}", flush=True)
    with given.out.open("w", encoding="utf-8", newline="") as file:
        write(rows, file)


if __name__ == "__main__":
    main()
