"""The incident itself: how it is noticed, how it unfolds, and how often incidents come."""
