"""Benchmark of the report: how long it takes to write, and how large it is.

Run `python benchmarks/report_page.py FOLDER` on the results folder of a study, such as four scenarios by six mixes by 200 drills;
it prints the CPU seconds of this process and the bytes of the page, internal (with its replays) and public.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from drillsim.cli.reporting.gather import report_page
from drillsim.record.marker import manifest_of
from drillsim.record.store import SUMMARY
from drillsim.study.rerun import stored_results


def main() -> None:
    """Write both reports of a folder in memory, and print what they cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    results, told = stored_results(folder), manifest_of(folder) or {}
    files = {SUMMARY: (folder / SUMMARY).read_bytes()}
    found = {}
    for audience in ("internal", "public"):
        begin = time.process_time()
        page = report_page(results, files, told, audience="public" if audience == "public" else "internal")
        found[audience] = {"cpu_s": round(time.process_time() - begin, 2), "bytes": len(page)}
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
