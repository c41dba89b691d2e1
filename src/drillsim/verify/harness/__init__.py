"""What the cases share: the form of a case, plans to play on, and workers."""
