"""State of one drill: event log, incidents, responders, their duties and travel."""
