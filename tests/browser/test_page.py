"""The browser tests notice what they are there to notice."""

from __future__ import annotations

from pathlib import Path

import pytest

from browser.page import Page

pytestmark = pytest.mark.browser
HEAD = '<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title>'


def written(folder: Path, body: str) -> Path:
    path = folder / "page.html"
    path.write_text(HEAD + body, encoding="utf-8")
    return path


def test_a_quiet_page_has_no_errors_requests_or_barriers(page: Page, tmp_path: Path) -> None:
    page.open(written(tmp_path, "<main><h1>Nothing</h1><p>here</p></main>"))
    assert page.errors == []
    assert page.requests == []
    assert page.barriers() == []
    assert page.texts("h1") == ["Nothing"]


def test_an_error_of_a_script_is_noticed(page: Page, tmp_path: Path) -> None:
    page.open(written(tmp_path, "<script>throw new Error('lost')</script>"))
    assert any("lost" in told for told in page.errors)


def test_a_script_that_the_policy_forbids_is_noticed(page: Page, tmp_path: Path) -> None:
    policy = "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'\">"
    page.open(written(tmp_path, policy + "<script>document.title = 'run'</script>"))
    assert any("Content Security Policy" in told for told in page.errors)


def test_a_request_is_noticed(page: Page, tmp_path: Path) -> None:
    page.open(written(tmp_path, '<img src="beside.png" alt="">'))
    assert [url.rsplit("/", 1)[1] for url in page.requests] == ["beside.png"]


def test_a_picture_without_words_is_a_barrier(page: Page, tmp_path: Path) -> None:
    page.open(written(tmp_path, '<main><h1>A</h1><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="></main>'))
    assert any(told.startswith("image-alt") for told in page.barriers())


def test_a_page_can_be_enlarged_and_printed(page: Page, tmp_path: Path) -> None:
    page.open(written(tmp_path, "<style>@page { size: A4 }</style><p>here</p>"))
    with page.zoomed(2.0):
        assert page.run("return innerWidth") == 640
    assert page.printed().startswith(b"%PDF")
