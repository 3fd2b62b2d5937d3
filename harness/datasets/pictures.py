"""Encoded pictures to one uint8 array.

Only Pillow's own decoders of common formats are used: never one that starts another program.
EXIF orientation is not applied.
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from harness import extras, words
from harness.datasets import bounds
from harness.errors import DataCorrupt
from harness.types import Array

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "BMP", "WEBP")
GRAY = ("L", "1", "LA")
DEEP = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")
# What Pillow raises on bytes that are no whole picture, besides an error of its own.
BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error)


def version() -> str:
    """Return name and version of the decoder: those of JPEG may round differently."""
    return f"pillow-{extras.version('PIL')}"


def decode(data: bytes, where: str) -> tuple[Array, str]:
    """Return (pixels, format) of one picture, its pixels (C, H, W) uint8.

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
    from PIL import Image, UnidentifiedImageError

    try:
        with _opened(data) as picture:
            bounds.pixels(*picture.size, where)
            if picture.mode in DEEP:
                raise DataCorrupt(f"{where}: must have 8 bits per channel, got {picture.mode}")
            mode = "L" if picture.mode in GRAY else "RGB"
            pixels = np.asarray(picture if picture.mode == mode else picture.convert(mode))
            name = str(picture.format)
    except UnidentifiedImageError as error:  # whose text is the address of an object
        raise DataCorrupt(_broken(where, "another kind of file")) from error
    except (*BROKEN, Image.DecompressionBombError) as error:
        raise DataCorrupt(_broken(where, words.plain(str(error)))) from error
    planes = pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)
    return planes, name


def stack(
    pictures: Iterable[tuple[str, bytes]],
    count: int,
    place: str,
    shape: tuple[int, ...] | None = None,
) -> tuple[Array, frozenset[str]]:
    """Return (pixels, formats) of `count` pictures of one shape.

    Parameters
    ----------
    pictures : iterable of (where, bytes)
        As for `decode`.
    count : int
        How many there are, at least one.
    place : str
        Where they all are, for the message when there are fewer or more.
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
    images: Array | None = None
    formats = set()
    read = 0
    for where, data in pictures:
        pixels, name = decode(data, where)
        formats.add(name)
        if images is None:
            bounds.memory(count, shape or pixels.shape, where)
            images = np.empty((count, *(shape or pixels.shape)), np.uint8)
        if pixels.shape != images.shape[1:]:
            raise DataCorrupt(
                f"{where}: must be {_size(images.shape[1:])} like the first picture, "
                f"got {_size(pixels.shape)}"
            )
        if read < count:
            images[read] = pixels
        read += 1
    if images is None or read != count:
        raise DataCorrupt(f"{place}: must hold {count} pictures, as many as labels, got {read}")
    return images, frozenset(formats)


def encoding(*formats: frozenset[str]) -> dict[str, str]:
    """Return the note that says how the pictures were encoded."""
    return {"encoding": ", ".join(sorted(frozenset[str]().union(*formats)))}


@contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    from PIL import Image

    with warnings.catch_warnings():
        # Pillow warns of large pictures before we refuse them, and of metadata nobody reads.
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            yield picture


def _broken(where: str, reason: str) -> str:
    return f"{where}: must be a whole picture ({', '.join(FORMATS)}), got: {reason}"


def _size(shape: tuple[int, ...]) -> str:
    channels, height, width = shape
    return f"{words.plural(channels, 'channel')} of {height} x {width} pixels"
