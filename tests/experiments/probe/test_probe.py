import numpy as np
import pytest
from experiment_fakes import CountingBackend, FakeBackend, context, images

from harness.backends import get
from harness.config.experiments import Probe
from harness.config.layers import Flatten, Linear, ReLU
from harness.config.model import Model
from harness.config.train import Train
from harness.errors import HarnessError, Skip, UsageError
from harness.experiments import probe

BATCH = 32
TRAIN = Train(loss="cross_entropy", lr=0.5, epochs=1, batch_size=BATCH)
FLOAT32 = 4


def run(table, backend, model, train=TRAIN, device="cpu", dataset=None):
    dataset = dataset or images(n_train=40, classes=10, shape=(1, 28, 28))
    return probe.run(context(dataset, backend, device, model=model, train=train, probe=table))


def torch_backend():
    backend = get("torch")
    if reason := backend.absent("cpu"):
        pytest.skip(reason)
    return backend


@pytest.mark.parametrize("name", ["numpy", "torch"])
@pytest.mark.parametrize(("hidden", "count"), [((32,), 25450), ((), 7850)])
def test_parameters_of_the_published_networks(name, hidden, count):
    backend = get(name)
    if reason := backend.absent("cpu"):
        pytest.skip(reason)
    outcome = run(Probe(name="parameters"), backend, Model(hidden=hidden))
    assert outcome.metrics == {"parameters": float(count)}


def test_parameters_need_no_train_table():
    outcome = run(Probe(name="parameters"), FakeBackend(), Model(hidden=()), train=None)
    assert outcome.metrics["parameters"] == 7850.0


def test_a_network_that_holds_other_parameters_is_an_error():
    class Wrong(FakeBackend):
        def network(self, layers, weights, train, device, dropout):
            return super().network(layers, {**weights, "9": np.zeros(3)}, train, device, dropout)

    with pytest.raises(HarnessError, match=r"7850 parameters .* holds 7853"):
        run(Probe(name="parameters"), Wrong(), Model(hidden=()))


# Bytes per example, by hand, for flatten, linear(784, 32), relu, linear(32, 10): flatten is a
# view. At most two of (32 linear, 32 relu, 10 linear) live at once; the graph then keeps the
# relu, which the second linear and relu itself need backwards, beside the output.
@pytest.mark.parametrize(("grad", "retained"), [(True, 32 + 10), (False, 10)])
def test_forward_memory_of_the_published_network_by_hand(grad, retained):
    outcome = run(Probe(name="memory", grad=grad), torch_backend(), Model(hidden=(32,)))
    assert outcome.metrics["forward_bytes"] == (32 + 32) * BATCH * FLOAT32
    assert outcome.metrics["retained_bytes"] == retained * BATCH * FLOAT32
    assert outcome.metrics["parameters"] == 25450.0


@pytest.mark.parametrize(("grad", "peak"), [(True, 6 * 64), (False, 2 * 64)])
def test_a_deep_network_peaks_lower_without_a_graph(grad, peak):
    # Six linear layers, each of whose outputs is the next one's saved input.
    layers = (Flatten(), *[Linear(out=64) for _ in range(6)], Linear(out=10))
    outcome = run(Probe(name="memory", grad=grad), torch_backend(), Model(layers=layers))
    held = peak + 10 if grad else peak
    assert outcome.metrics["forward_bytes"] == held * BATCH * FLOAT32


def test_memory_follows_the_dtype_and_the_whole_batch():
    model = Model(layers=(Flatten(), Linear(out=32), ReLU(), Linear(out=10)))
    train = TRAIN.model_copy(update={"dtype": "float64", "batch_size": "full"})
    outcome = run(Probe(name="memory", grad=False), torch_backend(), model, train)
    assert outcome.metrics["retained_bytes"] == 10 * 40 * 8


def test_memory_is_asked_of_the_backend_on_the_device():
    backend = CountingBackend()
    outcome = run(Probe(name="memory"), backend, Model(hidden=()), device="cuda")
    assert backend.named("put") == [((BATCH, 1, 28, 28), "cuda", False)]
    assert backend.named("forward_memory") == [((BATCH, 1, 28, 28), "cuda", True)]
    assert outcome.metrics["forward_bytes"] == 300.0
    assert outcome.metrics["retained_bytes"] == 200.0


def test_a_backend_without_an_account_of_memory_skips():
    with pytest.raises(Skip, match="the fake backend does not account for its memory"):
        run(Probe(name="memory"), FakeBackend(), Model(hidden=()))


def test_numpy_holds_the_output_and_in_training_what_it_needs_backwards():
    model, objects = Model(hidden=(32,)), 4096  # bytes of Python objects beside the arrays
    kept = run(Probe(name="memory", grad=True), get("numpy"), model).metrics
    free = run(Probe(name="memory", grad=False), get("numpy"), model).metrics
    output = 10 * BATCH * FLOAT32
    assert output <= free["retained_bytes"] <= output + objects
    assert kept["retained_bytes"] >= output + 32 * BATCH  # at least relu's mask
    assert kept["forward_bytes"] >= kept["retained_bytes"]


def test_missing_tables_are_named():
    with pytest.raises(UsageError, match=r"must have a \[train\] table"):
        run(Probe(name="memory"), CountingBackend(), Model(hidden=()), train=None)
    with pytest.raises(UsageError, match=r"the table \[probe\]"):
        run(None, FakeBackend(), Model(hidden=()))
