"""Exact nearest neighbours among rows of small integers, such as pixels.

A product of matrices of integers is exact in float32, whatever the order of its sums, as long as
no sum of magnitudes can pass 2^24. Rows are therefore shifted by the middle of their range, which
changes no distance, and their features cut into parts (`rows`). Test rows meet one block of
training rows after another, on several threads (`best` says how).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import repeat

from harness.backends.integers.best import Best, Block, Found, Multiply, joined
from harness.backends.integers.rows import Cut, Rows, Unfit, cut_for
from harness.types import Array

SCORE_BYTES = 16 * 2**20
"""Memory for the scores of a block of pairs, and for the products of each part."""
ROW_BYTES = 24 * 2**20
"""Memory for a shifted block of training rows, at most."""
FEWEST_BLOCKS = 8
"""Training rows are cut into so many blocks at least: memory beside little data stays little."""
TEST_ROWS = 4096
"""Test rows at most that are compared with a block of training rows once it is shifted."""


def search(train: Array, test: Array, k: int, multiply: Multiply, hands: int) -> Found | None:
    """Return the k nearest rows of `train` for every row of `test`.

    Parameters
    ----------
    train, test : ndarray, (n, d) and (m, d), float32 or float64
    k : int
        Number of neighbours, at most n.
    multiply : callable
        Puts ``a b^T`` into its third argument, on the thread it is called on.
    hands : int
        Threads that share the work.

    Returns
    -------
    tuple of ndarray or None
        Distances float32 and indices int64, (m, k), by distance, equal distances by index. None
        unless the rows are whole numbers of a small range.
    """
    cut = cut_for(train, test)
    if cut is None:
        return None
    with ThreadPoolExecutor(hands) as pool:
        each = pool.map if hands > 1 else map  # going to another thread and back takes its time
        work = _Work(train, k, cut, multiply, hands, each)
        firsts = range(0, len(test), TEST_ROWS)
        try:
            return joined([work.nearest(test[first : first + TEST_ROWS]) for first in firsts], k)
        except Unfit:
            return None


@dataclass(frozen=True)
class _Work:
    """What is searched, how it is cut, by whom; `each` maps pieces of work."""

    train: Array
    k: int
    cut: Cut
    multiply: Multiply
    hands: int
    each: Callable[..., Iterable[None]]

    def nearest(self, test: Array) -> Found:
        """Let all of the training rows go past some test rows."""
        n, d = self.train.shape
        most = min(SCORE_BYTES // (4 * len(test)), ROW_BYTES // (4 * d), -(-n // FEWEST_BLOCKS))
        columns = max(1, most)
        parts = len(self.cut.parts)
        blocks = self._blocks(self._shifted(test, Rows.empty(len(test), d, parts)), columns)
        memory = Rows.empty(columns, d, parts)
        for first in range(0, n, columns):
            some = self._shifted(self.train[first : first + columns], memory)
            self._all(self.each(Block.meet, blocks, repeat(some), repeat(first)))
        return joined([block.best.found() for block in blocks], self.k)

    def _blocks(self, test: Rows, columns: int) -> list[Block]:
        return [
            Block.of(
                test[some],
                Best(len(test[some]), self.k, len(self.train)),
                self.cut.parts,
                columns,
                self.multiply,
            )
            for some in _pieces(len(test), self.hands)
        ]

    def _shifted(self, rows: Array, memory: Rows) -> Rows:
        """Return rows, shifted, in memory for at least as many."""
        shifted = memory[: len(rows)]
        some = _pieces(len(rows), self.hands)
        places, given = [shifted[one] for one in some], [rows[one] for one in some]
        self._all(self.each(Rows.fill, places, given, repeat(self.cut)))
        return shifted

    @staticmethod
    def _all(done: Iterable[None]) -> None:
        """Wait for pieces of work; what one of them raises is raised here."""
        for _ in done:
            pass


def _pieces(count: int, pieces: int) -> list[slice]:
    """Cut so many into pieces of equal size, none of them empty."""
    size = max(1, -(-count // pieces))
    return [slice(first, min(count, first + size)) for first in range(0, count, size)]
