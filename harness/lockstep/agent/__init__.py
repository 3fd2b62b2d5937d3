"""The folder put on the path of a side's process; it holds the package `harness_side`."""
