"""The same buildings and the same people through other programs, in one run."""
