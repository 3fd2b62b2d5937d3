"""Axes that make a tick when it is drawn, and each but the first as a copy of it.

Matplotlib makes some of each kind at once, all property by property, and looks for their places
and those of their labels whenever anything asks how far they reach.
"""

from __future__ import annotations

from copy import copy
from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis, Tick, XAxis, YAxis


class _Copying(Axis):
    axis_name: str
    _at: tuple[object, ...] = ()
    _drawn: list[Tick]
    _labels: Any

    def reset_ticks(self) -> None:
        self.majorTicks: list[Tick] = []
        self.minorTicks: list[Tick] = []
        self._at = ()
        for name in ("bottom", "top") if self.axis_name == "x" else ("left", "right"):
            self.axes.spines[name].get_spine_transform()  # finds its place, as a tick would

    def get_major_ticks(self, numticks: int | None = None) -> list[Tick]:
        return self._first("majorTicks", numticks)

    def get_minor_ticks(self, numticks: int | None = None) -> list[Tick]:
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
            ticks.append(more := copy(ticks[0]))
            for part in ("tick1line", "tick2line", "gridline", "label1", "label2"):
                setattr(more, part, copy(getattr(more, part)))
        return ticks[:count]

    def _update_ticks(self) -> list[Tick]:
        """Return the ticks to draw; as many as fit the first of the axes that share a scale."""
        boxes = (axes.bbox.bounds for axes in self._get_shared_axes())  # type: ignore[attr-defined]
        at = (*boxes, *self.get_view_interval())
        if at != self._at:
            self._drawn = super()._update_ticks()  # type: ignore[misc]
            self._labels, self._at = None, at
        return self._drawn

    def _get_ticklabel_bboxes(self, ticks: list[Tick], *renderer: Any) -> Any:
        if self._labels is None or ticks is not self._drawn:
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
