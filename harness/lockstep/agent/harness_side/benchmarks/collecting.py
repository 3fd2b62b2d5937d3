"""A pytest plugin by which one module or conftest that cannot be loaded hides no other."""

from __future__ import annotations

import importlib.abc
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

import pytest

from ..channel import reason_of_exception, reason_of_report, reason_of_skip
from .selecting import plain


class Collecting:
    """Says what is being collected, and leaves out what the process cannot survive.

    Parameters
    ----------
    say : callable
        ``say(name)``, called before a module or folder is loaded and, with ``""``, after it: what
        was said last is to blame where this process ends or is heard no more.
    without : mapping of str to str
        Modules and folders that are not to be loaded, and why.

    Attributes
    ----------
    uncollected : list of dict
        What could not be collected, and why.
    """

    def __init__(self, say: Callable[[str], None], without: Mapping[str, str]) -> None:
        self.say = say
        self.without = without
        self.uncollected: list[dict[str, Any]] = []

    @pytest.hookimpl(tryfirst=True, hookwrapper=True)
    def pytest_load_initial_conftests(self) -> Iterator[None]:
        sys.meta_path.insert(0, Conftests(self.say, self.without))
        outcome: Any = yield
        if outcome.excinfo is None:
            self.say("")

    @pytest.hookimpl(tryfirst=True, hookwrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Iterator[None]:
        why = self._left_out(plain(collector.nodeid))
        if why:
            setattr(collector, "collect", list)  # noqa: B010 - a method, and of this one only
        elif collector.nodeid:
            self.say(plain(collector.nodeid))
        outcome: Any = yield
        self.say("")
        why = why or _ends(outcome.excinfo)
        if why:
            outcome.force_result(pytest.CollectReport(collector.nodeid, "failed", why, []))
        if outcome.excinfo is None and not outcome.get_result().passed:
            self.uncollected.append(_uncollected(collector, outcome.get_result()))

    def _left_out(self, name: str) -> str:
        inside = (why for one, why in self.without.items() if f"{name}/".startswith(f"{one}/"))
        return next(inside, "")


class Conftests(importlib.abc.MetaPathFinder):
    """Says which conftest is imported; one that is left out is imported as an empty module.

    pytest loads those it finds first before it collects anything, and gives up when one fails.
    """

    def __init__(self, say: Callable[[str], None], without: Mapping[str, str]) -> None:
        self._say, self._without, self._here = say, without, os.getcwd()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.rpartition(".")[2] != "conftest":
            return None
        spec = PathFinder.find_spec(fullname, path)
        if spec is None or spec.origin is None:
            return None
        folder = plain(os.path.relpath(os.path.dirname(spec.origin), self._here))
        if folder in self._without:
            return importlib.util.spec_from_file_location(fullname, spec.origin, loader=_Empty())
        self._say(folder)
        return None


class _Empty(importlib.abc.Loader):
    def exec_module(self, module: ModuleType) -> None:
        """Leave the module as it is."""


def _ends(excinfo: Any) -> str:
    """Return what a module raised that would end pytest, ``""`` if nothing."""
    if excinfo is None or isinstance(excinfo[1], Exception):
        return ""
    return f"{reason_of_exception(excinfo[1])}: it ends the process at import"


def _uncollected(collector: pytest.Collector, report: Any) -> dict[str, Any]:
    raised = getattr(getattr(report, "call", None), "excinfo", None)
    error = raised.value if raised is not None else None
    skipped = bool(report.skipped)
    text = reason_of_skip(report) if skipped else reason_of_report(report, error)
    return {"name": plain(collector.nodeid or "every test"), "text": text, "skipped": skipped}
