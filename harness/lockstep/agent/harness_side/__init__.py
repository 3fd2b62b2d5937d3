"""What runs inside one side's process.

Only the standard library is used here, and pytest where benchmarks are pytest's: the project that
is measured need not have the harness installed.
"""

PROTOCOL = 1
