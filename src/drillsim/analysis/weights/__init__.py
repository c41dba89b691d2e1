"""Drills weighed by strata of presence, and days as clusters of incidents: pure statistics."""
