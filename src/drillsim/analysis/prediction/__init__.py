"""What the drills of a study let one expect of a real drill: bands of its intervals, the drill that is typical, and what was observed."""
