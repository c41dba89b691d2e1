"""Which layers of a drawing hold rooms, doors, exits, walls, obstacles and names: by convention, or as the user says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

KINDS = ("rooms", "obstacles", "exits", "doors", "walls", "names", "people")
USUAL: Mapping[str, tuple[str, ...]] = {
    "rooms": ("*walkablearea*", "A-AREA", "A-AREA-*", "A-ROOM*", "*ROOM*", "*SPACE*", "*RAUM*", "*RAEUME*"),
    "obstacles": ("*obstacle*", "*COLUMN*", "A-COLS*", "S-COLS*"),
    "exits": ("*exit*", "*AUSGANG*", "A-EGRS*"),
    "doors": ("A-DOOR*", "*DOOR*", "*TUER*", "*OPENING*"),
    "walls": ("A-WALL*", "*WALL*", "*WAND*", "*WAENDE*"),
    "names": ("A-AREA-IDEN*", "A-ANNO*", "*NAME*", "*IDEN*", "*TEXT*", "*NUMB*"),
    "people": ("*jps-parameters*", "*PEOPLE*", "*OCCUPAN*"),
}
"""Names of layers without regard to case: those of the US National CAD Standard, of JuPedSim's drawings, and plain words.

The first kind with a fitting name takes a layer's lines; texts go by `names` and by what they stand in.
"""


def parse_layers(text: str) -> dict[str, tuple[str, ...]]:
    """Return the patterns of 'rooms=A-AREA*,doors=A-DOOR*+A-DOOR-FRAME'; raises ValueError with the reason."""
    found: dict[str, tuple[str, ...]] = {}
    for part in filter(None, (p.strip() for p in text.split(","))):
        kind, sign, patterns = part.partition("=")
        if not sign or kind.strip() not in KINDS:
            raise ValueError(f"'{part}': write KIND=LAYER, with KIND one of {', '.join(KINDS)}, such as rooms=A-AREA*")
        found[kind.strip()] = tuple(p.strip() for p in patterns.split("+") if p.strip())
    return found


def kind_of(layer: str, wanted: Mapping[str, Sequence[str]]) -> str | None:
    """Return what a layer's lines are, None where no pattern fits. What the user says goes before the usual names."""
    for kind in KINDS:
        if _fits(layer, wanted.get(kind, ())):
            return kind
    for kind in KINDS:
        if kind not in wanted and _fits(layer, USUAL[kind]):
            return kind
    return None


def _fits(layer: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(layer.upper(), p.upper()) for p in patterns)
