"""Messages to and from the gate: JSON, one message on each line, over the standard streams.

Nothing else may use these streams: what tests print is sent to standard error, which the gate
keeps in a file.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from . import PROTOCOL


class Channel:
    """One process's end of the line; make it before anything can print."""

    def __init__(self) -> None:
        self._incoming = os.fdopen(os.dup(0), "r", encoding="utf-8")
        self._outgoing = os.fdopen(os.dup(1), "w", encoding="utf-8")
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        self._log = os.dup(2)
        self._process = os.getpid()
        self.send("hello", protocol=PROTOCOL, python=sys.version.split()[0])

    def send(self, event: str, **fields: Any) -> None:
        """Write one message; end the process when nobody reads any more."""
        self._be_the_one()
        printed = os.fstat(self._log).st_size  # should this process die, what comes later says why
        try:
            self._outgoing.write(json.dumps({"event": event, **fields, "printed": printed}) + "\n")
            self._outgoing.flush()
        except BrokenPipeError:
            os._exit(1)

    def receive(self) -> dict[str, Any]:
        """Wait for a message; end the process when the other end is gone."""
        self._be_the_one()
        line = self._incoming.readline()
        if not line:
            os._exit(1)
        message: dict[str, Any] = json.loads(line)
        return message

    def _be_the_one(self) -> None:
        """End a child that a test forked and that came back into pytest: it would speak for us."""
        if os.getpid() != self._process:
            os._exit(1)
