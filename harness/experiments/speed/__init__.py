"""Two functions or commands timed against each other."""
