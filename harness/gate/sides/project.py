"""What a tree of files says of itself as a Python project."""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.errors import UsageError

PURE_BACKENDS = frozenset(
    {"setuptools", "wheel", "hatchling", "flit-core", "pdm-backend", "pdm-pep517", "poetry-core"}
)
"""What a build may require if it only copies files; ``setuptools-scm`` for one writes some."""

LAYOUT_KEYS = (
    "tool.setuptools.package-dir",
    "tool.setuptools.packages.find.where",
    "tool.setuptools.cmdclass",
    "tool.setuptools.ext-modules",
    "tool.poetry.packages",
    "tool.poetry.build",
    "tool.pdm.build",
    "tool.hatch.build",
    "tool.flit.module",
)
"""Settings that may put code anywhere: such a project has to be installed to be found."""

PLAIN: tuple[object, ...] = ("src", ["src"], {"": "src"})
"""Values of those that say what the layout shows anyway."""

SCRIPTED = ("ext_modules", "cffi_modules", "cmdclass", "package_dir", "use_scm_version")
"""Words in ``setup.py`` after which files may be made or moved."""

ASIDE = frozenset({"tests", "test", "testing", "docs", "doc", "examples", "benchmarks", "tools"})
"""Packages beside the code of a project rather than its code."""

COMPILED = frozenset(
    {".c", ".cc", ".cpp", ".cu", ".cxx", ".f", ".f90", ".pxd", ".pyx", ".rs", ".zig"}
)
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def pyproject(tree: Path) -> Mapping[str, Any]:
    """Return ``pyproject.toml`` of a tree, empty when there is none.

    Raises
    ------
    UsageError
        If it is not TOML.
    """
    path = tree / "pyproject.toml"
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"pyproject.toml must be valid TOML, and is not: {error}") from None


def setup_cfg(tree: Path) -> configparser.RawConfigParser:
    """Return ``setup.cfg`` of a tree, empty when there is none.

    Raises
    ------
    UsageError
        If it is malformed.
    """
    parser = configparser.RawConfigParser()
    path = tree / "setup.cfg"
    if path.is_file():
        try:
            parser.read_string(path.read_text(encoding="utf-8"))
        except (configparser.Error, UnicodeDecodeError) as error:
            raise UsageError(f"setup.cfg must be readable, and is not: {error}") from None
    return parser


def lookup(table: Mapping[str, Any], key: str) -> Any:
    """Return what a dotted key of nested tables holds, None if nothing."""
    value: Any = table
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def installable(tree: Path) -> bool:
    """Return True if pip can install the tree."""
    if (tree / "setup.py").is_file():
        return True
    settings = pyproject(tree)
    return any(lookup(settings, key) for key in ("project", "build-system", "tool.poetry")) or (
        setup_cfg(tree).has_section("metadata")
    )


def name(tree: Path) -> str:
    """Return the name of the project, ``""`` if it is not written down."""
    settings = pyproject(tree)
    written = lookup(settings, "project.name") or lookup(settings, "tool.poetry.name")
    return str(written or setup_cfg(tree).get("metadata", "name", fallback=""))


def roots(tree: Path) -> tuple[Path, ...]:
    """Return the folders of a tree that its code is imported from: itself, and ``src`` first."""
    source = tree / "src"
    return (source, tree) if source.is_dir() else (tree,)


def pure_root(tree: Path) -> Path | None:
    """Return the folder that serves as well as an installation, None if there is no telling.

    A project of Python files only, in the flat or the ``src`` layout, with a build that only
    copies, can be imported where it lies.
    """
    if _placed(tree) or _generated(tree) or _compiled(tree):
        return None
    return next((root for root in roots(tree) if _has_code(tree, root)), None)


def modules(folder: Path) -> tuple[str, ...]:
    """Return the top-level packages and modules in a folder, sorted; no namespace packages."""
    packages = {path.parent.name for path in folder.glob("*/__init__.py")}
    single = {path.stem for path in folder.glob("*.py")}
    return tuple(sorted(name for name in packages | single if name.isidentifier()))


def _has_code(tree: Path, root: Path) -> bool:
    own = f"{_normal(name(tree)).replace('-', '_')}"
    if root != tree:
        return bool(modules(root))
    packages = {path.parent.name for path in root.glob("*/__init__.py")}
    return bool(packages - ASIDE) or (tree / f"{own}.py").is_file()


def _placed(tree: Path) -> bool:
    """Return True if settings may put the code elsewhere than the layout shows."""
    settings = pyproject(tree)
    moved = setup_cfg(tree).get("options", "package_dir", fallback="").strip()
    values = (lookup(settings, key) for key in LAYOUT_KEYS)
    return moved not in ("", "=src", "= src") or any(
        value is not None and value not in PLAIN for value in values
    )


def _generated(tree: Path) -> bool:
    """Return True if building may write files that the tree does not have."""
    settings = pyproject(tree)
    required = {_normal(one) for one in lookup(settings, "build-system.requires") or ()}
    if not required <= PURE_BACKENDS or lookup(settings, "build-system.backend-path"):
        return True
    script = tree / "setup.py"
    text = script.read_text(encoding="utf-8", errors="replace") if script.is_file() else ""
    return any(word in text for word in SCRIPTED)


def _compiled(tree: Path) -> bool:
    return any(path.suffix in COMPILED for path in tree.rglob("*"))


def _normal(requirement: str) -> str:
    found = _NAME.match(requirement.strip())
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else requirement
