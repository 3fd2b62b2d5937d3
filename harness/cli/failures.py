"""Failed cells, reported as they end: equal failures once, with a count at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from harness.cli.console import Output
from harness.execute.logs import PRINTED
from harness.types import Record
from harness.words import plain, plural

_LINES = 40  # of a log that are shown


class Failures:
    """Prints failed cells on stderr.

    Parameters
    ----------
    output : Output
        The command's output.
    log : callable
        Where the log of a record's cell is.
    trace : bool
        Print every failure, with the end of its log, which holds the traceback.
    """

    def __init__(self, output: Output, log: Callable[[Record], Path], *, trace: bool) -> None:
        self._output = output
        self._log = log
        self._trace = trace
        self._told = Counter[tuple[str, str, str]]()
        self._logs: set[Path] = set()

    def see(self, record: Record) -> None:
        """Report a record if it is a failure unlike those reported before."""
        if record.status not in ("failed", "timeout"):
            return
        # What was printed before two equal failures may differ, by a seed or an address.
        key = (record.suite, record.status, record.reason.partition(PRINTED)[0])
        self._told[key] += 1
        log = self._log(record)
        if log.exists():
            self._logs.add(log.parent)
        if self._trace or self._told[key] == 1:
            self._say(_sentence(record), style="red")
        if self._trace:
            self._say(_end_of(log))

    def close(self) -> None:
        """Report how many failures were equal to one that was shown."""
        more = {key: count - 1 for key, count in self._told.items() if count > 1}
        if self._trace:
            return
        for (suite, status, reason), count in more.items():
            self._say(
                f"{status}: {suite}: {plural(count, 'more cell')} alike: {reason}", style="red"
            )
        if self._told:
            where = f"; logs are in {', '.join(map(str, sorted(self._logs)))}" if self._logs else ""
            self._say(f"run again with --trace to see every failure and its traceback{where}")

    def _say(self, text: str, style: str = "") -> None:
        if text:
            self._output.err.print(plain(text), style=style, markup=False, highlight=False)


def _sentence(record: Record) -> str:
    whole = {"experiment": record.experiment}  # of a function the axis has its own name alone
    axes = ", ".join(f"{name}={whole.get(name, value)}" for name, value in record.axes.items())
    return f"{record.status}: {record.suite} ({axes}, seed={record.seed}): {record.reason}"


def _end_of(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="backslashreplace").splitlines()
    except OSError:  # it printed nothing and raised nothing
        return ""
    left_out = [f"... ({plural(len(lines) - _LINES, 'line')} before, see {log})"]
    shown = lines if len(lines) <= _LINES else [*left_out, *lines[-_LINES:]]
    return "\n".join(f"    {line}" for line in shown)
