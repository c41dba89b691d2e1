"""The rules of crowd and response (docs/model/) name sources, assumptions and files that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "docs" / "model").glob("*.md"))
SOURCES = set(re.findall(r"(?m)^## ([a-z0-9-]+)$", (ROOT / "docs/sources.md").read_text(encoding="utf-8")))
ASSUMPTIONS = set(re.findall(r"A:[a-z0-9_.]+", (ROOT / "docs/assumptions.md").read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_a_rule_names_sources_and_assumptions_that_are_listed(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert set(re.findall(r"sources\.md#([a-z0-9-]+)", text)) <= SOURCES
    assert set(re.findall(r"`(A:[a-z0-9_.]+)`", text)) <= ASSUMPTIONS


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_a_rule_names_files_that_exist(page: Path) -> None:
    named = re.findall(r"`((?:src|tests|docs)/[\w./-]+)`", page.read_text(encoding="utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_rule_has_its_number() -> None:
    titles = [t for page in PAGES for t in re.findall(r"(?m)^## ([AB]\d+) ", page.read_text(encoding="utf-8"))]
    crowd, response = ([int(t[1:]) for t in titles if t[0] == part] for part in "AB")
    assert crowd == list(range(1, 18))
    assert response == sorted(set(response) | set(range(1, 18)))


@pytest.mark.parametrize("path", sorted((ROOT / "src").rglob("*.py")), ids=lambda p: p.name)
def test_code_names_rules_that_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    numbers = re.findall(r"\b[Rr]ules? ([AB]) ?(\d+)", text)
    titles = [t for page in PAGES for t in re.findall(r"(?m)^## ([AB]\d+) ", page.read_text(encoding="utf-8"))]
    assert [f"{part}{n}" for part, n in numbers if f"{part}{n}" not in titles] == []


def test_every_bold_term_of_the_rules_is_in_the_glossary() -> None:
    rows = re.findall(r"(?m)^\| ([^|]+) \| [^|]+ \|$", (ROOT / "docs/glossary.md").read_text(encoding="utf-8"))
    words = {word.strip().lower() for row in rows for word in row.split(",")}
    bold = {t for page in PAGES for t in re.findall(r"\*\*([^*]+)\*\*", page.read_text(encoding="utf-8"))}
    assert sorted(t for t in bold if t.rstrip(".").lower() not in words) == []


def test_the_glossary_is_sorted_and_tells_each_word_once() -> None:
    rows = re.findall(r"(?m)^\| ([^|]+) \| [^|]+ \|$", (ROOT / "docs/glossary.md").read_text(encoding="utf-8"))
    heads = [row.lower() for row in rows if row not in ("word", "---")]
    assert heads == sorted(set(heads))


@pytest.mark.parametrize("folder", ["src", "tests", "benchmarks", "floorplans", "scenarios"])
def test_a_page_of_the_manual_that_a_file_names_exists(folder: str) -> None:
    absent = {}
    for path in (ROOT / folder).rglob("*.*"):
        if path.suffix in (".py", ".yaml"):
            named = re.findall(r"\bdocs/[\w/]+\.md\b", path.read_text(encoding="utf-8"))
            absent.update({str(path): page for page in named if not (ROOT / page).exists()})
    assert absent == {}
