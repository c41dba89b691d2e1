"""`import drillsim` offers its public names late, and hides nothing from a type checker."""

import ast
from pathlib import Path
from types import ModuleType

import pytest

import drillsim as ds
import drillsim.plan

DOORS = [ds, drillsim.plan]
"""Packages whose names are imported when they are first used."""


def tree_of(door: ModuleType) -> ast.Module:
    return ast.parse(Path(str(door.__file__)).read_text(encoding="utf-8"))


def branches(door: ModuleType, test: str) -> list[ast.stmt]:
    tree = tree_of(door)
    return [
        part for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == test for part in node.body
    ]


@pytest.mark.parametrize("door", DOORS, ids=lambda d: d.__name__)
def test_a_type_checker_sees_exactly_the_public_names(door: ModuleType) -> None:
    imported = [
        a.name for node in branches(door, "TYPE_CHECKING") if isinstance(node, ast.ImportFrom) for a in node.names
    ]
    assert sorted(imported) == sorted(door.__all__)


@pytest.mark.parametrize("door", DOORS, ids=lambda d: d.__name__)
def test_a_type_checker_sees_no_getattr_that_would_accept_any_name(door: ModuleType) -> None:
    assert not any(isinstance(node, ast.FunctionDef) and node.name == "__getattr__" for node in tree_of(door).body)
    assert any(isinstance(node, ast.FunctionDef) for node in branches(door, "not TYPE_CHECKING"))


def test_a_name_that_does_not_exist_is_refused() -> None:
    with pytest.raises(AttributeError, match="no public name 'read_plann'"):
        getattr(ds, "read_plann")  # noqa: B009


@pytest.mark.parametrize("name", ds.__all__)
def test_a_public_name_is_there(name: str) -> None:
    assert getattr(ds, name).__name__ == name


def test_what_a_notebook_shows_of_an_object_is_one_line() -> None:
    school = ds.example("primary")
    drill = school.drills["fight"]
    quick = ds.vary(drill, {"crowd": "stays"}, name="<fight>")
    study = ds.Study(quick, school.plan, school.mixes, runs=1)
    results, trace = ds.run(study), ds.simulate(quick, school.plan, school.mixes["one-sro"], seed=1)
    for thing in (school.plan, school.mixes, drill, study, results, trace):
        assert 10 < len(repr(thing)) < 300
        assert "\n" not in repr(thing)
    assert "<fight>" not in trace._repr_html_()
    assert "<table>" in results._repr_html_()


def test_a_trace_is_a_table_of_its_events_and_results_have_a_summary() -> None:
    school = ds.example("primary")
    quick = ds.vary(school.drills["fight"], {"crowd": "stays"}, name="fight")
    trace = ds.simulate(quick, school.plan, school.mixes["one-sro"], seed=1)
    assert list(trace.frame.columns) == ["time_s", "who", "what", "where", "why", "incident", "value"]
    assert trace.frame["time_s"].tolist() == [event.time_s for event in trace.events]
    results = ds.run(ds.Study(quick, school.plan, school.mixes, runs=2))
    assert list(results.summary()["scenarios"]["fight"]["mixes"]) == list(school.mixes)


def test_an_example_that_is_not_shipped_is_told_with_those_that_are() -> None:
    with pytest.raises(ds.ScenarioError, match=r"no example is called 'second'\. Closest: 'secondary'"):
        ds.example("second")
