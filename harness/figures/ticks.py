"""Axes that make a tick when it is drawn, and each but the first as a copy of it.

Matplotlib makes one of each kind at once, then each property by property, as well as its like, and
looks for their places and those of their labels whenever anything asks how far they reach.
"""

from __future__ import annotations

from copy import copy
from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis, Tick, XAxis, YAxis

_PARTS = ("tick1line", "tick2line", "gridline", "label1", "label2")


class _Copying(Axis):
    _at: tuple[object, ...] = ()
    _drawn: list[Tick]
    _labels: Any
    axis_name: str

    def reset_ticks(self) -> None:
        """Forget all ticks."""
        self.majorTicks: list[Tick] = []
        self.minorTicks: list[Tick] = []
        self._at = ()
        for name in ("bottom", "top") if self.axis_name == "x" else ("left", "right"):
            self.axes.spines[name].get_spine_transform()  # finds its place, as a tick would

    def get_major_ticks(self, numticks: int | None = None) -> list[Tick]:
        """Return so many ticks."""
        return self._first("majorTicks", numticks)

    def get_minor_ticks(self, numticks: int | None = None) -> list[Tick]:
        """Return so many small ones."""
        return self._first("minorTicks", numticks)

    def _first(self, name: str, count: int | None) -> list[Tick]:
        if count is None:
            count = len(self.get_ticklocs(minor=name == "minorTicks"))
        if count and not getattr(self, name):
            first = self._get_tick(name == "majorTicks")  # type: ignore[attr-defined]
            first.set_clip_path(self.axes.patch)
            setattr(self, name, [first])  # now: a spine that found its place forgot all ticks
        ticks: list[Tick] = getattr(self, name)
        while len(ticks) < count:
            more = copy(ticks[0])
            for name in _PARTS:
                setattr(more, name, copy(getattr(more, name)))
            ticks.append(more)
        return ticks[:count]

    def _update_ticks(self) -> list[Tick]:
        """Return the ticks to draw, looked for anew only where axes have moved.

        Those of axes that share their scale are as many as fit the first of them.
        """
        boxes = (axes.bbox.bounds for axes in self._get_shared_axes())  # type: ignore[attr-defined]
        at = (*boxes, *self.get_view_interval())
        if at != self._at:
            self._drawn, self._labels, self._at = super()._update_ticks(), None, at  # type: ignore[misc]
        return self._drawn

    def _get_ticklabel_bboxes(self, ticks: list[Tick], *renderer: Any) -> Any:
        """Return where their labels are, of those ticks."""
        if ticks is not self._drawn:
            return super()._get_ticklabel_bboxes(ticks, *renderer)  # type: ignore[misc]
        if self._labels is None:
            self._labels = super()._get_ticklabel_bboxes(ticks, *renderer)  # type: ignore[misc]
        return self._labels


class _Across(_Copying, XAxis):
    pass


class _Up(_Copying, YAxis):
    pass


class Panel(Axes):
    """Axes whose ticks are so."""

    def _init_axis(self) -> None:
        super()._init_axis()  # type: ignore[misc]
        self.xaxis.__class__, self.yaxis.__class__ = _Across, _Up
