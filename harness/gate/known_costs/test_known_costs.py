"""Ten small pieces of work, each a thousand equal units, so that 1 % more work is ten units more.

``HARNESS_PLANTED`` holds the share of work to add: the slow-down that the self-test plants.
"""

import json
import os
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

UNITS = round(1000 * (1.0 + float(os.environ.get("HARNESS_PLANTED", "0"))))
RNG = np.random.Generator(np.random.PCG64(0))
MATRIX = RNG.normal(size=(8, 8))
BLOCK = RNG.normal(size=256)
TABLE = RNG.normal(size=1 << 18)
ROWS = RNG.integers(0, TABLE.size, 64)
WORDS = [str(number) for number in RNG.integers(0, 10**6, 16)]
VALUES = RNG.normal(size=16).tolist()
PATTERN = re.compile(r"(\d+)-(\d+)")


def arithmetic(units: int) -> object:
    total = 0
    for unit in range(units * 10):
        total += unit * unit
    return total


def dictionary(units: int) -> object:
    found = {}
    for unit in range(units):
        found[f"key-{unit}"] = unit
    return found


def joining(units: int) -> object:
    return [" ".join(WORDS) for _ in range(units)]


def sorting(units: int) -> object:
    return [sorted(VALUES) for _ in range(units)]


def encoding(units: int) -> object:
    return [json.dumps(WORDS[:2]) for _ in range(units)]


def matching(units: int) -> object:
    return [PATTERN.search("a line that ends in 123-456") for _ in range(units)]


def product(units: int) -> object:
    out = np.empty_like(MATRIX)
    for _ in range(units):
        np.matmul(MATRIX, MATRIX, out=out)
    return out


def exponential(units: int) -> object:
    out = np.empty(64)
    for _ in range(units):
        np.exp(BLOCK[:64], out=out)
    return out


def copying(units: int) -> object:
    out = np.empty_like(BLOCK)
    for _ in range(units):
        np.copyto(out, BLOCK)
        np.add(out, BLOCK, out=out)
    return out


def gathering(units: int) -> object:
    out = np.empty(ROWS.size)
    for _ in range(units):
        np.take(TABLE, ROWS, out=out)
    return out


@pytest.mark.parametrize(
    "work",
    [
        arithmetic,
        dictionary,
        joining,
        sorting,
        encoding,
        matching,
        product,
        exponential,
        copying,
        gathering,
    ],
    ids=lambda work: work.__name__,
)
def test_known_cost(benchmark: Any, work: Callable[[int], object]) -> None:
    assert benchmark(work, UNITS) is not None
