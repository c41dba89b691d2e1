"""Rules by which an importer derives what a file does not say, and uses of spaces told by their names."""

from __future__ import annotations

import re

PROBE, SWING, VIRTUAL, EXIT_AREA, USE, LANDING, FACES, NAMED, PEOPLE, STAIR, BOUNDARY, ROWS, GROUNDS, STOREY, LINK = (
    "I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10", "I11", "I12", "I13", "I14", "I15",
)  # fmt: skip
RULES = {
    PROBE: "The rooms of a door are those that hold the points 0.10, 0.25 or 0.45 m beyond the two faces of its wall.",
    SWING: "The threshold of a door that is drawn with its swing runs from the hinge to the end of the arc on the wall.",
    VIRTUAL: "An opening without leaf stands where two spaces touch and both have a boundary that is a mere line on the floor.",
    EXIT_AREA: "The threshold of an exit that is drawn as an area is the wall in or beside it, else the area's longest side.",
    USE: "The use of a space is told by its name or category.",
    LANDING: "The end of a stair in a hall is a landing of its own, cut from the stair's footprint, with an opening to the hall.",
    FACES: "Rooms are the faces that walls and thresholds enclose.",
    NAMED: "The name of a space is the text inside it.",
    PEOPLE: "The people of a space are told by a text in it.",
    STAIR: "Width and length of a stair are those of its flights: footprint, rise and steps.",
    BOUNDARY: "The rooms of a door are those whose space boundaries name it.",
    GROUNDS: "An outdoor place 6 m wide is drawn around a building whose parts have no way between them inside; its gate leads out.",
    STOREY: "A level lies 4 m above the one below where the file tells no height.",
    LINK: "A stair of which only the two spaces are known is 1.5 m wide, and its walk 2.62 times its rise.",
    ROWS: "A room of a list has its area as a rectangle, in a row along an invented corridor; nothing of it is measured.",
}
"""Number of a rule to its text, as it stands in the provenance of an imported plan."""

_USES: tuple[tuple[str, str], ...] = (
    (r"stair|treppe|escalier", "stair"),
    (r"corridor|hallway|\bhall\b|flur|\bgang\b|walkway|circulation|couloir", "corridor"),
    (r"passage", "passage"),
    (r"lobby|foyer|vestibule|entrance|eingang|reception|atrium", "lobby"),
    (r"class ?room|\bclass\b|klassen|seminar|lecture|teaching|kindergarten|laborator|\blab\b", "classroom"),
    (r"nurse|first.?aid|clinic|infirmary|health", "nurse"),
    (r"office|b(ü|ue)ro|admin|principal|conference|meeting|staff", "office"),
    (r"cafeteria|dining|mensa|canteen|food ?service|lunch", "cafeteria"),
    (r"kitchen|k(ü|ue)che", "kitchen"),
    (r"gym|sports?\b|turnhalle|fitness", "gym"),
    (r"auditorium|theat(er|re)|\baula\b|stage", "auditorium"),
    (r"library|media cent|bibliothek", "library"),
    (r"restroom|toilet|\bwc\b|bath|lavator|shower|washroom|locker|privy", "restroom"),
    (r"mechanical|technik|boiler|electric|utility|shaft|plant|elevator|lift|\bhvac\b|server", "mechanical"),
    (r"storage|store|closet|lager|abstell|janitor|archive", "storage"),
    (r"\broof\b|terrace|courtyard|outdoor|playground|open to below", "outdoors"),
)


def use_of(*names: str) -> str:
    """Return the use that a name or category tells; 'other' where none does."""
    for name in names:
        for pattern, use in _USES:
            if re.search(pattern, name.lower().replace("_", " ").replace(".", " ")):
                return use
    return "other"
