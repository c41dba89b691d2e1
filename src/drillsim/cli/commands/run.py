"""`drillsim run`: play one drill, and print its timeline and outcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from drillsim.cli import inputs, terminal, what_ifs
from drillsim.cli.handouts.one_drill import chosen_mix, one_drill
from drillsim.cli.terminal import OutPath

if TYPE_CHECKING:
    from drillsim.plan.model import FloorPlan
    from drillsim.record.trace import Trace
    from drillsim.scenario.model import Goal, Scenario
    from drillsim.scenario.staffing import Mix, Mixes


@click.command(short_help="Play one drill and print it in words.")
@click.argument("scenario", type=click.Path(path_type=Path))
@one_drill
@click.option(
    "--presence",
    metavar="UNIT=here|away,...",
    help="Who is on campus when the drill begins, as in column 'forced' of runs.csv; weekday=DAY for the day.",
)
@click.option(
    "--override", "overrides", multiple=True, metavar="NAME", help="A named what-if of the scenario; may be repeated."
)
@what_ifs.SET
@click.option(
    "--days",
    type=terminal.WholeNumber(1, 10_000),
    help="For a whole-day scenario: number of school days, from a Monday.",
)
@click.option("--out", type=OutPath(path_type=Path, file_okay=False), help="For whole days: folder for their rows.")
@click.option(
    "--replay", "replay_file", type=OutPath(path_type=Path, dir_okay=False), metavar="FILE.html",
    help="Write a replay of the drill: who was where when, in a browser. INTERNAL.",
)  # fmt: skip
@click.option("--versus", metavar="MIX", help="With --replay: another staffing beside it, in the same drill.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
def run(
    scenario: Path,
    plan: Path | None,
    mixes: Path | None,
    mix_name: str | None,
    seed: int,
    replication: int,
    presence: str | None,
    overrides: tuple[str, ...],
    sets: tuple[str, ...],
    days: int | None,
    out: Path | None,
    replay_file: Path | None,
    versus: str | None,
    as_json: bool,
) -> None:
    """Play one drill of SCENARIO and print its timeline in words, then its outcome and its goals.

    Drill number R of a seed is the same drill in every mix, and the same as row R of a comparison with that seed. Drills
    forced to a presence are numbered by themselves: --presence and --replication replay a row that has 'forced'.

    A scenario with 'demand:' is a whole school day: it prints the day, then how its incidents were met and what was
    left of each unit's hours. With --days N it plays N days and prints the sums.
    """
    from drillsim.cli.reporting import replays
    from drillsim.engine.simulate import simulate
    from drillsim.engine.world.clock import when
    from drillsim.quantities import clock
    from drillsim.report.timeline import tell
    from drillsim.report.ways_used import exit_lines, queue_lines

    given = what_ifs.applied(inputs.load([scenario], plan, mixes, overrides), sets)
    played, mix = given.scenarios[0], chosen_mix(given.mixes, mix_name)
    if played.demand is None and (days is not None or out is not None):
        raise click.UsageError("--days and --out are for scenarios with 'demand:', which play whole school days")
    beside = _beside(played, given.mixes, replay_file, versus)
    forced = _forced(presence, given.mixes)
    if forced and days is not None:
        raise click.UsageError("--presence is for one drill or one day: leave out --days")
    if days is not None and days > 1:
        terminal.faults(given.warnings, err=True)
        _term(played, given.plan, mix, days=days, seed=seed, out=out, as_json=as_json)
        return
    legs = replay_file is not None
    _say_sure(forced, mix)
    trace = simulate(played, given.plan, mix, seed=seed, replication=replication, presence=forced, record_legs=legs)
    if replay_file is not None:  # written whole before anything is printed, so that `| head` leaves no half
        again = [
            replays.play(played, given.plan, m, seed=seed, replication=replication, presence=forced) for m in beside
        ]
        shown = replays.replay_of([trace, *again], played, [mix, *beside], [f"{given.plan.name}, {when(played)}."])
        shown.write(replay_file)
    terminal.faults(given.warnings, err=True)
    say = _to(as_json)
    say(f"{played.title or played.name}: {given.plan.name}, {when(played)}")
    number = f"Drill {replication} of seed {seed}" + (f", forced to {trace.forced}" if trace.forced else "")
    say(f"Staffing: {mix.label or mix.name}. {number}, watched for {clock(trace.horizon_s)}.")
    say("")
    story = tell(trace, given.plan)
    for line in story:
        say(str(line))
    say("")
    if played.demand is not None and not forced:
        _term(played, given.plan, mix, days=1, seed=seed, out=out, as_json=as_json)
        return
    ways = ("Ways out", exit_lines(trace, given.plan)), ("Longest queues", queue_lines(trace, given.plan))
    for title, rows in (*_outcome(trace), *((title, rows) for title, rows in ways if rows)):
        say(title)
        terminal.show(_table(rows), err=as_json)
        say("")
    for text in _goals(played, trace):
        say(text)
    say("One simulated drill: no prediction, and no rating of anybody.")
    if replay_file is not None:
        replays.say_written(replay_file, err=as_json)
    terminal.json_line(_as_data(trace, [{"time_s": x.time_s, "text": x.text} for x in story]), wanted=as_json)


def _term(
    scenario: Scenario, plan: FloorPlan, mix: Mix, *, days: int, seed: int, out: Path | None, as_json: bool
) -> None:
    """Play whole days and print their tables; write their rows to `out` if given."""
    from drillsim.cli import school_days as whole
    from drillsim.cli.results_folder import results_folder, say_kept

    if out is not None:
        results_folder(out, "")
    term = whole.play_days(scenario, plan, mix, days=days, seed=seed, quiet=as_json)
    folder = whole.write(term, out) if out is not None else None  # before anything is printed, as `| head` may end it
    if days > 1:
        terminal.say(f"{scenario.title or scenario.name}: {plan.name}. Staffing: {mix.label or mix.name}.", err=as_json)
    whole.show(term, err=as_json)
    if folder is not None:
        say_kept("Written", folder, err=as_json)
    terminal.say("Simulated days: no prediction, and no rating of anybody.", err=as_json)
    terminal.json_line(whole.as_data(term), wanted=as_json)


def _to(as_json: bool) -> Any:
    def say(text: str) -> None:
        terminal.say(text, err=as_json)

    return say


def _beside(scenario: Scenario, mixes: Mixes, replay_file: Path | None, versus: str | None) -> list[Mix]:
    """Return the mix to show beside the one that is played, if any; a usage error where there is nothing to show."""
    if replay_file is None and versus is not None:
        raise click.UsageError("--versus names a staffing to show beside: add --replay FILE.html")
    if replay_file is not None and scenario.demand is not None:
        raise click.UsageError("--replay is for one drill: a scenario with 'demand:' is a whole school day")
    return [] if versus is None else [chosen_mix(mixes, versus)]


def _forced(text: str | None, mixes: Mixes) -> dict[str, bool | str]:
    """Return the presence asked for; a usage error for a text of another form, or a unit that no mix has."""
    from drillsim.errors import ScenarioError, closest
    from drillsim.record.presence import WEEKDAY, presence_from

    try:
        forced = presence_from(text or "")
    except ScenarioError as problem:
        raise click.UsageError(f"--{problem}") from problem
    units = {unit.id for name in mixes for unit in mixes[name].units} | {WEEKDAY}
    for unit in forced:
        if unit not in units:
            raise click.UsageError(f"--presence: no mix has a unit called '{unit}'.{closest(unit, units)}")
    return forced


def _say_sure(forced: Mapping[str, bool | str], mix: Mix) -> None:
    """Say which of the units of a forced presence the mix leaves nothing to chance about."""
    sure = [u.id for u in mix.units if u.id in forced and (u.calendar is not None or not 0.0 < mix.chance(u) < 1.0)]
    if sure:
        told = f"{', '.join(sure)}: on campus for sure, never, or by a calendar with this staffing"
        terminal.complain(f"{told}, so the presence is not forced. --set changes it")


Rows = list[tuple[str, str, str]]


def _outcome(trace: Trace) -> Iterator[tuple[str, Rows]]:
    """Yield the outcome in three parts, each a title and rows of name, figure and meaning."""
    from drillsim.quantities import clock
    from drillsim.record.columns import COUNTS, LEGS, MEASURES, status_name

    times: Rows = []
    for column in MEASURES:
        status, value = trace.row.get(status_name(column.name)), trace.row.get(column.name)
        if status == "reached" and isinstance(value, (int, float)):
            times.append((column.name, clock(value), column.meaning))
        elif status == "not-reached":
            times.append((column.name, "not reached", column.meaning))
    yield "Times", times
    for title, columns in (("Where the time went", LEGS), ("Counts", COUNTS)):
        found = [(c, trace.row.get(c.name)) for c in columns]
        numbers = [(c, v) for c, v in found if isinstance(v, (int, float)) and (v >= 0.05 or c.name == "still_inside")]
        if numbers:
            yield title, [(c.name, _figure(v, c.unit), c.meaning) for c, v in numbers]


def _table(rows: Rows) -> Any:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True, min_width=24)
    table.add_column(justify="right", no_wrap=True, min_width=11)
    table.add_column(overflow="fold")
    for row in rows:
        table.add_row("  " + row[0], *row[1:])
    return table


def _figure(value: float, unit: str) -> str:
    if unit == "share":
        return terminal.percent(value)
    return f"{value:,.1f} s" if unit == "s" else f"{value:,.0f}"


def _goals(scenario: Scenario, trace: Trace) -> list[str]:
    return [_goal(goal, trace) for goal in scenario.goals]


def _goal(goal: Goal, trace: Trace) -> str:
    from drillsim.quantities import clock
    from drillsim.record.columns import BY_NAME, status_name

    short = BY_NAME[goal.measure].short or goal.measure
    wanted = f"goal: in {terminal.percent(goal.in_share)} of drills"
    aim = f"{short[0].upper()}{short[1:]} within {clock(goal.at_most)} ({wanted})"
    value, status = trace.row.get(goal.measure), trace.row.get(status_name(goal.measure))
    if status == "not-applicable":
        return f"{aim}: does not apply here."
    if isinstance(value, (int, float)):
        return f"{aim}: {'yes' if value <= goal.at_most else 'no'}, {clock(value)} in this drill."
    return f"{aim}: no, not reached in this drill."


def _as_data(trace: Trace, story: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "scenario": trace.scenario,
        "mix": trace.mix,
        "seed": trace.seed,
        "replication": trace.replication,
        "horizon_s": trace.horizon_s,
        "row": dict(trace.row),
        "ways": [use._asdict() for use in trace.ways],
        "timeline": story,
    }
