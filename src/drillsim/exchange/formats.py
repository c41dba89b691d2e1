"""Formats of plans that can be imported, and which of them a file is: by its ending, then by its first bytes.

Others add a format with an entry point of the group `drillsim.importers`: its name is the name of the format, and it loads
a function (path, wishes) -> draft as `exchange.importing.draft.Reader` has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, cast

from drillsim.documents.files import read_head
from drillsim.errors import closest

if TYPE_CHECKING:
    from drillsim.exchange.importing.draft import Reader

GROUP = "drillsim.importers"
"""Group of entry points."""


@dataclass(frozen=True)
class Format:
    """A format that ships: its name, what it is called, endings of its files, and where its reader stands."""

    name: str
    called: str
    endings: tuple[str, ...]
    module: str
    function: str


SHIPPED: Mapping[str, Format] = {
    f.name: f
    for f in (
        Format("dxf", "a DXF drawing", (".dxf", ".dwg"), "dxf.read", "read_dxf"),
        Format("ifc", "a building model (IFC)", (".ifc", ".ifczip", ".ifcxml"), "ifc.read", "read_ifc"),
        Format(
            "geojson",
            "GeoJSON, ArcGIS Indoors layers or IMDF",
            (".geojson", ".zip", ".imdf"),
            "geojson.read",
            "read_geojson",
        ),
        Format(
            "rooms", "a room list (CSV or Excel)", (".csv", ".xlsx", ".tsv", ".txt"), "room_list.read", "read_room_list"
        ),
    )
}
"""Formats by the name that `--format` takes."""


def format_names() -> list[str]:
    """Return the names of all formats, those of other packages last."""
    return [*SHIPPED, *sorted(e.name for e in entry_points(group=GROUP) if e.name not in SHIPPED)]


def format_of(path: Path) -> str | None:
    """Return the format that a file's ending, else its first bytes tell; a folder is GeoJSON. None where neither does."""
    if path.is_dir():
        return "geojson"
    ending = path.suffix.lower()
    named = next((f.name for f in SHIPPED.values() if ending in f.endings), None)
    others = [e.name for e in entry_points(group=GROUP) if e.name not in SHIPPED and ending == f".{e.name.lower()}"]
    return named or next(iter(others), None) or _by_content(path)


def _by_content(path: Path) -> str | None:
    try:
        head = read_head(path, 4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    except (OSError, ValueError):
        return None
    if head.startswith(b"ISO-10303-21"):
        return "ifc"
    if head.startswith((b"AutoCAD Binary DXF", b"AC10")) or (head[:1].isdigit() and b"SECTION" in head):
        return "dxf"
    return "geojson" if head.startswith(b"{") and (b"FeatureCollection" in head or b'"features"' in head) else None


def reader_of(name: str) -> Reader:
    """Return the reader of a format. Raises KeyError with the closest name for an unknown one."""
    shipped = SHIPPED.get(name)
    if shipped is not None:
        return cast("Reader", getattr(import_module(f"drillsim.exchange.{shipped.module}"), shipped.function))
    found = next((e for e in entry_points(group=GROUP) if e.name == name), None)
    if found is None:
        raise KeyError(f"no format '{name}'.{closest(name, format_names())}")
    return cast("Reader", found.load())
