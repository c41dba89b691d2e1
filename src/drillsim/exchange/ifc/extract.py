"""Facts of a building model by ifcopenshell, as plain data in metres; runs in a process of its own (`exchange.ifc.child`).

Only footprints leave this process: what rooms a door joins is decided in `exchange.ifc.doors`, from these facts alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import ifcopenshell
import ifcopenshell.geom
import ifcopenshell.util.element
import ifcopenshell.util.unit
import numpy as np
import shapely
from shapely import Polygon

CLOSE_M = 1e-4
"""Gap in m between triangles of one footprint that is closed. Source: assumption A:import.footprints."""
END_M = 0.25
"""Height in m above the foot and below the head of a flight that tells where it begins and ends."""
LEAST_M2 = 1e-6
"""Area in m2 below which a projected triangle stands upright and shows no floor."""


class ModelFile:
    """An opened building model with its geometry in metres and world coordinates."""

    def __init__(self, path: str) -> None:
        """Open a file. Raises what ifcopenshell raises for a file that it cannot read."""
        self.file: Any = ifcopenshell.open(path)
        self.scale = float(ifcopenshell.util.unit.calculate_unit_scale(self.file))
        self.settings = ifcopenshell.geom.settings()
        self.settings.set("use-world-coords", True)
        self.unshaped: list[str] = []

    def facts(self) -> dict[str, Any]:
        """Return everything that the import needs, JSON-ready."""
        return {
            "schema": str(self.file.schema),
            "project": next((_text(p.LongName) or _text(p.Name) for p in self.file.by_type("IfcProject")), ""),
            "north": self.north(),
            "storeys": list(self.storeys()),
            "spaces": list(self.spaces()),
            "doors": list(self.doors()),
            "voids": list(self.voids()),
            "stairs": list(self.stairs()),
            "unshaped": self.unshaped,
        }

    def north(self) -> list[float] | None:
        """Return the direction of true north in the model's plane, None where the file does not tell it."""
        for context in self.file.by_type("IfcGeometricRepresentationContext", include_subtypes=False):
            if context.TrueNorth is not None:
                return [float(v) for v in context.TrueNorth.DirectionRatios[:2]]
        return None

    def storeys(self) -> Iterator[dict[str, Any]]:
        """Yield every storey."""
        for storey in self.file.by_type("IfcBuildingStorey"):
            elevation = float(storey.Elevation or 0.0) * self.scale
            yield {"step": storey.id(), "name": _text(storey.Name), "elevation": elevation}

    def spaces(self) -> Iterator[dict[str, Any]]:
        """Yield every space with its footprint, its storey, and whether one of its boundaries is a mere line on the floor."""
        for space in self.file.by_type("IfcSpace"):
            footprint, low, _ = self._footprint(space)
            boundaries = getattr(space, "BoundedBy", None) or ()
            storey = ifcopenshell.util.element.get_container(space) or ifcopenshell.util.element.get_aggregate(space)
            while storey is not None and not storey.is_a("IfcBuildingStorey"):
                storey = ifcopenshell.util.element.get_aggregate(storey)
            yield {
                "step": space.id(),
                "name": _text(space.Name),
                "long_name": _text(space.LongName),
                "storey": storey.id() if storey else None,
                "external": "EXTERNAL"
                in (getattr(space, "InteriorOrExteriorSpace", ""), getattr(space, "PredefinedType", "")),
                "parts": footprint,
                "z": low,
                "virtual": any(b.PhysicalOrVirtualBoundary == "VIRTUAL" for b in boundaries),
            }

    def doors(self) -> Iterator[dict[str, Any]]:
        """Yield every door with the footprint of the hole in its wall and the spaces whose boundaries name it."""
        for door in self.file.by_type("IfcDoor"):
            holes = [r.RelatingOpeningElement for r in door.FillsVoids]
            footprint, low, high = self._footprint(holes[0] if holes else door)
            spaces = [
                b.RelatingSpace.id()
                for b in getattr(door, "ProvidesBoundaries", ())
                if b.RelatingSpace.is_a("IfcSpace")
            ]
            for hole in holes:
                spaces += [
                    b.RelatingSpace.id()
                    for b in getattr(hole, "ProvidesBoundaries", ()) or ()
                    if b.RelatingSpace.is_a("IfcSpace")
                ]
            storey = ifcopenshell.util.element.get_container(door)
            yield {
                "step": door.id(),
                "name": _text(door.Name),
                "width": float(door.OverallWidth or 0.0) * self.scale,
                "in_wall": bool(holes),
                "parts": footprint,
                "z": low,
                "height": high - low,
                "bounded": list(dict.fromkeys(spaces)),
                "storey": storey.id() if storey is not None and storey.is_a("IfcBuildingStorey") else None,
            }

    def voids(self) -> Iterator[dict[str, Any]]:
        """Yield every hole in a wall that no door or window fills."""
        for hole in self.file.by_type("IfcOpeningElement"):
            walls = (
                [r.RelatingBuildingElement for r in hole.VoidsElements] if isinstance(hole.VoidsElements, tuple) else []
            )
            if not hole.HasFillings and any(w.is_a("IfcWall") for w in walls):
                footprint, low, high = self._footprint(hole)
                yield {"step": hole.id(), "name": _text(hole.Name), "parts": footprint, "z": low, "height": high - low}

    def stairs(self) -> Iterator[dict[str, Any]]:
        """Yield every stair with its footprint, its height and its steps."""
        for stair in self.file.by_type("IfcStair"):
            parts = [stair, *(p for r in stair.IsDecomposedBy for p in r.RelatedObjects)]
            flights = [p for p in parts if p.is_a("IfcStairFlight")]
            shaped = [p for p in parts if p.Representation is not None and not p.is_a("IfcRailing")]
            yield {
                "step": stair.id(),
                "name": _text(stair.Name),
                "flights": [self._flight(p) for p in flights or shaped],
            }

    def _flight(self, flight: Any) -> dict[str, Any]:
        footprint, low, high = self._footprint(flight)
        vertices = self._shape(flight)[0]
        ends = (
            [vertices[vertices[:, 2] <= low + END_M], vertices[vertices[:, 2] >= high - END_M]] if len(vertices) else []
        )
        return {
            "parts": footprint,
            "z": low,
            "top": high,
            "ends": [np.round(e[:, :2].mean(axis=0), 4).tolist() for e in ends],
            "risers": _number(flight, "NumberOfRiser", "NumberOfRisers"),
        }

    def _footprint(self, thing: Any) -> tuple[list[list[list[list[float]]]], float, float]:
        """Return the footprint of an object as rings of parts, largest first, with its lowest and highest point."""
        vertices, faces = self._shape(thing)
        if not len(vertices) or not len(faces):
            return [], 0.0, 0.0
        triangles = shapely.polygons(vertices[faces][:, :, :2])
        flat = triangles[shapely.area(triangles) > LEAST_M2]
        whole = shapely.union_all(shapely.buffer(flat, CLOSE_M, join_style="mitre")).buffer(
            -CLOSE_M, join_style="mitre"
        )
        parts = sorted((p for p in shapely.get_parts(whole) if isinstance(p, Polygon)), key=lambda p: -p.area)
        return [_rings(p) for p in parts], float(vertices[:, 2].min()), float(vertices[:, 2].max())

    def _shape(self, thing: Any) -> tuple[Any, Any]:
        """Return vertices (n, 3) and triangles (m, 3) of an object; none, and its name noted, where it has no geometry."""
        try:
            shape: Any = ifcopenshell.geom.create_shape(self.settings, thing)
        except RuntimeError:
            self.unshaped.append(f"{thing.is_a()} {_text(thing.Name)}".strip())
            return np.empty((0, 3)), np.empty((0, 3), dtype=np.int64)
        vertices = np.asarray(shape.geometry.verts, dtype=np.float64).reshape(-1, 3)
        return vertices, np.asarray(shape.geometry.faces, dtype=np.int64).reshape(-1, 3)


def _rings(part: Polygon) -> list[list[list[float]]]:
    rings: Sequence[Any] = (part.exterior, *part.interiors)
    return [np.round(np.asarray(ring.coords)[:-1], 6).tolist() for ring in rings]


def _text(value: Any) -> str:
    return str(value).strip() if value is not None else ""


def _number(thing: Any, *names: str) -> float | None:
    return next((float(v) for v in (getattr(thing, n, None) for n in names) if v is not None), None)
