"""Regressions: shrunk random plays in which the two engines once differed."""

from __future__ import annotations

from math import nan

from crowd_plays import Play
from drillsim.crowd.laws import Laws
from test_crowd_kernel import play_both

# whoever was on a stair when the ways were laid anew had a goal whose distances the reference did not know any more
ON_A_STAIR = Play(
    spaces=[
        ("hall", "corridor", [[0, 0], [24, 0], [24, 2.5], [0, 2.5]]),
        ("r2", "corridor", [[12, -3.0], [18, -3.0], [18, 0], [12, 0]]),
        ("u", "library", [[9, 2.5], [15, 2.5], [15, 6.5], [13, 6.5], [13, 4.5], [11, 4.5], [11, 6.5], [9, 6.5]]),
        ("c0", "storage", [[24, -0.6], [24.6, -0.6], [24.6, 0.0], [24, 0.0]]),
        ("c1", "storage", [[24.6, -0.6], [25.200000000000003, -0.6], [25.200000000000003, 0.0], [24.6, 0.0]]),
        ("c2", "storage", [[24.6, -1.2], [25.200000000000003, -1.2], [25.200000000000003, -0.6], [24.6, -0.6]]),
        ("c3", "storage", [[24, -1.2], [24.6, -1.2], [24.6, -0.6], [24, -0.6]]),
        ("foot", "stair", [[-6, 0], [0, 0], [0, 0.9], [-6, 0.9]]),
        ("head+", "stair", [[-6, 0], [0, 0], [0, 0.9], [-6, 0.9]]),
        ("up+", "classroom", [[-6, 0.9], [0, 0.9], [0, 6], [-6, 6]]),
    ],
    openings=[
        {"id": "u1", "kind": "door", "spaces": ["u", "hall"], "line": [[9.55, 2.5], [10.45, 2.5]], "width": 0.9},
        {"id": "e1", "kind": "exit", "spaces": ["hall", "outside"], "line": [[0, 0.6], [0, 1.7999999999999998]], "width": 1.2, "one_way": "out"},
        {"id": "c23", "kind": "door", "spaces": ["c2", "c3"], "line": [[24.6, -1.2], [24.6, -0.5999999999999999]], "width": 0.6},
        {"id": "cx", "kind": "exit", "spaces": ["c2", "outside"], "line": [[25.2, -1.2], [25.2, -0.5999999999999999]], "width": 0.6},
        {"id": "f", "kind": "door", "spaces": ["foot", "hall"], "line": [[0, 0.04999999999999999], [0, 0.95]], "width": 0.9},
        {"id": "h", "kind": "door", "spaces": ["head+", "up+"], "line": [[-3.45, 0.9], [-2.55, 0.9]], "width": 0.9},
    ],
    stairs=[
        {"id": "t", "lower": "foot", "upper": "head+", "rise": 4, "width": 1.2, "length": 9, "lower_opening": "f", "upper_opening": "h"},
    ],
    laws=Laws(door="sfpe", speed="constant", density_max_pm2=1.0, patience_s=5.0, flow_psm=None, boundary_m=None),
    routes="assigned",
    assigned={},
    closed=[
    ],
    people=[
        ("c0", 24.355782965480426, -0.5036640483919163, (0.61, nan, 0.4), 7.5, nan),
        ("c1", 24.999417033156647, -0.3099427590222998, (0.61, nan, 0.4), 3.0, nan),
        ("c2", 24.618589082872724, -1.0827352712988971, (1.19, nan, nan), 0.0, nan),
        ("c3", 24.42710808187312, -0.996438198723905, (1.34, 0.5, 0.7), 0.0, nan),
        ("head+", -5.8476, 0.8098218627361721, (1.19, nan, nan), 3.0, nan),
        ("head+", -2.76, 0.45, (1.19, nan, nan), 3.0, nan),
        ("head+", -5.94, 0.8909999999999999, (1.19, nan, nan), 3.0, nan),
        ("head+", -4.0, 0.19729315519715496, (1.19, nan, nan), 3.0, nan),
        ("head+", -5.725880339839199, 0.07034348302105901, (1.19, nan, nan), 3.0, nan),
        ("head+", -3.6591694861703106, 0.27, (1.19, nan, nan), 3.0, nan),
        ("head+", -2.9590847799149023, 0.7166214089338782, (1.19, nan, nan), 3.0, nan),
        ("head+", -0.8140149645604122, 0.7337122725837546, (1.19, nan, nan), 3.0, nan),
        ("head+", -4.195098991701298, 0.7399821745998282, (1.19, nan, nan), 3.0, nan),
        ("head+", -4.1712, 0.6468526042226187, (1.19, nan, nan), 3.0, nan),
        ("head+", -0.7007892719090005, 0.4227515128165379, (1.19, nan, nan), 3.0, nan),
        ("head+", -0.0600000000000005, 0.07122674090424908, (1.19, nan, nan), 3.0, nan),
    ],
    script=[
        (29.0, "reopen", "c23", slice(None, None, None), 1.5),
        (23.0, "let_in", "u1", slice(None, None, None), 0.0),
        (4.0, "evacuate", "c1", slice(None, None, None), 0.0),
        (7.5, "refuge", ["r2", "c2", "c1", "c3"], slice(0, None, 2), 1.5),
        (16.5, "refuge", ["r2", "c2", "c1", "c3"], slice(0, None, 2), 1.5),
        (25.5, "refuge", ["r2", "c2", "c1", "c3"], slice(0, None, 2), 1.5),
    ],
    units=[
    ],
    watches=[
    ],
    looks=[],
)  # fmt: skip


def test_an_order_that_changes_no_way_turns_nobody_who_has_come_off_a_stair() -> None:
    play_both(ON_A_STAIR)
