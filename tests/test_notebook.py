"""What a notebook shows of each object: something to look at, in which no text of a file is markup."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

import drillsim as ds
from drillsim.study.runner import run
from test_study import PLAN, drill, fake, mixes, study

HOSTILE = "<script>alert('&\"')</script>\x1b[31m\u202e"


def parsed(markup: str) -> ET.Element:
    return ET.fromstring(f"<div>{markup}</div>")


def text(markup: str) -> str:
    return "".join(parsed(markup).itertext())


def test_a_plan_is_drawn_with_its_rooms_and_doors() -> None:
    drawing = ET.fromstring(PLAN._repr_svg_())
    assert [node.tag.split("}")[1] for node in drawing][1:] == ["text", "path", "line"]
    assert "One room" in text(PLAN._repr_html_())


def test_a_scenario_tells_what_is_not_by_default() -> None:
    told = text(drill(title="A fight")._repr_html_())
    assert "A fight" in told
    assert "where room" in told
    assert "fire-service" not in told


def test_mixes_tell_their_units() -> None:
    unit = {"id": "sro-1", "role": "sro", "post": "desk"}
    made = ds.Mixes.model_validate({"present": "a", "mixes": {"a": {"units": [unit]}, "b": {}}})
    assert "sro-1" in text(made._repr_html_())
    assert "post desk" in text(made["a"]._repr_html_())


def test_long_models_are_cut_short() -> None:
    made = ds.Mixes.model_validate({"present": "m0", "mixes": {f"m{i}": {} for i in range(300)}})
    assert len(made._repr_html_()) < 10_000
    assert "lines more" in text(made._repr_html_())


def test_no_repr_is_longer_than_a_few_lines() -> None:
    school = ds.example("secondary")
    mix = school.mixes["sro-and-guard"]
    models = [
        school.plan,
        school.mixes,
        mix,
        *mix.units,
        *mix.roles.values(),
        *school.drills.values(),
        *school.plan.spaces,
    ]
    assert max(len(repr(model)) for model in models) < 400
    assert repr(mix).startswith("Mix(name: sro-and-guard, label: SRO and roving guard, units: id sro-1, role sro")


@pytest.mark.filterwarnings("ignore")
def test_no_text_of_a_file_is_markup() -> None:
    space = PLAN.spaces[0].model_copy(update={"label": HOSTILE})
    plan = PLAN.model_copy(update={"spaces": (space,), "name": HOSTILE})
    label = {"one": {"label": HOSTILE}, "none": {}, "two": {}}
    staff = ds.Mixes.model_validate({"present": "one", "mixes": label})
    named = drill(title=HOSTILE)
    results = run(ds.Study(named, plan, mixes(), runs=3), simulate=fake)
    shown = [
        plan._repr_html_(),
        plan._repr_svg_(),
        named._repr_html_(),
        staff._repr_html_(),
        staff["one"]._repr_html_(),
    ]
    shown += [results._repr_html_(), ds.compare(results)._repr_html_()]
    for markup in shown:
        assert not [node for node in parsed(markup).iter() if node.tag.endswith("script")]
        assert "\x1b" not in markup
        assert "\u202e" not in markup


def test_a_trace_and_results_are_tables() -> None:
    trace = fake(drill(), PLAN, mixes()["one"], seed=1)
    assert "people" in text(trace._repr_html_())
    assert "One" in text(run(study(2), simulate=fake)._repr_html_())
