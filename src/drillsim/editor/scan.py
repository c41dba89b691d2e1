"""The scan behind the plan: a picture, or a page of a PDF with its lines and closed loops, and its place on the plan.

The place is kept beside the scan, in a small JSON file, so that a scan lies where it lay the next time. A drill never needs it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from drillsim.documents.files import read_bounded, shown
from drillsim.editor.vector_page import loops_of, segments_of
from drillsim.errors import DrillsimError, Fault, PlanError

MOST_BYTES = 60 * 1024 * 1024
"""Largest file of a scan."""
RENDERED_DPI = 150
"""Dots per inch at which a page of a PDF is drawn."""
MOST_PIXELS = 40_000_000
"""Largest picture: pixels of a sheet of A0 at 150 dots per inch, and some."""
PLACE = ".place.json"
"""Ending, behind the name of the scan, of the file that says where it lies."""
FIRST_PER_PIXEL_M = 0.02
"""Metres of a pixel until the scale is set."""


@dataclass
class Scan:
    """A picture behind the plan.

    picture, kind, size_px
        The bytes, their media type, and width and height in pixels.
    lines, loops
        Lines and closed outlines of a PDF's page, in pixels from the upper left corner.
    """

    path: Path
    picture: bytes
    kind: str
    size_px: tuple[int, int]
    lines: list[list[float]] = field(default_factory=list)
    loops: list[list[list[float]]] = field(default_factory=list)
    at: dict[str, float] = field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """Return what the page needs to know of the scan."""
        return {
            "name": self.path.name, "width": self.size_px[0], "height": self.size_px[1], "lines": self.lines,
            "loops": self.loops, **self.at,
        }  # fmt: skip

    def place(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Keep where the scan lies, beside it: metres per pixel, and the plan's point of its upper left corner."""
        at = {
            k: float(given[k]) for k in ("metres_per_pixel", "left_m", "top_m") if isinstance(given.get(k), int | float)
        }
        if len(at) != 3 or not 1e-5 < at["metres_per_pixel"] < 100 or max(abs(at["left_m"]), abs(at["top_m"])) > 1e5:
            raise PlanError("this scale cannot be used. Choose two points farther apart and the distance between them")
        self.at = at
        _place_file(self.path).write_text(json.dumps({"drillsim_scan": 1, **at}) + "\n", encoding="utf-8")
        return self.facts()


def read_scan(path: Path, page: int = 1) -> Scan:
    """Return the scan of a PNG or JPEG file, or of a page of a PDF. Raises PlanError where it is none of these."""

    def refuse(code: str, message: str) -> DrillsimError:
        return PlanError(faults=[Fault(code, shown(path), 0, 0, message)])

    raw = read_bounded(path, MOST_BYTES, refuse, missing="no such file")
    if raw.startswith(b"%PDF"):
        scan = _of_pdf(path, raw, page, refuse)
    elif raw.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        size = _size(raw)
        if size is None or size[0] * size[1] > MOST_PIXELS or min(size) < 1:
            raise refuse(
                "DS004",
                f"this picture is broken, or has more than {MOST_PIXELS // 1_000_000} million pixels. Save it smaller",
            )
        scan = Scan(path, raw, "image/png" if raw[0] == 0x89 else "image/jpeg", size)
    else:
        raise refuse("DS002", "a scan is a PNG, JPEG or PDF file. Save or print it as one of these")
    scan.at = _read_place(path, scan)
    return scan


def _size(raw: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG or JPEG picture from its head; None where it is broken."""
    if raw[0] == 0x89:
        return (
            (int.from_bytes(raw[16:20]), int.from_bytes(raw[20:24]))
            if raw[12:16] == b"IHDR" and len(raw) > 24
            else None
        )
    i = 2
    while i + 9 < len(raw) and raw[i] == 0xFF:
        marker, length = raw[i + 1], int.from_bytes(raw[i + 2 : i + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(raw[i + 7 : i + 9]), int.from_bytes(raw[i + 5 : i + 7])
        i += 2 + length if marker != 0xFF else 1
    return None


def _of_pdf(path: Path, raw: bytes, page: int, refuse: Any) -> Scan:
    try:
        import pdfplumber
        import pypdfium2 as pdfium
    except ImportError:
        raise PlanError("PDF files need the extra [edit]: pip install 'drillsim[edit]'") from None
    try:
        with pdfium.PdfDocument(raw) as document:
            count = len(document)
            if not 1 <= page <= count:
                raise refuse("DS002", f"there is no page {page}; the file has {count}. Choose another with --page")
            sheet = document[page - 1]
            wide, high = sheet.get_size()
            scale = min(RENDERED_DPI / 72, (MOST_PIXELS / max(wide * high, 1.0)) ** 0.5)
            image = sheet.render(scale=scale).to_pil()
        out = BytesIO()
        image.save(out, "PNG")
        with pdfplumber.open(BytesIO(raw), pages=[page]) as document:
            sheet = document.pages[0]
            drawn: Sequence[Any] = [*sheet.lines, *sheet.rects, *sheet.curves]
            segments = segments_of(drawn, scale)
    except DrillsimError:
        raise
    except Exception as e:
        raise refuse(
            "DS002", f"this PDF cannot be read: {type(e).__name__}. Print it to a new PDF, or save a picture"
        ) from None
    return Scan(
        path, out.getvalue(), "image/png", image.size, segments, loops_of(segments, image.size[0] * image.size[1])
    )


def _place_file(path: Path) -> Path:
    return path.with_name(path.name + PLACE)


def _read_place(path: Path, scan: Scan) -> dict[str, float]:
    try:
        data = json.loads(_place_file(path).read_text(encoding="utf-8"))
        return {k: float(data[k]) for k in ("metres_per_pixel", "left_m", "top_m")}
    except (OSError, ValueError, KeyError, TypeError):
        return {"metres_per_pixel": FIRST_PER_PIXEL_M, "left_m": 0.0, "top_m": scan.size_px[1] * FIRST_PER_PIXEL_M}
