"""Compiled functions of the crowd, on bare arrays."""
