"""What happened: columns, the trace of one drill, and results on disk."""
