"""`drillsim import log`: fit the delay law of police, ambulance or fire service to a dispatch log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from drillsim.cli import terminal
from drillsim.cli.terminal import OutPath

if TYPE_CHECKING:
    from drillsim.analysis.delay_fit import DelayLaw
    from drillsim.exchange.dispatch_log.read import CallLog
    from drillsim.quantities import Spread

SERVICES = {"police": "police", "ems": "an ambulance", "fire-service": "a fire engine"}


@click.command("log", short_help="Fit police, EMS or fire delays to your own dispatch log.")
@click.argument("log", type=click.Path(path_type=Path))
@click.option("--call", metavar="COLUMN", help="Column of the time of the call; default: recognised by its name.")
@click.option("--arrival", metavar="COLUMN", help="Column of the first arrival; default: recognised by its name.")
@click.option("--seconds", metavar="COLUMN", help="Column of the time from call to arrival (seconds or m:ss), instead.")
@click.option(
    "--incident", metavar="COLUMN", help="Column of the incident number: of its rows the first arrival counts."
)
@click.option("--kind", "kinds", multiple=True, metavar="COLUMN=VALUE", help="Only rows with this value; repeatable.")
@click.option(
    "--service", type=click.Choice(list(SERVICES)), default="police", show_default=True, help="Who arrives in this log."
)
@click.option("--out", type=OutPath(path_type=Path), help="Folder for a figure; default: nothing is written.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
def import_log(
    log: Path,
    call: str | None,
    arrival: str | None,
    seconds: str | None,
    incident: str | None,
    kinds: tuple[str, ...],
    service: str,
    out: Path | None,
    as_json: bool,
) -> None:
    """Fit a delay law to the calls of LOG, a CSV file of your dispatch system, and print it as a scenario takes it.

    Only times are read: no other cell is shown, kept or written. Rows that cannot be used are told with the reason.
    """
    if seconds and (call or arrival):
        raise click.UsageError("--seconds stands for --call and --arrival. Give the one or the others")
    from drillsim.analysis.delay_fit import fit_delays
    from drillsim.cli.results_folder import probe, results_folder, say_kept
    from drillsim.exchange.dispatch_log.columns import Choice
    from drillsim.exchange.dispatch_log.read import read_call_log

    folder = results_folder(out, "") if out else None
    wanted = Choice(call=call, arrival=arrival, seconds=seconds, incident=incident, kinds=_pairs(kinds))
    calls = read_call_log(log, wanted)
    _refuse_few(calls)
    law = fit_delays(calls.delays_s)
    _refuse_wild(calls, law)
    if folder is not None:
        probe(folder)
    data = _data(calls, law, service)
    if folder is not None:
        _store(calls, law, service, data, folder)
    terminal.faults([*calls.faults(), *_doubts(calls, law)], err=True)
    _print(calls, law, service, err=as_json)
    if folder is not None:
        say_kept("Figure", folder, err=as_json)
    terminal.json_line(data, wanted=as_json)


def _pairs(kinds: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for text in kinds:
        column, sign, value = text.partition("=")
        if not sign or not column.strip():
            raise click.UsageError(f"--kind {text}: write COLUMN=VALUE, such as --kind Priority=1")
        pairs.append((column.strip(), value.strip()))
    return tuple(pairs)


def _refuse_few(calls: CallLog) -> None:
    """Raise DS702, with the reasons why rows were not used, for a log with too few calls to estimate a spread."""
    from drillsim.analysis.delay_fit import LEAST_CALLS
    from drillsim.errors import DrillsimError, Fault

    found = len(calls.delays_s)
    if found >= LEAST_CALLS:
        return
    remedy = (
        "Take a longer log, or one of several schools nearby; until then use a preset or write "
        "{low: 3 min, usual: 5 min, high: 12 min} with times of your own"
    )
    if calls.rows and calls.other_kind == calls.rows:
        remedy = "No row holds what --kind asks for: values are compared whole, without regard to case"
    message = (
        f"{terminal.counted(found, 'usable call')} of {terminal.counted(calls.rows, 'row')}{_rest(calls)}; at least "
        f"{LEAST_CALLS} are needed to tell a spread. {remedy}"
    )
    fault = Fault("DS702", calls.file, calls.columns.line, 1, message)
    raise DrillsimError(faults=[fault, *calls.faults()])


def _refuse_wild(calls: CallLog, law: DelayLaw) -> None:
    from drillsim.errors import DrillsimError, Fault
    from drillsim.quantities import MAX_SIGMA

    if law.log_sd > MAX_SIGMA:
        message = (
            f"the delays spread over so many powers of ten (sigma {law.log_sd:.1f}; at most {MAX_SIGMA:g}) that they "
            "can hardly be responses. Check the columns, or choose one kind of call with --kind COLUMN=VALUE"
        )
        raise DrillsimError(faults=[Fault("DS704", calls.file, calls.columns.line, 1, message)])


def _doubts(calls: CallLog, law: DelayLaw) -> list[Any]:
    from drillsim.analysis.delay_fit import doubts
    from drillsim.errors import Fault

    return [Fault("DS704", calls.file, calls.columns.line, 1, text, "warning") for text in doubts(law)]


def _columns(calls: CallLog) -> str:
    columns = calls.columns
    return f"'{columns.start}' to '{columns.end}'" if columns.end else f"'{columns.start}'"


def _print(calls: CallLog, law: DelayLaw, service: str, *, err: bool) -> None:
    from drillsim.quantities import clock

    unit = " (in minutes)" if calls.columns.in_minutes else ""
    median, sigma = law.median, law.sigma
    words = (
        f"Lognormal: median {clock(law.median_s)} (95 % interval {clock(median.low or 0)} to {clock(median.high or 0)}), "
        f"sigma {law.log_sd:.2f} ({sigma.low:.2f} to {sigma.high:.2f})."
    )
    pasted = [f"{service}: {{law: {law.written(clipped=clipped)}}}" for clipped in (False, True)]
    for text in (
        f"{calls.file}: {terminal.counted(law.n, 'call')} of {terminal.counted(calls.rows, 'row')}{_rest(calls)}.",
        f"  Times: {_columns(calls)}{unit}.\n",
        _table(law, service),
        "",
        terminal.wrapped(words),
        terminal.wrapped(_fit_words(law)),
        f"\nPaste into the scenario:\n\n{pasted[0]}\n",
        f"or, never faster or slower than any call of this log:\n\n{pasted[1]}\n",
        terminal.wrapped(_meaning(calls, service)),
    ):
        terminal.say(text, err=err)


def _rest(calls: CallLog) -> str:
    """Return the phrases that account for the rows that were not counted as calls."""
    further = f"{calls.further_units} for further units of an incident ('{calls.columns.incident}')"
    parts = [
        f"{terminal.counted(len(calls.unused), 'row')} not used" if calls.unused else "",
        f"{calls.other_kind} of another kind" if calls.other_kind else "",
        further if calls.further_units else "",
    ]
    return "".join(f", {p}" for p in parts if p)


def _table(law: DelayLaw, service: str) -> str:
    from drillsim.quantities import clock

    rows: list[tuple[str, list[float]]] = [
        ("Your log", [law.half_s, law.most_s, law.least_s, law.greatest_s]),
        ("Law fitted to it", [law.median_s, law.quantile_s(0.9)]),
    ]
    rows += [(f"Shipped: {n}", [s.quantile(0.5), s.quantile(0.9)]) for n, s in _shipped(service).items()]
    head = f"{'':29}{'half by':>12}{'9 of 10 by':>12}{'fastest':>12}{'slowest':>12}"
    return "\n".join([head, *(f"{name:29}" + "".join(f"{clock(v):>12}" for v in values) for name, values in rows)])


def _fit_words(law: DelayLaw) -> str:
    """Return how well the law fits, in a sentence or two."""
    from drillsim.analysis.wording import p_words

    told = f"p {p_words(law.p)}, largest gap {100 * law.gap:.1f} of 100 calls"
    if law.verdict == "good":
        return f"Fit: good, no further from the log than chance alone would bring it ({told})."
    if law.verdict == "close":
        return f"Fit: close; further from the log than by chance, but by little ({told})."
    return (
        f"Fit: poor ({told}). Look at the figure (--out FOLDER) before you use it. Several kinds of calls in one log are "
        "the usual reason: choose one with --kind COLUMN=VALUE."
    )


def _meaning(calls: CallLog, service: str) -> str:
    begin = "from dispatch, not from the call," if calls.columns.from_dispatch else "from the call"
    text = f"The law runs {begin} to the arrival of {SERVICES[service]} and holds for calls such as those of this log."
    if service == "police":
        text += " A log of routine calls is no law for a hostile event: there 'active-events', or a log of such calls, serves."
    return text


def _shipped(service: str) -> dict[str, Spread]:
    from drillsim.scenario.defaults import POLICE_LAWS, TARGET_RESPONSE

    return dict(POLICE_LAWS) if service == "police" else {"published targets": TARGET_RESPONSE}


def _data(calls: CallLog, law: DelayLaw, service: str) -> dict[str, Any]:
    """Return the law and the counts of rows as plain data; delays of single calls are left out."""
    from drillsim.analysis.delay_fit import doubts

    columns = calls.columns
    return {
        "log": Path(calls.file).name,
        "service": service,
        "columns": {"start": columns.start, "end": columns.end or None, "incident": columns.incident or None},
        "from_dispatch": columns.from_dispatch,
        "rows": calls.rows,
        "calls": law.n,
        "other_kind": calls.other_kind,
        "further_units": calls.further_units,
        "unused": {reason: [u.line for u in rows] for reason, rows in calls.reasons.items()},
        "seen": {
            "half_s": law.half_s,
            "nine_of_ten_s": law.most_s,
            "least_s": law.least_s,
            "greatest_s": law.greatest_s,
        },
        "law": {
            "form": "lognormal",
            "median_s": law.median_s,
            "median_95_s": [law.median.low, law.median.high],
            "sigma": law.log_sd,
            "sigma_95": [law.sigma.low, law.sigma.high],
            "nine_of_ten_s": law.quantile_s(0.9),
        },
        "fit": {"verdict": law.verdict, "gap": law.gap, "p": law.p},
        "yaml": f"{service}: {{law: {law.written()}}}",
        "yaml_clipped": f"{service}: {{law: {law.written(clipped=True)}}}",
        "doubts": [*doubts(law), *(f.message for f in calls.faults() if f.code == "DS705")],
    }


def _store(calls: CallLog, law: DelayLaw, service: str, data: dict[str, Any], folder: Path) -> None:
    from drillsim.record.store import json_bytes, write_folder
    from drillsim.report.chart_style import image
    from drillsim.report.dispatch_figure import plot_delays

    title = f"How soon {SERVICES[service]} arrive{'' if service == 'police' else 's'}: your own calls and their law"
    source = f"{Path(calls.file).name}: {_columns(calls)}."
    figure = plot_delays(calls.delays_s, law, _shipped(service), title=title, source=source)
    told = f"{law.n} calls; law {law.written()}. {_fit_words(law)}"
    files = {f"dispatch-log.{form}": image(figure, form, title=title, description=told) for form in ("png", "svg")}
    files["law.json"] = json_bytes(data)
    listed = {"drillsim_dispatch_log": 1, "files": sorted(files)}
    write_folder(folder, files, listed)
