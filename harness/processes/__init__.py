"""Processes, and that nobody outlives who started them.

`family` finds and ends the descendants of a process, `tree` runs a command that ends with all it
started (under `supervise` where the system can), and `interrupts` lets Ctrl-C wait until what
must be put away is put away.
"""
