"""The parameters of a stack in one tensor, and the rules that update it: one call for all.

``torch._foreach_*`` over a few large tensors would leave most of a GPU idle, and on the host costs
a call for each of them. The rules are torch's own with a learning rate a member: ``torch.optim``
has one rate for all elements of a parameter, so they are written out here, operation by operation
as ``torch.optim`` has them. What changes from step to step, such as the bias correction of Adam, is
a tensor, so that a captured step can be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch

from harness.backends.stacks import SWEEP, least
from harness.config.train import Optimizer
from harness.types import Array

ALIGNED = 32
"""Elements to whose multiple each parameter begins: matrix products want aligned rows."""
FUSED = torch._C._dispatch_has_kernel_for_dispatch_key("aten::_fused_adam_", "CPU")
"""Whether torch has its kernel for a step of Adam on the host, as it has since 2.4."""


class Flat:
    """Tensors (members, ...) by name, each without gaps, all of them in `whole`.

    Parameters
    ----------
    shapes : mapping of str to sequence of int
        Of the tensors.
    dtype : torch.dtype
    device : str
        Where they lie.

    Attributes
    ----------
    whole : Tensor, (P,)
        What updates move, in place; zeros at first.
    parts : dict of str to Tensor
        The tensors, which share its memory.
    all : list of Tensor
        Those, without their names.
    """

    def __init__(
        self, shapes: Mapping[str, Sequence[int]], dtype: torch.dtype, device: str
    ) -> None:
        self._shapes = {name: torch.Size(shape) for name, shape in shapes.items()}
        sizes = {name: shape.numel() for name, shape in self._shapes.items()}
        padded = [size + -size % ALIGNED for size in sizes.values()]
        self.whole = torch.zeros(sum(padded), dtype=dtype, device=device)
        blocks = zip(self._shapes.items(), torch.split(self.whole, padded), strict=True)
        self.parts = {name: part[: sizes[name]].view(shape) for (name, shape), part in blocks}
        self.all = list(self.parts.values())

    @classmethod
    def of(cls, arrays: Mapping[str, Array], dtype: torch.dtype, device: str) -> Flat:
        """Return a copy of arrays."""
        made = cls({name: array.shape for name, array in arrays.items()}, dtype, device)
        for name, array in arrays.items():
            made.parts[name].copy_(torch.from_numpy(array))
        return made

    def like(self) -> Flat:
        """Return zeros in the same order."""
        return Flat(self._shapes, self.whole.dtype, str(self.whole.device))


class Rule:
    """What all rules share.

    Parameters
    ----------
    params : Flat
        Moved in place.
    settings : Optimizer
        As in ``[train]``.
    """

    def __init__(self, params: Flat, settings: Optimizer) -> None:
        self._params, self._decay = params, settings.weight_decay
        self._moved, self._taken = params.all, 0
        self._host = params.whole.device.type == "cpu"

    def update(self, grad: Flat, rate: torch.Tensor) -> None:
        """Take a step with d loss / d parameter, which may be overwritten, at rates (members,).

        The rates are float64.
        """
        if self._decay:
            grad.whole.add_(self._params.whole, alpha=self._decay)
        self._move(grad, rate)

    def _move(self, grad: Flat, rate: torch.Tensor) -> None:
        raise NotImplementedError

    def _sweep(self, state: Flat) -> None:
        """Clear what has decayed to almost nothing, now and then, as in the NumPy backend."""
        self._taken += 1
        if self._host and self._taken % SWEEP == 0:
            tiny = torch.finfo(state.whole.dtype).tiny
            state.whole.copy_(torch.hardshrink(state.whole, least(tiny)))

    def _subtract(self, move: Flat, rate: torch.Tensor) -> None:
        rates = [rate.to(move.whole.dtype).view(-1, 1, 1)] * len(self._moved)
        torch._foreach_addcmul_(self._moved, move.all, rates, value=-1.0)


class SGD(Rule):
    """As ``torch.optim.SGD``."""

    def __init__(self, params: Flat, settings: Optimizer) -> None:
        super().__init__(params, settings)
        self._momentum = settings.momentum
        self._velocity = params.like() if settings.momentum else params
        # Of the first gradient all, of the later ones 1 - dampening.
        self._share = torch.ones((), dtype=params.whole.dtype, device=params.whole.device)
        self._later = 1.0 - settings.dampening

    def _move(self, grad: Flat, rate: torch.Tensor) -> None:
        if self._momentum:
            self._velocity.whole.mul_(self._momentum).addcmul_(grad.whole, self._share)
            self._share.fill_(self._later)
            self._sweep(self._velocity)
        self._subtract(self._velocity if self._momentum else grad, rate)


class Adam(Rule):
    """As ``torch.optim.Adam``: Kingma & Ba (2015), epsilon added after the bias correction.

    Members of one rate are moved by torch's own kernel, in one pass over memory, where it has one.
    """

    def __init__(self, params: Flat, settings: Optimizer) -> None:
        super().__init__(params, settings)
        self._betas, self._eps = (settings.beta1, settings.beta2), settings.eps
        self._mean, self._square, self._scale = params.like(), params.like(), params.like()
        device = params.whole.device
        self._steps = torch.zeros((), device=device)
        self._factors = torch.tensor(self._betas, dtype=torch.float64, device=device)

    def _move(self, grad: Flat, rate: torch.Tensor) -> None:
        self._steps.add_(1)
        rates = set(rate.tolist()) if self._host and FUSED else ()
        if len(rates) == 1:
            self._fused(grad.whole, *rates)
        else:
            self._written_out(grad.whole, rate)
        self._sweep(self._mean)

    def _fused(self, grad: torch.Tensor, rate: float) -> None:
        torch._fused_adam_(
            [self._params.whole], [grad], [self._mean.whole], [self._square.whole], [],
            [self._steps], lr=rate, beta1=self._betas[0], beta2=self._betas[1], weight_decay=0.0,
            eps=self._eps, amsgrad=False, maximize=False,
        )  # fmt: skip

    def _written_out(self, grad: torch.Tensor, rate: torch.Tensor) -> None:
        beta1, beta2 = self._betas
        left = 1.0 - self._factors.pow(self._steps)  # in double as Python's floats are
        size, root = rate / left[0], left[1].sqrt().to(grad.dtype)
        mean = self._mean.whole.lerp_(grad, 1.0 - beta1)
        square = self._square.whole.mul_(beta2).addcmul_(grad, grad, value=1.0 - beta2)
        scale = torch.sqrt(square, out=self._scale.whole).div_(root).add_(self._eps)
        torch.div(mean, scale, out=scale)
        self._subtract(self._scale, size)


class RMSProp(Rule):
    """As ``torch.optim.RMSprop``: Tieleman & Hinton (2012), epsilon outside of the root."""

    def __init__(self, params: Flat, settings: Optimizer) -> None:
        super().__init__(params, settings)
        self._alpha, self._eps, self._square = settings.alpha, settings.eps, params.like()

    def _move(self, grad: Flat, rate: torch.Tensor) -> None:
        found, square = grad.whole, self._square.whole
        square.mul_(self._alpha).addcmul_(found, found, value=1.0 - self._alpha)
        found.div_(square.sqrt().add_(self._eps))
        self._subtract(grad, rate)


OPTIMIZERS: Mapping[str, Callable[[Flat, Optimizer], Rule]] = {
    "sgd": SGD,
    "adam": Adam,
    "rmsprop": RMSProp,
}
