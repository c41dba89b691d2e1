"""Cells, legs and distances of a plan, shared by all crowds."""
