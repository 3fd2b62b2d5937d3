"""Progress of a whole run: one bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from harness.cli.console import Output
from harness.numerals import count

Clock = Callable[[], float]
FIRST_PAUSE, LONGEST_PAUSE = 15.0, 120.0
"""Seconds between two lines: few lines of a long run, and none so late that it seems to hang."""
KNOWN_AFTER = 2
"""Cells of a suite; the first waits until the libraries are imported, so one says little."""
FAIR_PART = 0.25
"""Of all cells: suites differ so much in what a cell takes that the first ones say little of the
others; the time left is told once so many cells are of suites of which something is known."""


@dataclass
class Meter:
    """How far a run is.

    Attributes
    ----------
    cells : mapping of str to int
        Cells to run of each suite, or of a part of it, in the order in which they begin.
    clock : callable
        Seconds, monotonic.
    suite : str
        That which began last.
    done : int
        Cells that ended.
    """

    cells: Mapping[str, int]
    clock: Clock = time.monotonic
    suite: str = field(init=False)
    done: int = field(default=0, init=False)
    started: float = field(init=False)
    _begun: set[str] = field(default_factory=set, init=False)
    _seen: int = field(default=0, init=False)  # cells of the suites that have begun
    _before: int = field(default=0, init=False)  # cells that had ended when the last one began
    _began: float = field(init=False)
    _latest: float = field(init=False)  # when a cell ended

    def __post_init__(self) -> None:
        self.started = self._began = self._latest = self.clock()
        self.suite = next(iter(self.cells), "")

    def count(self, suite: str) -> None:
        """Count a cell that ended; the first of a suite begins it."""
        if suite not in self._begun:
            self._begun.add(suite)
            self.suite, self._before, self._began = suite, self.done, self._latest
            self._seen += self.cells[suite]
        self.done, self._latest = self.done + 1, self.clock()

    @property
    def total(self) -> int:
        """Cells to run."""
        return sum(self.cells.values())

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return self.clock() - self.started

    @property
    def left(self) -> str:
        """``"about 2 min left"``; ``""`` while little is known of what is left.

        The cells of suites that have begun take what those of the last did, others the mean.
        """
        own = self.done - self._before
        rest = self._seen - self.done
        known = self._seen if own >= KNOWN_AFTER else self.done
        if not KNOWN_AFTER <= self.done < self.total or known < FAIR_PART * self.total:
            return ""
        mean = self.elapsed / self.done
        here = (self.clock() - self._began) / own if own >= KNOWN_AFTER else mean
        return f"about {roughly(rest * here + (self.total - self._seen) * mean)} left"

    def line(self) -> str:
        """Return the state in one line."""
        cells = (
            f"{count(self.done)} of {count(self.total)} {'cell' if self.total == 1 else 'cells'}"
        )
        spent = f"{duration(self.elapsed)} so far" if self.done < self.total else "done"
        return ", ".join(text for text in (cells, self.suite, spent, self.left) if text)


def roughly(seconds: float) -> str:
    """Return a duration in the words that an estimate earns: minutes, or tens of seconds."""
    step = 60 if seconds >= 120 else 10 if seconds >= 20 else 1
    return duration(step * round(seconds / step))


def duration(seconds: float) -> str:
    """Return ``"45 s"``, ``"3 min 20 s"`` or ``"2 h 5 min"``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    minutes = round(whole / 60)
    return f"{minutes // 60} h {minutes % 60} min"


class Watch:
    """Follows a run: what is told to it moves the bar, or prints a line.

    Parameters
    ----------
    meter : Meter
        Moved on.
    shown : callable
        Called after every move.
    """

    def __init__(self, meter: Meter, shown: Callable[[], None]) -> None:
        self._meter, self._shown = meter, shown

    def step(self, suite: str) -> None:
        """Count a cell of a suite that ended."""
        self._meter.count(suite)
        self._shown()


@contextmanager
def watched(output: Output, meter: Meter) -> Iterator[Watch]:
    """Show the progress of a run while inside."""
    console = output.err
    if console.is_terminal and not console.no_color and not console.is_dumb_terminal:
        with _bar(output, meter) as watch:
            yield watch
    else:
        yield Watch(meter, _lines(output, meter))


@contextmanager
def _bar(output: Output, meter: Meter) -> Iterator[Watch]:
    names = TextColumn("{task.description}", markup=False)
    times = TextColumn("{task.fields[times]}", markup=False)
    columns = (names, BarColumn(bar_width=20), MofNCompleteColumn(), times)
    with Progress(*columns, console=output.err, transient=True) as bar:
        task = bar.add_task(meter.suite, total=meter.total, times="")

        def show() -> None:
            times = ", ".join(text for text in (duration(meter.elapsed), meter.left) if text)
            bar.update(task, completed=meter.done, description=meter.suite, times=times)

        yield Watch(meter, show)


def _lines(output: Output, meter: Meter) -> Callable[[], None]:
    due = [FIRST_PAUSE]

    def show() -> None:
        if meter.elapsed >= due[0]:
            due[0] = meter.elapsed + min(LONGEST_PAUSE, FIRST_PAUSE + meter.elapsed / 4)
            output.err.print(meter.line())

    return show
