from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits

from harness.config.data import Data
from harness.datasets import Roots, load
from harness.datasets.digits import rescaled


def test_rescaling_is_rounding_to_nearest_in_integers() -> None:
    counts = np.arange(17)
    pixels = rescaled(counts)
    assert pixels.dtype == np.uint8
    np.testing.assert_array_equal(pixels, np.floor(counts * 255 / 16 + 0.5))
    assert (pixels[0], pixels[16]) == (0, 255)


def test_the_split_is_by_position_and_keeps_every_digit(roots: Roots) -> None:
    dataset = load(Data(dataset="digits"), roots, np.random.default_rng(0))
    images, labels = load_digits(return_X_y=True)
    both = np.concatenate([dataset.x_train, dataset.x_test]).reshape(1797, 64)
    np.testing.assert_array_equal(np.rint(both / 255 * 16), images)
    np.testing.assert_array_equal(np.concatenate([dataset.y_train, dataset.y_test]), labels)
    assert (len(dataset.x_train), len(dataset.x_test)) == (1437, 360)
    assert set(dataset.y_train) == set(dataset.y_test) == set(range(10))
