"""`drillsim report`: write the report of a stored study anew, for those inside or for the public."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, cast

import click

from drillsim.cli import terminal
from drillsim.cli.terminal import OutPath

if TYPE_CHECKING:
    from drillsim.report.page.material import Audience, Units
    from drillsim.study.results import Results


@click.command(short_help="Write the report of a stored study, for inside or for the public.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--audience",
    type=click.Choice(["internal", "public"]),
    default="internal",
    show_default=True,
    help="A public report has no plan, place, post, camera, lock, route or uncovered time.",
)
@click.option(
    "--units", type=click.Choice(["us", "metric"]), help="Lengths and paper; default: by the units of the plan file."
)
@click.option("--pdf", "as_pdf", is_flag=True, help="Also print it to PDF, by an installed Chromium, Chrome or Edge.")
@click.option("--out", type=OutPath(path_type=Path), help="File to write; default: report.html in the folder.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
def report(folder: Path, audience: str, units: str | None, as_pdf: bool, out: Path | None, as_json: bool) -> int:
    """Write the report of the study in a results FOLDER: one HTML file that opens from disk and asks nothing of the network.

    Nothing is played again but the drill that is shown. A public report is written to report-public.html, and pictures that the public may
    see to figures-public.
    """
    from drillsim.cli.reporting.gather import PUBLIC_REPORT, REPORT, report_page
    from drillsim.documents.files import shown
    from drillsim.record.marker import manifest_of
    from drillsim.record.store import SUMMARY
    from drillsim.study.rerun import add_to_folder, stored_results

    results = stored_results(folder)
    files = {name: path.read_bytes() for name in (SUMMARY, "sensitivity.csv") if (path := folder / name).exists()}
    page = report_page(
        results,
        files,
        manifest_of(folder) or {},
        audience=cast("Audience", audience),
        units=cast("Units | None", units),
    )
    if out is None:
        out = folder / (REPORT if audience == "internal" else PUBLIC_REPORT)
        add_to_folder(folder, {out.name: page} | (_public_pictures(results) if audience == "public" else {}))
    else:
        out.write_bytes(page)
    if not results.curves:
        terminal.complain(
            "Curves over time are missing: the drills of this study are not stored, or were played by another version."
        )
    marked = " (INTERNAL: keep it where only safety planners read)" if audience == "internal" else ""
    terminal.say(f"Report: {shown(out)}{marked}", err=as_json)
    printed = _pdf(folder, out, as_json=as_json) if as_pdf else None
    terminal.json_line({"report": str(out), "audience": audience, "bytes": len(page), "pdf": printed}, wanted=as_json)
    return 0


def _public_pictures(results: Results) -> dict[str, bytes]:
    from drillsim.cli.reporting.pictures import public_pictures

    return public_pictures(results, results.study) if results.study is not None else {}


def _pdf(folder: Path, page: Path, *, as_json: bool) -> str | None:
    """Print the report beside itself, and return the path of the PDF; None, and a sentence, where no browser prints it."""
    from drillsim.cli.reporting.pdf import print_pdf
    from drillsim.documents.files import shown
    from drillsim.study.rerun import add_to_folder

    pdf = page.with_suffix(".pdf")
    with TemporaryDirectory() as away:
        draft = Path(away) / pdf.name
        why = print_pdf(page, draft)
        if why:
            terminal.complain(why)
            return None
        if page.parent.resolve() == folder.resolve():
            add_to_folder(folder, {pdf.name: draft.read_bytes()})
        else:
            pdf.write_bytes(draft.read_bytes())
    terminal.say(f"PDF: {shown(pdf)}", err=as_json)
    return str(pdf)
