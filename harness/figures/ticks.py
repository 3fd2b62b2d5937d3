"""Ticks as copies of the first of their axis.

Matplotlib makes each of them anew, property by property, and then gives it those of the first.
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

    def _update_ticks(self) -> list[Tick]:
        """Return the ticks to draw, looked for anew only where the axes have moved."""
        at = (*self.axes.bbox.bounds, *self.get_view_interval())
        if at != self._at:
            self._drawn, self._labels, self._at = super()._update_ticks(), None, at
        return self._drawn

    def _get_ticklabel_bboxes(self, ticks: list[Tick], *renderer: Any) -> Any:
        """Return where their labels are, of those ticks."""
        if ticks is not self._drawn:
            return super()._get_ticklabel_bboxes(ticks, *renderer)
        if self._labels is None:
            self._labels = super()._get_ticklabel_bboxes(ticks, *renderer)
        return self._labels

    def get_major_ticks(self, numticks: int | None = None) -> list[Tick]:
        _fill(self.majorTicks, numticks or 0)
        return super().get_major_ticks(numticks)

    def get_minor_ticks(self, numticks: int | None = None) -> list[Tick]:
        _fill(self.minorTicks, numticks or 0)
        return super().get_minor_ticks(numticks)


class _Across(_Copying, XAxis):
    pass


class _Up(_Copying, YAxis):
    pass


def copy_ticks(axes: Axes) -> None:
    """Let further ticks of axes be copies of their first."""
    axes.xaxis.__class__, axes.yaxis.__class__ = _Across, _Up


def _fill(ticks: list[Tick], count: int) -> None:
    while len(ticks) < count:
        more = copy(ticks[0])
        for name in _PARTS:
            setattr(more, name, copy(getattr(more, name)))
        ticks.append(more)
