"""Settings of the documentation site: `sphinx-build -W docs OUTPUT`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT / "src"))

import drillsim as ds  # noqa: E402

project = "drillsim"
author = "The drillsim developers"
project_copyright = "The drillsim developers, MIT licence"
version = release = ds.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.autosummary"]
exclude_patterns = ["_build"]
nitpicky = False

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

autosummary_generate = False
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_use_type_comments = False
default_role = "code"

html_theme = "pydata_sphinx_theme"
html_title = "drillsim"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_theme_options = {
    "logo": {"text": "drillsim"},
    "show_prev_next": False,
    "secondary_sidebar_items": {"index": [], "**": ["page-toc"]},
    "footer_start": ["copyright"],
    "footer_end": [],
    "navbar_end": ["theme-switcher"],
    "navigation_with_keys": False,
    "header_links_before_dropdown": 6,
}
html_sidebars = {"index": []}


def draw_figures(_app: Any) -> None:
    """Draw the figures of the front page from the shipped files."""
    import matplotlib as mpl

    mpl.use("agg")
    coverage = ds.assess(ds.read_plan(ROOT / "floorplans" / "doe_secondary.yaml"))
    figure = ds.plot_plan(
        coverage.plan,
        coverage.nearest_s("post"),
        label="time from the nearest post",
        title="Secondary school: time to reach every space from the nearest post",
    )
    figure.savefig(HERE / "_static" / "reach.png", dpi=160, bbox_inches="tight")


def hide_inherited(_app: Any, what: str, name: str, _obj: object, skip: bool, _options: Any) -> bool | None:
    """Leave out what the classes inherit from their frameworks."""
    return True if name.startswith("model_") or (what == "class" and name in ("add_note", "with_traceback")) else None


def setup(app: Any) -> None:
    """Connect what this site adds to Sphinx."""
    app.connect("builder-inited", draw_figures)
    app.connect("autodoc-skip-member", hide_inherited)
