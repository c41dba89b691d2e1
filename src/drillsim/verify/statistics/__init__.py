"""Pinned constants of the comparison, and experiments on the coverage of its intervals."""
