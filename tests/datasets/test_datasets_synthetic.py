from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.config.data import Data, Synthetic
from harness.datasets import Dataset, facts, load
from harness.datasets.roots import Roots
from harness.errors import UsageError


def draw(roots: Roots, seed: int = 0, **settings: Any) -> Dataset:
    data = Data(dataset="synthetic", synthetic=Synthetic(**settings))
    return load(data, roots, np.random.default_rng(seed))


def test_a_line_without_noise_is_exact(roots: Roots) -> None:
    drawn = draw(
        roots,
        generator="linear",
        low=0.0,
        high=10.0,
        coefficients=(2.0,),
        intercept=1.0,
        noise=0.0,
        n_train=5,
    )
    np.testing.assert_array_equal(drawn.x_train[:, 0], [0, 2.5, 5, 7.5, 10])
    np.testing.assert_array_equal(drawn.y_train[:, 0], [1, 6, 11, 16, 21])


def test_noise_has_the_declared_size(roots: Roots) -> None:
    drawn = draw(
        roots,
        generator="linear",
        features="normal",
        coefficients=(1.0, -2.0, 0.5),
        noise=0.3,
        n_train=20_000,
    )
    residual = drawn.y_train[:, 0] - drawn.x_train @ np.array([1.0, -2.0, 0.5])
    n = len(residual)
    assert abs(residual.mean()) < 5 * 0.3 / n**0.5
    assert abs(residual.std() - 0.3) < 5 * 0.3 / (2 * n) ** 0.5
    assert drawn.facts.shape == (3,)


def test_train_and_test_share_the_line_and_not_the_noise(roots: Roots) -> None:
    drawn = draw(roots, generator="linear", n_train=50, n_test=50)
    np.testing.assert_array_equal(drawn.x_train, drawn.x_test)
    assert not np.array_equal(drawn.y_train, drawn.y_test)


def test_image_classes_are_told_apart_by_their_templates(roots: Roots) -> None:
    settings = {"generator": "images", "shape": (3, 10, 9), "n_classes": 4, "noise": 0.1}
    drawn = draw(roots, n_train=200, n_test=100, **settings)
    means = np.stack([drawn.x_train[drawn.y_train == label].mean(0) for label in range(4)])
    distance = ((drawn.x_test[:, None] - means[None]) ** 2).sum((2, 3, 4))
    assert (distance.argmin(1) == drawn.y_test).mean() > 0.99


def test_templates_are_smooth(roots: Roots) -> None:
    drawn = draw(roots, generator="images", shape=(1, 32, 32), noise=0.0, n_train=50)
    pixels = drawn.x_train.astype(float)
    step = np.abs(np.diff(pixels, axis=3)).mean()
    assert 0 < step < pixels.std() / 2


def test_drawing_in_chunks_changes_nothing(roots: Roots, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"generator": "images", "shape": (1, 4, 4), "n_train": 30}
    whole = draw(roots, **settings)
    monkeypatch.setattr("harness.datasets.synthetic.CHUNK", 7)
    assert draw(roots, **settings).used == whole.used


def test_equal_streams_give_equal_data(roots: Roots) -> None:
    first, again = (draw(roots, 3, generator="linear") for _ in range(2))
    assert first.used == again.used != draw(roots, 4, generator="linear").used


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (None, r"data\.synthetic must be given"),
        (Synthetic(generator="linear", coefficients=()), "must hold at least one number"),
        (Synthetic(generator="linear", coefficients=(1.0, 2.0)), "must be one number .*got 2"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(
    table: Synthetic | None, message: str, roots: Roots
) -> None:
    data = Data(dataset="synthetic", synthetic=table)
    with pytest.raises(UsageError, match=message):
        load(data, roots, np.random.default_rng(0))
    with pytest.raises(UsageError, match=message):
        facts(data, roots)
