"""Shapes of results and of refusals, against NumPy and against arithmetic."""

import numpy as np
import pytest
from facts_played import of_document, played

from harness.backends import get
from harness.config.kinds import is_named
from harness.declare import ATTRIBUTE

BACKENDS = ["numpy", "torch"]
BROADCAST = of_document("week-1/broadcast.py", "broadcast")


def play(backend, **params):
    if reason := get(backend).absent("cpu"):
        pytest.skip(reason)
    return played(BROADCAST, backend=backend, **params)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    "shapes",
    [((32, 128), (128,)), ((3, 1), (1, 3)), ((2, 1, 4), (5, 1)), ((), (2,)), ((1,), (7, 1))],
)
def test_shapes_of_sums_against_numpy(backend, shapes):
    metrics = play(backend, shapes=shapes, operation="add")
    expected = np.broadcast_shapes(*shapes)
    assert metrics["rank"] == len(expected)
    assert tuple(metrics[f"dim_{i}"] for i in range(len(expected))) == expected
    assert metrics["elements"] == np.prod(expected)
    assert all(is_named(name, getattr(BROADCAST, ATTRIBUTE)["metrics"]) for name in metrics)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("shapes", [((4, 3), (4,)), ((2, 3), (3, 2))])
def test_shapes_that_do_not_fit_are_a_result(backend, shapes):
    metrics = play(backend, shapes=shapes)
    assert metrics == {"fails": 1.0, "message": 0.0}


def test_a_message_is_held_against_what_the_library_said():
    said = "The size of tensor a (3) must match the size of tensor b (4)"
    assert play("torch", shapes=((4, 3), (4,)), message=said)["message"] == 1
    assert play("numpy", shapes=((4, 3), (4,)), message=said)["message"] == 0


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_shared_along_which_dimension(backend):
    row = play(backend, shapes=((6, 5), (1, 5)))
    column = play(backend, shapes=((6, 5), (6, 1)))
    assert (row["shared_0"], row["shared_1"]) == (1, 0)
    assert (column["shared_0"], column["shared_1"]) == (0, 1)


@pytest.mark.parametrize("backend", BACKENDS)
def test_linear_keeps_leading_dimensions(backend):
    metrics = play(backend, shapes=((2, 7, 12), (5, 12), (5,)), operation="linear")
    assert [metrics[f"dim_{i}"] for i in range(3)] == [2, 7, 5]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_the_wrong_loss_against_its_expectation(backend, correlation):
    params = {"operation": "squared_error", "correlation": correlation}
    metrics = play(backend, shapes=((3000,), (3000, 1)), **params)
    assert metrics["elements"] == 9e6
    assert metrics["loss"] == pytest.approx(2, rel=0.1)
    assert metrics["true_loss"] == pytest.approx(2 - 2 * correlation, rel=0.1)


@pytest.mark.parametrize("backend", BACKENDS)
def test_equal_shapes_give_the_right_loss(backend):
    metrics = play(backend, shapes=((50,), (50,)), operation="squared_error")
    assert metrics["loss_ratio"] == pytest.approx(1, rel=1e-6)
