"""Update rules over a stack: torch's own, with a learning rate a member.

``torch.optim`` has one rate for all elements of a parameter, so the rules are written out here,
operation by operation as ``torch.optim`` has them. What changes from step to step, such as the
bias correction of Adam, is a tensor, so that a captured step can be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch

from harness.config.train import Optimizer


class Rule:
    """What all rules share.

    Parameters
    ----------
    params : Tensor, (members, P)
        Moved in place.
    settings : Optimizer
        As in ``[train]``.
    """

    def __init__(self, params: torch.Tensor, settings: Optimizer) -> None:
        self._params, self._decay = params, settings.weight_decay

    def update(self, grad: torch.Tensor, rate: torch.Tensor) -> None:
        """Take a step with d loss / d parameter, which may be overwritten, at rates (members, 1).

        The rates are float64.
        """
        if self._decay:
            grad.add_(self._params, alpha=self._decay)
        self._move(grad, rate)

    def _move(self, grad: torch.Tensor, rate: torch.Tensor) -> None:
        raise NotImplementedError

    def _subtract(self, move: torch.Tensor, rate: torch.Tensor) -> None:
        self._params.addcmul_(move, rate.to(move.dtype), value=-1.0)


class SGD(Rule):
    """As ``torch.optim.SGD``."""

    def __init__(self, params: torch.Tensor, settings: Optimizer) -> None:
        super().__init__(params, settings)
        self._momentum, self._velocity = settings.momentum, torch.zeros_like(params)
        # Of the first gradient all, of the later ones 1 - dampening.
        self._share = torch.ones((), dtype=params.dtype, device=params.device)
        self._later = 1.0 - settings.dampening

    def _move(self, grad: torch.Tensor, rate: torch.Tensor) -> None:
        if self._momentum:
            grad = self._velocity.mul_(self._momentum).addcmul_(grad, self._share)
            self._share.fill_(self._later)
        self._subtract(grad, rate)


class Adam(Rule):
    """As ``torch.optim.Adam``: Kingma & Ba (2015), epsilon added after the bias correction."""

    def __init__(self, params: torch.Tensor, settings: Optimizer) -> None:
        super().__init__(params, settings)
        self._betas, self._eps = (settings.beta1, settings.beta2), settings.eps
        self._mean, self._square = torch.zeros_like(params), torch.zeros_like(params)
        # beta ** steps of both betas, in double as Python's floats are.
        self._powers = torch.ones(2, dtype=torch.float64, device=params.device)
        self._factors = torch.tensor(self._betas, dtype=torch.float64, device=params.device)

    def _move(self, grad: torch.Tensor, rate: torch.Tensor) -> None:
        beta1, beta2 = self._betas
        left = 1.0 - self._powers.mul_(self._factors)
        size, root = rate / left[0], left[1].sqrt().to(grad.dtype)
        self._mean.lerp_(grad, 1.0 - beta1)
        self._square.mul_(beta2).addcmul_(grad, grad, value=1.0 - beta2)
        scale = self._square.sqrt().div_(root).add_(self._eps)
        self._subtract(torch.div(self._mean, scale, out=scale), size)


class RMSProp(Rule):
    """As ``torch.optim.RMSprop``: Tieleman & Hinton (2012), epsilon outside of the root."""

    def __init__(self, params: torch.Tensor, settings: Optimizer) -> None:
        super().__init__(params, settings)
        self._alpha, self._eps, self._square = (
            settings.alpha,
            settings.eps,
            torch.zeros_like(params),
        )

    def _move(self, grad: torch.Tensor, rate: torch.Tensor) -> None:
        self._square.mul_(self._alpha).addcmul_(grad, grad, value=1.0 - self._alpha)
        self._subtract(grad.div_(self._square.sqrt().add_(self._eps)), rate)


OPTIMIZERS: Mapping[str, Callable[[torch.Tensor, Optimizer], Rule]] = {
    "sgd": SGD,
    "adam": Adam,
    "rmsprop": RMSProp,
}
