"""The command ``harness``, and ``python -m harness``.

A run waits longest for the process that starts its cells, which has libraries of its own to import:
it is started before the command line itself is imported, which takes as long.

Ctrl-C ends the command at once until all is imported, as there is nothing to tell or keep: what is
raised in the middle of an import ends in Python's traceback. So nothing is imported up here.

Of what is imported nothing is garbage: Python looks for some once a verb has been imported
(`harness.cli.verbs`), and at the end not at all.
"""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Sequence

_NO_CELLS_HERE = ("-h", "--help", "--cluster")


def main() -> None:
    """Run the command line and exit with the code of what happened."""
    heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # not under nohup
    if heard:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.disable()
    from harness import top
    from harness.processes import open_streams

    open_streams()
    top.importable()
    if runs_cells(sys.argv[1:]):
        from harness.execute import client

        client.begin()
    from harness.cli.app import main as command  # after the server has been started

    if heard:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        command()
    finally:
        gc.freeze()


def runs_cells(words: Sequence[str]) -> bool:
    """Whether a command is one that runs cells on this machine."""
    return list(words[:1]) == ["run"] and not any(word.startswith(_NO_CELLS_HERE) for word in words)


if __name__ == "__main__":
    main()
