"""What all importers of plans share: the draft of a plan, findings, gaps, and the way to a checked plan."""
