"""Steps of a stack on cuda, repeated from a graph: no launch of a kernel waits for Python.

Everything that a step reads lies in buffers that stay: rows and rates of a block of steps, and
the number of the step in its block, which the step itself raises. A block is then one copy to the
device, a replay a step, and one copy back.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

from harness.types import Array

Step = Callable[[torch.Tensor | None, torch.Tensor], torch.Tensor]
"""From rows (F, N), None for all, and rates (S,) to losses (S,)."""
WARM = 3
"""Steps taken before one is captured: libraries choose their kernels and take memory in the first.

They are steps of the training like any other.
"""


class Repeated:
    """Steps of one size.

    Parameters
    ----------
    step : callable
        Takes one step.
    rows : (int, int) or None
        Feeds and batch; None where a step sees everything.
    members : int
        Of the stack.
    most : int
        Steps of the largest block.
    device : str
        A cuda device.
    """

    def __init__(
        self, step: Step, rows: tuple[int, int] | None, members: int, most: int, device: str
    ) -> None:
        self._step, self.most = step, most
        self._rows = (
            None if rows is None else torch.zeros((most, *rows), dtype=torch.int64, device=device)
        )
        self._rates = torch.zeros((most, members), dtype=torch.float64, device=device)
        self._losses = torch.zeros((most, members), dtype=torch.float64, device=device)
        self._place = torch.zeros(1, dtype=torch.int64, device=device)
        self._side = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        self._graph: torch.cuda.CUDAGraph | None = None
        self._taken = 0

    def run(self, rows: Array | None, rates: Array) -> torch.Tensor:
        """Take the steps of a block; return their losses (steps, members), on the device."""
        count = len(rates)
        if rows is not None and self._rows is not None:
            self._rows[:count].copy_(torch.from_numpy(rows))
        self._rates[:count].copy_(torch.from_numpy(rates))
        self._place.zero_()
        for _ in range(count):
            self._one()
        return self._losses[:count]

    def _one(self) -> None:
        if self._graph is None and self._taken >= WARM:
            self._graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self._graph):  # notes the kernels, runs none
                self._body()
        if self._graph is not None:
            self._graph.replay()
        else:
            self._warm()
        self._taken += 1

    def _warm(self) -> None:
        """Take a step beside the default stream, as a capture does."""
        self._side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._side):
            self._body()
        torch.cuda.current_stream().wait_stream(self._side)

    def _body(self) -> None:
        rows = None if self._rows is None else self._rows.index_select(0, self._place)[0]
        losses = self._step(rows, self._rates.index_select(0, self._place)[0])
        self._losses.index_copy_(0, self._place, losses[None].double())
        self._place.add_(1)
