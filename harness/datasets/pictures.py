"""Encoded pictures to one uint8 array.

Only Pillow's own decoders of common formats are used: never one that starts another program.
EXIF orientation is not applied.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable

import numpy as np
import PIL
from PIL import Image

from harness.errors import DataCorrupt
from harness.types import Array

FORMATS = ("PNG", "JPEG", "BMP", "WEBP")
VERSION = f"pillow-{PIL.__version__}"  # JPEG decoders may round differently
GRAY = ("L", "1", "LA")
DEEP = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")
# What Pillow raises on bytes that are no whole picture.
BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    Image.DecompressionBombError,
)


def decode(data: bytes, where: str) -> tuple[Array, str]:
    """Return (pixels, format) of one picture.

    Parameters
    ----------
    data : bytes
        An encoded picture.
    where : str
        File and row, for the message.

    Returns
    -------
    pixels : ndarray, (channels, height, width) uint8
        One channel for grey pictures, three for all others; alpha is dropped.
    format : str
        Pillow's name, ``"PNG"``.

    Raises
    ------
    DataCorrupt
        If the bytes are no whole picture of a format in `FORMATS` with 8 bits per channel.
    """
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            if picture.mode in DEEP:
                raise DataCorrupt(f"{where}: must have 8 bits per channel, got {picture.mode}")
            pixels = np.asarray(picture.convert("L" if picture.mode in GRAY else "RGB"))
            name = str(picture.format)
    except BROKEN as error:
        known = ", ".join(FORMATS)
        raise DataCorrupt(f"{where}: must be a whole picture ({known}), got: {error}") from error
    planes = pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)
    return planes, name


def stack(
    pictures: Iterable[tuple[str, bytes]], count: int, shape: tuple[int, ...] | None = None
) -> tuple[Array, frozenset[str]]:
    """Return (pixels, formats) of `count` pictures of one shape.

    Parameters
    ----------
    pictures : iterable of (where, bytes)
        As for `decode`.
    count : int
        How many there are, at least one.
    shape : tuple of int or None
        The (channels, height, width) they must have; None takes that of the first.

    Returns
    -------
    pixels : ndarray, (count, channels, height, width) uint8
    formats : frozenset of str

    Raises
    ------
    DataCorrupt
        If a picture is broken or has another shape.
    """
    images: Array | None = None if shape is None else np.empty((count, *shape), np.uint8)
    formats = set()
    for index, (where, data) in enumerate(pictures):
        pixels, name = decode(data, where)
        formats.add(name)
        if images is None:
            images = np.empty((count, *pixels.shape), np.uint8)
        if pixels.shape != images.shape[1:]:
            raise DataCorrupt(
                f"{where}: must be {_size(images.shape[1:])} like the first picture, "
                f"got {_size(pixels.shape)}"
            )
        images[index] = pixels
    if images is None or not formats:
        raise DataCorrupt("a data set must hold at least one picture in each part, got none")
    return images, frozenset(formats)


def encoding(*formats: frozenset[str]) -> dict[str, str]:
    """Return the note that says how the pictures were encoded."""
    return {"encoding": ", ".join(sorted(frozenset[str]().union(*formats)))}


def _size(shape: tuple[int, ...]) -> str:
    channels, height, width = shape
    return f"{channels} channels of {height} x {width} pixels"
