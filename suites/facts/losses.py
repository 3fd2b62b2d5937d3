"""Scenarios of probabilities and losses: identities between formulas, and where floats end."""

from __future__ import annotations

from collections.abc import Mapping

from numpy.random import Generator

import harness
from suites.facts.setups import Setup


@harness.experiment(
    metrics={
        "smallest": "positive",
        "sum_error": "fixed",
        "smallest_200_behind": "fixed",
        "probability_half_ahead": "fixed",
    },
    backends=["torch"],
)
def softmax(rng: Generator, device: str, rows: int = 64, outputs: int = 10) -> Mapping[str, float]:
    """Probabilities of ordinary logits, of extreme ones, and of one that leads a little."""
    import torch

    setup = Setup(rng, device, rows=rows, outputs=outputs)
    ordinary = torch.softmax(setup.normal(setup.rows, setup.outputs), dim=1)
    far = torch.zeros(setup.outputs, device=setup.device)
    far[0] = 200.0
    ahead = torch.zeros(setup.outputs, device=setup.device)
    ahead[0] = 0.5
    return {
        "smallest": float(ordinary.min()),
        "sum_error": float((ordinary.double().sum(dim=1) - 1).abs().max()),
        "smallest_200_behind": float(torch.softmax(far, dim=0).min()),
        "probability_half_ahead": float(torch.softmax(ahead, dim=0)[0]),
    }


@harness.experiment(
    metrics={
        "exp_is_inf": "fixed",
        "naive_is_nan": "fixed",
        "all_exactly_0_or_1": "fixed",
        "jacobian": "fixed",
        "loss_gradient_when_right": "fixed",
        "loss_gradient_when_wrong": "fixed",
    },
    backends=["torch"],
)
def saturated_softmax(rng: Generator, device: str, outputs: int = 10) -> Mapping[str, float]:
    """Logits of +1000 and -5000: the formula as written, the library's, and its gradients.

    `jacobian` is the largest derivative of a probability by a logit; the two gradients are the
    lengths of that of cross-entropy by the logits when the favoured class is right or wrong.
    """
    import torch

    setup = Setup(rng, device, outputs=outputs)
    logits = torch.full((setup.outputs,), -5000.0, device=setup.device)
    logits[0] = 1000.0
    powers = torch.exp(logits)
    stable = torch.softmax(logits, dim=0)
    z = logits.clone().requires_grad_()
    rows = [torch.autograd.grad(p, z, retain_graph=True)[0] for p in torch.softmax(z, dim=0)]
    return {
        "exp_is_inf": bool(torch.isinf(powers[0])),
        "naive_is_nan": bool(torch.isnan(powers / powers.sum()).any()),
        "all_exactly_0_or_1": bool(((stable == 0) | (stable == 1)).all()),
        "jacobian": float(torch.stack(rows).abs().max()),
        "loss_gradient_when_right": _loss_gradient(logits, 0),
        "loss_gradient_when_wrong": _loss_gradient(logits, 1),
    }


def _loss_gradient(logits: object, label: int) -> float:
    import torch

    assert isinstance(logits, torch.Tensor)
    z = logits.clone().requires_grad_()
    target = torch.tensor(label, device=z.device)
    (gradient,) = torch.autograd.grad(torch.nn.functional.cross_entropy(z, target), z)
    return float(gradient.norm())


@harness.experiment(
    metrics={
        "nll_difference": "fixed",
        "one_hot_difference": "fixed",
        "picked_difference": "fixed",
        "averages_over_rows": "fixed",
        "one_hot_sum": "fixed",
    },
    backends=["torch"],
)
def cross_entropy_forms(
    rng: Generator, device: str, rows: int = 64, outputs: int = 10
) -> Mapping[str, float]:
    """Cross-entropy of logits written in other ways: largest difference of each."""
    import torch
    from torch.nn import functional

    setup = Setup(rng, device, rows=rows, outputs=outputs)
    z, y = setup.normal(setup.rows, setup.outputs).double(), setup.labels()
    loss = functional.cross_entropy(z, y)
    log_p = functional.log_softmax(z, dim=1)
    one_hot = functional.one_hot(y, setup.outputs)
    picked = -log_p[torch.arange(setup.rows), y]
    return {
        "nll_difference": float((functional.nll_loss(log_p, y) - loss).abs()),
        "one_hot_difference": float((-(one_hot * log_p).sum(dim=1) - picked).abs().max()),
        "picked_difference": float((picked.mean() - loss).abs()),
        "averages_over_rows": float(
            (functional.cross_entropy(z, y, reduction="sum") / setup.rows - loss).abs()
        ),
        "one_hot_sum": float(one_hot.sum(dim=1).double().mean()),
    }


