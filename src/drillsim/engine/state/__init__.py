"""What lives in one drill: the event log, incidents, responders, their duties and travel."""
