"""Closed forms and independent computations that the engine is held against."""
