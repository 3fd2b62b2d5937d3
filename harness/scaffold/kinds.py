"""The kinds of suite that can be begun from a template.

A kind is a folder of ``templates/`` with a suite and an experiment, and one entry of `KINDS`. In
both, ``@NAME@`` stands for the id of the suite and ``@FILE@`` for the path of the experiment from
the top of the project; ``@FROM_HERE@`` is its path from the folder of the suite.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import resources
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from harness.scaffold.drafts import Draft

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "value": "a number, give or take: the function reaches 93 %",
        "comparison": "one way is better than another, seed by seed",
        "speed": "one function is so many times as fast as another",
        "sweep": "a trend along a setting: twice the data, half the error",
        "command": "a number that a program prints, in any language",
    }
)
"""What each kind of suite is about."""
BENCH = PurePosixPath("bench")
"""Folder of experiments, from the top of the project."""
_SUITE, _EXPERIMENT = "suite.toml.in", "experiment.py.in"


def drafts(kind: str, name: str, root: Path, suites: Path) -> tuple[Draft, ...]:
    """Return the files of a new suite: the suite itself and its experiment.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    name : str
        The id of the suite.
    root, suites : Path
        Top of the project, and its folder of suites.
    """
    file = BENCH / f"{name.replace('-', '_')}.py"
    words = {
        "@NAME@": name,
        "@FILE@": str(file),
        "@FROM_HERE@": Path(os.path.relpath(root / file, suites)).as_posix(),
    }
    suite, experiment = (_filled(f"{kind}/{one}", words) for one in (_SUITE, _EXPERIMENT))
    return Draft(suites / f"{name}.toml", suite), Draft(root / file, experiment)


def _filled(template: str, words: Mapping[str, str]) -> str:
    text = text_of(template)
    for mark, word in words.items():
        text = text.replace(mark, word)
    return text


def text_of(template: str) -> str:
    """Return the text of a template by its path among them."""
    found = resources.files("harness.scaffold").joinpath("templates", *template.split("/"))
    return found.read_text(encoding="utf-8")
