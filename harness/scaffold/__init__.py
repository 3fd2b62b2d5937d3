"""What ``harness init`` and ``new`` write: suites with their experiments, from templates."""
