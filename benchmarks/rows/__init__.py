"""Rows of the table that `benchmarks.peers` prints: a module a group, each with ``rows()``."""
