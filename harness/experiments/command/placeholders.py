"""``{seed}`` and other names in braces in the words of a command."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from harness.config.experiments import Command

OWN: Mapping[str, str] = {
    "seed": "the root of [seeds] plus the repetition",
    "device": "the device of the case",
    "output": "the file for the metrics, in a folder of the cell's own",
    "python": "the Python that runs the harness",
}
"""What is filled in for every command."""
# Other braces are left as they are: `awk '{print $1}'` needs no escapes.
_PATTERN = re.compile(r"\{\{|\}\}|\{([A-Za-z_][A-Za-z0-9_]*)\}")


def names(words: Iterable[str]) -> tuple[str, ...]:
    """Return the names that stand in braces, each once."""
    found = (match[1] for word in words for match in _PATTERN.finditer(word))
    return tuple(dict.fromkeys(name for name in found if name))


def settings(command: Command) -> frozenset[str]:
    """Return the keys of ``[params]`` that a command names."""
    return frozenset(names([*command.run, command.output])) - OWN.keys()


def fill(word: str, values: Mapping[str, str]) -> str:
    """Return a word with its names filled in, those of which something is known."""
    return _PATTERN.sub(lambda one: values.get(one[1], one[0]) if one[1] else one[0][0], word)


def text(value: Any) -> str:
    """Return a value as a program reads it: text as it is, anything else as JSON has it."""
    return value if isinstance(value, str) else json.dumps(value)
