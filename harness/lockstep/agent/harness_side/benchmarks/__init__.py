"""A side that measures the benchmark tests of pytest."""
