"""Nearest neighbours by matrix products on any device.

Products of whole numbers of a small range are exact (`integers`). For other rows the method is
that of `harness.backends.numpy_backend.neighbors`: the product, in float32, proposes every row
within its rounding error of the k-th smallest score; the distances of those are computed again
from differences and summed in float64 (in float32 on a device that has no float64), and sorted by
distance, then by index.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch

from harness.backends.integers.best import Found, joined
from harness.backends.torch_backend import integers
from harness.devices import DEVICES

BLOCK_BYTES = 256 * 2**20
"""Memory that the scores of a block of test rows may take at once."""
SPARE = 32
"""Scores looked at beyond twice k: rounding seldom makes a row of more a candidate."""


def no_loop(train: torch.Tensor, test: torch.Tensor, k: int) -> Found:
    """Return the k nearest rows of `train` for every row of `test`.

    Parameters
    ----------
    train, test : Tensor, (n, d) and (m, d), float32 or float64, on one device
    k : int
        Number of neighbours, at most n.

    Returns
    -------
    distances : ndarray, (m, k), float32
    indices : ndarray, (m, k), int64
        By distance, equal distances by index.
    """
    if (found := integers.search(train, test, k)) is not None:
        return found
    norms = train.square().sum(dim=1)
    width = len(train) * (2 * train.element_size() + 1)
    blocks = [
        _block(train, norms, test[rows], k) for rows in _blocks(len(test), width, BLOCK_BYTES)
    ]
    return joined(blocks, k)


def _blocks(n: int, width: int, memory: int) -> Iterator[slice]:
    size = max(1, memory // max(1, width))
    return (slice(start, min(n, start + size)) for start in range(0, n, size))


def _block(train: torch.Tensor, norms: torch.Tensor, test: torch.Tensor, k: int) -> Found:
    scores = torch.addmm(norms[None, :], test, train.T, alpha=-2)
    rows, columns = _candidates(scores, _slack(norms, test, train.shape[1]), k)
    squared = _pairs(train, columns, test, rows)
    order = _by_row_then_distance(rows, squared)
    counts = torch.bincount(rows, minlength=len(test))
    starts = torch.cumsum(counts, dim=0) - counts
    first = order[starts[:, None] + torch.arange(k, device=train.device)]
    distances = squared[first].sqrt().to(torch.float32)
    return distances.cpu().numpy(), columns[first].cpu().numpy()


def _candidates(
    scores: torch.Tensor, slack: torch.Tensor, k: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the places of all scores within `slack` of the k-th smallest of their row, sorted.

    They are among a few more than k, unless the last of those is a candidate as well.
    """
    few = torch.topk(scores, min(scores.shape[1], 2 * k + SPARE), dim=1, largest=False)
    limit = (few.values[:, k - 1] + slack)[:, None]
    if few.values.shape[1] < scores.shape[1] and bool((few.values[:, -1:] <= limit).any()):
        rows, columns = torch.nonzero(scores <= limit, as_tuple=True)
        return rows, columns
    rows, places = torch.nonzero(few.values <= limit, as_tuple=True)
    keys = (rows * scores.shape[1] + few.indices[rows, places]).sort().values
    rows = keys.div(scores.shape[1], rounding_mode="floor")
    return rows, keys - rows * scores.shape[1]


def _slack(norms: torch.Tensor, test: torch.Tensor, d: int) -> torch.Tensor:
    """Return twice the largest rounding error of a score, (m,); see the NumPy backend."""
    terms = (d + 4) * torch.finfo(test.dtype).eps / 2
    if terms >= 1:
        return torch.full((len(test),), float("inf"), dtype=test.dtype, device=test.device)
    largest = norms.max() * (1 + 2 * terms)
    lengths = test.square().sum(dim=1).sqrt() * (1 + 2 * terms)
    error = terms / (1 - terms) * (largest + 2 * largest.sqrt() * lengths)
    # The last factor covers the rounding of these few operations themselves.
    return 2 * error * 1.001


def _pairs(
    train: torch.Tensor, columns: torch.Tensor, test: torch.Tensor, rows: torch.Tensor
) -> torch.Tensor:
    """Return the squared distances between ``train[columns]`` and ``test[rows]``, (pairs,)."""
    device = DEVICES.get(train.device.type)
    exact = torch.float64 if device.float64 else torch.float32
    out = torch.empty(len(rows), dtype=exact, device=train.device)
    width = train.shape[1] * (2 * train.element_size() + 8)
    for part in _blocks(len(rows), width, device.pair_bytes):
        difference = train.index_select(0, columns[part]).sub_(test.index_select(0, rows[part]))
        # Converted first: sum(dtype=float64) of float32 is an order of magnitude slower on cpu.
        out[part] = difference.to(exact).square_().sum(dim=1)
    return out


def _by_row_then_distance(rows: torch.Tensor, squared: torch.Tensor) -> torch.Tensor:
    """Return the order by row, then by distance, then as before (by index): two stable sorts."""
    order = torch.argsort(squared, stable=True)
    return order[torch.argsort(rows[order], stable=True)]
