"""One more pair of hands: a helper of any skill never makes the end of an incident later (rule B23).

The place is known: three who search divide the rooms otherwise than two do.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import drillsim as ds
from depth import plays_of
from drillsim.scenario.staffing import Mix, shipped_role
from test_response_monotone import school

PLACES = ("hall-0", "room-0-0", "room-0-1", "room-1-0", "hall-1")
SHARES = st.sampled_from(["5 %", "50 %", "100 %", "250 %", "800 %"])


def staff(*skills: tuple[str, str]) -> Mix:
    """Return a mix of people who resolve, with a post and a share of the usual time to act each."""
    roles, units = {}, []
    for i, (post, act_factor) in enumerate(skills):
        words = dict.fromkeys(("behaviour", "unwanted-person", "disorder"), "resolves")
        change = {"name": f"skill-{i}", "act_factor": act_factor, "presence": "100 %", "words": words}
        roles[f"skill-{i}"] = shipped_role("monitor", change)
        units.append({"id": f"unit-{i}", "role": f"skill-{i}", "post": post})
    return Mix.model_validate({"name": "m", "units": units}).model_copy(update={"roles": roles})


def play(kind: str, where: str, act_s: int, mix: Mix, seed: int) -> dict[str, Any]:
    data = {
        "name": "play", "crowd": "stays", "horizon": "3 h",
        "incidents": [{"kind": kind, "where": where, "act": f"{act_s} s", "lasts": "2 h"}],
        "dispatch": {kind: "all"}, "police": {"called_for": []},
        "reporting": {"place_known": {"radio": "100 %", "phone": "100 %"}},
    }  # fmt: skip
    return dict(ds.simulate(ds.Scenario.model_validate(data), school(2, 2), mix, seed=seed).row)


@plays_of(2_000)
@given(
    kind=st.sampled_from(["behaviour", "unwanted-person"]), where=st.sampled_from(PLACES), act_s=st.integers(1, 900),
    first=st.lists(st.tuples(st.sampled_from(PLACES), SHARES), min_size=1, max_size=3),
    helper=st.tuples(st.sampled_from(PLACES), SHARES), seed=st.integers(0, 10_000),
)  # fmt: skip
def test_a_helper_of_any_skill_never_moves_the_end_later(
    kind: str, where: str, act_s: int, first: list[tuple[str, str]], helper: tuple[str, str], seed: int
) -> None:
    alone, beside = (play(kind, where, act_s, staff(*people), seed) for people in (first, [*first, helper]))
    assert alone["resolved_s"] is not None
    assert beside["resolved_s"] <= alone["resolved_s"] + 1e-9
    assert beside["able_on_scene_s"] <= alone["able_on_scene_s"] + 1e-9
