"""The 1,797 real 8x8 digits that come with scikit-learn.

Source: Alpaydin and Kaynak, "Optical recognition of handwritten digits", UCI repository, 1998 (its
test part), as packaged by `sklearn.datasets.load_digits`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from harness import extras
from harness.config.data import Data
from harness.datasets.cache import Decoded
from harness.datasets.dataset import Facts
from harness.datasets.files import Sources
from harness.types import Array

CLASSES = tuple(str(digit) for digit in range(10))
N_TRAIN = 1_437  # the first four fifths, in the order of the file; the last 360 are the test set


class Digits:
    """Embedded: no file to find. Decoded once all the same, scikit-learn is slow to import."""

    known = Facts((1, 8, 8), 10, N_TRAIN, 360, CLASSES)

    @property
    def version(self) -> str:
        """The decoder and the scikit-learn that brought the digits."""
        return f"digits-1 scikit-learn-{extras.version('sklearn')}"

    def sources(self, data: Data, root: Path) -> Sources:  # noqa: ARG002 - embedded
        """Return no file."""
        return {}

    def absent(self) -> str | None:
        """Return that scikit-learn, which brings the digits, is not installed, if so."""
        return extras.missing("sklearn")

    def decode(self, sources: Sources, scratch: Path) -> Decoded:  # noqa: ARG002 - embedded
        """Return the digits, rescaled, and split by position."""
        from sklearn.datasets import load_digits  # more than a second, once

        images, labels = load_digits(return_X_y=True)
        x = rescaled(images.astype(np.uint16)).reshape(-1, 1, 8, 8)
        y = labels.astype(np.int64)
        return Decoded(x[:N_TRAIN], y[:N_TRAIN], x[N_TRAIN:], y[N_TRAIN:], CLASSES)


def rescaled(values: Array) -> Array:
    """Return counts 0-16, of any shape, as pixels 0-255, ``(255 v + 8) // 16`` in integers, uint8.

    Rounded to nearest, so that ``scale = "unit"`` gives 0-1 as for every other data set.
    """
    return ((values.astype(np.uint16) * 255 + 8) // 16).astype(np.uint8)
