"""``python -m harness_side.functions``: time a function or a command when its turn comes.

The first message received says what; see `harness.experiments.speed`. After the sample the other
end may ask what was returned.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping
from typing import Any

from ..channel import Channel, reason_of_exception
from .burst import measured
from .work import Work


def main(channel: Channel) -> None:
    """Measure what is asked for, and answer what is asked then."""
    request = channel.receive()
    sys.path[:] = [*request["path"], *(one for one in sys.path if one not in request["path"])]
    work = Work(request["work"], request)
    case = str(request["case"])
    channel.send("ready", case=case)
    channel.receive()
    found = measured(channel, work.calls, request["burst"], request["least"])
    channel.send("sample", case=case, **found)
    while not (asked := channel.receive()).get("leave"):
        channel.send("compared", **_compared(work, asked, request))


def _compared(work: Work, asked: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    other = Work(asked["with"], request) if asked.get("with") else None
    return {
        "changes": work.changes_what_it_is_given(),
        "agree": None if other is None else work.agrees(other),
    }


def _place(error: BaseException) -> str:
    """Return where an error was raised, ``""`` where only this package has a part in it."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith((here, "<"))
    ]
    own = [frame for frame in frames if not _is_of_a_library(frame.filename)] or frames
    return f" ({os.path.basename(own[-1].filename)}:{own[-1].lineno})" if own else ""


def _is_of_a_library(file: str) -> bool:
    return file.startswith((sys.prefix, sys.base_prefix, os.path.dirname(os.__file__)))


if __name__ == "__main__":
    line = Channel()
    try:
        main(line)
    except BaseException as error:  # noqa: BLE001 - whatever the user's own code raised
        traceback.print_exc()
        line.send("error", text=f"{reason_of_exception(error)}{_place(error)}")
    line.send("end")
    sys.stderr.flush()
    os._exit(0)  # at once: threads and workers that were left would be waited for
