"""Cross entropy in one call and in two steps."""

from __future__ import annotations

from collections.abc import Mapping

from numpy.random import Generator

from harness.backends.numpy_backend.losses import LOSSES
from suites.equivalence.ways import Inputs, apart, on_both
from suites.facts import numeric


@on_both
def nll_of_log_softmax(
    rng: Generator, backend: str, device: str, examples: int = 32, classes: int = 10
) -> Mapping[str, float]:
    """Negative log-likelihood of a log-softmax; the cross entropy of the library."""
    inputs = Inputs(rng, device, examples=examples, classes=classes)
    scores, labels = inputs.normal(examples, classes) * 3, inputs.labels
    if backend == "numpy":
        together = LOSSES["cross_entropy"](scores.copy(), labels)[0]
        return apart(numeric.cross_entropy(scores, labels), together)
    from torch.nn import functional

    z, y = inputs.put(scores), inputs.put(labels)
    return apart(
        functional.nll_loss(functional.log_softmax(z, dim=1), y), functional.cross_entropy(z, y)
    )
