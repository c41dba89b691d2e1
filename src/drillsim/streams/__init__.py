"""Keyed random numbers: named streams over a counter-based generator."""
