"""What runs in the process that imports a user's module to find out about its functions.

The module may do anything when it is imported: only plain facts are left in a file.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from harness import kept
from harness.experiments.user.loading import Place, load
from harness.experiments.user.signature import parameters, returned_text, to_json, truths

_DECLARED = "__harness__"
_MOST = 500
_OURS = Path(__file__).parents[2]


def main() -> None:
    """Answer the questions of the command line, and end at once, threads or not.

    Each of several is answered by a process of its own: what one module does when it is imported
    reaches no other.
    """
    questions = json.loads(sys.argv[1])["questions"]
    del sys.argv[1:]
    if len(questions) > 1:
        _warm()
    for question in questions[1:]:
        if (child := os.fork()) == 0:
            _answer(question)
        os.waitpid(child, 0)
    _answer(questions[0])


def _warm() -> None:
    """Import once what many modules do, so that each of their processes has it."""
    for name in ("numpy", "harness.datasets.parts"):
        with contextlib.suppress(Exception):  # a module that needs it will say what is wrong
            importlib.import_module(name)


def _answer(question: Mapping[str, Any]) -> NoReturn:
    place = Place(**{**question["place"], "path": tuple(question["place"]["path"])})
    before, since = set(sys.modules), time.time_ns()
    try:
        with kept.watching() as opened, kept.asking():
            module = load(place)
        brought = {"loaded": _loaded(before), "opened": _read(opened, since)}
        facts = {**_facts(module, place.attribute), **brought}
    except BaseException as error:  # noqa: BLE001 - whatever a module raises is the answer
        facts = _failure(error)
    Path(question["answer"]).write_text(json.dumps(facts), encoding="ascii")
    os._exit(0)


def _read(opened: Mapping[str, kept.Stamp], since: int) -> list[str] | None:
    """Return those that are no library's; None where they are very many, or one was edited."""
    own = kept.of_users(opened)
    return own if len(own) <= _MOST and not kept.changed(opened, since) else None


def _facts(module: ModuleType, attribute: str) -> dict[str, Any]:
    each = {attribute: _declared(getattr(module, attribute, None))}
    names = []
    for name, value in vars(module).items():
        if callable(value) and not name.startswith("_"):
            names.append(name)
            try:
                own = getattr(value, "__module__", None) == module.__name__
                if own and name not in each:
                    each[name] = _declared(value)
            except Exception:  # noqa: BLE001, S112 - nobody asked for this one; who does is told
                continue
    file = getattr(module, "__file__", None) or ""
    return {"each": each, "functions": names, "file": file, "knows_us": _knows_us(file)}


def _knows_us(file: str) -> bool:
    """Whether a module may know what a context is: it speaks of the harness, or cannot be read."""
    try:
        return b"harness" in Path(file).read_bytes()
    except OSError:
        return True


def _declared(value: object) -> dict[str, Any]:
    """Return what a function says of itself."""
    if not callable(value):
        return {"callable": False}
    declared: Mapping[str, Any] = getattr(value, _DECLARED, None) or {}
    version = declared.get("version", getattr(value, "version", 1))
    whole = isinstance(version, int) and not isinstance(version, bool)
    return {
        "callable": True,
        "version": int(version) if whole else None,
        "told": "" if whole else repr(version)[:80],
        "sort": _sort(value),
        "parameters": to_json(parameters(value)),
        "returns": returned_text(value),
        "truths": truths(value),
        "metrics": dict(declared.get("metrics", {})),
        "alone": bool(declared.get("alone", False)),
        "backends": list(declared.get("backends", ())),
        "reusable": bool(declared.get("reusable", False)),
    }


def _sort(value: Callable[..., object]) -> str:
    """Return what it is instead of a function that returns what it measured, ``""`` for one."""
    if isinstance(value, type):
        return "a class"
    if inspect.iscoroutinefunction(value) or inspect.isasyncgenfunction(value):
        return "an async function"
    return "a generator" if inspect.isgeneratorfunction(value) else ""


def _loaded(before: set[str]) -> list[str]:
    """Return the files of all modules that the import has brought."""
    brought = [module for name, module in list(sys.modules.items()) if name not in before]
    files = (getattr(module, "__file__", None) for module in brought)
    return sorted({file for file in files if isinstance(file, str) and file.endswith(".py")})


def _failure(error: BaseException) -> dict[str, Any]:
    lines = "".join(traceback.format_exception_only(error)).strip().splitlines()
    places = [p for p in traceback.extract_tb(error.__traceback__) if p.filename[:1] != "<"]
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    theirs = [p for p in places if not Path(p.filename).is_relative_to(_OURS)] or places
    place = f"{Path(theirs[-1].filename).name}:{theirs[-1].lineno}" if theirs else ""
    if isinstance(error, SyntaxError):
        place = f"{Path(str(error.filename)).name}:{error.lineno}"
    return {
        "error": lines[-1] if lines else type(error).__name__,
        "missing": missing,
        "place": "" if missing else place,
    }
