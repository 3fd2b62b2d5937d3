"""What a suite file may leave out or write shortly, in full: the form of the model.

One ``[grid]`` stands for a list of one, ``seeds = 10`` and the words of a ``command`` for tables;
a file without an ``id`` has that of its name. A table such as ``[speed]`` names the experiment.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from harness.config.experiments import implied
from harness.config.table import not_a_suite_id
from harness.suite.locate import Path
from harness.suite.schema import Grid
from harness.suite.text import Text
from harness.words import shortened


def in_full(text: Text, name: str) -> Text:
    """Return a suite file in the form of the model; the line of every key is still known.

    Values of a wrong type are left for validation to name.

    Parameters
    ----------
    text : Text
        As read.
    name : str
        Of the file, without its ending.

    Raises
    ------
    SuiteError
        If it has no id, and the name of the file cannot be one.
    """
    values, lines = dict(text.values), dict(text.lines)
    meant = implied(values)
    if meant.experiment:
        values.setdefault("experiment", meant.experiment)
    if "id" not in values:
        text.refuse(_unnamed(name))
        values["id"] = name
    if isinstance(values.get("grid"), dict):  # its keys are those of grid[0]
        values["grid"] = [values["grid"]]
        lines |= _moved(lines, ("grid",), ("grid", 0))
    if isinstance(values.get("grid"), list):
        values["grid"] = [_split(one) if isinstance(one, dict) else one for one in values["grid"]]
    if isinstance(values.get("command"), str):
        text.refuse([(("command",), _not_words(values["command"]))])
    if isinstance(values.get("command"), list):  # its words alone: those are its `run`
        values["command"] = {"run": values["command"]}
        lines |= _moved(lines, ("command",), ("command", "run"))
    if "seeds" in values or meant.seeds > 1:
        values["seeds"] = _seeds(values.get("seeds", {}), meant.seeds)
    return replace(text, values=values, lines=lines)


def _not_words(command: str) -> str:
    words = json.dumps(command.split(), ensure_ascii=False)
    return f"must be the list of its words, as no shell reads them: {shortened(words, 200)}"


def _moved(lines: Mapping[Path, int], old: Path, new: Path) -> dict[Path, int]:
    """Return the lines of what stands under one key as those of another."""
    depth = len(old)
    return {(*new, *key[depth:]): n for key, n in lines.items() if key[:depth] == old}


def _seeds(given: Any, count: int) -> Any:
    """Return ``[seeds]``, which may be written as its count alone."""
    if type(given) is int:
        return {"count": given}
    return {"count": count, **given} if isinstance(given, dict) else given


def _unnamed(name: str) -> list[tuple[tuple[str, ...], str]]:
    wrong = not_a_suite_id(name)
    if not wrong:
        return []
    message = (
        f"must be given, because the file's name, {name!r}, cannot be it: an id {wrong}; "
        "add id = ... or rename the file"
    )
    return [(("id",), message)]


def in_words(name: str) -> str:
    """Return an id as a title: ``line-fit`` is ``Line fit``."""
    return name.replace("-", " ").capitalize()


def _split(grid: Mapping[str, Any]) -> dict[str, Any]:
    """Put the axes, which in the file stand beside the reserved keys, into their own table."""
    names = Grid.model_fields.keys() - {"axes"}
    reserved: dict[str, Any] = {key: grid[key] for key in names if key in grid}
    return {**reserved, "axes": {k: v for k, v in grid.items() if k not in reserved}}
