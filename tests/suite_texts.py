"""The text of suites and documents: every test that needs one builds it here."""

from __future__ import annotations

import json
from pathlib import Path

from harness.suite.load import load
from harness.suite.schema import Suite

DIGITS = '[data]\ndataset = "digits"\n'
NUMPY = '[[grid]]\nbackend = ["numpy"]\ndevice = ["cpu"]\n'
"""A grid of one case."""


DIGITS_NET = DIGITS + '[model]\nhidden = [16]\n[train]\nloss = "cross_entropy"\n'
"""A small network on digits, for `train_text`."""
LINE_FIT = """\
[data]
dataset = "synthetic"
[data.synthetic]
generator = "linear"
n_train = 20
n_test = 20
coefficients = [2.0]
[model]
hidden = []
[train]
loss = "mse"
batch_size = "full"
"""
"""A straight line fitted to 20 points, for `train_text`."""


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    return json.dumps(value)


def suite_text(name: str = "tiny", *parts: str, experiment: str = "train", **top: object) -> str:
    """Return the text of a suite: five lines of head, further keys of the top, and parts of text.

    `title` is the name unless it is given. `source` is section 1 of ``notes``; None leaves it out.
    """
    source = {"key": "notes", "section": "1"}
    keys = {"schema": 1, "id": name, "title": name, "source": source, "experiment": experiment}
    lines = [f"{key} = {_toml(value)}\n" for key, value in {**keys, **top}.items() if value]
    return "".join([*lines, *parts])


def train_text(head: str, **train: object) -> str:
    """Return tables of data and model with more keys of ``[train]``, with which they end."""
    return head + "".join(f"{key} = {_toml(value)}\n" for key, value in train.items())


def document_text(key: str = "notes", *parts: str, number: str = "1", **more: object) -> str:
    """Return the text of a ``document.toml``, called as its key unless `title` is given."""
    keys = {"schema": 1, "key": key, "number": number, "title": key, **more}
    return "".join([*(f"{name} = {_toml(value)}\n" for name, value in keys.items()), *parts])


def sources_text(*keys: str) -> str:
    """Return the text of a ``sources.toml``, the older way to list documents, numbered 001."""
    entry = '[[sources]]\nkey = "{0}"\nnumber = "001"\ntitle = "{0}"\n'
    return "schema = 1\n" + "".join(map(entry.format, keys or ("notes",)))


def section_text(number: str = "1", **keys: object) -> str:
    """Return the text of a section of a document."""
    given = {"number": number, "topic": f"topic of {number}", **keys}
    lines = [f"{key} = {_toml(value)}\n" for key, value in given.items()]
    return "".join(["[[sections]]\n", *lines])


def write_suite(folder: Path, text: str, name: str = "tiny") -> Path:
    """Write a suite file into a folder; return its path."""
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def load_suite(folder: Path, text: str, name: str = "tiny") -> Suite:
    """Write a suite file into a folder, and load it."""
    return load(write_suite(folder, text, name))


SEARCH = suite_text(
    "search",
    """\
[data]
dataset = "digits"
scale = "raw"
n_train = 300
n_test = 20
[knn]
n_neighbors = [5]
[timing]
workload = "neighbors"
repeats = 6
[[grid]]
backend = ["numpy"]
device = ["cpu"]
implementation = ["two_loops", "no_loop"]
n_test = [10, 20]
""",
    experiment="timing",
)
"""A timing suite of four cases."""
