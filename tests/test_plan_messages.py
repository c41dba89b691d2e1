"""What the checks of a plan say: lengths, areas and places in the unit of the file, so that they can be found in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from drillsim.plan.read import check_plan_file

FAULTY = """drillsim_plan: 1
name: many small faults
units: {unit}
levels: [{{id: L0, elevation: 0}}, {{id: L1, elevation: {four}}}]
spaces:
  - {{id: gym, level: L0, use: gym, polygon: [[{x0}, {y0}], [{x9}, {y0}], [{x9}, {y9}], [{x0}, {y9}]]}}
  - {{id: den, level: L0, use: other, polygon: [[{x8}, {y0}], [{x18}, {y0}], [{x18}, {y9}], [{x8}, {y9}]]}}
  - {{id: attic, level: L1, use: other, polygon: [[{x0}, {y0}], [{x9}, {y0}], [{x9}, {y9}], [{x0}, {y9}]]}}
openings:
  - {{id: d, kind: door, spaces: [gym, den], line: [[{x5}, {y5}], [{x5}, {y6}]]}}
  - {{id: x, kind: exit, spaces: [gym, outside], line: [[{x0}, {y5}], [{x0}, {y6}]], width: {four}}}
stairs: [{{id: t, lower: gym, upper: attic, rise: {two}, width: {four}, length: {one}}}]
posts: [{{id: p, space: gym, at: [{x0}, {y10}]}}]
"""
SAID = {
    "m": ["overlap by 9.00 m² near [500008.50, 5400004.50]", "'d' lies 4.00 m from", "'p' lies 1.00 m outside", "'x' is 4.00 m wide",
          "rises 2.00 m, its levels lie 4.00 m apart", "is 1.00 m long"],
    "mm": ["overlap by 9.00 m² near [500008500, 5400004500]", "'d' lies 4000 mm from", "'p' lies 1000 mm outside",
           "'x' is 4000 mm wide", "rises 2000 mm, its levels lie 4000 mm apart", "is 1000 mm long"],
    "ft": ["overlap by 96.9 ft² near [1640447.83 ft, 17716550.20 ft]", "'d' lies 13.12 ft from", "'p' lies 3.28 ft outside",
           "'x' is 13.12 ft wide", "rises 6.56 ft, its levels lie 13.12 ft apart", "is 3.28 ft long"],
}  # fmt: skip


@pytest.mark.parametrize(("unit", "size"), [("m", 1.0), ("mm", 0.001), ("ft", 0.3048)])
def test_messages_speak_in_the_unit_of_the_file_to_the_centimetre(unit: str, size: float, tmp_path: Path) -> None:
    """A plan in national coordinates: the place of a fault can be found again."""
    x, y = (
        {f"x{k}": (500_000 + k) / size for k in (0, 5, 8, 9, 18)},
        {f"y{k}": (5_400_000 + k) / size for k in (0, 5, 6, 9, 10)},
    )
    lengths = {"one": 1 / size, "two": 2 / size, "four": 4 / size}
    plan = tmp_path / "plan.yaml"
    plan.write_text(FAULTY.format(unit=unit, **x, **y, **lengths), encoding="utf-8")
    said = "\n".join(str(f) for f in check_plan_file(plan)[1])
    assert [words for words in SAID[unit] if words not in said] == [], said
    assert not [other for other in {"m", "mm", "ft"} - {unit} if f"0 {other} " in said.replace("12 ft (3.66 m)", "")]
