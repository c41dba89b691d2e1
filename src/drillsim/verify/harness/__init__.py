"""Shared parts of the cases: their form, plans, crowd runs, path oracle, jobs and worker processes."""
