"""Measures of weights: their size, how many are zero, those of unused inputs, biases, filters.

``filters`` asks whether the first layer's weights are pictures of something, or noise.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from harness import datasets
from harness.config.experiments import Settings
from harness.config.layers import Linear, Shape
from harness.config.model import layers_of
from harness.datasets.dataset import Roots
from harness.datasets.parts import flat
from harness.experiments.train.measures.measure import Measure, Trained, Values, always, matrices
from harness.types import Array

SMALL = 1e-3
"""A weight below this share of the largest counts as zero."""
CLASSES = 10
"""Outputs assumed where the data set is not here to be asked."""
HALF = 0.5
"""What a filter must pass to count as smooth, a blob or an edge; white noise stays far off."""
WINDOW = 7
"""Side of the window in which blobs and edges are looked for."""


def _all(weights: Mapping[str, Array]) -> NDArray[np.float64]:
    """Return every weight, biases left out, as one float64 vector."""
    return np.concatenate([w.ravel().astype(np.float64) for w in matrices(weights)])


def weight_norm(trained: Trained) -> Values:
    """Return the Euclidean norms of all weights at the end, and of their change."""
    before, after = _all(trained.before), _all(trained.after)
    change = float(np.linalg.norm(after - before))
    return {"weight_norm": float(np.linalg.norm(after)), "weight_change": change}


def largest_weight(trained: Trained) -> Values:
    """Return the largest absolute weight."""
    return {"largest_weight": float(np.abs(_all(trained.after)).max())}


def zero_weights(trained: Trained) -> Values:
    """Return the shares of weights below `SMALL` times the largest, and of exact zeros."""
    size = np.abs(_all(trained.after))
    small = size < SMALL * size.max()
    zero = size == 0
    return {"zero_weights": float((small | zero).mean()), "exact_zeros": float(zero.mean())}


def unused_inputs(trained: Trained) -> Values:
    """Return what becomes of inputs that are 0 in every training example.

    ``unused_inputs`` counts them; ``unused_weight`` and ``unused_change`` are their largest
    absolute weight at the end and its largest change, nan where there are none.
    """
    first = next(p for p in trained.task.placed if p.params)
    if not isinstance(first.layer, Linear):
        return {}
    array = trained.context.backend.array
    used = np.any([flat(array(x)).any(axis=0) for x, _, _ in trained.blocks()], axis=0)
    name = f"{first.index}.weight"
    after, before = trained.after[name][:, ~used], trained.before[name][:, ~used]
    return {
        "unused_inputs": float(np.sum(~used)),
        "unused_weight": _largest(after),
        "unused_change": _largest(after - before),
    }


def _largest(values: Array) -> float:
    return float(np.abs(values).max()) if values.size else float("nan")


def biases(trained: Trained) -> Values:
    """Return the last layer's biases, ``bias_0`` ..., and ``bias_spread``, their range."""
    values = [value for name, value in trained.after.items() if name.endswith("bias")]
    if not values:
        return {}
    named = {f"bias_{k}": float(bias) for k, bias in enumerate(values[-1])}
    return {**named, "bias_spread": float(np.ptp(values[-1]))}


def _bias_names(settings: Settings) -> frozenset[str]:
    outputs = range(_outputs(settings))
    return frozenset({"bias_spread", *(f"bias_{k}" for k in outputs)})


def _outputs(settings: Settings) -> int:
    facts = datasets.facts(settings.data, Roots.find(None), {}) if settings.data else None
    outputs = facts.outputs if facts is not None else CLASSES
    layers = layers_of(settings.model, outputs) if settings.model else ()
    return next((layer.out for layer in reversed(layers) if isinstance(layer, Linear)), outputs)


def filters(trained: Trained) -> Values:
    """Describe the filters of the first layer, by shares of them.

    ``filter_roughness`` is the mean over filters of `roughness`, 1 for white noise, and
    ``roughness_ratio`` that at the end over that at the start. ``smooth_filters``: `roughness`
    below one half. The other shares look at the strongest window of `WINDOW` by `WINDOW` weights,
    all of a small filter: ``blob_filters`` have more than half of its energy in one uniform tone,
    ``color_filters`` are blobs whose tone is more colour than grey, and ``edge_filters`` are
    smooth, no blobs, and the gradients of the grey window have a direction (`coherence` above one
    half). Nothing for inputs that are no images.
    """
    first = next(placed for placed in trained.task.placed if placed.params)
    name, images = f"{first.index}.weight", trained.task.placed[0].shape_in
    pictures = _pictures(trained.after[name], images)
    before = _pictures(trained.before[name], images)
    if pictures is None or before is None:
        return {}
    rough, start = roughness(pictures), roughness(before)
    window = strongest(pictures)
    smooth, blob = rough < HALF, uniform_tone(window) > HALF
    color = blob & (colorfulness(window) > HALF)
    edge = smooth & ~blob & (coherence(window.mean(axis=1)) > HALF)
    return {
        "filter_roughness": float(rough.mean()),
        "roughness_ratio": float(rough.mean() / start.mean()),
        "smooth_filters": float(smooth.mean()),
        "blob_filters": float(blob.mean()),
        "color_filters": float(color.mean()),
        "edge_filters": float(edge.mean()),
    }


