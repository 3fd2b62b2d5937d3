"""What is to be run: a case of a suite's grid, and a cell, which is a case at one seed.

Scalars and arrays, what values between the stages are made of, stand here too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from harness.config.experiments import Settings
from harness.config.kinds import Kind, kind_of

Scalar = str | int | float | bool
Array = NDArray[Any]
Profile = Literal["quick", "full"]


def identical(one: Mapping[str, Scalar], other: Mapping[str, Scalar]) -> bool:
    """Whether two tables are the same, in their order and types too: 1 equals 1.0 and True."""
    return one is other or (
        one == other
        and list(one) == list(other)
        and list(map(type, one.values())) == list(map(type, other.values()))
    )


def as_float_array(values: Sequence[float]) -> NDArray[np.float64]:
    """Return `values` as a float64 vector (n,)."""
    return np.asarray(values, dtype=np.float64)


@dataclass(frozen=True)
class Case:
    """One point of a suite's grid: backend x device x parameters.

    Attributes
    ----------
    id : str
        Hash of suite id, experiment, its version, backend, device and non-default settings.
    suite, experiment, backend, device : str
        Names; `backend` and `device` are also in `axes`.
    axes : mapping of str to scalar
        The values that single this case out within its suite, as claims and figures select
        them: ``{"backend": "numpy", "device": "cpu", "optimizer": "adam", "n_train": 5000}``.
    settings : Settings
        Its validated tables; the id is made of what in them is not the default.
    protocol : bool
        True when the same case is part of the suite's full profile.
    deviation : str
        What the profile changed, for the reader; ``""`` when `protocol` is True.
    stand_in_for : str
        The data set of the protocol in whose place the suite's ``[stand_in]`` has another read,
        because it is not here; ``""`` when it is read itself. Not part of the id.
    judged : bool
        False when it is there for pictures alone, and no claim is about it. Not part of the id.
    kinds : mapping of str to str
        What kind of number each metric is that it may leave. Not part of the id.
    timed : bool
        Whether its cells time something. Not part of the id.
    alone : bool
        Whether its cells run with nothing beside them. Not part of the id.
    home : str
        The folder of its suite's file, where a user's code is looked for; ``""`` where there is no
        file. Not part of the id.
    code : mapping of str to str
        Digest of every file that a user's experiment is made of, by its name in the project; they
        are part of the id.
    """

    id: str
    suite: str
    experiment: str
    backend: str
    device: str
    axes: Mapping[str, Scalar]
    settings: Settings
    protocol: bool = True
    deviation: str = ""
    stand_in_for: str = ""
    judged: bool = True
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    timed: bool = False
    alone: bool = False
    home: str = ""
    code: Mapping[str, str] = field(default_factory=dict)

    def kind(self, metric: str) -> Kind:
        """Return what kind of number a metric is."""
        return "binary" if metric == "diverged" else kind_of(metric, self.kinds)

    @cached_property  # asked for by every selection of every claim
    def known_by(self) -> Mapping[str, Scalar]:
        """What selections may name: the axes, and the experiment, backend and device."""
        named = {"experiment": self.experiment, "backend": self.backend, "device": self.device}
        return {**self.axes, **named}


@dataclass(frozen=True)
class Cell:
    """A case at one seed; the unit of work.

    Attributes
    ----------
    case : Case
        What is run.
    seed : int
        Repetition number, 0-based. With the suite's root it keys every random stream.
    root : int
        The suite's root seed.
    budget : float
        Seconds the cell may take before it is killed.
    alone : bool
        True for timing cells, which run with nothing beside them.
    script : int or None
        With ``[seeds] rng = "torch"``, the seed of the script that is repeated.
    memory : int
        Bytes the cell and what it starts may hold before they are killed; 0 for no bound.
    reusable : bool
        Whether its suite says that its process may run other cells of its kind.
    """

    case: Case
    seed: int
    root: int
    budget: float
    alone: bool = False
    script: int | None = None
    memory: int = 0
    reusable: bool = False
