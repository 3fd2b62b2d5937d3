"""``python -m harness_side.benchmarks PATH...``: measure the benchmark tests under some paths.

The first message received says whether tests are measured or only listed; which ones, a second
message, when they are collected.
"""

from __future__ import annotations

import os
import sys
import traceback
from typing import Any

from ..channel import Channel, reason_of_exception, reason_of_usage
from .selecting import always, files, has


class KeptErrors:
    """Standard error, kept as well: what pytest says there when it does not begin."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.text = ""

    def write(self, text: str) -> Any:
        self.text = (self.text + text)[-20_000:]
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def main(channel: Channel, paths: list[str]) -> None:
    """Run pytest on the paths that this side has."""
    _tree_last()
    request = channel.receive()
    missing = [name for name in ("pytest", "pytest_benchmark") if not has(name)]
    if missing:
        channel.send("error", text=f"{' and '.join(missing)} must be installed, add to the install")
    elif not files(paths):
        channel.send("cases", names=[])
    else:
        _run(channel, paths, request)


def _run(channel: Channel, paths: list[str], request: dict[str, object]) -> None:
    import pytest

    from .collecting import Collecting
    from .plugin import Measured

    measures = bool(request.get("measures"))
    options, without = (request.get(key) for key in ("options", "without"))

    def say(name: str) -> None:
        if not measures:  # it is asked what there is
            channel.send("collecting", name=name)

    collecting = Collecting(say, without if isinstance(without, dict) else {})
    plugin = Measured(channel, measures, paths, collecting.uncollected)
    extra = [str(option) for option in options] if isinstance(options, list) else []
    sys.stderr = heard = KeptErrors(sys.stderr)
    code = int(pytest.main([*files(paths), *always(), *extra], plugins=[plugin, collecting]))
    if code not in (0, 1, 5):  # 1: tests failed, 5: none was run; both are said by then
        cause = plugin.trouble or reason_of_usage(heard.text)
        channel.send("error", text=f"pytest ended with exit code {code}: {cause}")


def _tree_last() -> None:
    """Let an installed copy of the project win over the files that lie about."""
    here = os.getcwd()
    sys.path[:] = [entry for entry in sys.path if entry not in ("", here)]
    sys.path.append(here)


if __name__ == "__main__":
    line = Channel()
    try:
        main(line, sys.argv[1:])
    except BaseException as error:  # noqa: BLE001 - whatever the project's own code raised
        traceback.print_exc()
        line.send("error", text=reason_of_exception(error))
    line.send("end")
    sys.stderr.flush()
    os._exit(0)  # at once: threads and workers that the project left would be waited for
