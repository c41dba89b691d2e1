"""The validated wish: scenario, staffing mixes, and the defaults with their sources."""
