from __future__ import annotations

import io

import numpy as np
import pytest
from datasets_helpers import png
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from harness.datasets import pictures
from harness.errors import DataCorrupt

WHOLE = png(np.random.default_rng(0).integers(0, 256, (3, 9, 7), dtype=np.uint8))


def encoded(mode: str, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new(mode, (5, 4)).save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize(
    ("mode", "channels"), [("L", 1), ("1", 1), ("LA", 1), ("RGB", 3), ("RGBA", 3), ("P", 3)]
)
def test_every_8_bit_mode_becomes_one_or_three_channels(mode: str, channels: int) -> None:
    pixels, name = pictures.decode(encoded(mode), "here")
    assert (pixels.shape, pixels.dtype, name) == ((channels, 4, 5), np.uint8, "PNG")


def test_deeper_pictures_are_refused_rather_than_clipped() -> None:
    with pytest.raises(DataCorrupt, match="here: must have 8 bits per channel, got I"):
        pictures.decode(encoded("I;16"), "here")


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "EPS"])
def test_other_formats_are_refused(kind: str) -> None:
    with pytest.raises(
        DataCorrupt, match=r"here: must be a whole picture \(PNG, JPEG, BMP, WEBP\)"
    ):
        pictures.decode(encoded("RGB", kind), "here")


@given(at=st.integers(0, len(WHOLE) - 1), byte=st.integers(0, 255))
def test_a_damaged_picture_is_refused_or_keeps_a_shape(at: int, byte: int) -> None:
    damaged = bytearray(WHOLE)
    damaged[at] = byte
    try:
        pixels, _ = pictures.decode(bytes(damaged), "here")
    except DataCorrupt as error:
        assert str(error).startswith("here: must ")  # noqa: PT017 - either outcome is right
    else:
        assert (pixels.ndim, pixels.dtype) == (3, np.uint8)


@given(length=st.integers(0, len(WHOLE) - 1))
def test_a_picture_cut_short_is_refused_unless_every_pixel_is_there(length: int) -> None:
    whole, _ = pictures.decode(WHOLE, "here")
    try:
        pixels, _ = pictures.decode(WHOLE[:length], "here")
    except DataCorrupt as error:
        assert str(error).startswith("here: must be a whole picture")  # noqa: PT017 - as above
    else:
        np.testing.assert_array_equal(pixels, whole)


def test_half_a_picture_is_refused() -> None:
    with pytest.raises(DataCorrupt, match="here: must be a whole picture"):
        pictures.decode(WHOLE[: len(WHOLE) // 2], "here")


def test_no_pictures_at_all_are_refused() -> None:
    with pytest.raises(DataCorrupt, match=r"^HERE: must hold 2 pictures, as many as labels, got 0"):
        pictures.stack([], 2, "HERE")
    with pytest.raises(DataCorrupt, match=r"^HERE: must hold 1 pictures"):
        pictures.stack([], 1, "HERE", (1, 2, 2))
