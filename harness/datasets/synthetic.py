"""Data drawn from the cell's own ``data`` stream, as the suite declares, by generators by name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness import digest
from harness.config.data import Data, Synthetic
from harness.datasets.dataset import Dataset, Facts
from harness.datasets.generators import Recipe, recipes
from harness.errors import UsageError
from harness.registry import Registry
from harness.seeding import aside
from harness.types import DataUsed

GENERATORS: Registry[Recipe] = Registry(
    "generator",
    (
        ("linear", recipes.LINEAR),
        ("polynomial", recipes.POLYNOMIAL),
        ("images", recipes.IMAGES),
        ("xor", recipes.XOR),
        ("circle", recipes.CIRCLE),
        ("classes", recipes.CLASSES),
        ("noise_images", recipes.NOISE_IMAGES),
    ),
)
"""What ``[data.synthetic] generator`` can name."""


@dataclass(frozen=True)
class SyntheticLoader:
    """A `Loader` that draws; its fingerprint is that of the drawn arrays, one per seed."""

    name: str = "synthetic"
    copy_of: str = ""

    def facts(self, data: Data) -> Facts:
        """Return the declared shapes.

        Raises
        ------
        UsageError
            If the table ``[data.synthetic]`` is absent or does not fit together.
        """
        table = _table(data)
        return GENERATORS.get(table.generator).facts(table)

    def missing(self, data: Data) -> None:
        """Return None: nothing is read."""
        _table(data)

    def load(self, data: Data, rng: np.random.Generator) -> Dataset:
        """Draw the training part, then the test part.

        Raises
        ------
        UsageError
            As for `facts`.
        """
        table = _table(data)
        recipe = GENERATORS.get(table.generator)
        (x_train, y_train), (x_test, y_test) = recipe.draw(table, rng, aside(rng))
        used = DataUsed(
            self.name, self.name, digest.of_arrays(x_train, y_train, x_test, y_test), True
        )
        return Dataset(recipe.facts(table), x_train, y_train, x_test, y_test, used)


def _table(data: Data) -> Synthetic:
    table = data.synthetic
    if table is None:
        raise UsageError('data.synthetic must be given with dataset = "synthetic", got none')
    GENERATORS.get(table.generator).check(table)
    return table
