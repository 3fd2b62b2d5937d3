"""Networks stacked along a first axis of members: what can be, and what every backend does alike.

Every parameter of a stack has three axes: a weight (members, out, in), a bias or the scale of a
normalisation (members, 1, features), so that one learning rate a member, (members, 1, 1), reaches
all of them. Nothing here imports a backend's library, since plans ask what can be stacked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from harness.backends.protocol import decays, each_batch_updates
from harness.config import layers
from harness.config.layers import Layer
from harness.config.model import PlacedLayer
from harness.config.train import Train
from harness.errors import UsageError
from harness.types import Array

LAYERS: frozenset[type[Layer]] = frozenset(
    {
        layers.Flatten,
        layers.Linear,
        layers.ReLU,
        layers.LeakyReLU,
        layers.Sigmoid,
        layers.Tanh,
        layers.GELU,
        layers.Softmax,
        layers.LogSoftmax,
        layers.LayerNorm,
    }
)
"""Not convolutions, whose work hides every overhead, and not what keeps a state beside weights."""
SWEEP = 64
"""Steps between looks for sums of gradients that have decayed to next to nothing."""


def least(tiny: float) -> float:
    """Return what such a sum is cleared below, from the least normal number of its dtype."""
    return float(tiny**0.8)


def stackable(kinds: Sequence[Layer], train: Train) -> bool:
    """Whether networks of these layers can be trained side by side as ``[train]`` says.

    Every loss and every optimizer can. Loops whose gradients add up or are left out are made to
    be looked at one by one, and so are trainings that are evaluated on their way.
    """
    plain = each_batch_updates(train) and not train.evaluate_every
    return plain and all(type(layer) in LAYERS for layer in kinds)


def stacked(weights: Sequence[Mapping[str, Array]], dtype: str) -> dict[str, Array]:
    """Return the parameters of all members as arrays with three axes, by name."""
    found: dict[str, Array] = {}
    for name, first in weights[0].items():
        whole = np.stack([np.asarray(member[name], dtype=dtype) for member in weights])
        found[name] = whole[:, None] if first.ndim == 1 else whole
    return found


def unstacked(member: Mapping[str, Array], placed: Sequence[PlacedLayer]) -> dict[str, Array]:
    """Return a copy of a member's parameters, (out, in) or (1, out), as the layers have them."""
    return {
        name: member[name].reshape(step.params[part]).copy()
        for step in placed
        for part in step.params
        for name in (f"{step.index}.{part}",)
    }


def decayed(placed: Sequence[PlacedLayer]) -> list[str]:
    """Return the names of the parameters that penalties cover."""
    names = [(f"{p.index}.{part}", len(shape)) for p in placed for part, shape in p.params.items()]
    return [name for name, rank in names if decays(name, rank)]


def first_trained(placed: Sequence[PlacedLayer]) -> int:
    """Return the place of the first layer with parameters: nothing below needs a gradient."""
    return next((place for place, step in enumerate(placed) if step.params), 0)


def penalty(trains: Sequence[Train], name: str) -> Array | None:
    """Return the penalty ``l2`` or ``l1`` of every member, (members,); None where nobody has one.

    It has the dtype of the training, as a product takes a float by itself.

    Raises
    ------
    UsageError
        If only some have one: a penalty of 0 would turn weights that are not finite into nan.
    """
    sizes = np.array([getattr(train, name) for train in trains])
    if not sizes.any():
        return None
    if not sizes.all():
        raise UsageError(
            f"[train] {name} must be above 0 for all cells that are trained together, or 0 for "
            f"all, got {sorted(set(sizes.tolist()))}; train them apart"
        )
    return sizes.astype(trains[0].dtype)


class Stopped:
    """Weights of members whose training ends with their divergence, as they were when it was seen.

    Parameters
    ----------
    train : Train
        With ``after_divergence = "continue"`` nothing is kept.
    """

    def __init__(self, train: Train) -> None:
        self._stops = train.after_divergence == "stop"
        self._kept: dict[int, dict[str, Array]] = {}

    def look(self, losses: Array, weights: Callable[[int], dict[str, Array]]) -> None:
        """Keep the weights of members with a loss, of (..., members), that is not finite."""
        if not self._stops or np.isfinite(losses.sum()):
            return
        broken = ~np.isfinite(losses.reshape(-1, losses.shape[-1])).all(axis=0)
        for member in map(int, np.flatnonzero(broken)):
            if member not in self._kept:
                self._kept[member] = weights(member)

    def get(self, member: int) -> dict[str, Array] | None:
        """Return what was kept of a member, if anything."""
        return self._kept.get(member)
