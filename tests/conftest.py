from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

import drillsim as ds

ROOT = Path(__file__).resolve().parents[1]

settings.register_profile("the same cases", derandomize=True, database=None)
if "DRILLSIM_CASES" not in os.environ:
    settings.load_profile("the same cases")


@pytest.fixture(scope="session")
def three_rooms() -> ds.FloorPlan:
    return ds.read_plan(ROOT / "floorplans" / "three_rooms.yaml")


@pytest.fixture(scope="session")
def secondary() -> ds.FloorPlan:
    return ds.read_plan(ROOT / "floorplans" / "doe_secondary.yaml")


@pytest.fixture(scope="session")
def primary() -> ds.FloorPlan:
    return ds.read_plan(ROOT / "floorplans" / "doe_primary.yaml")


@pytest.fixture(scope="session")
def mixes() -> ds.Mixes:
    return ds.read_mixes(ROOT / "scenarios" / "mixes.yaml")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew-goldens", action="store_true", help="write the golden files anew instead of comparing")
