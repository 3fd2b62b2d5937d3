"""Sheets as small deterministic SVG: text as text, no dates, equal input gives equal bytes.

Matplotlib's own `savefig` draws a sheet that has a layout twice, the first time for nothing, and
measures every text for each. Here what measures it writes it, and the width of a text is known to
all pictures of a process. A tick is made when it is drawn, each but the first of an axis as a copy
of it, and looked for once where its axes are; matplotlib makes some at once, all property by
property, and looks for them whenever anything asks how far they reach.
"""

from __future__ import annotations

import io
import re
from copy import copy
from functools import cached_property, lru_cache
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis, Tick, XAxis, YAxis
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure as Sheet
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.textpath import text_to_path

from harness.figures.frame import POINTS

IMAGE_DPI = 100
"""Dots in an inch of the images in a picture."""
_NOTHING = dict.fromkeys(("Date", "Creator", "Format", "Type"))
_ASIDE = re.compile(r"<!--.*?-->|<metadata>.*?</metadata>", re.DOTALL)
_PLACES = re.compile(r' (d|x|y|width|height|points|transform)="([^"]*)"')  # of no label the text
_LONG = re.compile(r"-?\d+\.\d{2,}")
_COMMAND = re.compile(r" ?([A-Za-z]) ?")
_UPRIGHT = re.compile(r' transform="rotate\(-?0 [^"]*"')
_FONT = re.compile(r"""(?:'DejaVu Sans'|&apos;DejaVu Sans&apos;|"DejaVu Sans"|DejaVu Sans)""")


class _Writer(RendererSVG):
    """What measures texts, and writes."""

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: bool | Literal["TeX"]
    ) -> tuple[float, float, float]:
        return _measured(s, prop.copy(), ismath)

    def _get_font_height_metrics(self, prop: FontProperties) -> tuple[float, ...]:
        return _heights(prop.copy())


@lru_cache(maxsize=4096)
def _measured(
    text: str, font: FontProperties, math: bool | Literal["TeX"]
) -> tuple[float, float, float]:
    return text_to_path.get_text_width_height_descent(text, font, math)


@lru_cache(maxsize=64)
def _heights(font: FontProperties) -> tuple[float, ...]:
    """Return what `Text` reads anew from the tables of a font whenever it is laid out."""
    face = get_font(findfont(font))
    table: Any = face.get_sfnt_table("OS/2")
    whole: Any = face.get_sfnt_table("head")
    scale = 1 / whole["unitsPerEm"] * font.get_size_in_points()
    ascent, descent = table["sTypoAscender"], -table["sTypoDescender"]
    return ascent * scale, descent * scale, table["sTypoLineGap"] * scale


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
    """Axes that make few ticks."""

    def _init_axis(self) -> None:
        super()._init_axis()  # type: ignore[misc]
        self.xaxis.__class__, self.yaxis.__class__ = _Across, _Up


class Canvas(FigureCanvasSVG):
    """A sheet and what it is written to, which its layout asks how long texts are."""

    @cached_property
    def written(self) -> io.StringIO:
        """What was written of it."""
        return io.StringIO()

    @cached_property
    def writer(self) -> RendererSVG:
        """What writes it."""
        width, height = map(float, POINTS * self.figure.get_size_inches())
        return _Writer(width, height, self.written, image_dpi=IMAGE_DPI, metadata=_NOTHING)  # type: ignore[no-untyped-call]

    def get_renderer(self) -> RendererSVG:
        """Return what writes it, as layouts ask for it."""
        return self.writer


def svg(sheet: Sheet) -> str:
    """Write a sheet, once, as SVG."""
    canvas = sheet.canvas
    assert isinstance(canvas, Canvas)
    sheet.dpi = POINTS
    for axes in sheet.axes:  # no spine reaches further than labels, where an axis has them
        place = axes.get_subplotspec()
        axes.spines.bottom.set_in_layout(False)
        axes.spines.left.set_in_layout(place is not None and not place.is_first_col())
    with np.errstate(over="ignore"):  # a tick beyond the largest number is beyond the axis too
        sheet.draw(canvas.writer)
    canvas.writer.finalize()  # type: ignore[no-untyped-call]
    return _small(canvas.written.getvalue())


def _small(text: str) -> str:
    text = _UPRIGHT.sub("", _ASIDE.sub("", text[text.index("<svg") :]))
    text = re.sub(r">\s+<", "><", _FONT.sub("system-ui, sans-serif", text))
    return _PLACES.sub(_shorter, re.sub(r"\s*\n\s*", " ", text)).strip()


def _shorter(found: re.Match[str]) -> str:
    text = _LONG.sub(lambda n: f"{float(n[0]):.2f}".rstrip("0").rstrip("."), found[2])
    if found[1] == "d":
        text = _COMMAND.sub(r"\1", text).strip()
    return f' {found[1]}="{text}"'
