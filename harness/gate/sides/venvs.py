"""Environments and installed code, kept in a cache under what they were made from."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from harness import digest
from harness.errors import GateError, SideBroken
from harness.files import guarded, locked, write_text
from harness.gate.sides import installs, interpreters
from harness.gate.sides.installs import Deadline, pip, run
from harness.gate.values import SideName

MARKER = "complete.json"
"""Written last: a folder without it was left half-made, and is made again."""

RUNNERS = ("pytest", "pytest-benchmark")
"""What an environment needs besides the project's own dependencies."""

CONSTRAINTS = ("-c", "--constraint")


@dataclass(frozen=True)
class Workshop:
    """Where environments are made, and under which conditions.

    Attributes
    ----------
    cache : Path
        Folder that they are kept in.
    deadline : Deadline
        When everything has to be done.
    tell : callable
        Takes one line on what is under way.
    failed : set
        Sides with arguments of ``pip install`` that could not be installed in this run.
    """

    cache: Path
    deadline: Deadline
    tell: Callable[[str], None]
    failed: set[tuple[SideName, tuple[str, ...]]] = field(default_factory=set)

    def environment(
        self,
        side: SideName,
        python: Path,
        tree: Path,
        install: Sequence[str],
        lock: str,
        held: Sequence[str] = (),
        text: str = "",
        again: bool = True,
    ) -> Path:
        """Return the interpreter of an environment with a tree's dependencies.

        Parameters
        ----------
        side : {'base', 'head'}
            Whose tree it is.
        python : Path
            Interpreter to make it from.
        tree : Path
            Where `install` is run.
        install : sequence of str
            Arguments of ``pip install``; empty to install only what runs the tests.
        lock : str
            Digest of what decides on the packages.
        held : sequence of str
            Versions that packages must have if they are needed, ``"pytest==9.1.1"``.
        text : str
            What `install` is, in words.
        again : bool
            Try also what failed lately.

        Raises
        ------
        SideBroken
            If something cannot be installed, or not in time.
        GateError
            If another process is making the same environment.
        """
        identity = interpreters.describe(python).identity
        facts = {"lock": lock, "python": list(identity), "install": list(install)}
        facts |= {"held": list(held)} if held else {}
        folder = self.cache / "environments" / digest.of_value(facts)
        note = folder.with_suffix(".failed.json")
        with self._made(folder, facts) as missing:
            if missing and not again:
                self._refuse_again(side, note)
            if missing:
                what = f": {text}" if text else ""
                self.tell(f"installing the dependencies of {side} (Python {identity[0]}){what}")
                run(side, [str(python), "-m", "venv", str(folder)], self.cache, self.deadline)
                with installs.noted(note):
                    self._fill(side, _python(folder), tree, install, self._constraints(held))
        return _python(folder)

    def code(
        self, side: SideName, python: Path, tree: Path, options: Sequence[str], content: str
    ) -> Path:
        """Return a folder with a tree's own code installed, without its dependencies.

        Parameters
        ----------
        side : {'base', 'head'}
            Whose tree it is.
        python : Path
            Interpreter that it is for, whose pip is used.
        tree : Path
            Top folder of the project.
        options : sequence of str
            Options of ``pip install`` that bear on building.
        content : str
            What the tree holds, as one word: its object id.

        Raises
        ------
        SideBroken
            If it cannot be installed, or not in time.
        GateError
            If another process is installing the same code.
        """
        identity = interpreters.describe(python).identity
        facts = {"tree": content, "python": list(identity), "options": list(options)}
        folder = self.cache / "code" / digest.of_value(facts)
        with self._made(folder, facts) as missing:
            if missing:
                self.tell(f"installing the code of {side}")
                target = ("--no-deps", *options, "--target", str(folder / "site"), str(tree))
                # not isolated: the pip of the user's own interpreter may be in the user's site
                pip(side, python, target, self.cache, self.deadline, isolated=False)
        return folder / "site"

    def _refuse_again(self, side: SideName, note: Path) -> None:
        words = installs.earlier(note)
        if words:
            self.tell(
                f"what failed less than a day ago is not tried again, unless {note} is removed"
            )
            raise SideBroken(side, words)

    def _constraints(self, held: Sequence[str]) -> tuple[str, ...]:
        """Return the options of pip that hold packages at versions."""
        if not held:
            return ()
        path = self.cache / "held" / f"{digest.of_value(list(held))}.txt"
        write_text(path, "".join(f"{one}\n" for one in held), "write the versions to hold to")
        return ("-c", str(path))

    def _fill(
        self,
        side: SideName,
        python: Path,
        tree: Path,
        install: Sequence[str],
        constraints: Sequence[str],
    ) -> None:
        # The project itself comes along. Its code is hidden by the side's own, which goes first
        # on the path; its metadata is what the code reads its version and plug-ins from.
        if install:
            pip(side, python, (*install, *constraints), tree, self.deadline)
        have = interpreters.versions(python, RUNNERS)
        missing = [name for name in RUNNERS if name not in have]
        if missing:
            requirements = (*missing, *_constraints_of(install), *constraints)
            pip(side, python, requirements, tree, self.deadline)

    @contextlib.contextmanager
    def _made(self, folder: Path, facts: object) -> Iterator[bool]:
        """Yield True if a folder has to be made, and mark it as complete afterwards."""
        held = GateError(
            f"{folder} is being made by another run of the gate: wait for it to end, or name "
            "another cache folder with HARNESS_CACHE"
        )
        with locked(folder.with_suffix(".lock"), held):
            missing = not (folder / MARKER).is_file()
            if missing and folder.exists():
                with guarded("remove the half-made folder", folder):
                    shutil.rmtree(folder)
            yield missing
            if missing:
                write_text(folder / MARKER, json.dumps(facts, indent=1), "write")


def _constraints_of(install: Sequence[str]) -> tuple[str, ...]:
    """Return the constraints among arguments of pip: they hold for what runs the tests, too."""
    apart = [part for pair in pairwise(install) if pair[0] in CONSTRAINTS for part in pair]
    joined = [part for part in install if part.startswith(f"{CONSTRAINTS[-1]}=")]
    return (*apart, *joined)


def _python(folder: Path) -> Path:
    windows = folder / "Scripts" / "python.exe"
    return windows if windows.exists() else folder / "bin" / "python"
