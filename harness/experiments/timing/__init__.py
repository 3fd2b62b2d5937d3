"""How long things take; what is timed by itself stands in `harness.experiments.timing.kernels`."""
