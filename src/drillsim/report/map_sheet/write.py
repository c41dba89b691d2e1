"""Map sheets of a plan as files: one PDF of all levels, or a PNG or SVG of one."""

from __future__ import annotations

from drillsim.plan.model import FloorPlan
from drillsim.report.chart_style import house_style, image, pdf_pages
from drillsim.report.map_sheet.layout import Units, layout_of
from drillsim.report.map_sheet.sheet import draw_sheet


def map_sheets(
    plan: FloorPlan, form: str, *, level: str | None = None, paper: str = "letter", units: Units = "us"
) -> bytes:
    """Return map sheets as 'pdf', 'png' or 'svg': the same bytes for the same plan.

    level
        Only the sheet of this level; default: all, which only 'pdf' can hold.
    """
    layout = layout_of(plan, paper=paper, units=units)
    with house_style():
        figures = [
            draw_sheet(plan, one, layout, number=number, of=len(plan.levels))
            for number, one in enumerate(plan.levels, 1)
            if level in (None, one.id)
        ]
    title = f"Map of {plan.name} (INTERNAL)"
    if form == "pdf":
        return pdf_pages(figures, title=title)
    named = next(one for one in plan.levels if level in (None, one.id))
    described = (
        f"{named.label or named.id}: rooms, doors and equipment on a grid of {layout.square_words}, true north up."
    )
    return image(figures[0], form, title=title, description=described)


__all__ = ["map_sheets"]
