"""The gate: a committed baseline of drills, and the verdict on what has changed since."""
