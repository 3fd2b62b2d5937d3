"""Processes that end with whatever started them.

`family` finds and ends the descendants of a process, `tree` runs a command that ends with all it
started (under `supervise` where the system can), and `interrupts` delays Ctrl-C until
the cleaning up is done.
"""
