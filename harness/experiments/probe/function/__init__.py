"""Probe ``function``: value and gradient of a named function, by hand and by autograd.

The input is a list or matrix of numbers (``at``), an even ``span`` of them, or `normal` draws from
N(0, 1). NumPy differentiates with the pullbacks of ``numpy_functions``, torch by autograd. A new
function is one entry there and one in ``torch_functions``. What is reported of value and gradient
comes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from harness.config.experiments import Settings
from harness.config.kinds import Kind
from harness.config.table import Table
from harness.errors import Skip, UsageError
from harness.experiments.experiment import Context
from harness.experiments.probe import Probe, one_of
from harness.experiments.probe.function.numpy_functions import (
    ELEMENTWISE,
    VECTORS,
    Function,
    Options,
)
from harness.registry import Registry
from harness.types import Array, Outcome, Series

FEW = 24
"""Elements of input or value up to which each is a metric of its own."""


@dataclass(frozen=True)
class Evaluated:
    """A function evaluated.

    Attributes
    ----------
    x, value, gradient : ndarray
        `gradient` has the shape of `x`.
    graph : bool
        Whether autograd found a way from the value to the input.
    """

    x: Array
    value: Array
    gradient: Array
    graph: bool


def elements(found: Evaluated) -> dict[str, float]:
    """Return every element as a metric, where they are few."""
    metrics: dict[str, float] = {}
    for name, array in (("value", found.value), ("gradient", found.gradient)):
        if array.size <= FEW:
            metrics |= {f"{name}_{i}": float(v) for i, v in enumerate(array.ravel())}
    return metrics


def summary(found: Evaluated) -> dict[str, float]:
    """Return metrics of the whole, over finite and other values alike."""
    x, value, grad = (a.astype(np.float64).ravel() for a in (found.x, found.value, found.gradient))
    with np.errstate(all="ignore"):
        return {
            "sum": float(value.sum()),
            "value_min": float(value.min()),
            "value_max": float(value.max()),
            "zeros": float(np.mean(value == 0)),
            "distinct": float(len(np.unique(value)) / value.size),
            "gradient_min": float(grad.min()),
            "gradient_max": float(grad.max()),
            "gradient_norm": float(np.linalg.norm(grad)),
            "x_of_gradient_max": float(x[grad.argmax()]),
            "finite": float(np.isfinite(value).all()),
            "gradient_finite": float(np.isfinite(grad).all()),
            "nans": float(np.isnan(value).sum()),
            "graph": float(found.graph),
        }


def moments(found: Evaluated) -> dict[str, float]:
    """Return mean, variance and mean square of the values, in float64, and beside the input's."""
    x, value = found.x.astype(np.float64), found.value.astype(np.float64)
    return {
        "mean": float(value.mean()),
        "variance": float(value.var()),
        "second_moment": float(np.mean(value**2)),
        "variance_ratio": float(value.var() / x.var()),
        "second_moment_ratio": float(np.mean(value**2) / np.mean(x**2)),
    }


def curves(found: Evaluated) -> Mapping[str, Series]:
    """Return value and gradient over the input; only functions of single elements have them."""
    if found.value.size != found.x.size:
        return {}
    x = [float(v) for v in found.x.ravel()]
    pairs = (("value", found.value), ("gradient", found.gradient))
    return {name: Series(x, [float(v) for v in array.ravel()]) for name, array in pairs}


def names(inputs: int, outputs: int, *, curve: bool, drawn: bool) -> frozenset[str]:
    """Return the names of what a cell leaves, by the sizes of input and value."""
    some = Evaluated(np.arange(2.0), np.ones(2), np.ones(2), graph=True)
    known = {*summary(some), *(moments(some) if drawn else ())}
    for name, size in (("value", outputs), ("gradient", inputs)):
        known |= {f"{name}_{i}" for i in range(size)} if size <= FEW else set()
    known |= {"value", "gradient"} if curve and inputs == outputs else set()
    return frozenset(known)


FUNCTIONS: Registry[Function] = Registry("function", (*ELEMENTWISE.items(), *VECTORS.items()))
"""What ``[params] function`` can name, in NumPy; torch has a table of the same names."""
Span = tuple[float, float, int]


