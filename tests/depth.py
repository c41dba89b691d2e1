"""How deep the properties are tried: DRILLSIM_CASES=20000 tries that many cases of each."""

from __future__ import annotations

import os


def cases(usual: int) -> int:
    return int(os.environ.get("DRILLSIM_CASES", usual))
