"""Choice of a mix by drills that are played until it is decided: balanced rounds, and the play."""
