"""Studies: scenarios x staffing mixes x replications, their execution and their results."""
