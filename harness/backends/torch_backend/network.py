"""A model with its loss and optimizer, trained by autograd."""

from __future__ import annotations

import inspect
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import cached_property
from typing import TypeVar

import numpy as np
import torch
from torch import nn

from harness.backends.protocol import decays, each_batch_updates, learning_rate
from harness.backends.torch_backend.layers import LAYERS
from harness.backends.torch_backend.layers import build as build_loss
from harness.config.model import PlacedLayer
from harness.config.train import Optimizer, Train
from harness.types import Array

DTYPES: Mapping[str, torch.dtype] = {"float32": torch.float32, "float64": torch.float64}
Of = TypeVar("Of", bound=torch.optim.Optimizer)


def _eager(rule: type[Of]) -> type[Of]:
    """Return a rule of torch without the wrappers that keep its compiler out of the methods.

    To do so they import the compiler: a second of processor and 70 MB in every process that takes
    a step. What they do beside that, a step without a graph, is done here.
    """
    plain = {name: inspect.unwrap(getattr(rule, name)) for name in ("add_param_group", "zero_grad")}
    step = torch.no_grad()(inspect.unwrap(rule.step))
    made: type[Of] = type(rule.__name__, (rule,), {**plain, "step": step})
    return made


SGD, ADAM = _eager(torch.optim.SGD), _eager(torch.optim.Adam)
RMSPROP = _eager(torch.optim.RMSprop)
Rule = Callable[[list[nn.Parameter], Optimizer, float], torch.optim.Optimizer]


def _sgd(params: list[nn.Parameter], settings: Optimizer, lr: float) -> torch.optim.Optimizer:
    return SGD(
        params,
        lr=lr,
        momentum=settings.momentum,
        dampening=settings.dampening,
        weight_decay=settings.weight_decay,
    )


def _adam(params: list[nn.Parameter], settings: Optimizer, lr: float) -> torch.optim.Optimizer:
    betas, decay = (settings.beta1, settings.beta2), settings.weight_decay
    return ADAM(params, lr=lr, betas=betas, eps=settings.eps, weight_decay=decay)


def _rmsprop(params: list[nn.Parameter], settings: Optimizer, lr: float) -> torch.optim.Optimizer:
    alpha, decay = settings.alpha, settings.weight_decay
    return RMSPROP(params, lr=lr, alpha=alpha, eps=settings.eps, weight_decay=decay)


OPTIMIZERS: Mapping[str, Rule] = {"sgd": _sgd, "adam": _adam, "rmsprop": _rmsprop}


