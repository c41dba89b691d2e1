"""The pages of the documentation site: every public name has its entry, and every page is reached."""

# mypy: disable-error-code="index"
# (a None where a value is expected fails the test by itself)

import re
from pathlib import Path

import drillsim as ds

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"


def test_the_api_reference_has_every_public_name() -> None:
    listed = re.findall(r"\.\. auto(?:function|class|exception):: (\w+)", (DOCS / "api.md").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(ds.__all__)


def test_the_page_on_python_names_every_public_name() -> None:
    listed = re.findall(r"(?m)^\| `(\w+)` \|", (DOCS / "python.md").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(ds.__all__)


def test_the_front_page_installs_as_the_readme_does() -> None:
    command = re.search(r"```bash\n(.*?)\n```", (DOCS / "index.md").read_text(encoding="utf-8"), re.DOTALL)[1]
    assert command in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_the_front_page_is_the_readmes() -> None:
    rows = re.findall(r"(?m)^ .*(?:slower|faster)$", (DOCS / "index.md").read_text(encoding="utf-8"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(rows) == 3
    assert [row for row in rows if row not in readme] == []


def test_what_contributors_are_told_to_open_exists() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"(?:`| |\()((?:src|tests|docs|scenarios)/[\w./]*\w)", text)
    assert len(named) > 10
    assert [path for path in named if not (ROOT / path).exists() and path != "docs/_build"] == []
