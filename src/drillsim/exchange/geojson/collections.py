"""Features of GeoJSON files, a folder or a zip of them, without any meaning yet."""

from __future__ import annotations

import json
import math
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

from drillsim.documents.files import is_folder
from drillsim.escape import quoted
from drillsim.exchange.geojson import fields
from drillsim.exchange.importing.sources import MOST_BYTES, fault_of, read_source

ENDINGS = (".geojson", ".json", ".imdf")
MOST_FILES, MOST_FEATURES = 200, 100_000
XY = tuple[float, float]


@dataclass(frozen=True)
class Feature:
    """One feature: the name of its file without ending, its id, geometry type, coordinates and properties."""

    layer: str
    id: str
    kind: str
    coordinates: Any
    properties: Mapping[str, Any]
    feature_type: str = ""
    """Of an IMDF feature."""


@dataclass
class Collections:
    """All features of the files named, and what they say of themselves."""

    features: list[Feature] = field(default_factory=list)
    member: Mapping[str, Any] | None = None
    """What drillsim wrote beside the features (`exchange.geojson.fields`)."""
    crs: str = ""
    """Name of a coordinate system that is not longitude and latitude."""
    manifest: Mapping[str, Any] | None = None
    """The manifest of an IMDF archive."""


def read_collections(path: Path) -> Collections:
    """Read a GeoJSON file, a folder or a zip. Raises PlanError with one fault."""
    found = Collections()
    for name, content in _files(path):
        _add(found, path, name, content)
        if len(found.features) > MOST_FEATURES:
            raise fault_of(path, "DS004", f"there are more than {MOST_FEATURES:,} features. Export one building")
    if not found.features:
        raise fault_of(path, "DS903", "there are no features. Export levels, units and openings as GeoJSON")
    return found


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    if is_folder(path):
        names = sorted(p for p in path.iterdir() if p.suffix.lower() in ENDINGS)
        if not names or len(names) > MOST_FILES:
            raise fault_of(path, "DS903", f"the folder holds {len(names)} GeoJSON files; 1 to {MOST_FILES} are read")
        left = MOST_BYTES
        for name in names:
            content = read_source(name, left)
            left -= len(content)
            yield name.name, content
        return
    content = read_source(path)
    if not content.startswith(b"PK"):
        yield path.name, content
        return
    yield from _unzipped(path, content)


def _unzipped(path: Path, content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the GeoJSON files of a zip; no more is unpacked than may be read, whatever its table says."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = [
                i for i in archive.infolist() if PurePosixPath(i.filename).suffix.lower() in ENDINGS and not i.is_dir()
            ]
            if len(names) > MOST_FILES:
                raise fault_of(
                    path, "DS004", f"the archive holds {len(names):,} GeoJSON files; at most {MOST_FILES} are read"
                )
            left = MOST_BYTES
            for info in sorted(names, key=lambda i: i.filename):
                with archive.open(info) as file:
                    part = file.read(left + 1)
                left -= len(part)
                if left < 0:
                    raise fault_of(path, "DS004", f"unpacked, the archive has more than {MOST_BYTES / 1e6:,.0f} MB")
                yield PurePosixPath(info.filename).name, part
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as e:
        raise fault_of(path, "DS901", f"the archive cannot be unpacked: {quoted(e)}. Copy or export it again") from None
    except zlib.error:
        raise fault_of(
            path, "DS901", "the archive cannot be unpacked: its content is damaged. Copy or export it again"
        ) from None


def _add(found: Collections, path: Path, name: str, content: bytes) -> None:
    data = _parsed(path, name, content)
    layer = PurePosixPath(name).stem
    if data.get("type") not in ("FeatureCollection", "Feature"):
        if layer.lower() == "manifest":
            found.manifest = data
            return
        raise fault_of(path, "DS901", f"{_in(path, name)}this is no GeoJSON: it is no FeatureCollection", 1)
    if isinstance(data.get(fields.MEMBER), dict):
        found.member = {**data[fields.MEMBER], **(found.member or {})}
    found.crs = found.crs or _crs(data.get("crs"))
    features = data.get("features") if data["type"] == "FeatureCollection" else [data]
    if not isinstance(features, list):
        raise fault_of(path, "DS901", f"{_in(path, name)}'features' is no list", 1)
    for k, thing in enumerate(features):
        feature = _feature(layer, k, thing)
        if feature is not None:
            found.features.append(feature)


def _parsed(path: Path, name: str, content: bytes) -> Mapping[str, Any]:
    try:
        text = content.decode("utf-8-sig")
        data = json.loads(text, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise fault_of(path, "DS901", f"{_in(path, name)}this is no text in UTF-8") from None
    except json.JSONDecodeError as e:
        raise fault_of(path, "DS901", f"{_in(path, name)}this is no JSON: {e.msg}", e.lineno, e.colno) from None
    except RecursionError:
        raise fault_of(path, "DS004", f"{_in(path, name)}lists are nested too deeply") from None
    except ValueError as e:
        raise fault_of(path, "DS901", f"{_in(path, name)}{quoted(e)}") from None
    if not isinstance(data, dict):
        raise fault_of(path, "DS901", f"{_in(path, name)}this is no GeoJSON: it is no FeatureCollection", 1)
    return data


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")


def _in(path: Path, name: str) -> str:
    """Return the start of a message about one file of several."""
    return "" if path.name == name else f"{quoted(name)}: "


def _crs(crs: Any) -> str:
    """Return the name of a coordinate system other than longitude and latitude, as older GeoJSON tells it."""
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    return "" if not name or name.upper().endswith(("CRS84", ":4326", "WGS84")) else name


def _feature(layer: str, number: int, thing: Any) -> Feature | None:
    """Return a feature with a geometry of finite numbers, or one that IMDF lets be without; None for anything else."""
    if not isinstance(thing, dict):
        return None
    shape = thing.get("geometry")
    properties = thing.get("properties")
    kept = properties if isinstance(properties, dict) else {}
    id_ = thing.get("id", kept.get("id", number))
    kind = shape.get("type") if isinstance(shape, dict) else None
    coordinates = shape.get("coordinates") if isinstance(shape, dict) else None
    if isinstance(kind, str) and not _finite(coordinates, 0):
        return None
    told = str(thing.get("feature_type", ""))
    return Feature(layer, str(id_), kind if isinstance(kind, str) else "", coordinates, kept, told)


def _finite(value: Any, depth: int) -> bool:
    """Return whether coordinates are lists of points of at least two finite numbers."""
    if not isinstance(value, list) or depth > 4 or not value:
        return False
    if isinstance(value[0], (int, float)):
        return len(value) >= 2 and all(
            isinstance(v, (int, float)) and not isinstance(v, bool) and math.isfinite(v) for v in value
        )
    return all(_finite(v, depth + 1) for v in value)


def points_of(feature: Feature) -> Iterator[Sequence[float]]:
    """Yield every position of a feature."""
    stack = [feature.coordinates] if feature.coordinates else []
    while stack:
        value = stack.pop()
        if isinstance(value[0], list):
            stack += value
        else:
            yield value
