"""`drillsim export trajectories`: where everybody was in one drill, as JuPedSim and PedPy read it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from drillsim.cli import inputs, terminal
from drillsim.cli.commands.export_plan import level_files
from drillsim.cli.handouts import one_file
from drillsim.cli.handouts.one_drill import chosen_mix, one_drill
from drillsim.cli.terminal import OutPath

if TYPE_CHECKING:
    pass


@click.command("trajectories", short_help="Positions of one drill, for PedPy.")
@click.argument("scenario", type=click.Path(path_type=Path))
@click.argument("file", type=OutPath(path_type=Path))
@one_drill
@click.option("--level", metavar="ID", default="", help="One level only; default: a file for each.")
@click.option(
    "--frames-per-second", "frames_per_s", type=click.FloatRange(0.1, 50), default=10.0, show_default=True,
    help="Positions of each person in a second.",
)  # fmt: skip
@one_file.OVERWRITE
def trajectories(
    scenario: Path,
    file: Path,
    plan: Path | None,
    mixes: Path | None,
    mix_name: str | None,
    seed: int,
    replication: int,
    level: str,
    frames_per_s: float,
    overwrite: bool,
) -> None:
    """Play one drill of SCENARIO and write who was where to FILE, an SQLite database of JuPedSim that PedPy loads.

    It is the drill that 'drillsim run' plays with the same seed. One level a file: FILE-LEVEL.sqlite where the plan has several.

    Positions are interpolated along walking legs between doors. Use them for N-t curves, flow and travel times at doors; not for
    densities, speeds in a crowd or fundamental diagrams, which would describe our rules and not people.
    """
    from drillsim.engine.simulate import simulate
    from drillsim.errors import closest
    from drillsim.exchange.trajectories.write import NOTE
    from drillsim.study.handouts.trajectories import trajectories_of

    given = inputs.load([scenario], plan, mixes, ())
    played, mix = given.scenarios[0], chosen_mix(given.mixes, mix_name)
    if played.demand is not None:
        raise click.UsageError("trajectories are of one drill: a scenario with 'demand:' is a whole school day")
    levels = [one.id for one in given.plan.levels]
    if level and level not in levels:
        raise click.UsageError(f"no level called '{level}' in the plan.{closest(level, levels)}")
    files = {file: level} if level else level_files(file, levels)
    one_file.refuse_existing(list(files), overwrite=overwrite)
    terminal.faults(given.warnings, err=True)
    trace = simulate(played, given.plan, mix, seed=seed, replication=replication, record_legs=True)
    written = {path: trajectories_of(trace, part, frames_per_s=frames_per_s, mix=mix) for path, part in files.items()}
    one_file.write_files(written, overwrite=overwrite)
    terminal.say(NOTE)
