"""What decides which packages a tree of files gets installed with, as one digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from harness import digest
from harness.files import guarded
from harness.gate.sides import groups
from harness.gate.sides.project import has_file, lookup, pyproject, setup_cfg, texts

TABLES = (
    "build-system",
    "project.requires-python",
    "project.dependencies",
    "project.optional-dependencies",
    "dependency-groups",
    # of the back ends that keep dependencies in tables of their own
    "tool.setuptools.dynamic.dependencies",
    "tool.setuptools.dynamic.optional-dependencies",
    "tool.flit.metadata.requires",
    "tool.flit.metadata.requires-extra",
    "tool.flit.metadata.requires-python",
    "tool.poetry.dependencies",
    "tool.poetry.extras",
    *groups.TABLES,
)
"""Keys of ``pyproject.toml`` that count; ruff's settings and the version do not."""

OPTIONS = ("python_requires", "install_requires", "setup_requires")
"""Keys of ``[options]`` in ``setup.cfg`` that count, besides ``[options.extras_require]``."""

FILES = (
    "setup.py",
    "requirements*.txt",
    "requirements*.in",
    "constraints*.txt",
    "requirements/*.txt",
    "requirements/*.in",
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "pylock*.toml",
    "Pipfile.lock",
    "environment.yml",
    "environment.yaml",
)
"""Files that count as a whole."""


def lock(tree: Path, *named: str) -> str:
    """Return the digest of everything that decides what gets installed.

    Parameters
    ----------
    tree : Path
        Top folder of the project.
    *named : str
        Further files that count, relative to the tree.

    Returns
    -------
    str
        Hex digits; equal for trees that may share one environment.

    Raises
    ------
    UsageError
        If ``pyproject.toml`` or ``setup.cfg`` is malformed.
    """
    return digest.of_value(parts(tree, *named))


def differences(base: Path, head: Path, *named: str) -> tuple[str, ...]:
    """Return the files and tables in which two trees differ, sorted.

    Parameters
    ----------
    base, head : Path
        Top folders.
    *named : str
        Further files that count, relative to each.

    Raises
    ------
    UsageError
        If ``pyproject.toml`` or ``setup.cfg`` is malformed.
    """
    ours, theirs = parts(base, *named), parts(head, *named)
    return tuple(sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name)))


def parts(tree: Path, *named: str) -> Mapping[str, str]:
    """Return what counts, by the file or table it is in; contents of files as digests."""
    return dict((*_tables(tree), *_options(tree), *_files(tree, named)))


def _tables(tree: Path) -> Iterator[tuple[str, str]]:
    settings = pyproject(tree)
    for key in TABLES:
        value = lookup(settings, key)
        if value is not None:
            # dates are TOML's, not JSON's
            yield f"pyproject.toml [{key}]", json.dumps(value, sort_keys=True, default=str)


def _options(tree: Path) -> Iterator[tuple[str, str]]:
    settings = setup_cfg(tree)
    for key in OPTIONS:
        if settings.has_option("options", key):
            yield f"setup.cfg [options] {key}", settings.get("options", key)
    if settings.has_section("options.extras_require"):
        extras = dict(settings.items("options.extras_require"))
        yield "setup.cfg [options.extras_require]", json.dumps(extras, sort_keys=True)


def _files(tree: Path, named: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    found = {path for pattern in FILES for path in tree.glob(pattern)}
    names = (*named, *_read_by_setuptools(tree))
    found |= {tree / name for name in names if has_file(tree, name)}
    for path in found:
        if path.is_file():
            with guarded("read", path):
                content = path.read_bytes()
            inside = path.relative_to(tree) if path.is_relative_to(tree) else path
            yield inside.as_posix(), hashlib.sha256(content).hexdigest()


def _read_by_setuptools(tree: Path) -> Iterator[str]:
    """Yield the files that ``[tool.setuptools.dynamic]`` reads dependencies from."""
    settings = pyproject(tree)
    extras = lookup(settings, "tool.setuptools.dynamic.optional-dependencies")
    tables = (
        lookup(settings, "tool.setuptools.dynamic.dependencies"),
        *(extras.values() if isinstance(extras, Mapping) else ()),
    )
    for table in tables:
        files = table.get("file") if isinstance(table, Mapping) else ()
        yield from (files,) if isinstance(files, str) else texts(files)
