"""What a generator of synthetic data is; suites write its name as ``generator``.

A new one is a `Recipe` beside the others and an entry of `harness.datasets.synthetic`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from harness.config.data import Synthetic
from harness.datasets.dataset import Facts
from harness.errors import UsageError
from harness.types import Array
from harness.words import shortened

Part = tuple[Array, Array]
"""Examples (n, *shape) and labels (n,) int64 or targets (n, 1) float32."""
COMMON = {"name", "generator", "n_train", "n_test"}


def _nothing(_table: Synthetic) -> Iterator[str]:
    return iter(())


@dataclass(frozen=True)
class Recipe:
    """A generator.

    Attributes
    ----------
    draw : callable
        ``draw(table, train, test)`` returns the training and the test part, drawn from two
        streams, which may be one and the same: the training part comes first.
    shape : callable
        ``shape(table)`` is the shape of one example.
    keys : tuple of str
        The keys of ``[data.synthetic]`` it understands beside those of every generator.
    classes : bool
        Whether it gives labels of `n_classes` classes rather than one target.
    size : int or None
        Examples of each part, where that is not for the suite to say.
    complaints : callable
        ``complaints(table)`` yields what does not fit together.
    """

    draw: Callable[[Synthetic, np.random.Generator, np.random.Generator], tuple[Part, Part]]
    shape: Callable[[Synthetic], tuple[int, ...]]
    keys: tuple[str, ...]
    classes: bool = False
    size: int | None = None
    complaints: Callable[[Synthetic], Iterator[str]] = _nothing

    def check(self, table: Synthetic) -> None:
        """Refuse settings that this generator does not understand, or that do not fit.

        Raises
        ------
        UsageError
            Naming the key, what it must be and what it is.
        """
        for key, value in table.settings().items():
            if key not in COMMON | set(self.keys):
                raise UsageError(
                    f"data.synthetic.{key} must be left out with generator = "
                    f"{table.generator!r}, got {shortened(repr(value))}; its keys are: "
                    f"{', '.join(self.keys)}"
                )
        for complaint in self.complaints(table):
            raise UsageError(f"data.synthetic.{complaint}")

    def facts(self, table: Synthetic) -> Facts:
        """Return the declared shapes."""
        n_train, n_test = self.size or table.n_train, self.size or table.n_test
        if not self.classes:
            return Facts(self.shape(table), 1, n_train, n_test)
        names = tuple(str(index) for index in range(table.n_classes))
        return Facts(self.shape(table), table.n_classes, n_train, n_test, names)
