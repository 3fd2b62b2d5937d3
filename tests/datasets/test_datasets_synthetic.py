from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.config.data import Data, Synthetic
from harness.datasets import Dataset, facts, load
from harness.datasets.dataset import Roots
from harness.datasets.synthetic import GENERATORS
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
    monkeypatch.setattr("harness.datasets.generators.recipes.CHUNK", 7)
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


EXAMPLES: dict[str, dict[str, Any]] = {
    "linear": {"features": "normal", "coefficients": (1.0, 2.0), "n_features": 5},
    "polynomial": {"degree": 4, "coefficients": (0.0, 2.0)},
    "images": {"shape": (1, 4, 4)},
    "xor": {},
    "circle": {},
    "classes": {"n_features": 6, "n_classes": 3, "leak": True},
}


@pytest.mark.parametrize("generator", GENERATORS)
def test_every_generator_draws_what_its_facts_say(generator: str, roots: Roots) -> None:
    drawn = draw(roots, generator=generator, **EXAMPLES.get(generator, {}))
    said = drawn.facts
    assert said.shape == drawn.x_train.shape[1:] == drawn.x_test.shape[1:]
    assert (said.n_train, said.n_test) == (len(drawn.x_train), len(drawn.x_test))
    assert drawn.x_train.dtype in (np.float32, np.uint8)
    if said.classes:
        assert drawn.y_train.dtype == np.int64
        assert set(drawn.y_train) <= set(range(said.outputs))
    else:
        assert drawn.y_train.shape == (said.n_train, said.outputs)
        assert drawn.y_train.dtype == np.float32


def test_the_stored_draws_of_lines_and_images_stand(roots: Roots) -> None:
    # Digests taken before any generator but these two was there: stored records rest on them.
    line = draw(roots, generator="linear", high=10.0, coefficients=(2.0,), intercept=1.0)
    plane = draw(roots, generator="linear", features="normal", coefficients=(1.0, 2.0))
    images = draw(roots, generator="images", shape=(1, 6, 6), noise=0.2)
    assert [drawn.used.fingerprint[:12] for drawn in (line, plane, images)] == [
        "cff54a6016b2",
        "4d59301e9e7e",
        "6b1135cc787c",
    ]


def test_a_polynomial_without_noise_is_exact(roots: Roots) -> None:
    drawn = draw(
        roots, generator="polynomial", coefficients=(1.0, 0.0, -2.0), intercept=0.5, noise=0.0,
        low=-1.0, high=1.0, degree=3,
    )  # fmt: skip
    x = drawn.x_train[:, 0].astype(float)
    np.testing.assert_allclose(drawn.x_train, np.stack([x, x**2, x**3], axis=1), atol=1e-6)
    np.testing.assert_allclose(drawn.y_train[:, 0], 0.5 + x - 2 * x**3, atol=1e-6)
    assert -1 <= x.min() < -0.9 < 0.9 < x.max() < 1


def test_xor_is_the_four_points(roots: Roots) -> None:
    drawn = draw(roots, generator="xor")
    for x, y in ((drawn.x_train, drawn.y_train), (drawn.x_test, drawn.y_test)):
        table = {tuple(point): target for point, target in zip(x, y[:, 0], strict=True)}
        assert table == {(0, 0): 0, (0, 1): 1, (1, 0): 1, (1, 1): 0}


def test_the_circle_holds_its_share_of_the_square(roots: Roots) -> None:
    drawn = draw(roots, generator="circle", n_train=20_000, radius=0.5)
    radius = np.linalg.norm(drawn.x_train.astype(float), axis=1)
    np.testing.assert_array_equal(drawn.y_train[:, 0], radius <= 0.5)
    assert drawn.y_train.mean() == pytest.approx(np.pi * 0.25 / 4, abs=0.015)


