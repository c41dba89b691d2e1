"""Writer of plans in DXF, to be corrected in CAD and read again; `exchange.dxf.layers` tells what stands where."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from drillsim.errors import PlanError
from drillsim.escape import one_line
from drillsim.exchange.dxf import layers
from drillsim.exchange.plan_records import DRAWN_SECTIONS, Record, document_in_metres, records_of
from drillsim.plan.model import FloorPlan, Space
from drillsim.plan.outlines import floor_of

if TYPE_CHECKING:
    from ezdxf.layouts.layout import Modelspace

TEXT_M = 0.5
"""Height of the texts in the drawing, m."""
LONGEST_TEXT = 250
"""Characters of a text in the drawing, which DXF limits; the record has all of them."""
COLOURS = {
    layers.LEVEL: 8, layers.ROOMS: 7, layers.HOLES: 8, layers.NAMES: 7, layers.DOORS: 3, layers.EXITS: 1,
    layers.FLIGHTS: 6, layers.POINTS: 30,
}  # fmt: skip
"""Colour of each kind of layer by its number in AutoCAD's index."""
_KINDS = {"spaces": layers.ROOMS, "openings": layers.DOORS, "stairs": layers.FLIGHTS, "ramps": layers.FLIGHTS}


def dxf(plan: FloorPlan) -> bytes:
    """Return a plan as a DXF drawing in metres (AutoCAD 2010 and later), the same bytes each time.

    Raises PlanError where ezdxf is not installed.
    """
    try:
        from ezdxf.filemanagement import new
    except ImportError:
        raise PlanError("DXF needs ezdxf. Install it with: pip install 'drillsim[dxf]'") from None
    with _no_dates():
        drawing = new("R2010", units=layers.METRES)
        drawing.header["$PDMODE"], drawing.header["$PDSIZE"] = 34, 0.4
        drawing.appids.add(layers.APPLICATION)
        drawing.layers.add(layers.PLAN, color=8)
        for number in range(len(plan.levels)):
            for kind, colour in COLOURS.items():
                drawing.layers.add(layers.layer_name(number, kind), color=colour)
        _draw(plan, drawing.modelspace())
        content = io.StringIO()
        drawing.write(content)
    text: bytes = drawing.encode(content.getvalue())
    return text


@contextmanager
def _no_dates() -> Iterator[None]:
    """Let ezdxf write fixed dates and identifiers within the block, so that equal plans are equal bytes."""
    from ezdxf import options  # type: ignore[attr-defined]  # public, but not by its own __all__

    before = options.write_fixed_meta_data_for_testing
    options.write_fixed_meta_data_for_testing = True
    try:
        yield
    finally:
        options.write_fixed_meta_data_for_testing = before


def _draw(plan: FloorPlan, drawing: Modelspace) -> None:
    told = document_in_metres(plan)
    other = {key: value for key, value in told.items() if key not in (*DRAWN_SECTIONS, "levels")}
    west, north = min(x for s in plan.spaces for x, _ in s.polygon), max(y for s in plan.spaces for _, y in s.polygon)
    _text(drawing, plan.name, (west, north + 4 * TEXT_M), layers.PLAN).set_xdata(
        layers.APPLICATION, layers.to_xdata("plan", other)
    )
    numbers = {level.id: number for number, level in enumerate(plan.levels)}
    for number, (level, data) in enumerate(zip(plan.levels, told["levels"], strict=True)):
        at = (west, north + 2 * TEXT_M)
        title = _text(drawing, level.label or level.id, at, layers.layer_name(number, layers.LEVEL))
        title.set_xdata(layers.APPLICATION, layers.to_xdata("levels", data))
    for record in records_of(plan):
        _draw_record(drawing, record, numbers[record.level])
    for space in plan.spaces:
        _text(drawing, space.name, _inside(space), layers.layer_name(numbers[space.level], layers.NAMES), centred=True)


def _draw_record(drawing: Modelspace, record: Record, level: int) -> None:
    """Draw one object with its record."""
    kind = _KINDS.get(record.section, layers.POINTS)
    if record.data.get("kind") == "exit" and record.section == "openings":
        kind = layers.EXITS
    there = {"layer": layers.layer_name(level, kind)}
    if record.section == "spaces":
        entity: Any = drawing.add_lwpolyline(record.points, close=True, dxfattribs=there)
        for hole in record.holes:
            drawing.add_lwpolyline(hole, close=True, dxfattribs={"layer": layers.layer_name(level, layers.HOLES)})
    elif len(record.points) > 1:
        foot, head = record.points
        entity = drawing.add_line(foot, head, dxfattribs=there)
    else:
        entity = drawing.add_point(record.points[0], dxfattribs=there)
    entity.set_xdata(layers.APPLICATION, layers.to_xdata(record.section, record.data))


def _text(drawing: Modelspace, text: str, at: tuple[float, float], layer: str, *, centred: bool = False) -> Any:
    """Draw a text on one line; a percent sign in pairs would begin a code of AutoCAD's, so such pairs are parted."""
    shown = one_line(text)[:LONGEST_TEXT].replace("%%", "% %").replace("^", "^ ") or " "
    entity = drawing.add_text(shown, height=TEXT_M, dxfattribs={"layer": layer})
    entity.dxf.insert = at
    if centred:
        from ezdxf.enums import TextEntityAlignment

        entity.set_placement(at, align=TextEntityAlignment.MIDDLE_CENTER)
    return entity


def _inside(space: Space) -> tuple[float, float]:
    point = floor_of(space.polygon, space.holes).representative_point()
    return float(point.x), float(point.y)


__all__ = ["dxf"]
