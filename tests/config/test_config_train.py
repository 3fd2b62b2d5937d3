"""Settings of optimizers are those that torch takes."""

import pytest
from pydantic import ValidationError

from harness.config.train import Optimizer

torch = pytest.importorskip("torch")
WEIGHTS = [torch.zeros(1)]


@pytest.mark.parametrize("value", [-0.1, 0.0, 0.5, 1.0, 1.5])
@pytest.mark.parametrize("name", ["beta1", "beta2", "eps"])
def test_adam_takes_what_torch_takes(name, value):
    given = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8} | {name: value}
    try:
        betas = (given["beta1"], given["beta2"])
        torch.optim.Adam(WEIGHTS, betas=betas, eps=given["eps"])
    except ValueError:
        with pytest.raises(ValidationError, match=name):
            Optimizer(name="adam", **given)
    else:
        assert getattr(Optimizer(name="adam", **given), name) == value


@pytest.mark.parametrize("value", [-0.1, 1.0, 1.5])
def test_a_mean_of_squares_never_grows_by_itself(value):
    with pytest.raises(ValidationError, match="alpha"):
        Optimizer(name="rmsprop", alpha=value)