@harness.experiment(
    metrics={"naive_is_minus_inf": "fixed", "cross_entropy": "fixed"},
    backends=["torch"],
)
def log_of_softmax(rng: Generator, device: str, outputs: int = 10) -> Mapping[str, float]:
    """The logarithm of a probability that underflowed, against the loss of the logits."""
    import torch
    from torch.nn import functional

    setup = Setup(rng, device, outputs=outputs)
    z = torch.zeros(1, setup.outputs, device=setup.device)
    z[0, 0] = 200.0
    wrong = torch.ones(1, dtype=torch.int64, device=setup.device)
    naive = torch.log(torch.softmax(z, dim=1))[0, 1]
    return {
        "naive_is_minus_inf": bool(torch.isneginf(naive)),
        "cross_entropy": float(functional.cross_entropy(z, wrong)),
    }


@harness.experiment(
    metrics={"identity_error": "fixed", "one_hot_entropy": "fixed", "one_hot_difference": "fixed"},
    backends=["torch"],
)
def kl_divergence(
    rng: Generator, device: str, rows: int = 64, outputs: int = 10
) -> Mapping[str, float]:
    """H(P, Q) = H(P) + KL(P || Q): largest error over random P and Q, and one-hot P."""
    import torch
    from torch.nn import functional

    setup = Setup(rng, device, rows=rows, outputs=outputs)
    p, q = (torch.softmax(setup.normal(setup.rows, setup.outputs).double(), 1) for _ in range(2))
    cross, entropy = -(p * q.log()).sum(1), -(p * p.log()).sum(1)
    divergence = functional.kl_div(q.log(), p, reduction="none").sum(1)
    hot = functional.one_hot(setup.labels(), setup.outputs).double()
    hot_cross = functional.cross_entropy(q.log(), hot, reduction="none")
    hot_divergence = functional.kl_div(q.log(), hot, reduction="none").sum(1)
    return {
        "identity_error": float((cross - entropy - divergence).abs().max()),
        "one_hot_entropy": float(torch.special.entr(hot).sum(1).abs().max()),
        "one_hot_difference": float((hot_cross - hot_divergence).abs().max()),
    }


@harness.experiment(
    metrics={"accuracy_change": "fixed", "loss_change": "fixed"},
    backends=["torch"],
)
def more_confidence(
    rng: Generator, device: str, rows: int = 64, outputs: int = 10
) -> Mapping[str, float]:
    """Correct predictions whose logits are doubled: what moves, the loss or the accuracy."""
    from torch.nn.functional import cross_entropy

    setup = Setup(rng, device, rows=rows, outputs=outputs)
    z = setup.normal(setup.rows, setup.outputs)
    y = z.argmax(dim=1)
    return {
        "accuracy_change": float(((2 * z).argmax(1) == y).double().mean()) - 1.0,
        "loss_change": float(cross_entropy(2 * z, y) - cross_entropy(z, y)),
    }


@harness.experiment(
    metrics={"inverse_error": "fixed", "two_class_difference": "fixed"},
    backends=["torch"],
)
def logit(rng: Generator, device: str, rows: int = 64) -> Mapping[str, float]:
    """ln(p / (1 - p)) of a sigmoid, and the sigmoid of two logits' difference."""
    import torch

    setup = Setup(rng, device, rows=rows)
    z = setup.normal(setup.rows, 2).double()
    p = torch.sigmoid(z)
    second = torch.softmax(z, dim=1)[:, 1]
    return {
        "inverse_error": float((torch.log(p / (1 - p)) - z).abs().max()),
        "two_class_difference": float((torch.sigmoid(z[:, 1] - z[:, 0]) - second).abs().max()),
    }


@harness.experiment(
    metrics={
        "smallest_linear": "fixed",
        "smallest_relu": "fixed",
        "uniform_without_positive": "fixed",
    },
    backends=["torch"],
)
def relu_on_logits(rng: Generator, device: str, outputs: int = 10) -> Mapping[str, float]:
    """The smallest probability with and without cutting negative logits off at 0."""
    import torch

    setup = Setup(rng, device, outputs=outputs)
    leading = torch.full((setup.outputs,), -20.0, device=setup.device)
    leading[0] = 20.0
    nothing = torch.full((setup.outputs,), -20.0, device=setup.device)
    return {
        "smallest_linear": float(torch.softmax(leading, 0).min()),
        "smallest_relu": float(torch.softmax(torch.relu(leading), 0).min()),
        "uniform_without_positive": float(torch.softmax(torch.relu(nothing), 0).max()),
    }


@harness.experiment(
    metrics={"violations": "fixed", "pairs": "fixed"},
    backends=["torch"],
)
def convexity(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """Cross-entropy of a linear model between random pairs of weights.

    `violations` counts segments whose midpoint lies above the mean of their ends.
    """
    from torch.nn.functional import cross_entropy

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs)
    x, y = setup.normal(setup.rows, setup.inputs).double(), setup.labels()
    violations, pairs = 0, 50
    for _ in range(pairs):
        a, b = (setup.normal(setup.inputs, setup.outputs).double() for _ in range(2))
        ends = (cross_entropy(x @ a, y) + cross_entropy(x @ b, y)) / 2
        violations += int(cross_entropy(x @ ((a + b) / 2), y) > ends)
    return {"violations": violations, "pairs": pairs}
