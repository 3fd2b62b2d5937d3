"""Commands that end together with everything they started.

A program that is not ours may leave workers that wait for ever, daemons in sessions of their own,
children that ignore SIGTERM or hold a pipe open. On Linux a command is run under a supervisor
(`harness.processes.supervise`) that is handed what others orphan and ends all of it; elsewhere its
descendants and its process group are ended.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.processes.family import end_tree

SUPERVISOR = Path(__file__).with_name("supervise.py")
NOT_STARTED = 127
"""Exit code of a supervised command that could not be started; its last words say why."""
PATIENCE = 8.0
"""Seconds that a tree is given to be gone after it was told to; the supervisor's own and some."""
_SUPERVISED = sys.platform == "linux"


class Tree:
    """A command that is started, and all that it starts; a context manager that leaves nothing.

    Parameters
    ----------
    arguments : sequence of str
        The command.
    **options : Any
        Of `subprocess.Popen`, but for ``pass_fds`` and ``start_new_session``: the command has a
        session of its own, so that Ctrl-C is for the caller, who ends it himself.

    Attributes
    ----------
    process : subprocess.Popen
        Its streams and its exit code are those of the command.
    """

    def __init__(self, arguments: Sequence[str], **options: Any) -> None:
        self._lifeline = -1
        if not _SUPERVISED:
            self.process = subprocess.Popen(arguments, start_new_session=True, **options)  # noqa: S603 - the user's own
            return
        heard, self._lifeline = os.pipe()
        try:
            supervisor = (sys.executable, "-I", "-S", str(SUPERVISOR), str(heard))
            self.process = subprocess.Popen(  # noqa: S603 - the user's own
                (*supervisor, *arguments), start_new_session=True, pass_fds=(heard,), **options
            )
        except BaseException:
            self._let_go()
            raise
        finally:
            os.close(heard)

    def __enter__(self) -> Tree:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self, patience: float = PATIENCE) -> None:
        """End what still runs of the tree, and wait until it has.

        Parameters
        ----------
        patience : float
            Seconds it may take; what the kernel does not end until then is left.
        """
        self._let_go()
        if not _SUPERVISED or not _ended(self.process, patience):
            end_tree(self.process.pid)
            _ended(self.process, patience)

    def _let_go(self) -> None:
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1


def _ended(process: subprocess.Popen[Any], patience: float) -> bool:
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    return process.returncode is not None
