"""Probe ``least_squares``: one linear fit, solved in closed form or by descent, and its anatomy."""
