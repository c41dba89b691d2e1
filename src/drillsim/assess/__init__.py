"""What a plan and a staffing reach, before any simulation.

The public name `drillsim.assess` is the function of `assess.coverage`. Python puts this package under the same name as
soon as anything in it is imported; so the package may itself be called, with the same meaning.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from drillsim.assess.coverage import Coverage
    from drillsim.plan.model import FloorPlan


class _Room(ModuleType):
    """A package that answers like its function."""

    def __call__(self, plan: FloorPlan, **how: Any) -> Coverage:
        from drillsim.assess.coverage import assess

        return assess(plan, **how)


sys.modules[__name__].__class__ = _Room
