"""A program in any language as an experiment: its words filled in, run, its metrics read."""
