"""Convolution and pooling: columns, plain loops, torch and central differences agree."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.backends.numpy_backend.conv import (
    Conv2d,
    MaxPool2d,
    col2im,
    im2col,
    looped,
    looped_backward,
)

STEP = 1e-6


@st.composite
def geometries(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...], int, int]:
    """Return the shapes of x and the filters, stride and padding: one that fits."""
    n, channels, filters = draw(st.tuples(*[st.integers(1, 3)] * 3))
    height, width, kernel = draw(st.tuples(*[st.integers(1, 7)] * 3))
    padding, stride = draw(st.integers(0, 3)), draw(st.integers(1, 3))
    kernel = min(kernel, min(height, width) + 2 * padding)
    return (n, channels, height, width), (filters, channels, kernel, kernel), stride, padding


def _draw(shape: tuple[int, ...], filters: tuple[int, ...]) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(0)
    return (
        rng.standard_normal(shape),
        rng.standard_normal(filters),
        rng.standard_normal(filters[0]),
    )


def _layer(weight: np.ndarray, bias: np.ndarray, stride: int, padding: int) -> Conv2d:
    return Conv2d({"weight": weight, "bias": bias}, stride, padding)


@given(geometries())
@settings(max_examples=60, deadline=None)
def test_columns_equal_loops_and_torch_at_any_size(geometry) -> None:
    torch = pytest.importorskip("torch")
    shape, filters, stride, padding = geometry
    x, weight, bias = _draw(shape, filters)
    layer = _layer(weight, bias, stride, padding)
    out, cache = layer.forward(x, training=True)
    np.testing.assert_allclose(out, looped(x, weight, bias, stride, padding), atol=1e-12)
    leaves = [torch.tensor(a, requires_grad=True) for a in (x, weight, bias)]
    theirs = torch.nn.functional.conv2d(*leaves, stride=stride, padding=padding)
    np.testing.assert_allclose(out, theirs.detach().numpy(), atol=1e-12)

    grad = np.random.default_rng(1).standard_normal(out.shape)
    theirs.backward(torch.tensor(grad))
    loops = looped_backward(grad, x, weight, stride, padding)
    grads = layer.gradients(grad, cache)
    ours = layer.backward(grad, cache), grads["weight"], grads["bias"]
    for mine, loop, leaf in zip(ours, loops, leaves, strict=True):
        np.testing.assert_allclose(mine, loop, atol=1e-11)
        np.testing.assert_allclose(mine, leaf.grad.numpy(), atol=1e-11)


@given(geometries())
@settings(max_examples=40, deadline=None)
def test_col2im_is_the_transpose_of_im2col(geometry) -> None:
    shape, (_, _, kernel, _), stride, padding = geometry
    rng = np.random.default_rng(2)
    x = rng.standard_normal(shape)
    cols = im2col(x, kernel, stride, padding)
    other = rng.standard_normal(cols.shape)
    back = col2im(other, shape, kernel, stride, padding)
    np.testing.assert_allclose(np.vdot(cols, other), np.vdot(x, back), atol=1e-10)


def _central(loss: Callable[[], float], array: np.ndarray) -> np.ndarray:
    out = np.empty_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        array[index] = kept + STEP
        above = loss()
        array[index] = kept - STEP
        out[index] = (above - loss()) / (2 * STEP)
        array[index] = kept
    return out


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (1, 1), (2, 1), (3, 2)])
def test_a_convolutions_gradients_equal_central_differences(stride: int, padding: int) -> None:
    x, weight, bias = _draw((2, 2, 5, 6), (3, 2, 3, 3))
    layer = _layer(weight, bias, stride, padding)
    out, cache = layer.forward(x, training=True)
    grad = np.random.default_rng(1).standard_normal(out.shape)

    def loss() -> float:
        return float(np.vdot(layer.forward(x, training=True)[0], grad))

    found = {"x": layer.backward(grad, cache), **layer.gradients(grad, cache)}
    for name, array in {"x": x, **layer.params}.items():
        np.testing.assert_allclose(found[name], _central(loss, array), rtol=1e-6, atol=1e-7)


def _pooled(x: np.ndarray, kernel: int, grad: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the maxima of all windows and d loss / d x, window by window."""
    out, back = np.empty_like(grad), np.zeros_like(x)
    for n, c, i, j in np.ndindex(*grad.shape):
        rows, columns = slice(i * kernel, (i + 1) * kernel), slice(j * kernel, (j + 1) * kernel)
        window = x[n, c, rows, columns]
        out[n, c, i, j] = window.max()
        first = np.unravel_index(window.argmax(), window.shape)
        back[n, c, rows, columns][first] = grad[n, c, i, j]
    return out, back


@pytest.mark.parametrize("kernel", [1, 2, 3])
@pytest.mark.parametrize("shape", [(2, 3, 6, 6), (1, 2, 7, 5)])
@pytest.mark.parametrize("ties", [False, True])
def test_pooling_equals_loops_and_torch(kernel: int, shape: tuple[int, ...], ties: bool) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(3)
    x = rng.integers(0, 2, shape).astype(float) if ties else rng.standard_normal(shape)
    layer = MaxPool2d(kernel)
    out, cache = layer.forward(x, training=True)
    grad = rng.standard_normal(out.shape)
    ours = layer.backward(grad, cache)
    leaf = torch.tensor(x, requires_grad=True)
    theirs = torch.nn.functional.max_pool2d(leaf, kernel)
    theirs.backward(torch.tensor(grad))
    np.testing.assert_array_equal(out, theirs.detach().numpy())
    np.testing.assert_array_equal(ours, leaf.grad.numpy())
    loops, back = _pooled(x, kernel, grad)
    np.testing.assert_array_equal(out, loops)
    np.testing.assert_array_equal(ours, back)


def test_pooling_keeps_nan() -> None:
    x = np.array([[[[np.nan, 1.0, 0.0, 1.0], [2.0, 3.0, 2.0, np.nan]]]])
    assert np.isnan(MaxPool2d(2).forward(x, training=False)[0]).all()


def test_blocks_of_images_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x, weight, bias = _draw((7, 2, 6, 6), (3, 2, 3, 3))
    layer = _layer(weight, bias, 1, 1)
    whole, cache = layer.forward(x, training=True)
    grads = layer.gradients(whole, cache)["weight"], layer.backward(whole, cache)
    monkeypatch.setattr("harness.backends.numpy_backend.conv.BLOCK_BYTES", 1)
    np.testing.assert_allclose(layer.forward(x, training=True)[0], whole, atol=1e-13)
    again = layer.gradients(whole, cache)["weight"], layer.backward(whole, cache)
    np.testing.assert_allclose(again[0], grads[0], atol=1e-11)
    np.testing.assert_allclose(again[1], grads[1], atol=1e-11)
