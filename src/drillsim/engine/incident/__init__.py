"""Incidents: detection and report, their own course, and arrivals in a school day."""
