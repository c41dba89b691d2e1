"""One drill in time."""
