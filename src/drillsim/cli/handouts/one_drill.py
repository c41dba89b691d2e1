"""Which drill a verb plays that plays one: the files, the staffing, and its number under a seed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from drillsim.cli import terminal

if TYPE_CHECKING:
    from drillsim.scenario.staffing import Mix, Mixes

_OPTIONS = (
    click.option("--plan", type=click.Path(path_type=Path), help="Plan to play it on; default: the scenario's own."),
    click.option(
        "--mixes", type=click.Path(path_type=Path), help="Mixes file; default: the only one beside the scenario."
    ),
    click.option("--mix", "mix_name", help="Name of the staffing mix; default: the present one of the file."),
    click.option(
        "--seed", type=terminal.WholeNumber(min=0), default=1, show_default=True, help="Root of all random numbers."
    ),
    click.option(
        "--replication", type=terminal.WholeNumber(min=0), default=0, show_default=True,
        help="Which of the seed's drills.",
    ),
)  # fmt: skip


def one_drill(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options --plan, --mixes, --mix (`mix_name`), --seed and --replication, in this order."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def chosen_mix(mixes: Mixes, name: str | None) -> Mix:
    """Return the mix of a name, the present one where there is none; UsageError for an unknown name."""
    from drillsim.errors import closest

    name = name or mixes.present
    if name not in mixes.mixes:
        raise click.UsageError(f"no mix called '{name}'.{closest(name, mixes)}")
    return mixes[name]
