"""Benchmarks of known cost, by which the gate tests itself on a machine."""