class Params(Table):
    """``[params]``.

    Attributes
    ----------
    function
        A name of `FUNCTIONS`.
    at
        The input: numbers, or rows of numbers. Metrics ``value_<i>`` and ``gradient_<i>`` count
        the elements of value and input, row by row.
    span
        Instead: low, high and how many, evenly spaced; adds series ``value`` and ``gradient``.
    normal
        Instead: how many draws from N(0, 1), of the cell's ``probe`` stream; adds the moments.
    precision
        What everything is computed in.
    target
        For losses: one number per element, or the class of every row. For ``accuracy`` too.
    output
        The element of the value whose gradient is taken; -1 for the sum of all.
    delta, slope, exponent
        Of ``huber``, ``leaky_relu`` and ``power``.
    """

    function: Annotated[str, one_of("function", FUNCTIONS)]
    at: tuple[float, ...] | tuple[tuple[float, ...], ...] = ()
    span: Span | tuple[()] = ()
    normal: int = Field(default=0, ge=0)
    precision: Literal["float32", "float64"] = "float32"
    target: tuple[float, ...] = ()
    output: int = Field(default=-1, ge=-1)
    delta: float = Field(default=1.0, gt=0.0)
    slope: float = 0.01
    exponent: float = 2.0

    def options(self) -> Options:
        """Return what the function needs beside its input."""
        target = np.asarray(self.target, dtype=self.precision)
        return Options(target, self.delta, self.slope, self.exponent)

    def input(self, rng: np.random.Generator) -> Array:
        """Return the input (n,) or (rows, n) in the chosen precision.

        Raises
        ------
        UsageError
            Unless exactly one of `at`, `span` and `normal` is given.
        """
        if bool(self.at) + bool(self.span) + bool(self.normal) != 1:
            raise UsageError("[params] must be given exactly one of at, span and normal")
        if self.span:
            low, high, count = self.span
            return np.linspace(low, high, count).astype(self.precision)
        if self.normal:
            return rng.standard_normal(self.normal).astype(self.precision)
        return np.array(self.at, dtype=self.precision)


def run(context: Context, params: Params) -> Outcome:
    """Evaluate a function and its gradient.

    Raises
    ------
    Skip
        If the backend is neither NumPy nor torch.
    UsageError
        If the input is not given once.
    """
    x = params.input(context.streams.generator("probe"))
    found = _evaluate(context, params, x)
    return Outcome(
        metrics={
            **elements(found),
            **summary(found),
            **(moments(found) if params.normal else {}),
        },
        series=curves(found) if params.span else {},
    )


def _evaluate(context: Context, params: Params, x: Array) -> Evaluated:
    options, name = params.options(), params.function
    if context.backend.name == "numpy":
        value, grad = by_hand(name, x, options, params.output)
        return Evaluated(x, value, grad, graph=True)
    if context.backend.name == "torch":
        from harness.experiments.probe.function import torch_functions

        return Evaluated(
            x, *torch_functions.evaluate(name, x, options, params.output, context.device)
        )
    raise Skip(f"the {context.backend.name} backend has no table of functions")


def by_hand(name: str, x: Array, options: Options, output: int = -1) -> tuple[Array, Array]:
    """Return the value of a function, and the gradient of one output or of their sum, in NumPy.

    The value is at least 1-d, the gradient of the shape of `x`; both in the dtype of `x`.
    """
    with np.errstate(all="ignore"):  # inf and nan are what some of the sentences are about
        value, pullback = FUNCTIONS.get(name)(x, options)
        upstream = np.ones_like(value)
        if output >= 0:
            upstream = np.zeros_like(value)
            upstream.flat[output] = 1
        return np.atleast_1d(value), np.asarray(pullback(upstream))


def _produces(settings: Settings, params: Any) -> frozenset[str]:  # noqa: ARG001
    try:
        x = params.input(np.random.default_rng(0))
        size = _size(params.function, x, params.options())
    except (UsageError, ValueError, IndexError):  # the cell itself will say what is wrong
        return frozenset()
    return names(x.size, size, curve=bool(params.span), drawn=bool(params.normal))


def _size(name: str, x: Array, options: Options) -> int:
    """Return how many outputs a function has for an input."""
    if name in ELEMENTWISE:
        return x.size
    with np.errstate(all="ignore"):
        return np.size(FUNCTIONS.get(name)(x, options)[0])


DRAWN: Mapping[str, Kind] = {
    "variance_ratio": "real",
    "second_moment_ratio": "real",
    "zeros": "real",
}

PROBE = Probe(
    "function",
    "value and gradient of a named function, by hand and by autograd",
    run,
    _produces,
    Params,
    choices={"function": lambda: FUNCTIONS},
    kinds=DRAWN,
)
