"""What is read beside a measurement: memory, processor time, waiting."""

from __future__ import annotations

import ctypes
import gc
import glob
import math
import os
import sys
import time


class Meter:
    """Reads the counters of this process around one measurement."""

    def start(self, settles: bool = True) -> None:
        """Begin: the high-water marks of memory are set back first.

        Parameters
        ----------
        settles : bool
            False where `settle` is called later in any event: it takes several milliseconds.
        """
        _reset_device_peak()
        self._held = self._peak = math.nan
        if settles:
            self.settle()
        self._waited, self._cpu = waited(), time.process_time()
        self._wall = time.perf_counter()

    def settle(self) -> None:
        """Take what the process holds now as what it held before: the rest is the measurement's.

        Garbage is collected and free memory given back first, where the C library can: what a
        test before this one has used would hide what this one takes.
        """
        gc.collect()
        _give_back()
        resets = _reset_peak()
        self._held = _peak() if resets else math.nan
        self._peak = math.nan

    def look(self) -> None:
        """Read the high-water mark now; what comes later does not count."""
        self._peak = math.nan if math.isnan(self._held) else _peak()

    def stop(self, away: float = 0.0) -> dict[str, float | None]:
        """End, and return the readings; None for those this system does not have.

        Parameters
        ----------
        away : float
            Seconds in which the other side had the turn.
        """
        wall = time.perf_counter() - self._wall - away
        cpu = time.process_time() - self._cpu
        waiting = waited() - self._waited
        if math.isnan(self._peak):
            self.look()
        readings = {
            "wall": wall,
            "cpu": cpu,
            "waited": waiting,
            "peak": self._peak,
            "held": self._held,
            "device_peak": _device_peak(),
        }
        return {name: None if math.isnan(value) else value for name, value in readings.items()}


def waited() -> float:
    """Return the seconds in which this process could have run and did not; nan if untold.

    The second field of ``schedstat`` is the time on a run queue (kernel documentation,
    sched-stats), summed over threads; stolen time is that of the whole machine, since a guest
    cannot tell whose it was.
    """
    total, found = 0.0, False
    for path in glob.glob("/proc/self/task/*/schedstat"):
        try:
            with open(path) as file:
                total += int(file.read().split()[1]) / 1e9
        except OSError:  # the thread has ended
            continue
        found = True
    return total + _stolen() if found else math.nan


def _stolen() -> float:
    try:
        with open("/proc/stat") as file:
            fields = file.readline().split()
    except OSError:  # a sandbox may not have it
        return 0.0
    return int(fields[8]) / float(os.sysconf("SC_CLK_TCK")) if len(fields) > 8 else 0.0


def _give_back() -> None:
    """Let the allocator return free memory to the system; glibc can, others are left alone."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def _reset_device_peak() -> None:
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        torch.cuda.reset_peak_memory_stats()


def _reset_peak() -> bool:
    """Set the high-water mark of the resident set back; return whether it could be."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")  # proc(5): resets VmHWM to the present resident set
    except OSError:
        return False
    return True


def _peak() -> float:
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024.0
    return math.nan


def _device_peak() -> float:
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_initialized():
        return math.nan
    return float(torch.cuda.max_memory_allocated())
