"""What another Python interpreter has installed and where it imports from, found by running it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import UsageError

# Each is a program of its own, for interpreters that may have nothing installed and be older.
# The folder it is started in must not count, or its files would be taken for the interpreter's.
_PREAMBLE = "import json, sys\nsys.path[:] = [p for p in sys.path if p]\nnames = sys.argv[1:]\n"
_FACTS = """
import platform, sysconfig
answer = [platform.python_version(), sys.implementation.cache_tag, sysconfig.get_platform(),
          sys.base_prefix]
"""
_VERSIONS = """
from importlib import metadata
answer = {}
for name in names:
    try:
        answer[name] = metadata.version(name)
    except metadata.PackageNotFoundError:
        pass
"""
_ORIGINS = """
from importlib.util import find_spec
found = [(name, find_spec(name)) for name in names]
answer = {name: spec.origin or "" if spec else "" for name, spec in found}
"""
_MODULES = """
from importlib import metadata
answer = set()
for name in names:
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        continue
    answer |= set((found.read_text("top_level.txt") or "").split())
    answer |= {file.parts[0] for file in found.files or () if file.name == "__init__.py"}
answer = sorted(name for name in answer if name.isidentifier())
"""
_PACKAGES = """
import re
from importlib import metadata
def key(name):
    return re.sub(r"[-_.]+", "-", name).lower()
found = {}
for one in metadata.distributions():
    if one.metadata["Name"]:
        found.setdefault(key(one.metadata["Name"]), one)
tools, queue = set(), [key(name) for name in names]
while queue:
    name = queue.pop()
    if name in found and name not in tools:
        tools.add(name)
        for need in found[name].requires or ():
            if "extra" not in need.partition(";")[2]:
                queue.append(key(re.match(r"\\s*([A-Za-z0-9._-]+)", need).group(1)))
answer = {name: [one.version, name in tools, bool(one.read_text("direct_url.json"))]
          for name, one in found.items()}
"""


@dataclass(frozen=True)
class Package:
    """An installed distribution.

    Attributes
    ----------
    version : str
        Its version.
    needed : bool
        True where it is one of those asked for, or they need it.
    local : bool
        True when it was installed from a folder, a file or an address: its version says little.
    """

    version: str
    needed: bool
    local: bool


@dataclass(frozen=True)
class Interpreter:
    """A Python interpreter.

    Attributes
    ----------
    version : str
        E.g. ``"3.11.7"``.
    identity : tuple of str
        Version, cache tag, platform and where its standard library lies: compiled code and
        environments made with one of the same identity can be used again.
    """

    version: str
    identity: tuple[str, ...]


def describe(python: Path) -> Interpreter:
    """Return what an interpreter is.

    Raises
    ------
    UsageError
        If it does not start, or is no Python interpreter.
    """
    facts = tuple(str(fact) for fact in _ask(python, _FACTS))
    return Interpreter(facts[0], facts)


def versions(python: Path, names: Iterable[str]) -> Mapping[str, str]:
    """Return the versions of those distributions that an interpreter has installed.

    Raises
    ------
    UsageError
        If the interpreter does not start.
    """
    answer: dict[str, str] = _ask(python, _VERSIONS, *names)
    return answer


def packages(python: Path, tools: Iterable[str]) -> Mapping[str, Package]:
    """Return all distributions that an interpreter has installed, by normalized name.

    Parameters
    ----------
    python : Path
        The interpreter.
    tools : iterable of str
        Those to mark as `Package.needed`, with all that they need.

    Raises
    ------
    UsageError
        If the interpreter does not start.
    """
    answer: dict[str, list[Any]] = _ask(python, _PACKAGES, *tools)
    return {name: Package(*facts) for name, facts in answer.items()}


def modules(python: Path, name: str) -> tuple[str, ...]:
    """Return the top-level modules of an installed distribution, as far as it says.

    Raises
    ------
    UsageError
        If the interpreter does not start.
    """
    return tuple(_ask(python, _MODULES, name)) if name else ()


def origins(python: Path, path: Iterable[Path], modules: Iterable[str]) -> Mapping[str, str]:
    """Return the files that top-level modules would be imported from, without importing them.

    Parameters
    ----------
    python : Path
        The interpreter.
    path : iterable of Path
        What goes first on ``PYTHONPATH``.
    modules : iterable of str
        Names without dots.

    Returns
    -------
    mapping of str to str
        Module to file, ``""`` where it would not be found.

    Raises
    ------
    UsageError
        If the interpreter does not start.
    """
    first = [str(folder) for folder in path]
    inherited = os.environ.get("PYTHONPATH")
    joined = os.pathsep.join([*first, inherited] if inherited else first)
    answer: dict[str, str] = _ask(python, _ORIGINS, *modules, variables={"PYTHONPATH": joined})
    return answer


def _ask(
    python: Path, program: str, *arguments: str, variables: Mapping[str, str] | None = None
) -> Any:
    code = f"{_PREAMBLE}{program}\nsys.stdout.write(json.dumps(answer))"
    try:
        done = subprocess.run(  # noqa: S603 - the interpreter the user named, no shell
            [str(python), "-c", code, *arguments],
            env={**os.environ, **(variables or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
        )
    except OSError as error:
        raise UsageError(f"{python} must be a Python interpreter: {error.strerror}") from None
    try:
        return json.loads(done.stdout)
    except json.JSONDecodeError:
        raise UsageError(
            f"{python} must be a Python interpreter that starts, and ended with exit code "
            f"{done.returncode}: {done.stderr.strip()[-500:] or 'it said nothing'}"
        ) from None
