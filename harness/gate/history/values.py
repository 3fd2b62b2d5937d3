"""Named baselines, the points measured against them, and series of points."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, ClassVar

from pydantic import AfterValidator, ConfigDict, Field, FiniteFloat

from harness.errors import UsageError
from harness.gate.values import GateVerdict, Quantity
from harness.statistics import centre
from harness.types import Interval

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_STRICT = ConfigDict(extra="forbid")


def instant(text: str) -> datetime:
    """Return a time in ISO 8601, taken as UTC when it has no offset; the earliest for ``""``.

    Raises
    ------
    ValueError
        If it is no such time.
    """
    if not text:
        return datetime.min.replace(tzinfo=UTC)
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _checked(text: str) -> str:
    instant(text)
    return text


Time = Annotated[str, AfterValidator(_checked)]
LogRatios = Annotated[tuple[FiniteFloat, ...], Field(min_length=1)]


def check_name(name: str) -> str:
    """Return `name` if a baseline can be called that.

    Raises
    ------
    UsageError
        If it cannot.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            "the name of a baseline must be letters, digits, '.', '_' and '-', and begin with a "
            f"letter or digit, got {name!r}; for example: v1"
        )
    return name


@dataclass(frozen=True)
class Baseline:
    """A revision with a name, against which later ones are measured.

    Attributes
    ----------
    name : str
        Letters, digits, ``.``, ``_`` and ``-``.
    commit, tree : str
        Object ids of the commit and of its files; the tree is what points refer to.
    named : str
        When it got the name, ISO 8601.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    name: str
    commit: str
    tree: str
    named: Time = ""


@dataclass(frozen=True)
class Point:
    """One quantity of one case of one commit, measured in pairs against a baseline.

    Attributes
    ----------
    baseline : str
        Its name when this was measured.
    baseline_tree : str
        The files that it stood for.
    commit, tree, subject : str
        Of the head.
    committed, measured : str
        When the head was committed, and when the gate ran, ISO 8601.
    case, quantity, verdict
        As in `harness.gate.values.Decision`.
    ratio, low, high, level
        head / baseline and its interval as the gate gave them; the ends are None without one.
    log_ratios : tuple of float
        log(head / baseline) of every pair, the raw values.
    pairs : int
        Pairs the verdict rests on.
    hardware : str
        The machine in words.
    environment : str
        Hash of what may change speed: processor, cores, library versions.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    baseline: str
    baseline_tree: str
    commit: str
    tree: str
    subject: str
    committed: Time
    measured: Time
    case: str
    quantity: Quantity
    verdict: GateVerdict
    ratio: float
    low: float | None
    high: float | None
    level: float
    log_ratios: LogRatios
    pairs: int
    hardware: str
    environment: str

    @functools.cached_property
    def log_ratio(self) -> float:
        """The Hodges-Lehmann estimate over the raw pairs, computed afresh."""
        return centre(self.log_ratios)

    @property
    def interval(self) -> Interval | None:
        """The interval of the ratio that the gate gave."""
        if self.low is None or self.high is None:
            return None
        return Interval(self.low, self.high, self.level)


@dataclass(frozen=True)
class Series:
    """The points of one case, quantity and machine, in the order of the commits.

    Attributes
    ----------
    baseline : Baseline
        What the ratios are relative to.
    case, quantity, hardware
        What all points share.
    points : tuple of Point
        At least one.
    """

    baseline: Baseline
    case: str
    quantity: Quantity
    hardware: str
    points: tuple[Point, ...]

    @property
    def log_ratios(self) -> tuple[float, ...]:
        """One estimate a point."""
        return tuple(point.log_ratio for point in self.points)
