"""Changes of a drawn plan: pure functions from one draft to the next."""
