"""The settings of the gate, in ``[tool.harness.gate]`` of a project's pyproject.toml."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError

from harness.config.table import Table
from harness.errors import SuiteError, UsageError
from harness.gate import units
from harness.gate.sides import project
from harness.gate.values import LEAST_MEMORY, Quantity, Thresholds
from harness.suite.explain import problems_of, sentence
from harness.suite.locate import lines_of
from harness.words import did_you_mean

DEFAULT = Thresholds()


def _share(text: str) -> str:
    return _valid(units.share, text)


def _duration(text: str) -> str:
    return _valid(units.seconds, text)


def _size(text: str) -> str:
    return _valid(units.size, text)


def _valid(read: Callable[[str], float], text: str) -> str:
    try:
        read(text)
    except UsageError as error:
        raise ValueError(str(error).split("; got")[0].split(", got")[0]) from None
    return text


Share = Annotated[str, AfterValidator(_share)]
Duration = Annotated[str, AfterValidator(_duration)]
Size = Annotated[str, AfterValidator(_size)]


class TimeLimits(Table):
    """How much slower is too slow."""

    margin: Share | None = None
    tolerance: Share | None = None
    absolute: Duration | None = None


class MemoryLimits(Table):
    """How much more memory is too much."""

    margin: Share | None = None
    tolerance: Share | None = None
    absolute: Size | None = None


class CaseLimits(Table):
    """The limits of some cases.

    Attributes
    ----------
    match : str
        A name, or, where no case is called so, a pattern of names (``*`` and ``?``); the first
        entry that matches counts.
    time, memory : table
        What differs from the project's own.
    """

    match: str
    time: TimeLimits = TimeLimits()
    memory: MemoryLimits = MemoryLimits()


class GateSettings(Table):
    """The table ``[tool.harness.gate]``; what the command line says comes first.

    Attributes
    ----------
    pytest : tuple of str
        Paths of benchmark tests, from the top of the tree.
    suites : tuple of str
        Timing suites, by id or path.
    install : tuple of str
        Arguments of ``pip install`` in a side's tree, e.g. ``".[dev]"``.
    constraints : str
        A pip constraints file of the tree.
    options : tuple of str
        Further options of pytest.
    budget : str
        Time the whole run may take.
    burst : str
        Time that one process measures one case at most.
    threads : int
        Threads of numerical libraries.
    time, memory : table
        Limits of all cases.
    case : tuple of table
        Limits of some.
    """

    pytest: tuple[str, ...] = Field(default=(), strict=False)
    suites: tuple[str, ...] = Field(default=(), strict=False)
    install: tuple[str, ...] = Field(default=(), strict=False)
    constraints: str = ""
    options: tuple[str, ...] = Field(default=(), strict=False)
    budget: Duration = "10m"
    burst: Duration = "0.2s"
    threads: int = Field(default=1, ge=1)
    time: TimeLimits = TimeLimits()
    memory: MemoryLimits = MemoryLimits()
    case: tuple[CaseLimits, ...] = Field(default=(), strict=False)

    def thresholds(self, case: str, quantity: Quantity, known: Collection[str] = ()) -> Thresholds:
        """Return the limits of one quantity of a case.

        A tolerance given without a margin is the margin too: what is tolerated is not reported.

        Parameters
        ----------
        case : str
            Its name.
        quantity : str
            Time or memory.
        known : collection of str
            Every case there is: an entry that is called as one of them is about no other.
        """
        own = next((entry for entry in self.case if matches(entry.match, case, known)), None)
        if quantity == "time":
            return _merged([self.time, own.time] if own else [self.time], 0.0)
        return _merged([self.memory, own.memory] if own else [self.memory], LEAST_MEMORY)


def read_settings(tree: Path) -> GateSettings:
    """Return the settings of the project in a tree; the defaults when it has none.

    Raises
    ------
    UsageError
        If pyproject.toml is not TOML, or the table holds what it must not; names line and key.
    """
    key = ".".join(_HERE)
    table = project.lookup(project.pyproject(tree), key)
    if table is None:
        return GateSettings()
    if not isinstance(table, Mapping):
        raise UsageError(f"pyproject.toml: {key} must be a table, got {table!r:.80} instead")
    text = project.source(tree, "pyproject.toml")
    try:
        return GateSettings.model_validate(table)
    except ValidationError as error:
        inner = {path[3:]: line for path, line in lines_of(text).items() if path[:3] == _HERE}
        problems = problems_of(error, GateSettings, table, "pyproject.toml", inner)
        raise SuiteError([replace(p, key=f"{key}.{p.key}") for p in problems]) from None


def override(settings: GateSettings, given: Mapping[str, Any]) -> GateSettings:
    """Return the settings with those of the command line over them; empty ones change nothing.

    Options of pytest are added to the project's. A margin or tolerance is that of all times that
    have none of their own. Benchmarks named take the place of all of the project's.

    Raises
    ------
    UsageError
        If a value is not valid; names the option.
    """
    options = {name: value for name, value in given.items() if value}
    limits = {name: options.pop(name) for name in ("margin", "tolerance") if name in options}
    values = settings.model_dump()
    if options.pop("only", False):
        values |= {"pytest": (), "suites": ()}
    options["options"] = (*settings.options, *options.get("options", ()))
    values |= options | {"time": {**values["time"], **limits}}
    try:
        return GateSettings.model_validate(values)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        name = str(detail["loc"][-1])
        raise UsageError(f"--{name}: {sentence(detail, GateSettings)}") from None


_HERE = ("tool", "harness", "gate")


def _merged(limits: list[TimeLimits | MemoryLimits], floor: float) -> Thresholds:
    margin, tolerance, absolute = DEFAULT.margin, DEFAULT.tolerance, floor
    for one in limits:
        if one.tolerance is not None:
            tolerance = margin = units.share(one.tolerance)
        if one.margin is not None:
            margin = units.share(one.margin)
        if one.absolute is not None:
            read = units.seconds if isinstance(one, TimeLimits) else units.size
            absolute = read(one.absolute)
    return Thresholds(margin, max(margin, tolerance), absolute)


def matches(pattern: str, case: str, known: Collection[str] = ()) -> bool:
    """Return whether a pattern is about a case: ``*`` and ``?`` stand for others, ``[`` for itself.

    The ids of parametrised tests have brackets, and may have ``*`` and ``?``: what is the whole id
    of a known case is about that one alone.
    """
    if case == pattern or pattern in known:
        return case == pattern
    return fnmatch.fnmatchcase(case, pattern.replace("[", "[[]"))


def unused(patterns: Sequence[str], cases: Iterable[str]) -> tuple[str, ...]:
    """Return a sentence on every pattern that decides nothing: no case, or none left to it."""
    names = dict.fromkeys(cases)
    first = {name: _first(patterns, name, names) for name in names}
    return tuple(
        f"[[tool.harness.gate.case]] match = {pattern!r} {_why(pattern, names)}"
        for number, pattern in enumerate(patterns)
        if number not in first.values()
    )


def _first(patterns: Sequence[str], name: str, known: Collection[str]) -> int | None:
    return next((n for n, pattern in enumerate(patterns) if matches(pattern, name, known)), None)


def _why(pattern: str, names: Collection[str]) -> str:
    if any(matches(pattern, name, names) for name in names):
        return "decides nothing: every case it matches is matched by an entry before it"
    # The terminal shows a case without its file: the whole id is what was meant.
    whole = [name for name in names if name.endswith(f"::{pattern}")]
    hint = f" Did you mean {whole[0]!r}?" if whole else did_you_mean(pattern, names)
    return "matches no case." + ("" if hint.startswith(" Known") else hint)
