"""Short forms of a plan file: doors between two spaces, rows of equal rooms, mirrored and repeated wings.

They are written out while the file is read, so that the plan is the same as if its author had written every room and door.
"""

from drillsim.plan.short_forms.expand import Expanded, expand
from drillsim.plan.short_forms.parts import FormOrigin

__all__ = ["Expanded", "FormOrigin", "expand"]
