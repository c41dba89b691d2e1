"""The marker of a results folder: by it alone a folder counts as ours, and its files may be replaced."""

from __future__ import annotations

import json
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drillsim.record.replacement import finish

MANIFEST = "manifest.json"
MARKERS = ("drillsim_results", "drillsim_assessment", "drillsim_dispatch_log", "drillsim_days", "drillsim_handout")
"""Keys of a manifest, one for each sort of results, with the version of its form."""
MOST_BYTES = 64 * 1024 * 1024


def manifest_of(folder: Path) -> Mapping[str, Any] | None:
    """Return the manifest of a results folder; None for a folder without one, or with somebody else's.

    It is ours when it is a JSON object with a key of MARKERS, a whole number as its value, and the names of its files. A change
    of files that was killed in the middle is finished first.
    """
    path = folder / MANIFEST
    try:
        finish(folder)
        told = path.stat()
        if not stat.S_ISREG(told.st_mode) or told.st_size > MOST_BYTES:
            return None
        data = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or not isinstance(data.get("files"), (dict, list)):
        return None
    if not isinstance(data.get("earlier", []), list):
        return None
    return data if any(type(data.get(key)) is int for key in MARKERS) else None


def is_results_folder(folder: Path) -> bool:
    """Return whether a folder holds results of drillsim."""
    return manifest_of(folder) is not None
