"""What a user's module says of its experiment, asked in a process of its own.

The module may do anything when it is imported: raise, print, exit, never end. So it is imported
where none of that reaches the command that asks; only plain facts come back.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from harness.processes.family import signal_name
from harness.processes.tree import Tree
from harness.words import plain

TIMEOUT = 120.0
"""Seconds a module may take to be imported; torch from a cold disk takes a minute."""
_PAUSE = 0.01
_LARGEST = 1 << 20  # bytes of an answer that are read

# What runs there. It needs nothing of the harness, and a shadow of a standard module in the
# user's folder comes after the real one is loaded.
_CODE = """
import importlib, json, os, sys, traceback
path, module, attribute, answer = json.loads(sys.argv[1])
del sys.argv[1:]
sys.path[:] = path
facts = {}
def said(value):
    version = getattr(value, "version", 1)
    plain = isinstance(version, int) and not isinstance(version, bool)
    return [callable(value), int(version) if plain else None, "" if plain else repr(version)[:80]]
try:
    found = importlib.import_module(module)
    facts = {"each": {attribute: said(getattr(found, attribute, None))}, "functions": []}
    for name, value in vars(found).items():
        if callable(value) and not name.startswith("_"):
            facts["functions"].append(name)
            try:
                facts["each"].setdefault(name, said(value))
            except Exception:  # nobody asked for this one; who does is told what it raises
                pass
except BaseException as error:
    lines = "".join(traceback.format_exception_only(error)).strip().splitlines()
    places = [p for p in traceback.extract_tb(error.__traceback__) if p.filename[:1] != "<"]
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    place = f"{os.path.basename(places[-1].filename)}:{places[-1].lineno}" if places else ""
    facts = {"error": lines[-1] if lines else type(error).__name__, "missing": missing,
             "place": "" if missing else place}
    if isinstance(error, SyntaxError):
        facts["place"] = f"{os.path.basename(str(error.filename))}:{error.lineno}"
with open(answer, "w", encoding="ascii") as file:
    json.dump(facts, file)
os._exit(0)
"""


@dataclass(frozen=True)
class Declared:
    """What there is at a path.

    Attributes
    ----------
    error : str
        Why the module cannot be imported, ``""`` when it can.
    missing : bool
        Whether that is because the module itself is not there.
    functions : tuple of str
        Public callables of the module.
    callable : bool
        Whether the attribute is there and can be called.
    version : int or None
        Its version; None when it is no integer.
    told : str
        What the version is instead.
    """

    error: str = ""
    missing: bool = False
    functions: tuple[str, ...] = ()
    callable: bool = False
    version: int | None = 1
    told: str = ""


def look_up(module: str, attribute: str) -> Declared:
    """Return what a module says of one of its functions; it is imported once for all of them."""
    try:
        here = str(Path.cwd())
    except OSError:  # deleted meanwhile; the search path decides alone
        here = ""
    path = tuple(sys.path)
    known = _known(module, path, here)
    if attribute not in known:
        known.update({**_asked(module, attribute, path), **known})
    return known[attribute]


@lru_cache(maxsize=256)
def _known(module: str, path: tuple[str, ...], here: str) -> dict[str, Declared]:  # noqa: ARG001
    """Return where the answers of a module are kept: another folder may have another module."""
    return {}


def _asked(module: str, attribute: str, path: tuple[str, ...]) -> dict[str, Declared]:
    with tempfile.TemporaryDirectory(prefix="harness-") as folder:
        answer = Path(folder) / "answer"
        question = json.dumps([path, module, attribute, str(answer)])
        silent = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        with Tree([sys.executable, "-P", "-c", _CODE, question], **silent) as tree:
            ending = _wait(tree.process)
        refused = Declared(error=ending or _ended(tree.process.returncode))
        return _read(answer, module, attribute) or {attribute: refused}


def _wait(process: subprocess.Popen[bytes]) -> str:
    """Wait for the end of an import; return what is wrong when it does not end."""
    until = time.monotonic() + TIMEOUT
    while process.poll() is None:
        if time.monotonic() > until:
            return f"importing it took longer than {TIMEOUT:g} s"
        time.sleep(_PAUSE)
    return ""


def _ended(code: int) -> str:
    if code >= 0:
        return f"importing it ended the process, with exit code {code}"
    return f"importing it ended the process with {signal_name(-code)}"


def _read(answer: Path, module: str, attribute: str) -> dict[str, Declared] | None:
    """Return the facts the process left by name, None when it left none that can be read."""
    try:
        with answer.open(encoding="ascii") as file:
            facts: dict[str, Any] = json.loads(file.read(_LARGEST))
        if "error" in facts:
            place = f" ({facts['place']})" if facts["place"] else ""
            name = facts["missing"]
            own = bool(name) and (module == name or module.startswith(f"{name}."))
            return {attribute: Declared(error=plain(f"{facts['error']}{place}"), missing=own)}
        functions = tuple(facts["functions"])
        return {
            name: Declared(
                functions=functions,
                callable=bool(callable_),
                version=version,
                told=plain(told),
            )
            for name, (callable_, version, told) in facts["each"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
