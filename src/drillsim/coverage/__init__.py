"""Coverage of a plan: shortest travel times from posts and entries, without simulation."""
