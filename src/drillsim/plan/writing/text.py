"""YAML text of a plan as people write it: one line for each room and door, sections in the order of the reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drillsim.documents.yaml_text import yaml_text


def plan_text(document: Mapping[str, Any], *, heading: str = "") -> str:
    """Return the text of a plan file.

    document
        What `plan_document` returns, or any plain data in that form, short forms included.
    heading
        Lines to stand above it as comments.
    """
    return yaml_text(document, heading=heading)
