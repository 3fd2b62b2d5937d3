"""Update rules over a stack: torch's own, with a learning rate a member.

``torch.optim`` has one rate for all elements of a parameter, so the rules are written out here,
operation by operation as ``torch.optim`` has them. What changes from step to step, such as the
bias correction of Adam, is a tensor, so that a captured step can be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch

from harness.config.train import Optimizer

Tensors = Sequence[torch.Tensor]


class Rule:
    """What all rules share.

    Parameters
    ----------
    params : sequence of Tensor
        With three axes, moved in place.
    settings : Optimizer
        As in ``[train]``.
    """

    def __init__(self, params: Tensors, settings: Optimizer) -> None:
        self._params, self._decay = list(params), settings.weight_decay

    def update(self, grads: Tensors, rate: torch.Tensor) -> None:
        """Take a step with d loss / d parameter at rates (members, 1, 1), float64."""
        taken = list(grads)
        if self._decay:
            taken = list(torch._foreach_add(taken, self._params, alpha=self._decay))
        self._move(taken, rate)

    def _move(self, grads: list[torch.Tensor], rate: torch.Tensor) -> None:
        raise NotImplementedError

    def _zeros(self) -> list[torch.Tensor]:
        return [torch.zeros_like(param) for param in self._params]

    def _subtract(self, moves: Sequence[torch.Tensor], rate: torch.Tensor) -> None:
        """Move the parameters against `moves`, scaled by `rate`."""
        lr = rate.to(self._params[0].dtype)
        for param, move in zip(self._params, moves, strict=True):
            param.addcmul_(move, lr, value=-1.0)


class SGD(Rule):
    """As ``torch.optim.SGD``."""

    def __init__(self, params: Tensors, settings: Optimizer) -> None:
        super().__init__(params, settings)
        self._momentum = settings.momentum
        self._velocity = self._zeros() if settings.momentum else []
        # Of the first gradient all, of the later ones 1 - dampening.
        self._share = torch.ones((), dtype=params[0].dtype, device=params[0].device)
        self._later = 1.0 - settings.dampening

    def _move(self, grads: list[torch.Tensor], rate: torch.Tensor) -> None:
        if not self._momentum:
            self._subtract(grads, rate)
            return
        torch._foreach_mul_(self._velocity, self._momentum)
        for velocity, grad in zip(self._velocity, grads, strict=True):
            velocity.addcmul_(grad, self._share)
        self._share.fill_(self._later)
        self._subtract(self._velocity, rate)


class Adam(Rule):
    """As ``torch.optim.Adam``: Kingma & Ba (2015), epsilon added after the bias correction."""

    def __init__(self, params: Tensors, settings: Optimizer) -> None:
        super().__init__(params, settings)
        self._betas, self._eps = (settings.beta1, settings.beta2), settings.eps
        self._mean, self._square = self._zeros(), self._zeros()
        # beta ** steps of both betas, in double as Python's floats are.
        self._powers = torch.ones(2, dtype=torch.float64, device=params[0].device)
        self._factors = torch.tensor(self._betas, dtype=torch.float64, device=params[0].device)

    def _move(self, grads: list[torch.Tensor], rate: torch.Tensor) -> None:
        beta1, beta2 = self._betas
        self._powers.mul_(self._factors)
        left = 1.0 - self._powers
        size, root = rate / left[0], left[1].sqrt().to(grads[0].dtype)
        torch._foreach_lerp_(self._mean, grads, 1.0 - beta1)
        torch._foreach_mul_(self._square, beta2)
        torch._foreach_addcmul_(self._square, grads, grads, value=1.0 - beta2)
        scales = torch._foreach_sqrt(self._square)
        torch._foreach_div_(scales, root)
        torch._foreach_add_(scales, self._eps)
        self._subtract(torch._foreach_div(self._mean, scales), size)


class RMSProp(Rule):
    """As ``torch.optim.RMSprop``: Tieleman & Hinton (2012), epsilon outside of the root."""

    def __init__(self, params: Tensors, settings: Optimizer) -> None:
        super().__init__(params, settings)
        self._alpha, self._eps, self._square = settings.alpha, settings.eps, self._zeros()

    def _move(self, grads: list[torch.Tensor], rate: torch.Tensor) -> None:
        torch._foreach_mul_(self._square, self._alpha)
        torch._foreach_addcmul_(self._square, grads, grads, value=1.0 - self._alpha)
        scales = torch._foreach_sqrt(self._square)
        torch._foreach_add_(scales, self._eps)
        self._subtract(torch._foreach_div(grads, scales), rate)


OPTIMIZERS: Mapping[str, Callable[[Tensors, Optimizer], Rule]] = {
    "sgd": SGD,
    "adam": Adam,
    "rmsprop": RMSProp,
}
