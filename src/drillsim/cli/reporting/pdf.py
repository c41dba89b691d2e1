"""A page printed to PDF by a browser that is installed: Chromium, Chrome or Edge."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "chrome", "msedge")
"""What the browsers are called on the path of programs."""
_WINDOWS = (
    r"Microsoft\Edge\Application\msedge.exe",
    r"Google\Chrome\Application\chrome.exe",
    r"Chromium\Application\chrome.exe",
)
_MAC = (
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "Chromium.app/Contents/MacOS/Chromium",
)
LONGEST_S = 180
BY_HAND = (
    "No Chromium, Chrome or Edge was found to print it: open it in any browser, press Ctrl+P and choose 'Save as PDF'."
)


def browser() -> str | None:
    """Return the program of an installed browser that prints without a window; None where there is none."""
    found = next((place for name in NAMES if (place := shutil.which(name))), None)
    return found or next((str(place) for place in _usual_places() if place.is_file()), None)


def _usual_places() -> list[Path]:
    """Return where installers of Windows and macOS put the browsers."""
    folders = [os.environ.get(name) for name in ("PROGRAMFILES(X86)", "PROGRAMFILES", "LOCALAPPDATA")]
    windows = [Path(folder) / name for folder in folders if folder for name in _WINDOWS]
    return [*windows, *(Path("/Applications") / name for name in _MAC)]


def print_pdf(page: Path, pdf: Path) -> str:
    """Print a page to PDF, and return '' or the sentence that says why it was not printed."""
    program = browser()
    if program is None:
        return BY_HAND
    with tempfile.TemporaryDirectory() as home:
        draft = Path(home) / "report.pdf"
        words = [
            program,
            "--headless",
            "--disable-gpu",
            "--no-first-run",
            f"--user-data-dir={home}",
            "--no-pdf-header-footer",
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            words.append(
                "--no-sandbox"
            )  # Chromium refuses the administrator otherwise; the page runs nothing but our script
        try:
            done = subprocess.run(
                [*words, f"--print-to-pdf={draft}", page.resolve().as_uri()],
                capture_output=True, timeout=LONGEST_S, check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as problem:
            return f"{Path(program).name} could not print it ({type(problem).__name__}): open it in a browser and press Ctrl+P."
        if not draft.exists():
            return f"{Path(program).name} printed nothing (exit code {done.returncode}): open it in a browser and press Ctrl+P."
        shutil.copyfile(draft, pdf)
    return ""
