"""Outcomes as strangers might return them: odd and whole, wrong, or without end."""

import collections
import datetime
import decimal
import fractions

import numpy as np

from harness.types import Outcome, Series


class Lying(dict):
    """It says it is empty, and holds an entry."""

    def __len__(self):
        return 0

    def __bool__(self):
        return False


class Endless(collections.abc.Mapping):
    """Its names never end."""

    def __len__(self):
        return 1

    def __iter__(self):
        while True:
            yield "value"

    def __getitem__(self, key):
        return 1.0


class Raising(float):
    """A number whose every use raises."""

    def __float__(self):
        raise SystemExit(0)

    def __repr__(self):
        raise SystemExit(0)


def too_deep(context):
    return too_deep(context)


def lying(context):
    return Outcome(metrics=Lying(value=1.0))


def endless(context):
    return Outcome(metrics=Endless())


def raising_metric(context):
    return Outcome(metrics={"value": Raising(1.0)})


def numbers(context):
    return Outcome(
        metrics={
            "flag": True,
            "decimal": decimal.Decimal("0.5"),
            "fraction": fractions.Fraction(1, 4),
            "huge": 10**300,
        }
    )


def complex_metric(context):
    return Outcome(metrics={"value": 1j})


def signalling_nan(context):
    return Outcome(metrics={"value": decimal.Decimal("sNaN")})


def time_metric(context):
    return Outcome(metrics={"value": np.datetime64("2026-01-01")})


def span_metric(context):
    return Outcome(metrics={"value": datetime.timedelta(1)})


def newline_name(context):
    return Outcome(metrics={"a\nb": 1.0})


def subclass_name(context):
    class Name(str):
        __slots__ = ()

        def __str__(self):
            return "other"

    return Outcome(metrics={Name("value"): 1.0})


def a_million_metrics(context):
    return Outcome(metrics={f"m{n}": float(n) for n in range(1_000_000)})


def ten_million_samples(context):
    return Outcome(samples={"s": range(10_000_000)})


def odd_arrays(context):
    return Outcome(
        arrays={
            "half": np.ones(3, np.float16),
            "long": np.ones(2, np.longdouble),
            "nothing": np.zeros(0),
            "swapped": np.arange(3, dtype=">i4"),
            "strided": np.arange(10)[::-2],
            "point": np.float64(3.0),
        }
    )


def object_array(context):
    return Outcome(arrays={"a": np.array([1, "x", None], object)})


def record_array(context):
    return Outcome(arrays={"a": np.zeros(2, [("x", "f8"), ("y", "i4")])})


def text_array(context):
    return Outcome(arrays={"a": np.array(["x"])})


def array_that_changes(context):
    class Changing(np.ndarray):
        def __array__(self, *args, **kwargs):
            raise RuntimeError("not now")

    return Outcome(arrays={"a": np.zeros(3).view(Changing)})


def endless_series(context):
    class Lines(list):
        def __len__(self):
            return 2

        def __iter__(self):
            return iter(int, 1)

    return Outcome(series={"s": Series(Lines(), Lines())})
