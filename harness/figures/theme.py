"""Colours and marks of the pictures, for a light and a dark page.

The qualitative palettes extend Okabe and Ito (2008), "Color universal design": they stay apart
under the common colour-vision deficiencies and reach a contrast of 3:1 against their page. Every
colour is paired with a marker and a dash pattern, so that no reading hangs on colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Dash = str | tuple[int, tuple[float, ...]]

IMPLEMENTATIONS = ("numpy", "torch", "sklearn")
"""Backends that have a colour of their own, the same in every picture."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">")
DASHES: tuple[Dash, ...] = (
    "-",
    (0, (5.0, 1.6)),
    (0, (1.2, 1.4)),
    (0, (6.0, 1.5, 1.2, 1.5)),
    (0, (3.0, 1.2)),
    (0, (6.0, 1.4, 1.2, 1.4, 1.2, 1.4)),
    (0, (9.0, 2.0)),
    (0, (2.0, 3.0)),
)


@dataclass(frozen=True)
class Theme:
    """The colours of one variant of a picture.

    Attributes
    ----------
    name : str
        ``"light"`` or ``"dark"``.
    ink, muted, grid, page : str
        Text and axes, secondary text, grid lines, and the page behind (pictures are
        transparent; marks that need an outline take this colour).
    palette : tuple of str
        Qualitative colours: those of `IMPLEMENTATIONS`, and then of settings.
    good, bad : str
        Frames of right and wrong answers, always beside a sign.
    ramp : str
        Sequential colour map, perceptually uniform and safe for colour-vision deficiencies.
    """

    name: str
    ink: str
    muted: str
    grid: str
    page: str
    palette: tuple[str, ...]
    good: str
    bad: str
    ramp: str = "cividis"

    def colour(self, index: int) -> str:
        """Return the colour of the `index`-th group; past the end those of settings repeat."""
        fixed, more = len(IMPLEMENTATIONS), len(self.palette) - len(IMPLEMENTATIONS)
        return self.palette[index if index < fixed else fixed + (index - fixed) % more]

    def settings(self) -> Mapping[str, Any]:
        """Return the matplotlib settings of this theme."""
        return {
            "text.color": self.ink,
            "axes.labelcolor": self.ink,
            "axes.edgecolor": self.muted,
            "xtick.color": self.muted,
            "ytick.color": self.muted,
            "xtick.labelcolor": self.ink,
            "ytick.labelcolor": self.ink,
            "grid.color": self.grid,
        }


LIGHT = Theme(
    name="light",
    ink="#1b2430",
    muted="#5b6675",
    grid="#dfe4ea",
    page="#fefefe",  # told from the white of numbers on dark cells
    palette=(
        "#0072b2",
        "#d55e00",
        "#007a5a",
        "#a8509a",
        "#8a6d00",
        "#5a5a5a",
        "#c2185b",
        "#4b4fae",
        "#8c2d04",
    ),
    good="#1a7f37",
    bad="#c62f2f",
)

DARK = Theme(
    name="dark",
    ink="#e6eaf0",
    muted="#9aa6b5",
    grid="#303946",
    page="#171c23",
    palette=(
        "#56b4e9",
        "#f09a4a",
        "#2fc79a",
        "#e58cc0",
        "#f0e442",
        "#c4c4c4",
        "#ff7f9f",
        "#9db7ff",
        "#d8a27a",
    ),
    good="#4cc26a",
    bad="#ff7b72",
)
