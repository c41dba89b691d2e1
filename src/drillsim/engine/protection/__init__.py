"""Protective action: the order, securing rooms, the perimeter, release and accountability."""
