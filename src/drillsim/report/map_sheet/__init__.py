"""Map of a building to print: level by level on a grid, true north up, rooms and outer doors by name."""
