"""School Response Benchmark: five buildings, eight incidents, six staffings, and a score for another tool's table."""
