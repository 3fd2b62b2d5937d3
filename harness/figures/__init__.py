"""Records to pictures: one file per kind, found by name.

Nothing here imports torch, and importing this package loads no plotting library.
"""

from harness.figures.drawing import NO_KINDS, Kinds, Numbers, Picture
from harness.figures.registry import KINDS, draw
from harness.figures.theme import DARK, LIGHT, Theme

__all__ = ["DARK", "KINDS", "LIGHT", "NO_KINDS", "Kinds", "Numbers", "Picture", "Theme", "draw"]
