from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

import drillsim as ds

ROOT = Path(__file__).resolve().parents[1]

settings.register_profile("the same cases", derandomize=True, database=None)
if "DRILLSIM_CASES" not in os.environ:
    settings.load_profile("the same cases")

for _signal in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(_signal) is signal.SIG_IGN:  # in a background job, whose commands would inherit it
        signal.signal(_signal, signal.SIG_DFL)


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
