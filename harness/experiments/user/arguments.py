"""What a case gives a user's function: checked beforehand, handed over in the cell."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.config.experiments import PARAMS, TABLES, Settings
from harness.datasets.parts import Parts, parts
from harness.datasets.scaling import Scaler
from harness.experiments.experiment import Context, seed_of
from harness.experiments.user.signature import DATA, Parameter, is_loose, parameters, roles
from harness.words import shortened

READABLE = tuple(name for name in (*TABLES, PARAMS) if name != "command")
"""What a function may read from its context."""
Complaint = tuple[tuple[str, ...], str]
_TYPES: Mapping[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "str": (str,),
}
_WORDS = {"int": "an integer", "float": "a number", "bool": "true or false", "str": "a text"}


@dataclass(frozen=True)
class Arguments:
    """The arguments of one function.

    Attributes
    ----------
    name : str
        How the suite names the function.
    found : tuple of Parameter or None
        As the function has them; None where they are not known: it is given the context.
    knows_us : bool
        Whether who wrote it may know what a context is.
    """

    name: str
    found: tuple[Parameter, ...] | None
    knows_us: bool = True

    @property
    def settings(self) -> Mapping[str, Parameter]:
        """Those that are keys of ``[params]``, by name."""
        there = self.found or ()
        told = roles(there, {})
        return {one.name: one for one in there if told[one.name] == "setting"}

    @property
    def defaults(self) -> Mapping[str, Any]:
        """The defaults of those, as a suite would give them."""
        pairs = ((name, one.default) for name, one in self.settings.items())
        return {name: json.loads(text) for name, text in pairs if text}

    @property
    def is_open(self) -> bool:
        """Whether it may read any key of ``[params]``: from the context, or as ``**settings``."""
        there = self.found
        return there is None or bool({"context", "settings"} & set(roles(there, {}).values()))

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables of a suite that it may read: all from the context, else what it asks for."""
        there = self.found
        told = {"context"} if there is None else set(roles(there, {}).values())
        if "context" in told:
            return READABLE
        return ("data", "params") if DATA & told else ("params",)

    @property
    def required(self) -> tuple[str, ...]:
        """The tables without which it cannot be called."""
        there = self.found or ()
        told = roles(there, {})
        return ("data",) if any(told[one.name] in DATA and one.required for one in there) else ()

    def reads(self, settings: Settings) -> frozenset[str]:  # noqa: ARG002 - the same for all
        """Return the keys of ``[params]`` that it takes."""
        if self.found is not None and is_loose(self.found):
            return frozenset({self.found[0].name})
        return frozenset(self.settings)

    def complaints(self, settings: Settings) -> Iterator[Complaint]:
        """Yield the arguments that nobody gives, and the values that are none of theirs."""
        unsaid = self.found[0].name if self.found and is_loose(self.found) else ""
        if unsaid and not self.knows_us and unsaid not in settings.params:
            yield ("experiment",), self._ungiven(unsaid)
        for name, one in self.settings.items():
            if name not in settings.params:
                if one.required:
                    yield ("experiment",), self._ungiven(name)
            elif wrong := _mistyped(one, settings.params[name]):
                yield ("params", name), f"{wrong}, as {self.name} has it"

    def _ungiven(self, name: str) -> str:
        return (
            f"{self.name} must be given its argument {name!r}: add {name} to [params] or to the "
            "grid, or give it a default"
        )


def _mistyped(one: Parameter, value: Any) -> str:
    """Return what an argument must be and is not; only of plain types something is known."""
    if one.annotation not in _TYPES:
        return ""
    fits = isinstance(value, _TYPES[one.annotation])
    if fits and (one.annotation == "bool" or not isinstance(value, bool)):
        return ""
    return f"must be {_WORDS[one.annotation]}, got {shortened(json.dumps(value))}"


def call(function: Callable[..., object], context: Context) -> object:
    """Call a function with what it asks for; return what it returns."""
    found = parameters(function)
    if found is None:
        return function(context)
    positional, named = _given(function, found, context)
    return function(*positional, **named)


def _parts(context: Context) -> Parts | None:
    data, dataset = context.settings.data, context.dataset
    return None if data is None or dataset is None else parts(dataset, data)


def _scaler(context: Context) -> Scaler | None:
    data, split = context.settings.data, _parts(context)
    return None if data is None or split is None else Scaler.of(data, split)


def _given(
    function: Callable[..., object], found: tuple[Parameter, ...], context: Context
) -> tuple[list[Any], dict[str, Any]]:
    params = dict(context.settings.params)
    positional: list[Any] = []
    named: dict[str, Any] = {}
    told = roles(found, params)
    own: dict[str, Callable[[], Any]] = {
        "context": lambda: context,
        "seed": lambda: seed_of(context.streams),
        "device": lambda: context.device,
        "backend": lambda: context.backend.name,
        "dataset": lambda: context.dataset,
        "parts": lambda: _parts(context),
        "scaler": lambda: _scaler(context),
        "rng": lambda: context.streams.generator("probe"),
    }
    for one in found:
        role = told[one.name]
        if role in own:
            value = own[role]()
        elif role == "setting" and one.name in params:
            value = params.pop(one.name)
        elif role == "setting" and one.kind == "positional" and not one.required:
            value = inspect.signature(function).parameters[one.name].default
        else:
            continue
        if one.kind == "positional":
            positional.append(value)
        else:
            named[one.name] = value
    if "settings" in told.values():
        named |= {name: value for name, value in params.items() if name not in named}
    return positional, named
