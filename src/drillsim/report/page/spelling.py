"""The spelling of our own words in reports: American beside feet, British beside metres; words of the user stay as they are."""

from __future__ import annotations

import re
from typing import Literal

AMERICAN = {
    "armour": "armor", "behaviour": "behavior", "behaviours": "behaviors", "centre": "center", "centres": "centers", "centred": "centered",
    "colour": "color", "colours": "colors", "coloured": "colored", "counselling": "counseling", "counsellor": "counselor",
    "counsellors": "counselors", "defence": "defense", "grey": "gray", "kilometre": "kilometer", "kilometres": "kilometers",
    "labelled": "labeled", "licence": "license", "metre": "meter", "metres": "meters", "neighbour": "neighbor", "neighbours": "neighbors",
    "organisation": "organization", "practise": "practice", "programme": "program", "travelled": "traveled", "travelling": "traveling",
}  # fmt: skip
"""The one table of spellings: as our words are written, and as a report in US units shows them."""
_WORDS = re.compile(rf"(?<![\w.])({'|'.join(AMERICAN)})(?![\w])(?!\.\w)", re.IGNORECASE)


def spelled(words: str, units: Literal["us", "metric"]) -> str:
    """Return our own words in the spelling that goes with the units; the parts of a dotted key stay as files write them."""
    return _WORDS.sub(_american, words) if units == "us" else words


def _american(found: re.Match[str]) -> str:
    word = AMERICAN[found[1].lower()]
    return word.capitalize() if found[1][0].isupper() else word


__all__ = ["AMERICAN", "spelled"]
