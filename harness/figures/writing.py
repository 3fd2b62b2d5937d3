"""Sheets as small deterministic SVG: text as text, no dates, equal input gives equal bytes.

Matplotlib's own `savefig` draws a sheet that has a layout twice, the first time for nothing, and
measures every text for each. Here what measures it writes it, and the width of a text is known to
all pictures of a process.
"""

from __future__ import annotations

import io
import re
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure as Sheet
from matplotlib.font_manager import FontProperties
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


@lru_cache(maxsize=4096)
def _measured(
    text: str, font: FontProperties, math: bool | Literal["TeX"]
) -> tuple[float, float, float]:
    return text_to_path.get_text_width_height_descent(text, font, math)


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
