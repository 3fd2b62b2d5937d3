"""From pydantic's errors to problems a suite's author can act on."""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from harness.errors import Problem
from harness.suite.locate import Path, nearest
from harness.words import did_you_mean, unknown

_KINDS = {
    "string_type": "a string",
    "int_type": "an integer",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}
_MEMBERS = ("literal", "constrained-", "function-")  # how pydantic names members of a union
_BOUNDS = {
    "greater_than": ("greater than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}


def problems_of(
    error: ValidationError, model: type[BaseModel], file: str, lines: Mapping[Path, int]
) -> list[Problem]:
    """Return one problem per distinct key of a validation error.

    Parameters
    ----------
    error : ValidationError
        What pydantic found.
    model : type
        The model that was being validated.
    file : str
        Path shown to the user.
    lines : mapping
        From `harness.suite.locate.lines_of`.
    """
    found: dict[str, Problem] = {}
    for detail in error.errors(include_url=False):
        path = _toml_path(model, detail["loc"])
        key = dotted(path)
        message = sentence(detail, model)
        if key in found:  # the members of a union, each with its own complaint
            message = _either(found[key].message, message)
        found[key] = Problem(file, nearest(lines, path), key, message)
    return list(found.values())


def _either(first: str, second: str) -> str:
    return f"{first.split(', got ')[0]}, or {second.removeprefix('must be ')}"


def dotted(path: Path) -> str:
    """Write a path the way a reader finds it: ``claims[2].expect.value``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")


def sentence(detail: ErrorDetails, model: type[BaseModel]) -> str:
    """Say what must be, what was found, and the nearest valid name."""
    kind, got = detail["type"], detail["input"]
    context = detail.get("ctx", {})
    if kind == "extra_forbidden":
        return unknown("key", str(detail["loc"][-1]), _keys_at(model, detail["loc"][:-1]))
    if kind == "missing":
        return "must be given"
    if kind in _KINDS:
        return f"must be {_KINDS[kind]}, got {shown(got)} instead"
    if kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        return f"must be {words} {context[key]}, got {shown(got)} instead"
    if kind == "literal_error":
        return _choice(str(context["expected"]), got)
    if kind == "union_tag_invalid":
        return unknown(
            "layer type",
            str(context["tag"]),
            str(context["expected_tags"]).replace("'", "").split(", "),
        )
    return f"{detail['msg'].removeprefix('Value error, ')}, got {shown(got)} instead"


def shown(value: Any) -> str:
    """Return a value with its TOML type: ``'abc' (a string)``."""
    names = {str: "a string", bool: "a boolean", int: "an integer", float: "a number"}
    names |= {list: "a list", dict: "a table"}
    text = repr(value) if isinstance(value, str) else json.dumps(value, default=str)
    short = text if len(text) <= 60 else text[:57] + "..."
    return f"{short} ({names.get(type(value), type(value).__name__)})"


def _choice(expected: str, got: Any) -> str:
    names = [name.strip("' ") for name in expected.replace(" or ", ",").split(",")]
    hint = did_you_mean(got, names) if isinstance(got, str) else ""
    hint = hint if "Did you mean" in hint else ""
    return f"must be one of {', '.join(names)}, got {shown(got)} instead.{hint}"


def _toml_path(model: type[BaseModel], loc: tuple[str | int, ...]) -> Path:
    """Drop what pydantic adds to a path (union members, tags, the grid's ``axes``)."""
    path: list[str | int] = []
    current: list[Any] = [model]
    for part in loc:
        following = list(_step(current, part))
        if following or isinstance(part, int) or _is_key(current, part):
            path.append(part)
        current = following or current
    return tuple(part for part in path if part != "axes")


def _keys_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> set[str]:
    current: list[Any] = [model]
    for part in loc:
        current = list(_step(current, part)) or current
    return {name for node in current for name in _names(node)}


def _is_key(nodes: list[Any], part: str | int) -> bool:
    """Whether `part` could be a key at all: not the name of a class or of a union member."""
    if not isinstance(part, str) or "[" in part or part in ("bool", "str", "int", "float"):
        return False
    tags = {
        str(field.default)
        for node in nodes
        if isinstance(node, type) and issubclass(node, BaseModel)
        for name, field in node.model_fields.items()
        if name == "type"
    }
    return part not in tags and not part[:1].isupper() and not part.startswith(_MEMBERS)


def _names(node: Any) -> Iterator[str]:
    if isinstance(node, type) and issubclass(node, BaseModel):
        for name, field in node.model_fields.items():
            if not field.exclude:
                yield field.alias or name


def _step(nodes: list[Any], part: str | int) -> Iterator[Any]:
    for node in nodes:
        if isinstance(node, type) and issubclass(node, BaseModel) and isinstance(part, str):
            for name, field in node.model_fields.items():
                if part in (name, field.alias):
                    yield from _members(field.annotation)
        elif typing.get_origin(node) in (tuple, list, dict):
            arguments = [a for a in typing.get_args(node) if a is not Ellipsis]
            yield from _members(arguments[-1])


def _members(annotation: Any) -> Iterator[Any]:
    """Flatten unions and annotations to the types they may be."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        yield from _members(typing.get_args(annotation)[0])
    elif origin in (typing.Union, types.UnionType):
        for member in typing.get_args(annotation):
            yield from _members(member)
    else:
        yield annotation
