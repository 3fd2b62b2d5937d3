"""A TOML file held to a model, and pydantic's errors as problems an author can act on."""

from __future__ import annotations

import json
import re
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from harness.config.table import PATTERNS
from harness.errors import Problem, SuiteError
from harness.suite.locate import Path, nearest
from harness.suite.text import Text, dotted
from harness.words import did_you_mean, plural, shortened, unknown

M = TypeVar("M", bound=BaseModel)

_KINDS = {
    "string_type": "a string",
    "int_type": "an integer",
    "int_from_float": "an integer",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}
_BOUNDS = {
    "greater_than": ("greater than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}
_CHOICE = re.compile(r"'([^']*)'|([^\s',]+)")


def problems_of(
    error: ValidationError,
    model: type[BaseModel],
    values: Mapping[str, Any],
    file: str,
    lines: Mapping[Path, int],
) -> list[Problem]:
    """Return one problem per distinct key of a validation error.

    Parameters
    ----------
    error : ValidationError
        What pydantic found.
    model : type
        The model that was being validated.
    values : mapping
        What was validated.
    file : str
        Path shown to the user.
    lines : mapping
        From `harness.suite.locate.lines_of`.
    """
    found: dict[str, Problem] = {}
    for detail in error.errors(include_url=False):
        path = _toml_path(values, detail)
        if detail["type"] == "too_short" and _reach(values, path):
            continue  # what it lacks are the items found wrong, each told by itself
        key = dotted(path)
        message = sentence(detail, model)
        if key in found:  # the members of a union, each with its own complaint
            message = _either(found[key].message, message)
        found[key] = Problem(file, nearest(lines, path), key, message)
    return list(found.values())


def _either(first: str, second: str) -> str:
    return f"{first.split(', got ')[0]}, or {second.removeprefix('must be ')}"


def sentence(detail: ErrorDetails, model: type[BaseModel]) -> str:
    """Say what must be, what was found, and the nearest valid name."""
    kind, got = detail["type"], detail["input"]
    context = detail.get("ctx", {})
    if kind == "extra_forbidden":
        return unknown("key", str(detail["loc"][-1]), _keys_at(model, detail["loc"][:-1]))
    if kind == "missing":
        return "must be given"
    if kind == "literal_error":
        return _choice(str(context["expected"]), got)
    if kind == "union_tag_invalid":
        tags = str(context["expected_tags"]).replace("'", "").split(", ")
        return unknown("layer type", str(context["tag"]), tags)
    if kind == "union_tag_not_found":
        return f"must have type = the kind of layer, got {with_type(got)} instead"
    return f"{_must(kind, context, str(detail['msg']))}, got {with_type(got)} instead"


def _must(kind: str, context: Mapping[str, Any], otherwise: str) -> str:
    if kind in _KINDS:
        return f"must be {_KINDS[kind]}"
    if kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        return f"must be {words} {context[key]}"
    if kind == "string_pattern_mismatch":
        return f"must be {PATTERNS.get(context['pattern'], context['pattern'])}"
    if kind == "too_short":
        return f"must have at least {plural(context['min_length'], 'item')}"
    if kind == "too_long":
        return f"must have at most {plural(context['max_length'], 'item')}"
    if kind == "string_too_short":
        return "must not be empty"
    if kind == "string_too_long":
        return f"must have at most {context['max_length']} characters"
    return otherwise.removeprefix("Value error, ").partition(", got ")[0]  # that follows anyway


def with_type(value: Any) -> str:
    """Return a value with its TOML type: ``'abc' (a string)``."""
    names = {str: "a string", bool: "a boolean", int: "an integer", float: "a number"}
    names |= {list: "a list", dict: "a table"}
    text = repr(value) if isinstance(value, str) else json.dumps(value, default=str)
    return f"{shortened(text)} ({names.get(type(value), type(value).__name__)})"


def _choice(expected: str, got: Any) -> str:
    found = [quoted or bare for quoted, bare in _CHOICE.findall(expected) if bare != "or"]
    names = [name for name in found if name]
    hint = did_you_mean(got, names) if isinstance(got, str) else ""
    hint = hint if "Did you mean" in hint else ""
    empty = "" if len(names) == len(found) else " or left out"
    one_of = "one of " if len(names) > 1 else ""
    return f"must be {one_of}{', '.join(names)}{empty}, got {with_type(got)} instead.{hint}"


def _toml_path(values: Mapping[str, Any], detail: ErrorDetails) -> Path:
    """Drop what pydantic adds to a path: members of unions, tags, the grid's ``axes``."""
    path: list[str | int] = []
    here: Any = values
    for part in detail["loc"]:
        if _has(here, part):
            path.append(part)
            here = here[part]
    if detail["type"] == "missing":
        path.append(detail["loc"][-1])
    if path[:1] == ["grid"] and path[2:3] == ["axes"]:
        del path[2]
    return tuple(path)


def _reach(values: Any, path: Path) -> Any:
    for part in path:
        values = values[part]
    return values


def _has(value: Any, part: str | int) -> bool:
    if isinstance(value, list):
        return isinstance(part, int) and part < len(value)
    return isinstance(value, dict) and part in value


def _keys_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> set[str]:
    """Return the keys of the very table at a path; of a union of tables, of the member named."""
    current: list[Any] = [model]
    for part in loc:
        current = [node for node in current if _tag(node) == part] or (
            list(_step(current, part)) or current
        )
    return {name for node in current for name in _names(node)}


def _tag(node: Any) -> str | None:
    """Return the ``type`` by which a union tells a table from the others, if it has one."""
    if isinstance(node, type) and issubclass(node, BaseModel) and "type" in node.model_fields:
        return str(node.model_fields["type"].default)
    return None


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


def validate(model: type[M], text: Text) -> M:
    """Return a TOML file as an instance of `model`.

    Raises
    ------
    SuiteError
        With every problem found.
    """
    try:
        # JSON mode is strict about types yet takes lists for tuples, as TOML has no tuples.
        return model.model_validate_json(json.dumps(text.values, allow_nan=False))
    except ValidationError as error:
        found = problems_of(error, model, text.values, text.file, text.lines)
        raise SuiteError(found) from None
