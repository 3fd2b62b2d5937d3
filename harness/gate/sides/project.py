"""What the files of a revision say about it as a Python project."""

from __future__ import annotations

import configparser
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.errors import UsageError
from harness.files import guarded

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
REQUIREMENTS = (".txt", ".in")
"""How the names of files of requirements end."""
_INCLUDED = re.compile(
    r"""(?:-r|--requirement|-c|--constraint)[ =]*(?:"([^"]+)"|'([^']+)'|([^\s#]\S*))"""
)
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def pyproject(tree: Path) -> Mapping[str, Any]:
    """Return ``pyproject.toml`` of a tree, empty when there is none.

    Raises
    ------
    UsageError
        If it is not TOML.
    """
    try:
        return tomllib.loads(source(tree, "pyproject.toml"))
    except RecursionError:
        error: object = "its tables are nested too deep"
    except ValueError as found:  # malformed, or an integer of thousands of digits
        error = found
    raise UsageError(f"pyproject.toml must be valid TOML, and is not: {error}")


def setup_cfg(tree: Path) -> configparser.RawConfigParser:
    """Return ``setup.cfg`` of a tree, empty when there is none.

    Raises
    ------
    UsageError
        If it is malformed.
    """
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(source(tree, "setup.cfg"))
    except configparser.Error as error:
        raise UsageError(f"setup.cfg must be readable, and is not: {error}") from None
    return parser


def source(tree: Path, name: str) -> str:
    """Return the text of a file of a tree, `""` where there is none.

    Raises
    ------
    UsageError
        If it is not UTF-8.
    FileError
        If it cannot be read.
    """
    path = tree / name
    try:
        with guarded("read", path):
            return path.read_text(encoding="utf-8-sig") if path.is_file() else ""
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} must be UTF-8, and is not: {error}") from None


def lookup(table: Mapping[str, Any], key: str) -> Any:
    """Return what a dotted key of nested tables holds, None if nothing."""
    value: Any = table
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def texts(value: Any) -> tuple[str, ...]:
    """Return the texts of a list, none of anything else: the file may hold what it likes."""
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def has_file(tree: Path, name: str) -> bool:
    """Whether a tree has a file of that name; one that no system takes is none."""
    try:
        return (tree / name).is_file()
    except OSError:  # too long, above all
        return False


def editable(path: Path) -> bool:
    """Whether a file of requirements, or one it includes, would install the project in place.

    The other side would import it then.
    """
    return any(line.startswith(("-e", "--editable")) for line in _lines(path, set()))


def included(tree: Path, name: str) -> tuple[str, ...]:
    """Return the name of a file of a tree, and, if it holds requirements, of those it includes."""
    if not name.endswith(REQUIREMENTS):
        return (name,)
    read: set[Path] = set()
    for _ in _lines(tree / name, read):
        pass
    return tuple(sorted(os.path.relpath(path, tree) for path in read))


def _lines(path: Path, read: set[Path]) -> Iterator[str]:
    """Yield the lines of a file of requirements and of those that it includes, each file once."""
    if path in read or not has_file(path.parent, path.name):  # or an address of the net
        return
    read.add(path)
    with guarded("read", path):
        text = path.read_text(encoding="utf-8", errors="replace")
    for line in map(str.strip, text.replace("\\\n", "").splitlines()):
        yield line
        included = _INCLUDED.match(line)
        if included:
            name = included[1] or included[2] or included[3]
            yield from _lines(Path(os.path.normpath(path.parent / name)), read)


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
    return bool(packages - ASIDE) or has_file(tree, f"{own}.py")


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
    required = {_normal(one) for one in texts(lookup(settings, "build-system.requires"))}
    if not required <= PURE_BACKENDS or lookup(settings, "build-system.backend-path"):
        return True
    script = tree / "setup.py"
    with guarded("read", script):
        text = script.read_text("utf-8", "replace") if script.is_file() else ""
    return any(word in text for word in SCRIPTED)


def _compiled(tree: Path) -> bool:
    return any(path.suffix in COMPILED for path in tree.rglob("*"))


def _normal(requirement: str) -> str:
    found = _NAME.match(requirement.strip())
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else requirement
