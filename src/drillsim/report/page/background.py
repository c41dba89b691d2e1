"""What stands behind the figures: the plan before any staffing, who resolves what, the numbers played with, and how to reproduce it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from drillsim.coverage.coverage import Coverage, way_label
from drillsim.escape import one_line
from drillsim.quantities import clock
from drillsim.report.page.material import Material, PlayedSetting, Reach, Units
from drillsim.report.page.parts.plan_map import reach_maps
from drillsim.report.page.parts.svg import Picture
from drillsim.report.page.parts.tables import HtmlTable
from drillsim.report.page.parts.told import clean, short
from drillsim.report.page.spelling import spelled

FOOT_M = 0.3048
_PARTS = re.compile(r"[^._]+[._]*|[._]+")
"""Parts of a dotted key, each with the dots or underscores behind it."""
SLOWEST = 8
MOST_NAMED = 8


def length_words(metres: float, units: Units) -> str:
    """Return a length in the unit of the report."""
    if not math.isfinite(metres):
        return "no way"
    return f"{metres / FOOT_M:,.0f} ft" if units == "us" else f"{metres:,.0f} m"


def speed_words(mps: float, units: Units) -> str:
    """Return a speed in the unit of the report."""
    return f"{mps / FOOT_M:.1f} ft/s" if units == "us" else f"{mps:.2g} m/s"


def maps(reaches: Sequence[Reach], mark: str) -> list[Picture]:
    """Return the maps of least times of each assessment, level by level."""
    return [
        picture
        for one in reaches
        for picture in reach_maps(
            one.coverage.plan, one.coverage.nearest_s(kind_of(one.coverage)),
            title=f"{short(one.coverage.plan.name, 60)}: least time to reach every space from {one.whose}", mark=mark,
        )
    ]  # fmt: skip


def kind_of(coverage: Coverage) -> Any:
    """Return whether an assessment starts from posts or, where it has none, from the entries."""
    return "post" if any(o.kind == "post" for o in coverage.origins) else "entry"


def assessment_tables(coverage: Coverage, units: Units) -> list[HtmlTable]:
    """Return times by post, the slowest spaces, gaps, the longest ways out, and the doors that decide."""
    name = coverage.plan.label_of
    found = [_by_origin(coverage)]
    nearest = coverage.nearest_s(kind_of(coverage))
    rank = sorted(nearest, key=lambda s: -nearest[s])[:SLOWEST]
    rows: list[list[Any]] = [[name(s), clock(nearest[s]) if math.isfinite(nearest[s]) else "no way"] for s in rank]
    found.append(HtmlTable("Slowest to reach", ["space", "least time"], rows))
    gaps = (
        ("no announcement heard", coverage.no_pa), ("no radio cover", coverage.no_radio),
        ("halls, stairs and outdoor places without a camera", coverage.no_camera),
        ("one way out and more than 49 people", coverage.single_way),
    )  # fmt: skip
    found.append(
        HtmlTable(
            "Gaps", ["gap", "spaces", "which"], [[words, str(len(ids)), _named(coverage, ids)] for words, ids in gaps]
        )
    )
    longest = [[way_label(coverage.plan, d), length_words(m, units)] for d, m in list(coverage.exit_m.items())[:5]]
    found.append(HtmlTable("Longest ways from a door to the nearest exit", ["door", "way"], longest))
    if coverage.doors:
        doors = [[d.label, str(len(d.cut_off)), clock(d.worst_s), str(d.slower)] for d in coverage.doors[:MOST_NAMED]]
        heads = ["door, closed alone", "spaces cut off", "longest time then", "spaces reached at least 5 s later"]
        found.append(HtmlTable("Doors that decide", heads, doors))
    return found


def _named(coverage: Coverage, ids: Sequence[str]) -> str:
    shown = "; ".join(short(coverage.plan.label_of(i), 40) for i in ids[:MOST_NAMED])
    return (shown + (f" and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else "")) or "none"


def _by_origin(coverage: Coverage) -> HtmlTable:
    rows = []
    for origin, seconds in zip(coverage.origins, coverage.seconds, strict=True):
        ordered = np.sort(seconds)
        half, most = float(ordered[(len(ordered) - 1) // 2]), float(ordered[-1])
        beyond = [str(int((seconds > t).sum())) for t in coverage.limits_s]
        told = f"{origin.label}{', arriving from outside' if origin.kind == 'entry' else ''}"
        rows.append([told, *(clock(t) if math.isfinite(t) else "no way" for t in (half, most)), *beyond])
    heads = ["from", "half of the spaces in", "all in", *(f"later than {clock(t)}" for t in coverage.limits_s)]
    return HtmlTable(f"Least times on foot, by where somebody starts ({len(coverage.spaces)} spaces)", heads, rows)


def matrix(material: Material, units: Units) -> HtmlTable:
    """Return who resolves, assists in, or stays away from each kind of incident that was played, by role."""
    kinds = list(dict.fromkeys(kind for found in material.kinds.values() for kind in found))
    used = dict.fromkeys(unit.role for mix in material.mixes.mixes.values() for unit in mix.units)
    roles = {**{name: material.mixes.roles[name] for name in used if name in material.mixes.roles}}
    roles |= {
        name: material.mixes.roles[name] for name in ("police", "ems", "fire-service") if name in material.mixes.roles
    }
    rows = [
        [role.label or name, *(role.words.get(kind, "stays-away").replace("-", " ") for kind in kinds)]
        for name, role in roles.items()
    ]
    return HtmlTable(
        "Who does what: resolves, assists, or stays away",
        ["role", *(spelled(k.replace("-", " "), units) for k in kinds)],
        rows,
    )


def settings_tables(settings: Sequence[PlayedSetting]) -> list[HtmlTable]:
    """Return the numbers of the user's own files, and the defaults in a table that is folded on the screen."""
    own = [one for one in settings if one.is_own]
    rest = [one for one in settings if not one.is_own]
    heads = ["scenario", "key", "value", "what it is", "source or assumption"]
    found = []
    for caption, lines, is_long in ((f"Yours ({len(own)})", own, False), (f"Defaults ({len(rest)})", rest, True)):
        rows = [
            [one.scenario or "all", _breakable(one.key), one.value, one.meaning, _breakable(", ".join(one.sources))]
            for one in lines
        ]
        if rows:
            found.append(HtmlTable(caption, heads, rows, is_long=is_long, style="settings"))
    return found


def _breakable(words: str) -> Markup:
    """Return a key or name that may be broken after a dot or an underscore."""
    return Markup("<wbr>").join(clean(part) for part in _PARTS.findall(one_line(words)))


def reproduce_table(material: Material) -> HtmlTable:
    """Return versions, seed, hashes and command."""
    rows = [[key, value] for key, value in material.reproduce.items()]
    return HtmlTable("How to reproduce every number", ["what", "value"], rows)
