"""Records to pictures: one file per kind, found by name.

Nothing here imports torch, and importing this package loads no plotting library.
"""

from harness.figures.cache import draw_all
from harness.figures.claimed import Reference, reference
from harness.figures.drawing import Kinds, Numbers, Picture, Request
from harness.figures.frame import Frame, Scale
from harness.figures.registry import KINDS, draw, request
from harness.figures.theme import DARK, LIGHT

__all__ = [
    "DARK",
    "KINDS",
    "LIGHT",
    "Frame",
    "Kinds",
    "Numbers",
    "Picture",
    "Reference",
    "Request",
    "Scale",
    "draw",
    "draw_all",
    "reference",
    "request",
]
