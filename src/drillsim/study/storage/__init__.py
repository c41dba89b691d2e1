"""Storage of a study: finished drills as bytes, what they follow from, and what is still to be played."""
