"""Variants of a drill compared with their base, drill by drill."""
