"""Draws that repeat a PyTorch script, held against torch's own global generator."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from harness.config.data import Data, Synthetic
from harness.config.model import Model
from harness.config.train import Train
from harness.datasets import load
from harness.datasets.dataset import Roots
from harness.errors import Skip
from harness.seeding import ScriptGenerator, Streams

torch = pytest.importorskip("torch")
SEED = 42


@pytest.fixture
def script():
    before = torch.get_rng_state()
    torch.manual_seed(SEED)
    yield
    torch.set_rng_state(before)


def streams() -> Streams:
    return Streams("a-suite", repetition=2, root=40, script=SEED)


@pytest.mark.usefixtures("script")
def test_the_roles_of_a_script_share_one_stream_in_order() -> None:
    ours = streams()
    data = ours.generator("data").standard_normal((100, 3))
    np.testing.assert_array_equal(data, torch.randn(100, 3).numpy())
    np.testing.assert_array_equal(
        ours.generator("data").standard_normal(100), torch.randn(100, 1).numpy().ravel()
    )
    layer = torch.nn.Linear(3, 4)
    bound = 3**-0.5
    init = ours.generator("init")
    for theirs in (layer.weight, layer.bias):
        mine = init.uniform(-bound, bound, tuple(theirs.shape))
        np.testing.assert_allclose(mine, theirs.detach().numpy(), rtol=1e-6)
    np.testing.assert_array_equal(
        ours.generator("shuffle").random((2, 5)), torch.rand(2, 5).numpy()
    )
    np.testing.assert_array_equal(
        ours.generator("shuffle").integers(3, 17, 9), torch.randint(3, 17, (9,)).numpy()
    )


@pytest.mark.usefixtures("script")
def test_epochs_have_the_order_of_a_shuffling_loader() -> None:
    loader = torch.utils.data.DataLoader(torch.arange(23), batch_size=5, shuffle=True)
    shuffle = streams().generator("shuffle")
    for _ in range(3):
        np.testing.assert_array_equal(shuffle.permutation(23), torch.cat(list(loader)).numpy())


def test_other_roles_and_torchs_global_generator_are_left_alone() -> None:
    before = torch.get_rng_state()
    ours = streams()
    ours.generator("data").standard_normal(10)
    assert torch.equal(before, torch.get_rng_state())
    dropout = Streams("a-suite", repetition=2, root=40).generator("dropout")
    assert ours.generator("dropout").random() == dropout.random()


def test_a_test_part_moves_nothing() -> None:
    def initial(n_test: int) -> float:
        ours = streams()
        table = Synthetic(generator="linear", features="normal", n_test=n_test)
        data = Data(dataset="synthetic", synthetic=table)
        load(data, Roots.find(None), ours.generator("data"))
        return float(ours.generator("init").random())

    assert initial(10) == initial(50)


def test_what_no_script_draws_is_refused() -> None:
    with pytest.raises(AttributeError, match=r"has no 'gamma'; use rng = \"pcg64\""):
        streams().generator("data").gamma(2.0)


def test_without_torch_the_cell_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(Skip, match="needs torch"):
        ScriptGenerator(0, np.random.default_rng(0))


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_the_published_parameters_come_out(backend: str) -> None:
    """Source 002, section 11: W = [1.997, 3.103, 4.007], b = 5.092, loss 0.2300."""
    from harness import backends
    from harness.config.experiments import Settings
    from harness.experiments.experiment import Context
    from harness.experiments.train import run

    table = Synthetic(
        generator="linear",
        features="normal",
        coefficients=(2.0, 3.0, 4.0),
        intercept=5.0,
        noise=0.5,
    )
    data = Data(dataset="synthetic", synthetic=table)
    train = Train(loss="mse", lr=0.01, epochs=2000, batch_size="full", log_every=100)
    settings = Settings(data=data, model=Model(hidden=()), train=train)
    ours = streams()
    dataset = load(data, Roots.find(None), ours.generator("data"))
    found = run(Context(settings, backends.get(backend), "cpu", ours, dataset)).metrics
    weights = [found[name] for name in ("weight_0", "weight_1", "weight_2", "bias_0")]
    # The document cuts off after three decimals: its own script prints 3.10369.
    np.testing.assert_array_equal(np.floor(1000 * np.array(weights)), [1997, 3103, 4007, 5092])
    assert found["train_loss"] == pytest.approx(0.2300, abs=0.00005)
