"""Editor of floor plans: a page on the loopback address, and the changes, checks and savings behind it."""
