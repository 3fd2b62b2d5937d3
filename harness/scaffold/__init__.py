"""First files of a user's own: suites of every kind with their experiments, from templates."""
