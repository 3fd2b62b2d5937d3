"""The global state of Python, of the process and of NumPy, piece by piece."""

from __future__ import annotations

import decimal
import gc
import inspect
import locale
import logging
import os
import random
import signal
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

OPEN_FILES = Path("/proc/self/fd")
_STREAMS = ("0", "1", "2")


@dataclass(frozen=True)
class Part:
    """One thing that a cell may change.

    Attributes
    ----------
    name : str
        What it is called.
    get : callable
        Returns what it is now, comparable with ``==``.
    put : callable or None
        Makes it what it was; None where it cannot be put back.
    """

    name: str
    get: Callable[[], Any]
    put: Callable[[Any], object] | None = None


def parts() -> Iterable[Part]:
    """Return what a cell may change, libraries that need not be loaded apart."""
    return (*_python(), *_process(), *_numpy())


def _python() -> Iterator[Part]:
    yield Part("random", random.getstate, random.setstate)
    yield Part("the module path", lambda: list(sys.path), _into(sys.path))
    yield Part("the arguments", lambda: list(sys.argv), _into(sys.argv))
    yield Part("sys.path_hooks", lambda: list(sys.path_hooks), _into(sys.path_hooks))
    yield Part("sys.meta_path", lambda: list(sys.meta_path), _into(sys.meta_path))
    yield Part("warnings", lambda: list(warnings.filters), _filter)
    yield Part("warnings.showwarning", lambda: warnings.showwarning, _set(warnings, "showwarning"))
    for name in ("stdin", "stdout", "stderr", "excepthook", "displayhook", "unraisablehook"):
        yield Part(f"sys.{name}", partial(getattr, sys, name), _set(sys, name))
    yield Part("closed streams", lambda: [one.closed for one in (sys.stdout, sys.stderr)])
    yield Part("sys.settrace", sys.gettrace, sys.settrace)
    yield Part("sys.setprofile", sys.getprofile, sys.setprofile)
    yield Part("the recursion limit", sys.getrecursionlimit, sys.setrecursionlimit)
    yield Part("the switch interval", sys.getswitchinterval, sys.setswitchinterval)
    yield Part("threading.excepthook", lambda: threading.excepthook, _set(threading, "excepthook"))
    yield Part("decimal", lambda: repr(decimal.getcontext()))
    yield Part("the folder for temporary files", lambda: tempfile.tempdir, _temporary)
    yield Part("gc", lambda: (gc.isenabled(), gc.get_threshold()), _collect)
    root = logging.getLogger()
    yield Part("the level of logging", lambda: root.level, root.setLevel)
    yield Part("logging.disable", lambda: root.manager.disable, logging.disable)
    yield Part("the handlers of logging", lambda: list(root.handlers), _into(root.handlers))


def _process() -> Iterator[Part]:
    yield Part("the current folder", os.getcwd, os.chdir)
    yield Part("environment variables", lambda: dict(os.environ), _environ)
    yield Part("signal handlers", _handlers, _handle)
    yield Part("blocked signals", lambda: signal.pthread_sigmask(signal.SIG_BLOCK, ()), _block)
    yield Part("timers", _timers, _stop_timers)
    yield Part("the umask", _umask, os.umask)
    yield Part("the locale", lambda: locale.setlocale(locale.LC_ALL), _locale)
    yield Part("limits of the system", _limits)
    yield Part("the process group", lambda: (os.getpgrp(), os.getsid(0)))
    yield Part("processors", lambda: os.sched_getaffinity(0), lambda old: _affinity(old))
    yield Part("priority", lambda: os.getpriority(os.PRIO_PROCESS, 0))
    yield Part(
        "standard streams", lambda: [str((OPEN_FILES / name).readlink()) for name in _STREAMS]
    )


def _numpy() -> Iterator[Part]:
    yield Part("numpy.random", _numpy_draws, _draw_again)
    yield Part("numpy.errstate", np.geterr, lambda old: np.seterr(**old))
    yield Part("numpy.seterrcall", np.geterrcall, np.seterrcall)
    yield Part("numpy.printoptions", _print_options, lambda old: np.set_printoptions(**dict(old)))
    # A register of the processor says whether tiny numbers count as zero: they then equal it too.
    yield Part("tiny numbers", lambda: repr(np.float64(5e-324) * np.float64(1.0)))


def _numpy_draws() -> tuple[Any, ...]:
    kind, key, *rest = np.random.get_state(legacy=True)  # noqa: NPY002 - what others draw from
    return (kind, np.asarray(key).tobytes(), *rest)


def _draw_again(old: tuple[Any, ...]) -> None:
    kind, key, *rest = old
    np.random.set_state((kind, np.frombuffer(key, np.uint32), *rest))  # noqa: NPY002


def _print_options() -> list[tuple[str, Any]]:
    return sorted(np.get_printoptions().items(), key=lambda item: item[0])


def _into(there: list[Any]) -> Callable[[list[Any]], None]:
    def put(old: list[Any]) -> None:
        there[:] = old

    return put


def _set(module: ModuleType, name: str) -> Callable[[Any], None]:
    return lambda old: setattr(module, name, old)


def _filter(old: list[Any]) -> None:
    warnings.filters[:] = old  # type: ignore[index]
    warnings._filters_mutated()  # type: ignore[attr-defined] # as catch_warnings does


def _temporary(old: str | None) -> None:
    tempfile.tempdir = old


def _collect(old: tuple[bool, tuple[int, int, int]]) -> None:
    (gc.enable if old[0] else gc.disable)()
    gc.set_threshold(*old[1])


def _environ(old: dict[str, str]) -> None:
    for name in set(os.environ) - set(old):
        del os.environ[name]
    os.environ.update(old)


_SIGNALS = sorted(map(int, signal.valid_signals()))
_handler = inspect.unwrap(signal.getsignal)  # without making an enum of each, which takes longer


def _handlers() -> dict[int, Any]:
    return {number: _handler(number) for number in _SIGNALS}


def _handle(old: dict[int, Any]) -> None:
    for number, handler in old.items():
        if handler is not None and _handler(number) != handler:
            signal.signal(number, handler)


def _block(old: Iterable[int]) -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, old)


_CLOCKS = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)


def _timers() -> list[bool]:
    return [signal.getitimer(clock) != (0.0, 0.0) for clock in _CLOCKS]


def _stop_timers(_: object) -> None:
    for clock in _CLOCKS:
        signal.setitimer(clock, 0.0)


def _umask() -> int:
    os.umask(now := os.umask(0o077))
    return now


def _locale(old: str) -> None:
    locale.setlocale(locale.LC_ALL, old)


def _affinity(old: Iterable[int]) -> None:
    os.sched_setaffinity(0, old)


def _limits() -> list[tuple[int, int]]:
    import resource  # not on Windows, where no process stays

    names = (name for name in dir(resource) if name.startswith("RLIMIT_"))
    return [resource.getrlimit(number) for number in {getattr(resource, name) for name in names}]
