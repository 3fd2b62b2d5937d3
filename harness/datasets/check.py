"""What is wrong with a ``[data]`` table, held against what its data set holds."""

from __future__ import annotations

import math
from collections.abc import Iterator

from harness.config.data import Data
from harness.datasets.dataset import Facts

MOST_NUMBERS = 1_000_000_000
"""What a cell may draw, at most; in single precision 4 GB."""


def complaints(data: Data, facts: Facts) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the keys of a table: a key, a sentence.

    Parameters
    ----------
    data : Data
        The table.
    facts : Facts
        What is known of the data set.
    """
    for key, there in (("n_train", facts.n_train), ("n_test", facts.n_test)):
        asked = getattr(data, key)
        if asked is not None and asked > there:
            yield key, f"must be at most {there} for {data.dataset}, got {asked} instead"
    if data.n_validation and data.n_validation >= (data.n_train or facts.n_train):
        yield "n_validation", "must be smaller than the number of training examples"
    numbers = (facts.n_train + facts.n_test) * math.prod(facts.shape)
    # What a data set has in its files is there already; only what is drawn takes memory.
    if data.synthetic is not None and numbers > MOST_NUMBERS:
        yield "synthetic", f"must draw at most {MOST_NUMBERS:,} numbers, got {numbers:,}"
