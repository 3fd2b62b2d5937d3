"""Progress of a whole run: one bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from harness.cli.console import Output
from harness.numerals import count

Clock = Callable[[], float]
FIRST_PAUSE, LONGEST_PAUSE = 15.0, 120.0
"""Seconds between two lines: few lines of a long run, and none so late that it seems to hang."""
KNOWN_AFTER = 2
"""Cells; the first waits until the libraries are imported, so one says little."""


@dataclass
class Meter:
    """How far a run is.

    Attributes
    ----------
    total : int
        Cells to run.
    clock : callable
        Seconds, monotonic.
    suite : str
        The running suite.
    done : int
        Cells that ended.
    """

    total: int
    clock: Clock = time.monotonic
    suite: str = ""
    done: int = 0
    started: float = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.clock()

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return self.clock() - self.started

    @property
    def left(self) -> str:
        """``"about 2 min left"``, by the mean of the cells so far; ``""`` after too few."""
        if not KNOWN_AFTER <= self.done < self.total:
            return ""
        return f"about {duration(self.elapsed / self.done * (self.total - self.done))} left"

    def line(self) -> str:
        """Return the state in one line."""
        cells = (
            f"{count(self.done)} of {count(self.total)} {'cell' if self.total == 1 else 'cells'}"
        )
        spent = f"{duration(self.elapsed)} so far" if self.done < self.total else "done"
        return ", ".join(text for text in (cells, self.suite, spent, self.left) if text)


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

    def enter(self, suite: str) -> None:
        """Say which suite runs now."""
        self._meter.suite = suite
        self._shown()

    def step(self) -> None:
        """Count a cell that ended."""
        self._meter.done += 1
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
