"""Benchmarks of known cost, with which the self-test measures the gate on a machine."""
