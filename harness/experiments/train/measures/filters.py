"""Measure ``filters``: whether the first layer's weights are pictures of something, or noise."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from harness.config.layers import Shape
from harness.experiments.train.measures.measure import Measure, Trained, Values, always
from harness.types import Array

HALF = 0.5
"""What a filter must pass to count as smooth, a blob or an edge; white noise stays far off."""
WINDOW = 7
"""Side of the window in which blobs and edges are looked for."""


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


NAMES = (
    "filter_roughness",
    "roughness_ratio",
    "smooth_filters",
    "blob_filters",
    "color_filters",
    "edge_filters",
)
MEASURES = (Measure("filters", filters, always(*NAMES)),)
