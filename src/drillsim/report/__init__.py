"""Figures, tables and timelines."""
