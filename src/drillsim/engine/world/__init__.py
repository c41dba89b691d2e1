"""Constant data that all drills of a scenario on a plan share: world, rooms, parts; and the day's clock and people."""
