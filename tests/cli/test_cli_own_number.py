"""README and docs on a number of one's own, followed word for word in an empty folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"\s*# exit code (\d+)$")
INSTALL = "python3 -m pip install "
"""Begins what is done already where the tests run."""
PLACES = {"README.md": "Your own number", "docs/own-number.md": ""}
"""What a newcomer reads, and the section of it; all of it where none is named."""


@dataclass(frozen=True)
class Step:
    """A command, how it must end, and lines of what it must print, in order."""

    command: str
    code: int
    lines: tuple[str, ...]


def section(path: Path, heading: str) -> str:
    """Return the text below a heading of the second level, up to the next."""
    text = path.read_text(encoding="utf-8")
    if not heading:
        return text
    found = re.search(rf"^## {heading}\n(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    assert found, f"{path.name} has no section {heading!r}"
    return found[1]


def steps(text: str) -> Iterator[Step]:
    """Yield the commands of a console block; what follows each is what it prints."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, *lines = part.strip().splitlines()
        code = CODE.search(command)
        yield Step(CODE.sub("", command), int(code[1]) if code else 0, tuple(lines))


@pytest.fixture
def shell(tmp_path):
    """Run a command in an empty folder, as in an environment with nothing but the harness."""
    folder, bare = tmp_path / "empty", tmp_path / "bare"
    for one in (folder, bare):
        one.mkdir()
    (bare / "torch.py").write_text("raise ImportError('not here: runs start sooner')")
    programs = str(Path(sys.executable).parent)
    env = {**os.environ, "PATH": os.pathsep.join([programs, os.environ["PATH"]])}
    env |= {"PYTHONPATH": str(bare), "NO_COLOR": "1"}
    # an editable installation made before there was a plugin does not tell pytest of it
    env["PYTEST_ADDOPTS"] = "-p no:cacheprovider -p harness.pytest_plugin"

    def run(step):
        done = subprocess.run(  # noqa: S602 - the commands of our own documents
            step.command,
            shell=True,
            cwd=folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == step.code, f"{step.command}\n{done.stdout}"
        return done.stdout

    run.folder = folder
    return run


@pytest.mark.timeout(900)  # many commands, each a process that imports and measures
@pytest.mark.parametrize("name", PLACES)
def test_a_newcomer_gets_what_the_text_says(shell, name):
    given = 0
    for language, path, text in BLOCK.findall(section(ROOT / name, PLACES[name])):
        if path:
            (shell.folder / path).parent.mkdir(exist_ok=True)
            (shell.folder / path).write_text(text, encoding="utf-8")
        elif language == "console":
            for step in steps(text):
                if not step.command.startswith(INSTALL):
                    printed = shell(step)
                    given += 1
                    check(step, printed)
    assert given > 5


def check(step: Step, printed: str) -> None:
    """Hold what a command printed to the lines that the text shows, in their order."""
    rest = " ".join(printed.split())
    for line in step.lines:
        _, found, rest = rest.partition(" ".join(line.split()))
        assert found, f"{step.command} must print {line!r}, got\n{printed}"
