"""`drillsim edit`: draw a plan in the browser, over a scan if there is one."""

from __future__ import annotations

import signal
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from drillsim.cli import terminal
from drillsim.cli.terminal import OutPath
from drillsim.documents.files import shown

if TYPE_CHECKING:
    from drillsim.editor.session import Session


@click.command(short_help="Draw a plan in the browser, or trace it over a scan.")
@click.argument("plan", type=OutPath(path_type=Path))
@click.option("--scan", type=click.Path(path_type=Path), help="Picture (.png, .jpg) or .pdf to show behind the plan.")
@click.option("--page", type=terminal.WholeNumber(1, 10_000), default=1, show_default=True, help="Page of the PDF.")
@click.option("--units", type=click.Choice(["ft", "m"]), default="ft", show_default=True, help="Unit of a new plan.")
@click.option("--port", type=terminal.WholeNumber(0, 65_535), default=0, help="Port to listen on; default: a free one.")
@click.option("--no-open", is_flag=True, help="Print the address and do not open the browser.")
@click.option("--json", "as_json", is_flag=True, help="Print the address as a JSON object before waiting.")
def edit(plan: Path, scan: Path | None, page: int, units: str, port: int, no_open: bool, as_json: bool) -> int:
    """Draw PLAN in the browser; a file that does not exist yet starts empty.

    Everything stays on this machine: the page is served to this machine alone, and asks nothing of the network. Ctrl-C
    ends; work that was not saved is kept beside the file.
    """
    from drillsim.editor.scan import read_scan
    from drillsim.editor.server import EditorServer
    from drillsim.editor.session import Session
    from drillsim.editor.splicing import round_trip

    if plan.suffix.lower() not in (".yaml", ".yml", ".json"):
        raise click.UsageError(f"{plan}: name a file that ends in .yaml, .yml or .json")
    if not plan.parent.is_dir():
        raise click.UsageError(f"{plan}: there is no folder '{plan.parent}'. Make it first")
    round_trip()  # what saving needs is asked for before anything is drawn
    session = Session(plan, units=units)
    picture = read_scan(scan, page) if scan else None
    try:
        server = EditorServer(session, picture, port=port)
    except OSError as e:
        raise click.UsageError(f"--port {port}: {e.strerror or e}. Leave it out to take a free one") from None
    terminal.say(f"Editing {shown(plan)} at", err=as_json)
    terminal.say(f"  {server.address}", err=as_json)
    terminal.say("Leave this window open while you draw. Ctrl+S in the page saves; Ctrl-C here ends.", err=as_json)
    terminal.json_line({"address": server.address, "plan": str(plan)}, wanted=as_json)
    if not no_open:
        webbrowser.open(server.address)
    _serve(server)
    return _end(session, as_json)


def _serve(server: Any) -> None:
    """Serve until Ctrl-C or a request to end."""

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    signals = [s for name in ("SIGTERM", "SIGHUP", "SIGBREAK") if (s := getattr(signal, name, None)) is not None]
    before = {s: signal.signal(s, stop) for s in signals}
    try:
        server.serve_forever(poll_interval=0.2)
    except KeyboardInterrupt:
        pass
    finally:
        for s, action in before.items():
            signal.signal(s, action)
        server.server_close()


def _end(session: Session, as_json: bool) -> int:
    """Keep what was not saved, and say where."""
    place = session.autosave()
    if place is None:
        terminal.say("Ended.", err=as_json)
    else:
        terminal.say(f"Ended. Not everything was saved: the rest is kept in {shown(place)}.", err=as_json)
        terminal.say(f"'drillsim edit {shown(session.path)}' offers to take it.", err=as_json)
    return 0
