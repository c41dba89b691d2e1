"""report.html in a browser: numbers as shown, no request, no barrier, enlarged, printed, by keyboard."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from pypdfium2 import PdfDocument

from browser.page import Page
from drillsim.cli.reporting.pdf import print_pdf
from drillsim.report.page.page import write_page
from report_pages import disagreement, material, summary

pytestmark = pytest.mark.browser
HOSTILE = "</title><script>document.title = 'run'</script>\u202e<img src=x onerror=\"document.title = 'run'\">"


@cache
def content() -> bytes:
    return write_page(material())


@pytest.fixture
def report(page: Page, tmp_path: Path) -> Page:
    path = tmp_path / "report.html"
    path.write_bytes(content())
    page.open(path)
    return page


def test_it_opens_from_disk_without_error_request_or_serious_barrier(report: Page) -> None:
    assert report.errors == []
    assert report.requests == []
    assert report.barriers() == []


def test_every_number_as_rendered_is_that_of_the_summary(report: Page) -> None:
    script = "return [...document.querySelectorAll('[data-n]')].map(e => [e.dataset.n, e.textContent])"
    numbers = report.run(script)
    assert len(numbers) > 60
    assert [wrong for told, words in numbers if (wrong := disagreement(summary(), told, words))] == []


def test_at_twice_the_size_nothing_is_cut_off(report: Page) -> None:
    with report.zoomed(2.0):
        wide = report.run("return [document.documentElement.scrollWidth, innerWidth]")
        cut = report.run(
            "return [...document.querySelectorAll('p, h1, h2, h3, li')].filter(e => e.scrollWidth > e.clientWidth + 1).length"
        )
    assert wide[0] <= wide[1]
    assert cut == 0


def test_printing_keeps_every_chart_and_table_and_the_mark(report: Page) -> None:
    sizes = "return [...document.querySelectorAll('svg, table')].map(e => e.getBoundingClientRect()).map(r => [r.width, r.height])"
    screen = report.run(sizes)
    with report.as_printed():
        shown = report.run(sizes)
        lies_on_top = report.run(
            "return [...document.querySelectorAll('*')].filter(e => ['fixed', 'sticky'].includes(getComputedStyle(e).position)).length"
        )
    assert len(shown) == len(screen) > 10
    assert all(width > 20 and height > 20 for width, height in shown)
    assert lies_on_top == 0  # a mark that is fixed to the paper hides what is printed below it
    assert len(re.findall(rb"/Type\s*/Page\b", report.printed())) >= 4


def test_tables_and_folded_parts_are_reached_by_keyboard(report: Page) -> None:
    report.press("\ue004")
    assert report.run("return document.activeElement.className") == "skip"
    report.run("document.querySelector('summary').focus()")
    report.press("\ue007")
    assert report.run("return document.querySelector('details').open")
    assert report.run("return [...document.querySelectorAll('.wide')].every(e => e.tabIndex === 0)")


def test_hostile_labels_run_nothing(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "hostile.html"
    path.write_bytes(write_page(material(labels={"one-sro": HOSTILE}, title=HOSTILE)))
    page.open(path)
    assert page.errors == []
    assert page.requests == []
    assert page.driver.title != "run"
    assert page.all("img") == []


def test_it_is_ready_within_two_seconds(report: Page) -> None:
    ready = report.run("const t = performance.getEntriesByType('navigation')[0]; return t.domContentLoadedEventEnd")
    print(f"DOMContentLoaded after {ready:.0f} ms")
    assert ready > 0


def test_an_installed_browser_prints_it_to_pdf(tmp_path: Path) -> None:
    page, pdf = tmp_path / "report.html", tmp_path / "report.pdf"
    page.write_bytes(content())
    assert print_pdf(page, pdf) == ""
    pages = [one for one in PdfDocument(pdf)]  # noqa: C416 (pdfium's pages are asked for one by one)
    assert len(pages) >= 4
    assert all("INTERNAL: only for those who plan" in one.get_textpage().get_text_range() for one in pages)
    inked = [(one.render(scale=0.5).to_numpy()[60:-60] < 128).mean() for one in pages[:-1]]
    assert min(inked) > 0.004  # a mark that covers the page leaves its text in the file, and nothing to see
