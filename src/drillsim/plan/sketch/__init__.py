"""Sketch of a school as a short text: wings, rooms from–to, stairs and exits; written out as a native plan."""

from drillsim.plan.sketch.document import sketch_document
from drillsim.plan.sketch.grammar import read_sketch

__all__ = ["read_sketch", "sketch_document"]
