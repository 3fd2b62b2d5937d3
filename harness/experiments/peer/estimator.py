"""What an estimator of experiment ``peer`` is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.datasets.parts import Parts
from harness.datasets.scaling import Scaler
from harness.errors import UsageError
from harness.words import unknown

NAME = "estimator"
"""The key of ``[params]`` that names one."""


@dataclass(frozen=True)
class Estimator:
    """An entry of the table of estimators.

    Attributes
    ----------
    name : str
        As suites write it in ``[params] estimator``.
    classes : bool
        True when its targets are class labels (n,) int64, False when they are numbers (n, 1).
    defaults : mapping of str to float
        The other keys of ``[params]`` it reads, positive numbers all.
    metrics : frozenset of str
        Names of every metric that `measure` can give.
    measure : callable
        ``measure(split, scaler, settings, seed)`` fits it on the training examples and returns
        its metrics on every part; `settings` has the keys of `defaults`.
    """

    name: str
    classes: bool
    defaults: Mapping[str, float]
    metrics: frozenset[str]
    measure: Callable[[Parts, Scaler, Mapping[str, float], int], dict[str, float]]

    def settings(self, params: Mapping[str, Any]) -> dict[str, float]:
        """Return the settings of ``[params]``, defaults filled in.

        Raises
        ------
        UsageError
            If a key is not known, or its value is no positive number.
        """
        for key in params:
            if key != NAME and key not in self.defaults:
                raise UsageError(unknown("key of [params]", key, (NAME, *self.defaults)))
        given = {key: params.get(key, default) for key, default in self.defaults.items()}
        return {key: _positive(key, value) for key, value in given.items()}


def _positive(key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise UsageError(f"[params] {key} must be a positive number, got {value!r}")
    return float(value)
