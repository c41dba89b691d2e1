"""Reader of plans in GeoJSON: drillsim's own, ArcGIS Indoors layers, IMDF; one file, a folder or a zip."""

from __future__ import annotations

from pathlib import Path

from drillsim.exchange.geojson.collections import read_collections
from drillsim.exchange.geojson.native import read_native
from drillsim.exchange.geojson.venue import read_venue
from drillsim.exchange.importing.draft import Draft, Wishes


def read_geojson(path: Path, wishes: Wishes) -> Draft:
    """Read GeoJSON as a draft. Raises PlanError with one fault."""
    found = read_collections(path)
    draft = Draft(name=path.stem or "venue", source=path.name)
    if found.member is not None:
        read_native(draft, found)
        draft.counts = {"spaces": len(draft.spaces), "openings": len(draft.openings), "stairs": len(draft.stairs)}
    else:
        read_venue(draft, path, found, wishes)
    return draft
