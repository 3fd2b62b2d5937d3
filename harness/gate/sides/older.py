"""What older files say that tests need: a ``setup.py`` its extras, a ``tox.ini`` its requirements.

A ``setup.py`` is read, never run.
"""

from __future__ import annotations

import ast
import configparser
import re
from collections.abc import Iterator
from pathlib import Path

from harness.files import guarded
from harness.gate.sides.project import editable, has_file, source

EXTRAS = "extras_require"
TOX = "tox.ini"
_REQUIREMENT = re.compile(r"[A-Za-z0-9][\w.-]*\s*([\[<>=!~;@(].*)?")
_NAMED_FILE = re.compile(r"(?:-r|--requirement[ =])\s*(?:\{toxinidir\}/|\{tox_root\}/)?([^\s{}]+)")


def extras(tree: Path) -> tuple[str, ...]:
    """Return the keys of ``extras_require`` that stand in the ``setup.py`` of a tree, as written.

    Found are those of literals and of what is put together from them under a name; what is
    computed or read from elsewhere is not.

    Raises
    ------
    FileError
        If there is one that cannot be read.
    """
    path = tree / "setup.py"
    with guarded("read", path):
        script = path.read_bytes() if path.is_file() else b""
    try:
        return tuple(_of_name(EXTRAS, _named(ast.parse(script))))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()  # a script for an older Python, or none at all: pip will say so


def _named(module: ast.Module) -> dict[str, list[ast.expr]]:
    """Return everything that is given to each name, anywhere."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(module):
        for name, value in _given(node):
            found.setdefault(name, []).append(value)
    return found


def _given(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield (name, value) of what may hold extras, or be named where they are given."""
    if isinstance(node, ast.keyword) and node.arg == EXTRAS:
        yield node.arg, node.value
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _assigned(target, node.value)
    elif isinstance(node, ast.AnnAssign | ast.AugAssign) and node.value is not None:
        yield from _assigned(node.target, node.value)
    elif isinstance(node, ast.Dict):  # of `setup(**settings)`
        for key, value in zip(node.keys, node.values, strict=True):
            if _text(key) == EXTRAS:
                yield EXTRAS, value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        yield from _called(node, node.func)


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Yield what ``name = value``, ``name[key] = value`` give, at any depth of the latter."""
    name = _name(target)
    if name:
        yield name, value
    if isinstance(target, ast.Subscript):
        yield from _assigned(target.value, ast.Dict([target.slice], [value]))


def _called(call: ast.Call, method: ast.Attribute) -> Iterator[tuple[str, ast.expr]]:
    """Yield what ``name.update(...)`` and ``name.setdefault(key, ...)`` give."""
    if method.attr == "update":
        value: ast.expr = ast.Call(ast.Name("dict"), call.args, call.keywords)
        yield from _assigned(method.value, value)
    elif method.attr == "setdefault" and call.args:
        given = call.args[1] if len(call.args) > 1 else ast.Dict([], [])
        yield from _assigned(method.value, ast.Dict([call.args[0]], [given]))


def _name(target: ast.expr) -> str:
    """Return what is assigned to: a name, or the extras by their key or attribute."""
    if isinstance(target, ast.Name):
        return target.id
    if isinstance(target, ast.Subscript):
        return EXTRAS if _text(target.slice) == EXTRAS else ""
    return EXTRAS if isinstance(target, ast.Attribute) and target.attr == EXTRAS else ""


def _of_name(name: str, named: dict[str, list[ast.expr]]) -> Iterator[str]:
    for value in named.pop(name, []):  # once: it may be made of itself
        yield from _keys(value, named)


def _keys(value: ast.expr | None, named: dict[str, list[ast.expr]]) -> Iterator[str]:
    if isinstance(value, ast.Name):
        yield from _of_name(value.id, named)
    elif isinstance(value, ast.BinOp):
        yield from (*_keys(value.left, named), *_keys(value.right, named))
    elif isinstance(value, ast.Dict):
        for key, inside in zip(value.keys, value.values, strict=True):
            yield from (_text(key),) if _text(key) else _keys(None if key else inside, named)
    elif isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and _is_dict(value.func):
        for given in value.args:
            yield from _keys(given, named)
        for keyword in value.keywords:
            yield from (keyword.arg,) if keyword.arg else _keys(keyword.value, named)
    elif isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):  # `e.copy()`
        yield from _keys(value.func.value if value.func.attr == "copy" else None, named)


def _is_dict(function: ast.Name) -> bool:
    return function.id in ("dict", "OrderedDict", "defaultdict")


def _text(key: ast.expr | None) -> str:
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""


def requirements(tree: Path) -> tuple[str, ...]:
    """Return the unconditional lines of ``deps`` in ``[testenv]``, as arguments of pip.

    Lines for some environments only (``py38: x``), placeholders and options are left out: what
    they come to is tox's to say.

    Parameters
    ----------
    tree : Path
        Top folder of the project.

    Raises
    ------
    UsageError
        If the file is not UTF-8.
    """
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(source(tree, TOX))
    except configparser.Error:  # tox reads files that this does not
        return ()
    lines = parser.get("testenv", "deps", fallback="").splitlines()
    return tuple(
        part for line in lines for part in _requirement(tree, line.partition(" #")[0].strip())
    )


def _requirement(tree: Path, line: str) -> Iterator[str]:
    named = _NAMED_FILE.fullmatch(line)
    if named and has_file(tree, named[1]) and not editable(tree / named[1]):
        yield from ("-r", named[1])
    elif _REQUIREMENT.fullmatch(line):
        yield line
