"""What a choice of mix hangs on: the numbered assumptions and the named laws, each moved over its range on the same drills."""
