"""A plan as a native file: `plan_document` makes plain data of a FloorPlan, `plan_text` the YAML that people read."""

from drillsim.plan.writing.document import plan_document
from drillsim.plan.writing.text import plan_text

__all__ = ["plan_document", "plan_text"]
