"""Trainings: seeds side by side in one process, against a loop as a user writes it in PyTorch.

Times are those of one training: ours of a group divided by its members, data drawn and results
evaluated included.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.row import Row, paired
from harness import backends, datasets
from harness.datasets.roots import Roots
from harness.experiments import registry
from harness.experiments.experiment import Context
from harness.plan.expand import expand
from harness.seeding import Streams
from harness.suite.load import load
from harness.types import Case

SUITES = Path(__file__).resolve().parents[2] / "suites"


def rows() -> Iterator[Row]:
    """Yield the rows of small fits, of XOR, and of MNIST where its files are."""
    for backend in ("numpy", "torch"):
        fits = _cases("lr-sensitivity", backend, log_every=2, keep="none", measure="none")
        yield _row(f"lr-sensitivity, {backend}, a fit", fits, 40, _line, "eager PyTorch", 1 / 30)
        xor = _cases("xor", backend, lr=1.0, steps=10_000, loss="binary_cross_entropy")[:1]
        seeds = {"numpy": 50, "torch": 20}[backend]
        yield _row(f"xor, {backend}", xor, seeds, _xor, "eager PyTorch", 0.05 / 2.2)


def _cases(suite: str, backend: str, **axes: Any) -> list[Case]:
    wanted = {"backend": backend, "device": "cpu", **axes}
    cases = expand(load(SUITES / "dl-foundation" / f"{suite}.toml")).full.cases
    return [c for c in cases if all(c.axes.get(name) == value for name, value in wanted.items())]


def _row(
    work: str,
    cases: list[Case],
    seeds: int,
    peer: Callable[[], object],
    against: str,
    target: float,
) -> Row:
    ours = partial(_together, cases, seeds)
    members = float(len(cases) * seeds)
    return paired(work, against, ours, peer, pairs=5, target=target, shares=(members, 1.0))


def _together(cases: list[Case], seeds: int) -> list[object]:
    run_together = registry.of(cases[0]).run_together
    assert run_together is not None
    backends.get(cases[0].backend).threads(1)
    roots = Roots.find()
    contexts = [_context(case, seed, roots) for case in cases for seed in range(seeds)]
    return [finish() for finish in run_together(contexts)]


def _context(case: Case, seed: int, roots: Roots) -> Context:
    streams, backend = Streams(case.suite, seed), backends.get(case.backend)
    data = case.settings.data
    assert data is not None
    dataset = datasets.load(data, roots, streams.generator("data"))
    return Context(case.settings, backend, case.device, streams, dataset, math.inf, case.home)


def _line() -> object:
    import torch

    torch.set_num_threads(1)
    x = torch.linspace(0, 10, 100).unsqueeze(1)
    y = 2 * x + 1 + torch.randn(100, 1)
    model, loss_of = torch.nn.Linear(1, 1), torch.nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    return _steps(model, loss_of, optimizer, x, y, 200)


def _xor() -> object:
    import torch

    torch.set_num_threads(1)
    x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
    model = torch.nn.Sequential(
        torch.nn.Linear(2, 10), torch.nn.ReLU(), torch.nn.Linear(10, 1), torch.nn.Sigmoid()
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    return _steps(model, torch.nn.BCELoss(), optimizer, x, y, 10_000)


def _steps(model: Any, loss_of: Any, optimizer: Any, x: Any, y: Any, steps: int) -> list[float]:
    losses = []
    for _ in range(steps):
        loss = loss_of(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
