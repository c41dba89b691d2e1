"""What-ifs of the command line: --set, --sweep and further plans, as variants of the scenarios that were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from drillsim.cli.inputs import Inputs, load_plan

if TYPE_CHECKING:
    from drillsim.study.variants import Variant

MOST_VARIANTS = 1000
"""Largest number of variants of one scenario; a sweep over several keys multiplies."""
SET = click.option(
    "--set", "sets", multiple=True, metavar="KEY=VALUE",
    help="Change a key, such as police.law.median='5 min' or reporting.radio=+30%; may be repeated.",
)  # fmt: skip
SWEEP = click.option(
    "--sweep", "sweeps", multiple=True, metavar="KEY=A,B,...",
    help="Compare with each of these values; several sweeps with every combination.",
)  # fmt: skip


def changes_of(sets: Sequence[str]) -> dict[str, Any]:
    """Return the changes of several --set, by key. Raises UsageError where one is not KEY=VALUE."""
    return {key: _parsed(text, "--set", f"{key}={text}") for key, text in _pairs(sets, "--set")}


def axes_of(sweeps: Sequence[str]) -> dict[str, list[Any]]:
    """Return the values of several --sweep, by key. Raises UsageError where one is not KEY=A,B,..."""
    found: dict[str, list[Any]] = {}
    for key, text in _pairs(sweeps, "--sweep"):
        values = _parsed(f"[{text}]", "--sweep", f"{key}={text}")
        if not isinstance(values, list) or not values:
            raise click.UsageError(f"--sweep {key}={text}: name at least one value, such as {key}=A,B")
        found[key] = values
    return found


def _pairs(texts: Sequence[str], option: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise click.UsageError(f"{option} {text}: write {option} KEY=VALUE, such as {option} police.law=slow")
        if key.strip() in [known for known, _ in pairs]:
            raise click.UsageError(f"{option} {key.strip()}: the key is given twice")
        pairs.append((key.strip(), value.strip()))
    return pairs


def _parsed(text: str, option: str, told: str) -> Any:
    """Return the value of a text as a file would have it."""
    from drillsim.documents.yaml_source import TextError, parse_text

    try:
        return parse_text(text)[0]
    except TextError as e:
        raise click.UsageError(f"{option} {told}: the value is no YAML: {e}") from None


def applied(given: Inputs, sets: Sequence[str]) -> Inputs:
    """Return inputs with one scenario changed by --set, to be played in place of what its files say."""
    if not sets:
        return given
    from drillsim.study.variants import variant

    one = variant(given.scenarios[0], given.plan, given.mixes, changes_of(sets))
    _check(given, [one])
    return replace(given, scenarios=(one.scenario,), plan=one.plan or given.plan, mixes=one.mixes or given.mixes)


def with_variants(given: Inputs, sets: Sequence[str], sweeps: Sequence[str], plans: Sequence[Path]) -> Inputs:
    """Return inputs with the variants of every scenario beside it: each combination of the sweeps, on each further plan."""
    from drillsim.study.variants import factorial, variant

    fixed, axes = changes_of(sets), axes_of(sweeps)
    combinations: list[Mapping[str, Any]] = [{**fixed, **row} for row in factorial(axes)] if axes or fixed else []
    further = {_stem(path, plans): load_plan(path) for path in plans}
    count = len(combinations) + len(further) * (1 + len(combinations))
    if count > MOST_VARIANTS:
        raise click.UsageError(
            f"the sweeps give {count:,} variants of each scenario; at most {MOST_VARIANTS:,} are played"
        )
    made: list[Variant] = []
    for scenario in given.scenarios:
        made += [one for row in combinations if (one := variant(scenario, given.plan, given.mixes, row)).changes]
        for name, (plan, _) in further.items():
            for row in ({}, *combinations):
                one = variant(scenario, plan, given.mixes, row)
                told = {"plan": name, **one.changes}
                label = ", ".join(f"{key}={value}" for key, value in told.items())
                drill = one.scenario.model_copy(update={"name": f"{scenario.name}+{label}"})
                made.append(replace(one, scenario=drill, plan=one.plan or plan, changes=told))
    found = _check(given, made)
    warnings = tuple(dict.fromkeys([*given.warnings, *(w for _, told in further.values() for w in told), *found]))
    return replace(given, variants=tuple(made), files=(*given.files, *plans), warnings=warnings)


def _stem(path: Path, plans: Sequence[Path]) -> str:
    """Return what a further plan is called: the name of its file, the path where two files have one name."""
    return path.stem if [p.stem for p in plans].count(path.stem) == 1 else path.as_posix()


def _check(given: Inputs, variants: Sequence[Variant]) -> list[Any]:
    """Return the warnings of some variants; raises ScenarioError with every fault of all of them."""
    from drillsim.engine.check import check
    from drillsim.errors import ScenarioError, only_errors

    found = [f for one in variants for f in check(one.scenario, one.plan or given.plan, one.mixes or given.mixes)]
    if only_errors(found):
        raise ScenarioError(faults=found)
    return found
