"""What every backend owes the protocol, and the table."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from backends_helpers import LAYERS, batch, network, on, placed, train

from harness import backends
from harness.backends import host
from harness.backends.initial import initial_weights
from harness.backends.protocol import Memory, learning_rate
from harness.config import layers
from harness.config.model import Init, Model, parameter_count, place
from harness.config.train import Optimizer
from harness.errors import UsageError

TRAINING = [name for name in backends.names() if "train" in backends.get(name).experiments]


def test_importing_the_table_imports_neither_torch_nor_scikit_learn() -> None:
    code = (
        "import sys, harness.backends as b; b.get('torch').devices; b.get('sklearn').absent('cpu');"
        "sys.exit(any(m in sys.modules for m in ('torch', 'sklearn')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_unknown_backend_is_named_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="Did you mean 'torch'"):
        backends.get("torhc")


@pytest.mark.parametrize("name", backends.names())
def test_every_backend_is_under_its_own_name_and_has_cpu(name: str) -> None:
    pytest.importorskip(name)
    backend = backends.get(name)
    assert backend.name == name
    assert backend.absent("cpu") is None
    assert backend.absent("abacus")
    assert set(backend.implementations) <= {"two_loops", "one_loop", "no_loop", "formula"}


@pytest.mark.parametrize("name", backends.names())
def test_handles_go_there_and_back(name: str) -> None:
    backend = backends.get(name)
    array = np.arange(12, dtype=np.float32).reshape(6, 2)
    array.setflags(write=False)
    handle = backend.move(backend.put(array, "cpu", pinned=True), "cpu", non_blocking=True)
    np.testing.assert_array_equal(backend.array(handle), array)
    rows = np.array([4, 0, 4])
    np.testing.assert_array_equal(backend.array(backend.take(handle, rows)), array[rows])
    backend.synchronize("cpu")


def test_torch_says_why_a_device_is_absent() -> None:
    torch = pytest.importorskip("torch")
    reason = backends.get("torch").absent("cuda")
    assert reason == (None if torch.cuda.is_available() else "torch sees no CUDA device")


def test_torch_missing_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert "not installed" in str(backends.get("torch").absent("cpu"))


def test_a_torch_that_cannot_be_imported_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_name: str) -> None:
        raise ImportError("libtorch.so: cannot open shared object file")

    monkeypatch.setattr("importlib.import_module", broken)
    reason = backends.get("torch").broken()
    assert reason == "torch cannot be imported: libtorch.so: cannot open shared object file"


def test_scikit_learn_refuses_to_train() -> None:
    with pytest.raises(UsageError, match="trains no networks"):
        network("sklearn", "relu", train("cross_entropy"))


@pytest.mark.parametrize("name", TRAINING)
def test_every_layer_kind_of_the_schema_is_covered(name: str) -> None:
    assert set(layers.LAYERS) == set(LAYERS)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("name", TRAINING)
def test_a_network_keeps_names_shapes_and_dtype(name: str, kind: str, dtype: str) -> None:
    net = network(name, kind, train("cross_entropy", dtype=dtype))
    x, y = batch("cross_entropy")
    before = net.weights()
    shapes = {f"{p.index}.{k}": s for p in placed(kind) for k, s in p.params.items()}
    assert {key: value.shape for key, value in before.items()} == shapes
    assert {str(value.dtype) for value in before.values()} == {dtype}
    handles = on(name, x.astype(dtype), y)
    loss = net.loss(*handles)
    if kind not in ("dropout", "batch_norm"):  # their training mode computes something else
        assert float(backends.get(name).array(net.step(*handles))) == pytest.approx(loss, rel=1e-6)
        assert net.loss(*handles) < loss
    assert {key: g.shape for key, g in net.gradients(*handles).items()} == shapes


@pytest.mark.parametrize("name", TRAINING)
def test_a_network_without_a_learning_rate_predicts_and_refuses_to_step(name: str) -> None:
    net = network(name, "relu", train("cross_entropy", optimizer=Optimizer()))
    handles = on(name, *batch("cross_entropy"))
    assert net.loss(*handles) > 0
    with pytest.raises(UsageError, match="learning rate must be given once"):
        net.step(*handles)


def test_the_learning_rate_may_stand_in_either_place() -> None:
    assert learning_rate(train("mse", optimizer=Optimizer(), lr=0.5)) == 0.5
    assert learning_rate(train("mse", optimizer=Optimizer(lr=0.2))) == 0.2
    with pytest.raises(UsageError, match=r"0\.2 and 0\.5"):
        learning_rate(train("mse", optimizer=Optimizer(lr=0.2), lr=0.5))


@pytest.mark.parametrize("name", TRAINING)
def test_a_graph_keeps_what_inference_frees(name: str) -> None:
    backend = backends.get(name)
    assert isinstance(backend, Memory)
    x, _ = batch("cross_entropy", n=4000)
    net, (handle,) = network(name, "tanh", train("cross_entropy")), on(name, x)
    peak, retained = backend.forward_memory(net, handle, "cpu", grad=True)
    lean_peak, lean = backend.forward_memory(net, handle, "cpu", grad=False)
    outputs = 4000 * 4 * 8
    assert retained >= outputs + 4000 * 7 * 8
    assert outputs <= lean < outputs + 10_000
    assert peak >= lean_peak >= lean
    assert backend.peak("cpu") is None


def test_initial_weights_follow_their_schemes() -> None:
    steps = placed("relu")
    sizes = parameter_count(steps)
    for scheme in ("default", "normal", "xavier", "kaiming", "zeros"):
        init = Init(scheme=scheme, std=0.01, bias="zeros")
        weights = initial_weights(steps, init, np.random.default_rng(0))
        assert sum(value.size for value in weights.values()) == sizes
        assert not weights["1.bias"].any()
        assert (not weights["1.weight"].any()) == (scheme == "zeros")
    weights = initial_weights(steps, Init(), np.random.default_rng(0))
    assert list(weights) == ["1.weight", "1.bias", "3.weight", "3.bias"]
    assert np.abs(weights["1.weight"]).max() <= 12**-0.5
    assert np.abs(weights["1.bias"]).max() <= 12**-0.5


@pytest.mark.parametrize(
    ("scheme", "std"), [("normal", 0.3), ("xavier", (2 / 1600) ** 0.5), ("kaiming", 0.05)]
)
def test_standard_deviations_of_normal_schemes(scheme: str, std: float) -> None:
    table = Model(layers=(layers.Linear(out=800),))
    steps = place(table, (800,), 800)
    init = Init(scheme=scheme, std=0.3, bias="normal", bias_std=2.0)  # type: ignore[arg-type]
    weights = initial_weights(steps, init, np.random.default_rng(1))
    # 640,000 draws: the standard error of the standard deviation is below 0.1 %.
    assert weights["0.weight"].std() == pytest.approx(std, rel=0.005)
    assert weights["0.bias"].std() == pytest.approx(2.0, rel=0.1)


def test_thread_counts() -> None:
    assert host.resolve(3) == 3
    assert host.resolve(0) >= 1
    with pytest.raises(ValueError, match="0 \\(all cores\\) or more"):
        host.resolve(-1)
