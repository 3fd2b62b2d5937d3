"""What is known of the functions of a user's module, found out in a separate process.

The module may do anything when it is imported: raise, print, exit, never end. So it is imported
where none of that reaches the command that asks; only plain facts come back.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from harness.config.kinds import Kind
from harness.experiments.user.loading import Place
from harness.experiments.user.signature import Parameter, from_json
from harness.processes.family import signal_name
from harness.processes.tree import Tree
from harness.words import plain

TIMEOUT = 120.0
"""Seconds a module may take to be imported; torch from a cold disk takes a minute."""
FEWEST = 2
"""Modules from which asking them together is worth it."""
_PAUSE = 0.01
_LARGEST = 1 << 20  # bytes of an answer that are read
# The harness is imported before the user's folders are on the path: theirs may have its name.
_CODE = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1])['sys_path']; "
    "from harness.experiments.user.inspection import main; main()"
)


@dataclass(frozen=True)
class Declared:
    """What a function says of itself.

    Attributes
    ----------
    callable : bool
        Whether the attribute is there and can be called.
    version : int or None
        Its version; None when it is no integer.
    told : str
        What the version is instead.
    sort : str
        What it is when it is no plain function: ``"a class"``, ``"a generator"``, ...
    parameters : tuple of Parameter or None
        Its arguments; None where Python does not know them.
    returns : str
        The annotation of what it returns.
    truths : tuple of str
        Patterns of what is true or false in the mapping that it returns.
    metrics : mapping of str to str
        What it declares to return, each with its kind.
    alone : bool
        Whether it declares that it takes times.
    backends : tuple of str
        The libraries it declares to know; none where it does not say.
    reusable : bool
        Whether it declares that its cells may follow each other in one process.
    knows_us : bool
        Whether its module speaks of the harness: it may then know what a context is.
    """

    callable: bool = False
    version: int | None = 1
    told: str = ""
    sort: str = ""
    parameters: tuple[Parameter, ...] | None = None
    returns: str = ""
    truths: tuple[str, ...] = ()
    metrics: Mapping[str, Kind] = field(default_factory=dict)
    alone: bool = False
    backends: tuple[str, ...] = ()
    reusable: bool = False
    knows_us: bool = True


@dataclass(frozen=True)
class Answer:
    """What became of an import.

    Attributes
    ----------
    error : str
        Why the module cannot be imported, ``""`` when it can.
    missing : bool
        Whether that is because the module itself is not there.
    file : str
        The module's file.
    functions : tuple of str
        Its public callables.
    each : mapping of str to Declared
        What the one asked for, and those defined in it, say of themselves.
    loaded : tuple of str
        Files of the modules that the import brought.
    opened : tuple of str or None
        Files and folders that it has read, libraries apart; None where those are too
        many, or one was edited meanwhile.
    """

    error: str = ""
    missing: bool = False
    file: str = ""
    functions: tuple[str, ...] = ()
    each: Mapping[str, Declared] = field(default_factory=dict)
    loaded: tuple[str, ...] = ()
    opened: tuple[str, ...] | None = None


def ask(place: Place) -> Answer:
    """Import a module in a process of its own; return what it says of its functions."""
    with tempfile.TemporaryDirectory(prefix="harness-") as folder:
        answer = Path(folder) / "answer"
        ending = _start([{"place": asdict(place), "answer": str(answer)}])
        return _read(answer, place.module) or Answer(error=ending)


def _start(questions: Sequence[Mapping[str, Any]]) -> str:
    """Start the process that imports modules, and wait for it; return how it ended."""
    told = json.dumps({"sys_path": sys.path, "questions": questions})
    silent = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    with Tree([sys.executable, "-P", "-c", _CODE, told], **silent) as tree:
        ending = _wait(tree.process)
    return ending or _ended(tree.process.returncode)


def ask_all(places: Sequence[Place]) -> list[Answer | None]:
    """Import many modules, each in a process of its own that is forked from one.

    Returns
    -------
    list of Answer or None
        None for a module that could not be imported, or did not answer: `ask` tells why.
    """
    if len(places) < FEWEST or not hasattr(os, "fork"):
        return [None] * len(places)
    with tempfile.TemporaryDirectory(prefix="harness-") as folder:
        answers = [Path(folder) / str(number) for number in range(len(places))]
        _start(
            [
                {"place": asdict(place), "answer": str(answer)}
                for place, answer in zip(places, answers, strict=True)
            ]
        )
        found = [_read(answer, place.module) for place, answer in zip(places, answers, strict=True)]
        return [None if answer is None or answer.error else answer for answer in found]


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


def _read(answer: Path, module: str) -> Answer | None:
    """Return what the process left, None when it left nothing that can be read."""
    try:
        with answer.open(encoding="ascii") as file:
            facts: dict[str, Any] = json.loads(file.read(_LARGEST))
        return _failed(facts, module) if "error" in facts else _answer(facts)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _failed(facts: Mapping[str, Any], module: str) -> Answer:
    place = f" ({facts['place']})" if facts["place"] else ""
    name = facts["missing"]
    own = bool(name) and (module == name or module.startswith(f"{name}."))
    return Answer(error=plain(f"{facts['error']}{place}"), missing=own)


def _answer(facts: Mapping[str, Any]) -> Answer:
    return Answer(
        file=str(facts["file"]),
        functions=tuple(facts["functions"]),
        each={name: _declared(one, facts["knows_us"]) for name, one in facts["each"].items()},
        loaded=tuple(facts["loaded"]),
        opened=None if facts["opened"] is None else tuple(map(str, facts["opened"])),
    )


def _declared(said: Mapping[str, Any], knows_us: bool) -> Declared:
    if not said["callable"]:
        return Declared()
    arguments = from_json(said["parameters"])
    read = {
        "told": plain(said["told"]),
        "parameters": arguments,
        "backends": tuple(map(str, said["backends"])),
        "truths": tuple(map(str, said["truths"])),
        "knows_us": bool(knows_us),
    }
    return Declared(**{**said, **read})
