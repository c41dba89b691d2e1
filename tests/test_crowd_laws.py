# mypy: disable-error-code="comparison-overlap"
# (pytest.approx equals the numbers it is near to)

import pytest

from drillsim.crowd.laws import (
    CONSTANT,
    SFPE,
    WEIDMANN,
    Laws,
    door_capacity_ps,
    places_in,
    seam_capacity_ps,
    speed_factor,
    stair_capacity_ps,
    stair_factor,
    stair_k_mps,
)
from drillsim.errors import ScenarioError


@pytest.mark.parametrize(("density", "speed"), [(0.54, 1.199), (1.0, 1.028), (1.5, 0.841), (2.0, 0.655), (3.0, 0.283)])
def test_sfpe_speed_falls_with_density_as_the_handbook_says(density: float, speed: float) -> None:  # FD-SFPE
    assert 1.40 * (1 - 0.266 * 0.54) * speed_factor(SFPE, density) == pytest.approx(speed, abs=0.001)


@pytest.mark.parametrize(
    ("density", "speed"), [(0.5, 1.298), (1, 1.058), (2, 0.606), (3, 0.331), (4, 0.156), (5, 0.037)]
)
def test_weidmann_speed_falls_with_density_as_kladek_says(density: float, speed: float) -> None:  # FD-WEIDMANN
    assert 1.34 * speed_factor(WEIDMANN, density) == pytest.approx(speed, abs=0.001)


def test_constant_speed_does_not_fall() -> None:
    assert speed_factor(CONSTANT, 2.7) == 1.0


def test_nobody_is_slowed_below_the_free_density() -> None:
    assert speed_factor(SFPE, 0.54) == 1.0


@pytest.mark.parametrize(
    ("law", "capacity"), [("sfpe", 0.91), ("sfpe-guide", 0.931), ("imo", 1.33), ("lab", 1.92 * 0.964)]
)
def test_a_one_metre_door_lets_through_what_its_law_says(law: str, capacity: float) -> None:
    assert door_capacity_ps(Laws(door=law), 1.0) == pytest.approx(capacity, abs=1e-12)


def test_a_door_law_of_ones_own_takes_the_place_of_the_name() -> None:
    assert door_capacity_ps(Laws(flow_psm=2.0, boundary_m=0.1), 1.0) == pytest.approx(1.6)


@pytest.mark.parametrize(("law", "capacity"), [("sfpe", 1.3 * 1.6), ("imo", 1.33 * 2), ("lab", 1.92 * 1.964)])
def test_a_seam_keeps_from_the_walls_what_its_law_says(law: str, capacity: float) -> None:
    assert seam_capacity_ps(Laws(door=law), 2.0) == pytest.approx(capacity)


def test_a_stair_of_seven_by_eleven_inches_flows_as_the_handbook_says() -> None:  # FD-STAIR
    k = stair_k_mps(0.178, 0.279)
    assert (k, stair_capacity_ps(k, 1.30)) == (pytest.approx(1.081, abs=0.001), pytest.approx(1.015, abs=0.002))


def test_up_a_stair_is_four_fifths_of_down() -> None:
    assert stair_factor(1.08, up=True) == pytest.approx(0.8 * stair_factor(1.08, up=False))


def test_the_smallest_cell_holds_one() -> None:
    assert places_in(0.1, 2.7) == 1


def test_places_are_not_lost_to_rounding() -> None:
    assert places_in(10.0 / 2.7 * 2.7, 2.7) == places_in(10.0, 2.7) == 27


def test_an_unknown_law_names_the_closest() -> None:
    with pytest.raises(ScenarioError, match="Closest: 'weidmann'"):
        Laws(speed="weidman")


def test_a_density_at_which_nobody_could_walk_is_refused() -> None:
    with pytest.raises(ScenarioError, match="nobody room to walk"):
        Laws(density_max_pm2=4.0)
