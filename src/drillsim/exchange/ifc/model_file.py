"""Facts of a building model file: its header is looked at here, its content in a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from drillsim.documents.files import read_head
from drillsim.escape import quoted
from drillsim.exchange.importing.sources import check_size, fault_of, missing_extra

MOST_BYTES = 128 * 1024 * 1024
"""Largest model that is read. Source: A:import.sizes."""
MOST_S = 300.0
"""Time after which reading is given up, s. Source: A:import.memory."""
SCHEMAS = ("IFC2X3", "IFC4")
"""Beginnings of the schemas that are read."""


def facts_of(path: Path) -> dict[str, Any]:
    """Return the facts of a model (`exchange.ifc.extract`).

    Raises PlanError with one fault: no such file or too large (DS002, DS004), no IFC (DS901), another schema or no
    ifcopenshell (DS902), or a process that crashed, ran out of memory or took too long (DS904).
    """
    check_size(path, MOST_BYTES)
    _check_header(path)
    if find_spec("ifcopenshell") is None:
        raise missing_extra(path, "ifc", "ifcopenshell")
    command = [sys.executable, "-P", "-m", "drillsim.exchange.ifc.child", str(path.resolve())]
    try:
        done = subprocess.run(command, capture_output=True, timeout=MOST_S, check=False, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        message = f"reading took more than {MOST_S:.0f} s and was stopped. Export only spaces, doors, stairs and walls"
        raise fault_of(path, "DS904", message) from None
    return _answer(path, done)


def _check_header(path: Path) -> None:
    head = read_head(path, 65536).decode("latin-1")
    if path.suffix.lower() in (".ifczip", ".ifcxml") or head.startswith(("PK", "<?xml")):
        raise fault_of(path, "DS902", "only plain IFC files are read. Unzip it, or export IFC2x3 or IFC4 as .ifc")
    if not head.lstrip("\ufeff\xef\xbb\xbf \t\r\n").startswith("ISO-10303-21"):
        raise fault_of(path, "DS901", "this is no IFC file: it does not begin with ISO-10303-21", 1)
    match = re.search(r"FILE_SCHEMA\s*\(\s*\(\s*'([^']*)'", head, re.IGNORECASE)
    if match is None:
        raise fault_of(
            path, "DS901", "the header names no schema (FILE_SCHEMA). Export the model again", head.count("\n") + 1
        )
    schema, line = match[1].strip().upper(), head[: match.start()].count("\n") + 1
    if not schema.startswith(SCHEMAS):
        message = f"the model is written in {quoted(schema)}; IFC2X3 and IFC4 are read. Open it in the program that wrote it and export it anew"
        raise fault_of(path, "DS902", message, line)
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4096))
        if b"END-ISO-10303-21" not in file.read():
            raise fault_of(
                path, "DS901", "the model ends in the middle: END-ISO-10303-21 is missing. Copy or export it again"
            )


def _answer(path: Path, done: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    """Return the facts that the process printed, or raise what kept it from that."""
    text = done.stdout.decode("utf-8", errors="replace").rpartition("\n")[2]
    try:
        answer = json.loads(text) if done.returncode == 0 else {}
    except ValueError:
        answer = {}
    if isinstance(answer.get("facts"), dict):
        facts: dict[str, Any] = answer["facts"]
        return facts
    if "extra" in answer:
        raise missing_extra(path, "ifc", "ifcopenshell")
    if "error" in answer:
        raise fault_of(path, "DS901", f"ifcopenshell cannot read the model: {quoted(answer['error'])}. Export it again")
    cause = (
        "used up its memory"
        if "memory" in answer or b"MemoryError" in done.stderr or b"bad_alloc" in done.stderr
        else "crashed"
    )
    message = f"the program that reads the model {cause} (code {done.returncode}). Export only spaces, doors, stairs and walls"
    raise fault_of(path, "DS904", message)
