"""The arguments of a user's function, what each of them is given, and what it says to return.

Used where only the standard library may be: in the process that asks about a module.
"""

from __future__ import annotations

import ast
import inspect
import json
import linecache
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import chain
from types import CodeType
from typing import Any, Literal

Role = Literal[
    "context",
    "seed",
    "rng",
    "device",
    "backend",
    "dataset",
    "parts",
    "scaler",
    "setting",
    "settings",
    "nothing",
]
"""What an argument is given: the cell's `Context`, its seed, its random numbers, the names of its
device and library, the `Dataset` of ``[data]``, the `Parts` that ``[data]`` makes of it, the
`Scaler` that its ``scale`` means, a key of ``[params]``, all other keys (``**settings``), or
nothing (``*rest``)."""
_BY_NAME: Mapping[str, Role] = {
    "context": "context",
    "rng": "rng",
    "seed": "seed",
    "device": "device",
    "backend": "backend",
    "dataset": "dataset",
}
_BY_CLASS: Mapping[str, Role] = {
    "Context": "context",
    "Generator": "rng",
    "Dataset": "dataset",
    "Parts": "parts",
    "Scaler": "scaler",
}
DATA: frozenset[Role] = frozenset({"dataset", "parts", "scaler"})
"""Roles for which a suite must have a table ``[data]``."""

Expressions = list[ast.expr | None]
_BOOL = r"(\w+\.)*bool_?"  # NumPy has one, too
_KINDS: Mapping[object, str] = {
    inspect.Parameter.POSITIONAL_ONLY: "positional",
    inspect.Parameter.KEYWORD_ONLY: "keyword",
    inspect.Parameter.VAR_POSITIONAL: "rest",
    inspect.Parameter.VAR_KEYWORD: "others",
}


@dataclass(frozen=True)
class Parameter:
    """An argument as it is written.

    Attributes
    ----------
    name : str
        Its name.
    kind : str
        ``positional``, ``keyword`` (only so), ``rest`` (``*x``), ``others`` (``**x``) or ``""``.
    annotation : str
        As text, ``""`` when there is none.
    required : bool
        Whether it has no default.
    default : str
        The default as JSON, ``""`` when there is none or JSON has nothing like it.
    """

    name: str
    kind: str = ""
    annotation: str = ""
    required: bool = True
    default: str = ""


def parameters(function: Callable[..., object]) -> tuple[Parameter, ...] | None:
    """Return the arguments of a function; None where Python does not know them."""
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # written in C, as a rule
        return None
    return tuple(_parameter(one) for one in found)


def _parameter(one: inspect.Parameter) -> Parameter:
    required = one.default is inspect.Parameter.empty
    return Parameter(
        one.name,
        _KINDS.get(one.kind, ""),
        annotation_text(one.annotation),
        required and one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD),
        "" if required else _json(one.default),
    )


def annotation_text(annotation: object) -> str:
    """Return an annotation as it is written, but for the modules of classes."""
    if annotation is inspect.Parameter.empty:
        return ""
    if isinstance(annotation, str):
        return annotation
    return annotation.__qualname__ if isinstance(annotation, type) else str(annotation)


def returned_text(function: Callable[..., object]) -> str:
    """Return the annotation of what a function returns, ``""`` when there is none.

    Whose every ``return`` is plainly true or false needs none: it returns a ``bool``.
    """
    try:
        told = annotation_text(inspect.signature(function).return_annotation)
    except (TypeError, ValueError):
        return ""
    plain = re.fullmatch(_BOOL, told) if told else _are_truths(*_returned(function))
    return "bool" if plain else told


def truths(function: Callable[..., object]) -> list[str]:
    """Return which entries of the mapping that a function returns are true or false: patterns.

    All where it is annotated so, else those that are plainly so wherever they are written out.
    """
    if re.fullmatch(rf"\S*(dict|Mapping)\[str, {_BOOL}\]", returned_text(function), re.IGNORECASE):
        return ["*"]
    found: dict[str, Expressions] = {}
    nodes, plain = _returned(function)
    for node in nodes:
        if not isinstance(node, ast.Dict):
            return []
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                found.setdefault(key.value, []).append(value)
            else:  # it may be any of those before it
                for values in found.values():
                    values.append(None)
    return [name for name, values in found.items() if _are_truths(values, plain)]