def test_classes_are_unrelated_to_features_unless_they_leak(roots: Roots) -> None:
    settings = {"generator": "classes", "n_features": 5, "n_classes": 4, "n_train": 20_000}
    plain, leaking = draw(roots, **settings), draw(roots, leak=True, **settings)
    dependence = np.corrcoef(plain.x_train.T, plain.y_train == 2)[-1, :-1]
    assert np.abs(dependence).max() < 5 / 20_000**0.5
    np.testing.assert_array_equal(leaking.x_train[:, 5:].argmax(axis=1), leaking.y_train)
    np.testing.assert_array_equal(leaking.x_train[:, :5], plain.x_train)
    np.testing.assert_allclose(np.bincount(plain.y_train) / 20_000, 0.25, atol=0.02)


def test_features_correlate_and_are_scaled_as_declared(roots: Roots) -> None:
    drawn = draw(
        roots, generator="linear", features="normal", coefficients=(1.0, 1.0, 1.0),
        correlation=0.9, feature_scales=(1.0, 100.0, 0.01), feature_means=(5.0, 0.0, 1.0),
        noise=0.0, n_train=20_000,
    )  # fmt: skip
    x = drawn.x_train.astype(float)
    np.testing.assert_allclose(np.corrcoef(x.T)[np.triu_indices(3, 1)], 0.9, atol=0.01)
    np.testing.assert_allclose(x.std(axis=0), [1, 100, 0.01], rtol=0.03)
    z = (x.mean(axis=0) - [5, 0, 1]) / x.std(axis=0)
    assert np.abs(z).max() < 5 / 20_000**0.5
    np.testing.assert_allclose(drawn.y_train[:, 0], x.sum(axis=1), rtol=1e-5, atol=1e-3)


def test_appended_features_do_nothing(roots: Roots) -> None:
    settings: dict[str, Any] = {"generator": "linear", "features": "normal", "noise": 0.0}
    drawn = draw(roots, coefficients=(2.0,), n_features=4, **settings)
    assert drawn.x_train.shape == (100, 4)
    np.testing.assert_allclose(drawn.y_train, 2 * drawn.x_train[:, :1], rtol=1e-6)


def test_outliers_strike_a_share_of_the_training_targets_only(roots: Roots) -> None:
    settings = {"generator": "linear", "noise": 0.0, "outliers": 0.07, "outlier_size": 3.0}
    drawn = draw(roots, **settings)
    for x, y, struck in (
        (drawn.x_train, drawn.y_train, 7),
        (drawn.x_test, drawn.y_test, 0),
    ):
        raised = (y - x).ravel()
        assert sorted(set(raised.round(5))) == ([0, 3] if struck else [0])
        assert (raised > 1).sum() == struck


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"generator": "xor", "noise": 0.3}, "noise must be left out with generator = 'xor'"),
        ({"generator": "circle", "degree": 2}, "degree must be left out .* its keys are: radius"),
        ({"generator": "linear", "leak": True}, "leak must be left out"),
        ({"generator": "classes"}, "n_features must be given"),
        ({"generator": "linear", "n_features": 3}, 'features must be "normal" with n_features'),
        ({"generator": "linear", "correlation": 0.5}, "features must be \"normal\""),
        (
            {"generator": "linear", "features": "normal", "coefficients": (1.0, 2.0, 3.0),
             "n_features": 2},
            "n_features must be at least 3",
        ),
        (
            {"generator": "linear", "features": "normal", "feature_scales": (1.0, 2.0)},
            "feature_scales must hold one number for each of 1 features, got 2",
        ),
        ({"generator": "linear", "outlier_size": 3.0}, "outliers must be given"),
        ({"generator": "polynomial", "low": 2.0}, "low must be below high"),
    ],
)  # fmt: skip
def test_settings_that_do_not_fit_are_refused(
    settings: dict[str, Any], message: str, roots: Roots
) -> None:
    with pytest.raises(UsageError, match=message):
        draw(roots, **settings)
