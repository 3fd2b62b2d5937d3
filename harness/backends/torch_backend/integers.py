"""Exact nearest neighbours among rows of small integers: on the host, or by products of int8.

On the host torch multiplies for `harness.backends.integers`. On an accelerator all stays there.
Shifted by the middle of their range, pixels fit int8, whose products are summed in int32 and so
exact. A fused top-k takes a few rows more than k by distance alone. It leaves ties as they come,
so the few are sorted by one key of distance and index, and where the last of them is as near as
the k-th, rows that tie with it may be missing: those test rows are searched by whole keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from harness.backends.integers import search as search_host
from harness.backends.integers.best import Found
from harness.backends.integers.rows import EXACT, Floats, Span

SPARE = 28
"""Rows taken beyond k, so that ties with the k-th seldom hide among what is not taken."""
BLOCK_BYTES = 256 * 2**20
"""Memory that a block of values may take at once."""
FEWEST = 32
"""Rows that a product of int8 must have at least, and a multiple of what it must have."""


def search(train: torch.Tensor, test: torch.Tensor, k: int) -> Found | None:
    """Return the k nearest rows of `train` for every row of `test`.

    Parameters
    ----------
    train, test : Tensor, (n, d) and (m, d), float32 or float64, on one device
    k : int
        Number of neighbours, at most n.

    Returns
    -------
    tuple of ndarray or None
        Distances float32 and indices int64, (m, k), by distance, equal distances by index. None
        unless the rows are whole numbers of a small range: on an accelerator, unless int8 can
        hold them and it multiplies int8.
    """
    if train.device.type == "cpu":
        with _one_each() as hands:
            return search_host(train.numpy(), test.numpy(), k, _multiply, hands)
    return search_int8(train, test, k)


def search_int8(train: torch.Tensor, test: torch.Tensor, k: int) -> Found | None:
    """Search as `search` does on an accelerator."""
    if not (train.numel() and test.numel() and multiplies(train.device)):
        return None
    span = _span(train, test)
    if span is None or not _fits(span, train.shape[1]):
        return None
    rows, norms = _shifted(train, span)
    size = max(FEWEST, BLOCK_BYTES // (4 * len(rows)))
    blocks = [_keys(rows, norms, *_shifted(some, span), k) for some in torch.split(test, size)]
    squared, indices = _apart(torch.cat(blocks), len(train))
    return squared.sqrt().to(torch.float32).cpu().numpy(), indices.cpu().numpy()


def _multiply(a: Floats, b: Floats, out: Floats) -> None:
    torch.mm(torch.from_numpy(a), torch.from_numpy(b).T, out=torch.from_numpy(out))


@contextmanager
def _one_each() -> Iterator[int]:
    """Keep torch to one thread an operation for a while; return how many it was allowed."""
    count = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield count
    finally:
        torch.set_num_threads(count)


def multiplies(device: torch.device) -> bool:
    """Whether there are products of int8, which tensor cores have had since 8.0."""
    there = device.type == "cuda" and hasattr(torch, "_int_mm")
    return there and torch.cuda.get_device_capability(device) >= (8, 0)


def _fits(span: Span, d: int) -> bool:
    """Whether shifted values fit int8, and squared distances int32."""
    fit = span.reach <= 128 and span.high - span.middle <= 127
    return fit and d * (span.high - span.low) ** 2 < 2**31


def _span(train: torch.Tensor, test: torch.Tensor) -> Span | None:
    """Return what the values of both span; None where one is not whole, or large."""
    if not (_whole(train) and _whole(test)):
        return None
    ends = torch.stack([*train.aminmax(), *test.aminmax()])
    low, high = torch.stack([ends.min(), ends.max()]).tolist()
    return Span(int(low), int(high)) if low >= -EXACT and high <= EXACT else None


def _whole(rows: torch.Tensor) -> bool:
    blocks = torch.split(rows, max(1, BLOCK_BYTES // (rows.shape[1] * rows.element_size())))
    return bool(torch.stack([(block == block.round()).all() for block in blocks]).all())


def _shifted(rows: torch.Tensor, span: Span) -> tuple[torch.Tensor, torch.Tensor]:
    """Return rows as int8, padded with zeros, and the squared norms of what was given, int32."""
    n, d = rows.shape
    shape = (_up(n), _up(d))
    shifted = torch.zeros(shape, dtype=torch.int8, device=rows.device)
    norms = torch.zeros(n, dtype=torch.int32, device=rows.device)
    step = max(1, BLOCK_BYTES // (4 * d))
    for first in range(0, n, step):
        block = rows[first : first + step] - span.middle
        shifted[first : first + len(block), :d] = block
        block = block.to(torch.int32)
        torch.sum(block.mul_(block), dim=1, dtype=torch.int32, out=norms[first : first + step])
    return shifted, norms


def _up(count: int) -> int:
    return -(-count // FEWEST) * FEWEST


def _keys(
    train: torch.Tensor, norms: torch.Tensor, test: torch.Tensor, its: torch.Tensor, k: int
) -> torch.Tensor:
    """Return the k least keys of every test row in order: ``squared distance * n + index``."""
    n = len(norms)
    product = torch._int_mm(test, train.t())[: len(its), :n]
    squared = torch.sub(norms, product, alpha=2).add_(its[:, None])
    few = min(n, k + SPARE)
    near = torch.topk(squared, few, dim=1, largest=False, sorted=False)
    keys = (near.values.to(torch.int64) * n + near.indices).sort(dim=1).values
    if few < n:
        hidden = torch.nonzero(keys[:, k - 1] // n == keys[:, -1] // n).flatten()
        for some in torch.split(hidden, max(1, BLOCK_BYTES // (8 * n))):
            keys[some, :k] = _by_key(squared[some], k)
    return keys[:, :k]


def _by_key(squared: torch.Tensor, k: int) -> torch.Tensor:
    n = squared.shape[1]
    keys = squared.to(torch.int64).mul_(n).add_(torch.arange(n, device=squared.device))
    return torch.topk(keys, k, dim=1, largest=False).values


def _apart(keys: torch.Tensor, n: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the squared distances, float64, and the indices of keys."""
    squared = keys.div(n, rounding_mode="floor")
    return squared.to(torch.float64), keys - squared * n