def _returned(function: Callable[..., object]) -> tuple[Expressions, Collection[str]]:
    """Return what stands behind every ``return`` of a function; nothing where that is not known.

    And its names to which nothing is ever given that is not plainly true or false.
    """
    code = getattr(function, "__code__", None)
    # What is around another may return something else.
    if not isinstance(code, CodeType) or hasattr(function, "__wrapped__"):
        return [], ()
    nodes = _starting(code.co_filename).get((code.co_firstlineno, code.co_name), ())
    found: Expressions = [node.body for node in nodes if isinstance(node, ast.Lambda)]
    waiting = [*chain.from_iterable(map(ast.iter_child_nodes, nodes))]
    given: dict[str, Expressions] = {}
    while waiting:
        match one := waiting.pop():
            case ast.Return(value=value):
                found.append(value)
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=value)
            ):
                given.setdefault(name, []).append(value)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.expr():
                pass
            case _:
                waiting += ast.iter_child_nodes(one)
    bound = Counter(chain.from_iterable(map(_bound, nodes)))
    return found, {
        name for name, values in given.items() if bound[name] == len(values) and _are_truths(values)
    }


@lru_cache(maxsize=16)
def _starting(file: str) -> Mapping[tuple[int, str], list[ast.AST]]:
    """Return the functions of a file by the line that they start at, and their name."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError):
        return {}
    found: dict[tuple[int, str], list[ast.AST]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            line = min(one.lineno for one in (node, *node.decorator_list))
            found.setdefault((line, node.name), []).append(node)
        elif isinstance(node, ast.Lambda):
            found.setdefault((node.lineno, "<lambda>"), []).append(node)
    return found


def _bound(node: ast.AST) -> Iterator[str]:
    """Yield the names in a function, once for each time that they are given something."""
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load):
            yield one.id
        elif isinstance(one, ast.arg):
            yield one.arg


def _are_truths(nodes: Expressions, plain: Collection[str] = ()) -> bool:
    """Whether all are plainly true or false, as are those names."""
    return bool(nodes) and all(_is_truth(node, plain) for node in nodes)


def _is_truth(node: ast.expr | None, plain: Collection[str]) -> bool:
    match node:
        case ast.Compare() | ast.UnaryOp(op=ast.Not()) | ast.Constant(value=True | False):
            return True
        case ast.Name(id=name):
            return name in plain
        case ast.BoolOp(values=parts):
            return _are_truths(list(parts), plain)
        case ast.IfExp(body=one, orelse=other):
            return _is_truth(one, plain) and _is_truth(other, plain)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in ("bool", "all", "any", "allclose", "array_equal")
    return False


def _json(value: object) -> str:
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return ""


def roles(found: Iterable[Parameter], params: Mapping[str, Any]) -> dict[str, Role]:
    """Return what each argument is given.

    Parameters
    ----------
    found : iterable of Parameter
        The arguments.
    params : mapping of str to object
        Keys of ``[params]``. A single argument about which nothing is written is the context,
        unless it is called as one of them.
    """
    there = tuple(found)
    told: dict[str, Role] = {one.name: _role(one) for one in there}
    if is_loose(there) and there[0].name not in params:
        told[there[0].name] = "context"
    return told


def is_loose(found: tuple[Parameter, ...]) -> bool:
    """Whether there is a single argument about which nothing is written."""
    if len(found) != 1:
        return False
    one = found[0]
    return one.required and not one.annotation and _role(one) == "setting" and one.kind != "keyword"


def _role(one: Parameter) -> Role:
    if one.kind == "rest":
        return "nothing"
    if one.kind == "others":
        return "settings"
    return _BY_CLASS.get(_class_of(one.annotation)) or _BY_NAME.get(one.name, "setting")


def _class_of(annotation: str) -> str:
    """Return the class that an annotation names, without its module and ``| None``."""
    inside = re.fullmatch(r"(?:typing\.)?Optional\[(.*)\]", annotation)
    names = (inside[1] if inside else annotation).split("|")
    classes = [name.strip().rsplit(".", 1)[-1] for name in names if name.strip() != "None"]
    return classes[0] if len(classes) == 1 else ""


def to_json(found: tuple[Parameter, ...] | None) -> list[dict[str, Any]] | None:
    """Return arguments as JSON values."""
    return None if found is None else [asdict(one) for one in found]


def from_json(values: list[dict[str, Any]] | None) -> tuple[Parameter, ...] | None:
    """Return the arguments of JSON values."""
    return None if values is None else tuple(Parameter(**one) for one in values)
