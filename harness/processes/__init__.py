"""Processes that end with whatever started them.

`family` finds and ends the descendants of a process, `tree` runs a command that ends with all it
started (under `supervise` where the system can), and `interrupts` delays Ctrl-C until
the cleaning up is done.
"""

from __future__ import annotations

import os


def open_streams() -> None:
    """Open what is closed of the standard streams: no file that is opened gets their numbers.

    What a library prints would be written into it, and a new process would lose it.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest number is free
