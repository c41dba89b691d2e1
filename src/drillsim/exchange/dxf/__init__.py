"""Drawings in DXF: the layers of a plan, and the reader."""