class TorchNetwork:
    """See `harness.backends.protocol.Network`; handles are tensors on `device`."""

    def __init__(
        self,
        layers: Sequence[PlacedLayer],
        weights: Mapping[str, Array],
        train: Train,
        device: str,
        dropout: np.random.Generator,
    ) -> None:
        # The modules stay in training mode; evaluation switches to the other and back.
        self.model = _model(layers, weights, dropout).to(device, DTYPES[train.dtype])
        self._params = dict(self.model.named_parameters())
        self._decayed = [p for name, p in self._params.items() if decays(name, p.ndim)]
        self._loss = build_loss(train)
        self._l2, self._l1 = train.l2, train.l1
        self._train = train
        self._plain, self._batches = each_batch_updates(train), 0

    @cached_property
    def _optimizer(self) -> torch.optim.Optimizer:
        # Built on the first step: a network that only predicts needs no learning rate.
        settings, params = self._train.optimizer, list(self._params.values())
        return OPTIMIZERS[settings.name](params, settings, learning_rate(self._train))

    def step(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Take a step on `x` (N, *shape) and its targets; return the loss before it, 0-d."""
        if not self._plain:
            return self._other_step(x, y)
        self._optimizer.zero_grad(set_to_none=True)
        loss = self._objective(x, y)
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()
        return loss.detach()

    def _other_step(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Take a step of a loop with gradients that add up, are cleared late, or are missing."""
        train = self._train
        first = self._batches % train.accumulate == 0
        self._batches += 1
        last = self._batches % train.accumulate == 0
        self._clear("each_update", now=first)
        loss = self._objective(x, y)
        self._clear("before_backward", now=first)
        if train.backward:
            part = loss / train.accumulate if train.accumulate_mean else loss
            part.backward()  # type: ignore[no-untyped-call]
        self._clear("before_update")
        if last:
            self._optimizer.step()
        self._clear("after_update", now=last)
        return loss.detach()

    def _clear(self, when: str, *, now: bool = True) -> None:
        if now and self._train.zero_grad == when:
            self._optimizer.zero_grad()

    def set_lr(self, lr: float) -> None:
        """Set the learning rate of the next updates."""
        for group in self._optimizer.param_groups:
            group["lr"] = lr

    def loss(self, x: torch.Tensor, y: torch.Tensor, *, training: bool = False) -> float:
        """Return the loss on `x` (N, *shape), in evaluation mode unless `training`, no graph."""
        with torch.no_grad(), nullcontext() if training else _evaluating(self.model):
            return float(self._objective(x, y))

    def gradients(self, x: torch.Tensor, y: torch.Tensor) -> dict[str, Array]:
        """Return d loss / d parameter, in its shape and dtype, in evaluation mode."""
        with _evaluating(self.model):
            grads = torch.autograd.grad(self._objective(x, y), list(self._params.values()))
        return {name: grad.cpu().numpy() for name, grad in zip(self._params, grads, strict=True)}

    def predict(self, x: torch.Tensor, *, training: bool = False) -> torch.Tensor:
        """Return the outputs (N, outputs), in evaluation mode unless `training`, no graph."""
        with torch.no_grad(), nullcontext() if training else _evaluating(self.model):
            outputs: torch.Tensor = self.model(x)
        return outputs

    def score(self, x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, float]:
        """Return the outputs (N, outputs) and the loss, in evaluation mode, no graph."""
        with torch.no_grad(), _evaluating(self.model):
            outputs = self.model(x)
            return outputs, float(self._penalized(self._loss(outputs, y)))

    @contextmanager
    def statistics_kept(self) -> Iterator[None]:
        """Put running statistics back at the end."""
        kept = [(buffer, buffer.clone()) for buffer in self.model.buffers()]
        try:
            yield
        finally:
            for now, before in kept:
                now.copy_(before)

    def activations(self, x: torch.Tensor, layers: int) -> torch.Tensor:
        """Return the outputs (N, ...) of the first so many layers, in evaluation mode, no graph."""
        with torch.no_grad(), _evaluating(self.model):
            outputs: torch.Tensor = self.model[:layers](x)
        return outputs

    def weights(self) -> dict[str, Array]:
        """Return a copy of the parameters, in the dtype of ``[train]``."""
        return {name: param.detach().cpu().numpy().copy() for name, param in self._params.items()}

    @torch.no_grad()
    def load(self, weights: Mapping[str, Array]) -> None:
        """Take over parameters (copied)."""
        for name, param in self._params.items():
            param.copy_(torch.from_numpy(weights[name]))

    def _objective(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return self._penalized(self._loss(self.model(x), y))

    def _penalized(self, loss: torch.Tensor) -> torch.Tensor:
        if self._l2:
            squares = torch.stack([param.square().sum() for param in self._decayed])
            loss = loss + 0.5 * self._l2 * squares.sum()
        if self._l1:
            sizes = torch.stack([param.abs().sum() for param in self._decayed])
            loss = loss + self._l1 * sizes.sum()
        return loss


def _model(
    layers: Sequence[PlacedLayer], weights: Mapping[str, Array], dropout: np.random.Generator
) -> nn.Sequential:
    """Build the modules under their indices, so that parameter names are the same everywhere."""
    model = nn.Sequential(
        OrderedDict(
            (str(p.index), LAYERS[type(p.layer)](p.layer, p.params, dropout)) for p in layers
        )
    ).double()
    state = {name: torch.tensor(np.asarray(value)) for name, value in weights.items()}
    # Running statistics of batch normalisation are buffers, and start where the module has them.
    model.load_state_dict({**dict(model.named_buffers()), **state})
    return model


@contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    model.eval()
    try:
        yield
    finally:
        model.train()