def _pictures(weight: Array, images: Shape) -> NDArray[np.float64] | None:
    """Return weights as pictures (F, C, H, W); None where no picture can be rough."""
    seen = weight.shape[1:] if weight.ndim == 4 else images
    if len(seen) != 3 or min(seen[1:]) < 2 or np.prod(seen) != weight[0].size:
        return None
    return weight.reshape(len(weight), *seen).astype(np.float64)


def roughness(pictures: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean squared difference of neighbours over twice the mean square, (F,).

    1 for white noise and 0 for a uniform picture. It is von Neumann's ratio over two dimensions
    (Geary's C without the mean taken off, so that a uniform colour counts as smooth).

    Parameters
    ----------
    pictures : ndarray, (F, C, H, W)

    References
    ----------
    von Neumann (1941), Distribution of the ratio of the mean square successive difference to
    the variance, *Ann. Math. Stat.* 12, 367-395.
    """
    steps = [np.square(np.diff(pictures, axis=axis)).mean(axis=(1, 2, 3)) for axis in (2, 3)]
    return _share(np.mean(steps, axis=0), 2 * np.square(pictures).mean(axis=(1, 2, 3)))


def strongest(pictures: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the window of each picture that holds most energy, (F, C, h, w), h, w <= `WINDOW`."""
    sides = tuple(min(WINDOW, side) for side in pictures.shape[2:])
    windows = sliding_window_view(pictures, sides, axis=(2, 3))  # (F, C, rows, columns, h, w)
    energy = np.einsum("fcijhw,fcijhw->fij", windows, windows)
    best = energy.reshape(len(pictures), -1).argmax(axis=1)
    rows, columns = np.unravel_index(best, energy.shape[1:])
    return np.asarray(windows[np.arange(len(pictures)), :, rows, columns])


def uniform_tone(pictures: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of a picture's energy that lies in the mean of its channels, (F,)."""
    return _share(
        np.square(pictures.mean(axis=(2, 3))).mean(axis=1), np.square(pictures).mean(axis=(1, 2, 3))
    )


def colorfulness(pictures: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of the mean tone's energy by which its channels differ, (F,); grey: 0."""
    tone = pictures.mean(axis=(2, 3))
    return _share(
        np.square(tone - tone.mean(axis=1, keepdims=True)).sum(axis=1), np.square(tone).sum(axis=1)
    )


def coherence(grey: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much a picture's gradients share one direction, 0 to 1, (F,).

    The eigenvalues a >= b of the structure tensor give ``(a - b) / (a + b)``.

    Parameters
    ----------
    grey : ndarray, (F, H, W)

    References
    ----------
    Bigün & Granlund (1987), Optimal orientation detection of linear symmetry, *ICCV*, 433-438.
    """
    down, right = np.gradient(grey, axis=(1, 2))
    xx, yy, xy = (
        (a * b).sum(axis=(1, 2)) for a, b in ((right, right), (down, down), (right, down))
    )
    return _share(np.hypot(xx - yy, 2 * xy), xx + yy)


def _share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``part / whole``, 0 where there is nothing."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


FILTER_NAMES = (
    "filter_roughness",
    "roughness_ratio",
    "smooth_filters",
    "blob_filters",
    "color_filters",
    "edge_filters",
)
MEASURES = (
    Measure("weight_norm", weight_norm, always("weight_norm", "weight_change")),
    Measure("largest_weight", largest_weight, always("largest_weight")),
    Measure("zero_weights", zero_weights, always("zero_weights", "exact_zeros")),
    Measure(
        "unused_inputs", unused_inputs, always("unused_inputs", "unused_weight", "unused_change")
    ),
    Measure("biases", biases, _bias_names),
    Measure("filters", filters, always(*FILTER_NAMES)),
)
