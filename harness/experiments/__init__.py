"""One file per experiment; `harness.experiments.table` finds them by name."""
