"""Entities of a DXF drawing as plain shapes in metres: lines, closed outlines, arcs, texts, by layer; blocks taken apart."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drillsim.escape import quoted
from drillsim.exchange.dxf import layers
from drillsim.exchange.importing.sources import fault_of, missing_extra, read_source

if TYPE_CHECKING:
    from ezdxf.document import Drawing

XY = tuple[float, float]
UNITS_M: Mapping[int, tuple[str, float]] = {
    1: ("in", 0.0254), 2: ("ft", 0.3048), 4: ("mm", 0.001), 5: ("cm", 0.01), 6: ("m", 1.0),
    8: ("microinches", 2.54e-8), 10: ("yards", 0.9144), 14: ("dm", 0.1), 21: ("US survey feet", 1200 / 3937),
}  # fmt: skip
"""$INSUNITS: name and metres. Source: the DXF reference of AutoCAD, header variables."""
BY_NAME_M = {"m": 1.0, "cm": 0.01, "mm": 0.001, "ft": 0.3048, "in": 0.0254}
MOST_SHAPES, DEEPEST_BLOCK = 200_000, 8
"""Limits against drawings that repeat themselves through blocks."""


@dataclass(frozen=True)
class Arc:
    """Swing of a door: hinge and the two ends of the arc, metres."""

    hinge: XY
    radius_m: float
    ends: tuple[XY, XY]


@dataclass(frozen=True)
class Shape:
    """One entity."""

    layer: str
    points: tuple[XY, ...]
    closed: bool = False
    arc: Arc | None = None
    text: str = ""
    group: int = 0
    """Number of the block reference that it comes from; 0 for none."""
    record: Mapping[str, Any] | None = None
    """What drillsim wrote beside it (`exchange.dxf.layers`)."""


@dataclass
class Shapes:
    """All shapes of a drawing."""

    shapes: list[Shape] = field(default_factory=list)
    unit: str = "m"
    unit_is_guess: bool = False
    skipped: dict[str, int] = field(default_factory=dict)
    """Kinds of entities that show nothing of a plan, with their number."""


def read_drawing(path: Path, units: str | None) -> Shapes:
    """Read a drawing. Raises PlanError with one fault for a file that is none (DS901), too large, or needs ezdxf (DS902)."""
    content = read_source(path)
    _refuse_others(path, content)
    try:
        import ezdxf  # noqa: F401
    except ImportError:
        raise missing_extra(path, "dxf", "ezdxf") from None
    drawing = _open(path, content)
    found = Shapes()
    budget = [MOST_SHAPES]
    raw = [s for e in drawing.modelspace() for s in _shapes(e, found.skipped, budget, 0, 0)]
    if budget[0] <= 0:
        raise fault_of(
            path, "DS004", f"the drawing has more than {MOST_SHAPES:,} lines. Save only the layers of the floor plan"
        )
    factor = _unit(drawing, raw, units, found)
    found.shapes = [_scaled(s, factor) for s in raw]
    return found


def _refuse_others(path: Path, content: bytes) -> None:
    head = content[:4096]
    if head[:4] in (b"AC10", b"AC1.", b"AC2."):
        raise fault_of(
            path, "DS902", "this is a DWG file, which only its maker's programs read. Open it there and save it as DXF"
        )
    if head.startswith(b"AutoCAD Binary DXF"):
        return
    lines = head.lstrip(b"\xef\xbb\xbf").split(b"\n")
    if not lines[0].strip().isdigit() or (b"SECTION" not in head and b"999" not in head.split()):
        raise fault_of(path, "DS901", "this is no DXF drawing: it does not begin with a SECTION", 1)
    if content.rstrip(b"\0 \t\r\n\x1a")[-3:] != b"EOF":
        last = content.count(b"\n") + 1
        raise fault_of(
            path, "DS901", "the drawing ends in the middle: its last line is not EOF. Save or copy it again", last
        )


def _open(path: Path, content: bytes) -> Drawing:
    """Open a drawing with the tolerant reader of ezdxf; whatever it cannot make sense of is one fault of the file."""
    import contextlib
    import logging

    from ezdxf import recover
    from ezdxf.lldxf.const import DXFError

    logging.getLogger("ezdxf").setLevel(logging.CRITICAL)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            if content.startswith(b"AutoCAD Binary DXF"):
                drawing, _ = recover.readfile(str(path))
            else:
                drawing, _ = recover.read(io.BytesIO(content))
    except DXFError as e:
        raise fault_of(
            path, "DS901", f"the drawing cannot be read: {quoted(e)}. Open it in CAD and save it again as DXF"
        ) from None
    except (MemoryError, RecursionError):
        raise fault_of(
            path, "DS004", "the drawing needs more memory than there is. Save only the layers of the floor plan"
        ) from None
    except Exception as e:
        told = f"the drawing cannot be read ({type(e).__name__} in ezdxf). Open it in CAD and save it again as DXF"
        raise fault_of(path, "DS901", told) from None
    return drawing


def _shapes(entity: Any, skipped: dict[str, int], budget: list[int], group: int, depth: int) -> Iterator[Shape]:
    """Yield the shapes of an entity in drawing units; a faulty entity is counted as skipped."""
    if budget[0] <= 0:
        return
    kind = entity.dxftype()
    try:
        if kind == "INSERT" and depth < DEEPEST_BLOCK:
            yield from _parts(entity, skipped, budget, group or _number(entity), depth)
            return
        found = list(_plain(entity, kind, group))
    except Exception:
        found = []
    budget[0] -= max(1, sum(len(s.points) for s in found) // 4)
    if not found:
        skipped[kind] = skipped.get(kind, 0) + 1
    yield from (s for s in found if all(math.isfinite(v) for p in s.points for v in p))


def _number(entity: Any) -> int:
    return int(entity.dxf.handle or "0", 16) or id(entity)


def _parts(entity: Any, skipped: dict[str, int], budget: list[int], group: int, depth: int) -> Iterator[Shape]:
    for part in entity.virtual_entities():
        if budget[0] <= 0:
            return
        for shape in _shapes(part, skipped, budget, group, depth + 1):
            yield replace(shape, layer=entity.dxf.layer) if shape.layer == "0" else shape


def _plain(entity: Any, kind: str, group: int) -> Iterator[Shape]:
    layer = str(entity.dxf.layer)
    record = None
    if entity.has_xdata(layers.APPLICATION):
        record = layers.from_xdata((t.code, t.value) for t in entity.get_xdata(layers.APPLICATION))

    def shape(points: Iterable[Any], **more: Any) -> Shape:
        return Shape(layer, tuple((float(p[0]), float(p[1])) for p in points), group=group, record=record, **more)

    if kind == "LINE":
        yield shape([entity.dxf.start, entity.dxf.end])
    elif kind == "LWPOLYLINE":
        yield shape(_bulged(entity.get_points("xyb"), closed=entity.closed), closed=bool(entity.closed))
    elif kind == "POLYLINE" and entity.is_2d_polyline:
        corners = [(*v.dxf.location.vec2, v.dxf.get("bulge", 0.0)) for v in entity.vertices]
        yield shape(_bulged(corners, closed=entity.is_closed), closed=bool(entity.is_closed))
    elif kind == "POLYLINE" and entity.is_3d_polyline:
        yield shape([v.dxf.location for v in entity.vertices], closed=bool(entity.is_closed))
    elif kind == "ARC":
        arc = Arc(
            (entity.dxf.center.x, entity.dxf.center.y),
            entity.dxf.radius,
            (tuple(entity.start_point.vec2), tuple(entity.end_point.vec2)),
        )
        yield shape(entity.flattening(max(entity.dxf.radius / 200, 1e-9)), arc=arc)
    elif kind == "CIRCLE":
        yield shape(list(entity.flattening(max(entity.dxf.radius / 200, 1e-9)))[:-1], closed=True)
    elif kind in ("ELLIPSE", "SPLINE"):
        yield shape(entity.flattening(0.05, 4))
    elif kind == "POINT":
        yield shape([entity.dxf.location])
    elif kind in ("TEXT", "ATTRIB"):
        yield shape([entity.get_placement()[1]], text=entity.plain_text())
    elif kind == "MTEXT":
        yield shape([entity.dxf.insert], text=entity.plain_text())


def _bulged(corners: Sequence[Sequence[float]], *, closed: bool) -> list[XY]:
    """Return the corners of a polyline with its arcs as short lines; a bulge is the tangent of a quarter of the angle."""
    found: list[XY] = []
    for i, (x, y, bulge) in enumerate(corners):
        found.append((float(x), float(y)))
        if bulge and (closed or i + 1 < len(corners)):
            nx, ny, _ = corners[(i + 1) % len(corners)]
            found += _arc_points((float(x), float(y)), (float(nx), float(ny)), float(bulge))
    return found


def _arc_points(a: XY, b: XY, bulge: float) -> list[XY]:
    """Return points between the ends of an arc, about one per 8 degrees."""
    angle = 4 * math.atan(bulge)
    count = min(90, max(1, int(abs(math.degrees(angle)) / 8)))
    # centre: from the middle of the chord, perpendicular, by half a chord over the tangent of half the angle
    half = math.tan(angle / 2)
    if abs(half) < 1e-12:
        return []
    mx, my = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
    cx, cy = mx - (b[1] - a[1]) / 2 / half, my + (b[0] - a[0]) / 2 / half
    return [
        (
            cx + (a[0] - cx) * math.cos(angle * k / count) - (a[1] - cy) * math.sin(angle * k / count),
            cy + (a[0] - cx) * math.sin(angle * k / count) + (a[1] - cy) * math.cos(angle * k / count),
        )
        for k in range(1, count)
    ]


def _unit(drawing: Drawing, shapes: Sequence[Shape], wanted: str | None, found: Shapes) -> float:
    """Return metres per unit: what the user says, else what the drawing says, else the unit that gives a building's size."""
    if wanted is not None:
        found.unit = wanted
        return BY_NAME_M[wanted]
    told = UNITS_M.get(int(drawing.header.get("$INSUNITS", 0) or 0))
    if told is not None:
        found.unit = told[0]
        return told[1]
    found.unit_is_guess = True
    xs = [p[0] for s in shapes for p in s.points] or [0.0]
    ys = [p[1] for s in shapes for p in s.points] or [0.0]
    size = max(max(xs) - min(xs), max(ys) - min(ys))
    usual = [u for u in ("m", "mm", "in", "cm", "ft") if 8.0 <= size * BY_NAME_M[u] <= 400.0]
    found.unit = usual[0] if usual else "m"
    return BY_NAME_M[found.unit]


def _scaled(shape: Shape, factor: float) -> Shape:
    if factor == 1.0:
        return shape

    def at(p: XY) -> XY:
        return p[0] * factor, p[1] * factor

    arc = shape.arc and Arc(
        at(shape.arc.hinge), shape.arc.radius_m * factor, (at(shape.arc.ends[0]), at(shape.arc.ends[1]))
    )
    return replace(shape, points=tuple(map(at, shape.points)), arc=arc)
