"""A user's own function as an experiment: found, asked about, given its arguments, called."""
