"""Workers of a study: jobs on executors, and processes of our own."""
