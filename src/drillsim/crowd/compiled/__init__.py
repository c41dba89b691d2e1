"""The compiled crowd: the default, equal to the reference."""
