"""Training: one loop for every backend; evaluations, and measures of the trained network."""
