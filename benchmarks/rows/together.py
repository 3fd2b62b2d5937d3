"""Trainings: seeds side by side in one process, against a loop as a user writes it in PyTorch.

Times are those of one training: ours of a group divided by its members, data drawn and results
evaluated included. Epochs of MNIST are those of two processes at a time, each with a group of its
own, against the published loop with as many threads as PyTorch takes.
"""

from __future__ import annotations

import math
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.row import Row, paired
from harness import backends, datasets
from harness.datasets.dataset import Dataset, Roots
from harness.experiments import registry
from harness.experiments.experiment import Context
from harness.plan.expand import expand
from harness.seeding import Streams
from harness.suite.load import load
from harness.types import Case

SUITES = Path(__file__).resolve().parents[2] / "suites"
PROCESSES, SEEDS, EPOCHS = 2, 5, 3
"""Groups of MNIST at a time, the seeds of each, and what they are trained for."""


def rows() -> Iterator[Row]:
    """Yield the rows of small fits and of XOR, and of an epoch of MNIST where its files are."""
    for backend in ("numpy", "torch"):
        fits = cases_of("lr-sensitivity", backend, log_every=2, keep="none", measure="none")
        yield _row(f"lr-sensitivity, {backend}, a fit", fits, 40, _line, "eager PyTorch", 1 / 30)
        xor = cases_of("xor", backend, lr=1.0, steps=10_000, loss="binary_cross_entropy")[:1]
        seeds = {"numpy": 50, "torch": 20}[backend]
        yield _row(f"xor, {backend}", xor, seeds, _xor, "eager PyTorch", 0.05 / 2.2)

    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as hands:
        for backend in ("numpy", "torch"):
            for name in ("sgd", "adam"):
                case = cases_of("mnist-optimizers", backend, optimizer=name, keep="none")[0]
                data = case.settings.data
                if data is None or datasets.missing(data, Roots.find()):
                    return
                work = f"MNIST, {backend} {name}, a seed-epoch, {PROCESSES} processes"
                yield _epochs_row(hands, work, _shorter(case), name)
                yield _row(
                    f"MNIST, {backend} {name}, a seed-epoch", [_shorter(case)], SEEDS,
                    partial(_products, backend), "its matrix products alone", 1.3, 3, EPOCHS,
                )  # fmt: skip


def _epochs_row(hands: Executor, work: str, case: Case, name: str) -> Row:
    """Return the row of short trainings, a group in each of several processes."""

    def ours() -> None:
        groups = [hands.submit(_together_quietly, case, SEEDS) for _ in range(PROCESSES)]
        for group in groups:
            group.result()

    peer = partial(_loader_epoch, name)
    shares = (float(PROCESSES * SEEDS * EPOCHS), 1.0)
    return paired(work, "DataLoader loop", ours, peer, pairs=3, target=1 / 20, shares=shares)


def _shorter(case: Case) -> Case:
    train = case.settings.train
    assert train is not None
    shorter = train.model_copy(update={"epochs": EPOCHS})
    settings = case.settings.model_copy(update={"train": shorter})
    return replace(case, settings=settings)


def cases_of(suite: str, backend: str, device: str = "cpu", **axes: Any) -> list[Case]:
    """Return the cases of a suite on DL foundations that have some values of their axes."""
    wanted = {"backend": backend, "device": device, **axes}
    cases = expand(load(SUITES / "dl-foundation" / f"{suite}.toml")).full.cases
    return [c for c in cases if all(c.axes.get(name) == value for name, value in wanted.items())]


def _row(
    work: str,
    cases: list[Case],
    seeds: int,
    peer: Callable[[], object],
    against: str,
    target: float,
    pairs: int = 5,
    epochs: int = 1,
) -> Row:
    ours = partial(together, cases, seeds)
    members = float(len(cases) * seeds * epochs)
    return paired(work, against, ours, peer, pairs=pairs, target=target, shares=(members, 1.0))


def together(cases: list[Case], seeds: int) -> list[object]:
    """Train every case with so many seeds as one group, and return what came of each."""
    run_together = registry.of(cases[0]).run_together
    assert run_together is not None
    backends.get(cases[0].backend).threads(1)
    roots = Roots.find()
    contexts: list[Context] = []
    for case in cases:
        for seed in range(seeds):
            data = case.settings.data
            drawn = data is not None and data.dataset == "synthetic"
            known = None if drawn or not contexts else contexts[0].dataset
            contexts.append(_context(case, seed, roots, known))
    return [finish() for finish in run_together(contexts)]


def _together_quietly(case: Case, seeds: int) -> None:
    """Train in another process, whose results nobody asks for."""
    together([case], seeds)


def _context(case: Case, seed: int, roots: Roots, known: Dataset | None) -> Context:
    streams, backend = Streams(case.suite, seed), backends.get(case.backend)
    data = case.settings.data
    assert data is not None
    dataset = known or datasets.load(data, roots, streams.generator("data"))
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


class _Images:
    """MNIST as ``torchvision.datasets.MNIST`` with ``ToTensor`` gives it: an image at a time."""

    def __init__(self, data: Dataset) -> None:
        self._pixels, self._labels = data.x_train[:, 0], data.y_train

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, index: int) -> tuple[Any, int]:
        import torch
        from PIL import Image

        image = Image.fromarray(self._pixels[index], mode="L")
        tensor = torch.from_numpy(np.array(image, np.uint8, copy=True))
        return tensor.view(28, 28, 1).permute(2, 0, 1).contiguous().float().div(255), int(
            self._labels[index]
        )


def _loader_epoch(optimizer_name: str) -> object:
    import torch

    torch.set_num_threads(os.cpu_count() or 1)
    case = cases_of("mnist-optimizers", "torch", optimizer=optimizer_name, keep="none")[0]
    assert case.settings.data is not None
    data = datasets.load(case.settings.data, Roots.find(), np.random.default_rng(0))
    loader: Any = torch.utils.data.DataLoader(
        _Images(data),  # type: ignore[arg-type]
        batch_size=100, shuffle=True, drop_last=True,
    )  # fmt: skip
    model = torch.nn.Sequential(
        torch.nn.Flatten(), torch.nn.Linear(784, 128), torch.nn.ReLU(),
        torch.nn.Linear(128, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10),
    )  # fmt: skip
    rules: dict[str, Callable[..., Any]] = {
        "sgd": partial(torch.optim.SGD, lr=0.1),
        "adam": partial(torch.optim.Adam, lr=0.001),
    }
    optimizer, loss_of = rules[optimizer_name](model.parameters()), torch.nn.CrossEntropyLoss()
    total = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total


def _products(backend: str) -> None:
    """Take the matrix products of an epoch of one seed, on one thread, and nothing else."""
    rng = np.random.default_rng(0)
    put = backends.get(backend).put
    sizes = ((784, 128), (128, 64), (64, 10))
    layers = [
        [put(rng.random(shape, np.float32), "cpu") for shape in ((100, i), (o, i), (100, o))]
        for i, o in sizes
    ]
    for _ in range(600):
        for place, (x, weight, grad) in enumerate(layers):
            x @ weight.T, grad.T @ x
            if place:
                grad @ weight


def _steps(model: Any, loss_of: Any, optimizer: Any, x: Any, y: Any, steps: int) -> list[float]:
    losses = []
    for _ in range(steps):
        loss = loss_of(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
