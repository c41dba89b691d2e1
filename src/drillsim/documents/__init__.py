"""Input files: YAML with positions, checked models, and lists of located faults."""
