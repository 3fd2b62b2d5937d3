import pytest
from experiment_fakes import CountingBackend, context, images

from harness.backends import get
from harness.config.experiments import Probe
from harness.config.model import Model
from harness.config.train import Optimizer, Train
from harness.errors import Skip
from harness.experiments import probe

BATCH, FLOAT32 = 32, 4
WEIGHTS = 784 * 10 + 10


def measured(optimizer, backend=None):
    backend = backend or get("torch")
    if reason := backend.absent("cpu"):
        pytest.skip(reason)
    train = Train(loss="cross_entropy", lr=0.1, epochs=1, batch_size=BATCH, optimizer=optimizer)
    dataset = images(n_train=40, classes=10, shape=(1, 28, 28))
    table = Probe(name="training_memory")
    return probe.run(
        context(dataset, backend, model=Model(hidden=()), train=train, probe=table)
    ).metrics


# A step of plain SGD leaves one gradient per weight; momentum adds a velocity, Adam two moments
# (and one step counter per parameter tensor).
@pytest.mark.parametrize(
    ("optimizer", "copies", "counters"),
    [
        (Optimizer(name="sgd"), 1, 0),
        (Optimizer(name="sgd", momentum=0.9), 2, 0),
        (Optimizer(name="adam"), 3, 2),
    ],
)
def test_bytes_of_logistic_regression_by_hand(optimizer, copies, counters):
    found = measured(optimizer)
    assert found["weight_bytes"] == WEIGHTS * FLOAT32
    assert found["input_bytes"] == BATCH * 784 * FLOAT32
    assert found["activation_bytes"] == BATCH * 10 * FLOAT32
    assert found["gradient_and_state_bytes"] == (copies * WEIGHTS + counters) * FLOAT32
    inference = (BATCH * 784 + WEIGHTS + BATCH * 10) * FLOAT32
    assert found["inference_bytes"] == inference
    grown = found["gradient_and_state_bytes"] / inference
    assert found["training_over_inference"] == pytest.approx(1 + grown)
    left = inference - BATCH * 10 * FLOAT32 + found["gradient_and_state_bytes"]
    assert found["peak_over_inference"] >= left / inference


def test_a_backend_without_an_account_of_steps_skips():
    with pytest.raises(Skip, match="the fake backend does not account for the memory of a step"):
        measured(Optimizer(), CountingBackend())
