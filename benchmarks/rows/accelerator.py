"""On a GPU: exact neighbours, and seeds trained together, against plain code on the same device.

The searches are held to the product and the selection that they cannot do without, which are not
exact. The trainings of ``mnist-optimizers`` are held to a loop that does nothing else: the seeds of
an optimizer side by side, a step captured once and replayed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import torch

from benchmarks.row import Row, paired
from benchmarks.rows.together import cases_of, together
from harness import backends, datasets
from harness.datasets.dataset import Roots

TRAIN, FEATURES, K = 50_000, 3_072, 100
QUERIES = (500, 10_000)
SIZES = (784, 128, 64, 10)
RATES = {"sgd": 0.1, "adam": 0.001}
SEEDS, BATCH = 10, 100
SEARCH_TARGET, TRAINING_TARGET = 2.0, 6 / 3.7


def rows(device: str = "cuda") -> Iterator[Row]:
    """Yield the rows of searches, and of trainings where MNIST's files are; none without a GPU."""
    if backends.get("torch").absent(device):
        return
    for queries in QUERIES:
        yield search_row(device, TRAIN, queries, FEATURES, K)
    cases = cases_of("mnist-optimizers", "torch", device, keep="none")
    data = cases[0].settings.data
    if data is None or datasets.missing(data, Roots.find()):
        return
    read = datasets.load(data, Roots.find(), np.random.default_rng(0))
    train = cases[0].settings.train
    assert train is not None
    assert train.epochs is not None
    images = torch.from_numpy(read.x_train.reshape(len(read.x_train), -1).astype(np.float32) / 255)
    labels = torch.tensor(read.y_train, dtype=torch.long, device=device)
    task = Task(images.to(device), labels, SEEDS)
    work = f"mnist-optimizers, {SEEDS} seeds x 2 optimizers x {train.epochs} epochs, {device}"
    peer = partial(trained, task, train.epochs)

    def ours() -> object:
        return [together([case], SEEDS) for case in cases]

    against = "a captured step and nothing else"
    yield paired(work, against, ours, peer, pairs=3, target=TRAINING_TARGET)


def search_row(device: str, n: int, m: int, d: int, k: int) -> Row:
    """Return the row of the k nearest of n rows of d pixels, for m others."""
    rng = np.random.Generator(np.random.PCG64(0))
    train, test = (
        torch.from_numpy(rng.integers(0, 256, (count, d), dtype=np.uint8)).float().to(device)
        for count in (n, m)
    )
    norms = (train * train).sum(dim=1)

    def plain() -> object:
        scores = torch.addmm(norms, test, train.T, alpha=-2.0)
        return scores.topk(k, largest=False).indices.cpu()

    backend = backends.get("torch")
    work = f"k-NN, {m:,} x {n:,} x {d:,}, k = {k}, exact, {device}"
    ours = partial(backend.neighbors, train, test, k, "no_loop")
    return paired(work, "addmm and topk", ours, plain, pairs=5, target=SEARCH_TARGET)


@dataclass(frozen=True)
class Task:
    """Images (n, 784), float32, and labels (n,) on a device, and how many seeds are trained."""

    images: torch.Tensor
    labels: torch.Tensor
    seeds: int


def trained(task: Task, epochs: int) -> list[float]:
    """Train with either optimizer; return the last batch's mean loss of each."""
    return [_trained(task, name, epochs) for name in RATES]


def _trained(task: Task, name: str, epochs: int) -> float:
    count, device = len(task.images), task.images.device
    rows = torch.zeros(task.seeds, BATCH, dtype=torch.long, device=device)
    step, loss = _step(task, name, rows)
    replay = _captured(step) if device.type == "cuda" else step
    for _ in range(epochs):
        order = torch.stack([torch.randperm(count, device=device) for _ in range(task.seeds)])
        for first in range(0, count - BATCH + 1, BATCH):
            rows.copy_(order[:, first : first + BATCH])
            replay()
    return float(loss) / task.seeds


def _step(task: Task, name: str, rows: torch.Tensor) -> tuple[Callable[[], None], torch.Tensor]:
    """Return a step on the rows that a tensor holds by then, and where it leaves its loss."""
    device = task.images.device
    layers = [
        (
            (torch.randn(task.seeds, i, o, device=device) / math.sqrt(i)).requires_grad_(),
            torch.zeros(task.seeds, 1, o, device=device, requires_grad=True),
        )
        for i, o in pairwise(SIZES)
    ]
    params = [tensor for layer in layers for tensor in layer]
    told = torch.zeros((), device=device)
    optimizer = _optimizer(name, params)

    def step() -> None:
        outputs = task.images[rows]
        for at, (weight, bias) in enumerate(layers):
            outputs = torch.baddbmm(bias, torch.relu(outputs) if at else outputs, weight)
        flat = outputs.flatten(0, 1), task.labels[rows].flatten()
        loss = torch.nn.functional.cross_entropy(*flat, reduction="sum") / BATCH
        for tensor, grad in zip(params, torch.autograd.grad(loss, params), strict=True):
            tensor.grad = grad
        optimizer.step()
        told.copy_(loss.detach())

    return step, told


def _optimizer(name: str, params: list[torch.Tensor]) -> Any:
    if name == "sgd":
        return torch.optim.SGD(params, lr=RATES[name], foreach=True)
    capturable = params[0].device.type == "cuda"
    return torch.optim.Adam(params, lr=RATES[name], foreach=True, capturable=capturable)


def _captured(step: Callable[[], None]) -> Callable[[], None]:
    """Return a step as a CUDA graph, after some that warm it up as PyTorch's notes have it.

    These are steps on the rows that are there, a few of thousands; the capture takes none.
    """
    side: Any = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph.replay
