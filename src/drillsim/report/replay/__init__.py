"""Replay of a drill in a browser: who was where when, what happened, on every level; alone or with another staffing."""
