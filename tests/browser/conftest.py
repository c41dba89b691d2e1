from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from browser.page import Page, start


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    driver = start()
    yield driver
    driver.quit()


@pytest.fixture
def page(chromium: Any) -> Page:
    return Page(chromium)
