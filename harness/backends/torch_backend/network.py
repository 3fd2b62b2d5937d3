"""A model with its loss and optimizer, trained by autograd."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property

import numpy as np
import torch
from torch import nn

from harness.backends.base import learning_rate
from harness.backends.torch_backend.layers import LAYERS
from harness.backends.torch_backend.losses import LOSSES
from harness.config.shapes import Placed
from harness.config.train import Optimizer, Train
from harness.types import Array

DTYPES: Mapping[str, torch.dtype] = {"float32": torch.float32, "float64": torch.float64}


def _sgd(params: list[nn.Parameter], settings: Optimizer, lr: float) -> torch.optim.Optimizer:
    return torch.optim.SGD(params, lr=lr, momentum=settings.momentum)


def _adam(params: list[nn.Parameter], settings: Optimizer, lr: float) -> torch.optim.Optimizer:
    betas = (settings.beta1, settings.beta2)
    return torch.optim.Adam(params, lr=lr, betas=betas, eps=settings.eps)


OPTIMIZERS: Mapping[
    str, Callable[[list[nn.Parameter], Optimizer, float], torch.optim.Optimizer]
] = {"sgd": _sgd, "adam": _adam}


class TorchNetwork:
    """See `harness.backends.base.Network`; handles are tensors on `device`."""

    def __init__(
        self,
        layers: Sequence[Placed],
        weights: Mapping[str, Array],
        train: Train,
        device: str,
        dropout: np.random.Generator,
    ) -> None:
        # The modules stay in training mode; evaluation switches to the other and back.
        self.model = _model(layers, weights, dropout).to(device, DTYPES[train.dtype])
        self._params = dict(self.model.named_parameters())
        self._decayed = [p for name, p in self._params.items() if name.endswith("weight")]
        self._loss = LOSSES[train.loss]
        self._l2 = train.l2
        self._train = train

    @cached_property
    def _optimizer(self) -> torch.optim.Optimizer:
        # Built on the first step: a network that only predicts needs no learning rate.
        settings, params = self._train.optimizer, list(self._params.values())
        return OPTIMIZERS[settings.name](params, settings, learning_rate(self._train))

    def step(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Take one optimizer step; return the loss before it (0-d, on the device)."""
        self._optimizer.zero_grad(set_to_none=True)
        loss = self._objective(x, y)
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()
        return loss.detach()

    def loss(self, x: torch.Tensor, y: torch.Tensor) -> float:
        """Return the loss in evaluation mode, without a graph."""
        with torch.no_grad(), _evaluating(self.model):
            return float(self._objective(x, y))

    def gradients(self, x: torch.Tensor, y: torch.Tensor) -> dict[str, Array]:
        """Return d loss / d parameter in evaluation mode."""
        with _evaluating(self.model):
            grads = torch.autograd.grad(self._objective(x, y), list(self._params.values()))
        return {name: grad.cpu().numpy() for name, grad in zip(self._params, grads, strict=True)}

    def predict(self, x: torch.Tensor) -> torch.Tensor:
        """Return the outputs (N, outputs) in evaluation mode, without a graph."""
        with torch.no_grad(), _evaluating(self.model):
            outputs: torch.Tensor = self.model(x)
        return outputs

    def weights(self) -> dict[str, Array]:
        """Return a copy of the parameters."""
        return {name: param.detach().cpu().numpy().copy() for name, param in self._params.items()}

    def _objective(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        loss = self._loss(self.model(x), y)
        if self._l2:
            loss = (
                loss
                + 0.5
                * self._l2
                * torch.stack([param.square().sum() for param in self._decayed]).sum()
            )
        return loss


def _model(
    layers: Sequence[Placed], weights: Mapping[str, Array], dropout: np.random.Generator
) -> nn.Sequential:
    """Build the modules under their indices, so that parameter names are the same everywhere."""
    model = nn.Sequential(
        OrderedDict(
            (str(p.index), LAYERS[type(p.layer)](p.layer, p.params, dropout)) for p in layers
        )
    ).double()
    state = {name: torch.tensor(np.asarray(value)) for name, value in weights.items()}
    model.load_state_dict(state)
    return model


@contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    model.eval()
    try:
        yield
    finally:
        model.train()
