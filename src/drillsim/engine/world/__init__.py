"""What all drills of a scenario on a plan share: rooms, places, the clock and the occupants."""
