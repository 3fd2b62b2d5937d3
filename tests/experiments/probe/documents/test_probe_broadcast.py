import numpy as np
import pytest
from experiment_fakes import context

from harness.backends import get
from harness.config.experiments import Probe
from harness.experiments.probe import experiment as probe

BACKENDS = ["numpy", "torch"]


def cell(backend, **params):
    found = get(backend)
    if reason := found.absent("cpu"):
        pytest.skip(reason)
    return context(None, found, data=None, probe=Probe(name="broadcast"), params=params)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    "shapes",
    [((32, 128), (128,)), ((3, 1), (1, 3)), ((2, 1, 4), (5, 1)), ((), (2,)), ((1,), (7, 1))],
)
def test_shapes_of_sums_against_numpy(backend, shapes):
    one = cell(backend, shapes=shapes, operation="add")
    metrics = probe.run(one).metrics
    expected = np.broadcast_shapes(*shapes)
    assert metrics["rank"] == len(expected)
    assert tuple(metrics[f"dim_{i}"] for i in range(len(expected))) == expected
    assert metrics["elements"] == np.prod(expected)
    assert set(metrics) <= probe.produces(one.settings)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("shapes", [((4, 3), (4,)), ((2, 3), (3, 2))])
def test_shapes_that_do_not_fit_are_a_result(backend, shapes):
    metrics = probe.run(cell(backend, shapes=shapes)).metrics
    assert metrics == {"fails": 1.0, "message": 0.0}


def test_a_message_is_held_against_what_the_library_said():
    said = "The size of tensor a (3) must match the size of tensor b (4)"
    assert probe.run(cell("torch", shapes=((4, 3), (4,)), message=said)).metrics["message"] == 1
    assert probe.run(cell("numpy", shapes=((4, 3), (4,)), message=said)).metrics["message"] == 0


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_shared_along_which_dimension(backend):
    row = probe.run(cell(backend, shapes=((6, 5), (1, 5)))).metrics
    column = probe.run(cell(backend, shapes=((6, 5), (6, 1)))).metrics
    assert (row["shared_0"], row["shared_1"]) == (1, 0)
    assert (column["shared_0"], column["shared_1"]) == (0, 1)


@pytest.mark.parametrize("backend", BACKENDS)
def test_linear_keeps_leading_dimensions(backend):
    metrics = probe.run(
        cell(backend, shapes=((2, 7, 12), (5, 12), (5,)), operation="linear")
    ).metrics
    assert [metrics[f"dim_{i}"] for i in range(3)] == [2, 7, 5]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_the_wrong_loss_against_its_expectation(backend, correlation):
    params = {"operation": "squared_error", "correlation": correlation}
    metrics = probe.run(cell(backend, shapes=((3000,), (3000, 1)), **params)).metrics
    assert metrics["elements"] == 9e6
    assert metrics["loss"] == pytest.approx(2, rel=0.1)
    assert metrics["true_loss"] == pytest.approx(2 - 2 * correlation, rel=0.1)


@pytest.mark.parametrize("backend", BACKENDS)
def test_equal_shapes_give_the_right_loss(backend):
    metrics = probe.run(cell(backend, shapes=((50,), (50,)), operation="squared_error")).metrics
    assert metrics["loss_ratio"] == pytest.approx(1, rel=1e-6)
