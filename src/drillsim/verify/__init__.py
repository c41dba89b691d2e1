"""Published cases and closed forms against the engine: what `drillsim verify` collects and shows."""
