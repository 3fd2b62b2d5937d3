"""Broken files of data sets: what to break, how, and what must come of it."""

from __future__ import annotations

import io
import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st
from PIL import Image

from harness.config.data import Data
from harness.datasets import Dataset, Roots, load
from harness.errors import DataError

ADDRESS = re.compile(r"0x[0-9a-f]{6,}")
PARTS = ("train-00000-of-00001.parquet", "test-00000-of-00001.parquet")
HUGE = [10**5, 10**9, 2**31 - 1, 2**31, 2**40, 2**63 - 1, 2**63, 2**64 - 1]


def outcome(data: Data, root: Path, cache: Path) -> Dataset | str:
    """Load; return the data set, or the text of the error, which must name the place."""
    try:
        return load(data, Roots(root, cache), np.random.default_rng(0))
    except DataError as error:
        text = str(error)
        assert str(root) in text
        assert not ADDRESS.search(text)
        assert len(text) < 5_000
        return text


def check_whole(dataset: Dataset) -> None:
    """Whatever was loaded is of one piece."""
    facts = dataset.facts
    assert dataset.x_train.shape == (facts.n_train, *facts.shape)
    assert dataset.x_test.shape == (facts.n_test, *facts.shape)
    for labels, n in ((dataset.y_train, facts.n_train), (dataset.y_test, facts.n_test)):
        assert (labels.shape, labels.dtype) == ((n,), np.int64)
        assert labels.min() >= 0
        assert labels.max() < facts.outputs == len(facts.classes) == len(set(facts.classes))


def encoded(mode: str, form: str, size: tuple[int, int] = (4, 3)) -> bytes:
    """Return a picture of a mode in a format that holds it."""
    file = io.BytesIO()
    Image.new(mode, size, 1).save(file, form)
    return file.getvalue()


PICTURES = [
    *(encoded(mode, "PNG") for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
    *(encoded(mode, "JPEG") for mode in ("L", "RGB", "CMYK")),
    *(encoded(mode, "BMP") for mode in ("1", "L", "P", "RGB", "RGBA")),
    *(encoded(mode, "WEBP") for mode in ("RGB", "RGBA")),
    *(encoded("L", form) for form in ("GIF", "TIFF", "PPM", "ICO")),
]
GOOD = encoded("RGB", "PNG")


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """Bits flipped, bytes overwritten, cut off, cut out, put in or put after."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        how = draw(st.sampled_from(["flip", "set", "cut", "out", "in", "after"]))
        some = draw(st.binary(min_size=1, max_size=8) | st.sampled_from([b"\xff" * 4, bytes(8)]))
        if how == "flip" and data:
            data[at] ^= 1 << draw(st.integers(0, 7))
        elif how == "set":
            data[at : at + len(some)] = some
        elif how == "cut":
            del data[at:]
        elif how == "out":
            del data[at : at + len(some)]
        else:
            place = at if how == "in" else len(data)
            data[place:place] = some
    return bytes(data)


names = st.text(max_size=5) | st.none() | st.integers() | st.booleans()
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
named = st.lists(names, max_size=6) | st.dictionaries(st.sampled_from("0123x"), names)
anything = st.recursive(
    scalars | named,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def under(key: str, value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return tables with `value` under a key, or something else in the table's place."""
    return value.map(lambda held: {key: held}) | anything


metadata = under("info", under("features", under("label", under("names", named | anything)))).map(
    lambda value: json.dumps(value).encode()
) | st.binary(max_size=20)

integers = [pa.int8(), pa.uint8(), pa.int16(), pa.uint16(), pa.int32(), pa.uint32(), pa.int64()]
kinds = st.sampled_from([*integers, pa.uint64(), pa.dictionary(pa.int8(), pa.int64())])


@st.composite
def label_columns(draw: st.DrawFn, n: int) -> pa.Array:
    """Return n labels of some type, some of them absent, negative or huge."""
    kind = draw(kinds)
    width = getattr(kind, "bit_width", 8) if not pa.types.is_dictionary(kind) else 64
    signed = not str(kind).startswith("uint")
    high = 2 ** (width - signed) - 1
    low = -(2 ** (width - 1)) if signed else 0
    odd = [value for value in (*HUGE, low, high, -1) if low <= value <= high]
    value = st.integers(0, 5) | st.sampled_from(odd) | st.none()
    values = draw(
        st.lists(value, min_size=n, max_size=n) | st.just([0, 1, 2] * n).map(lambda v: v[:n])
    )
    plain = pa.array(values, kind.value_type if pa.types.is_dictionary(kind) else kind)
    return plain.dictionary_encode() if pa.types.is_dictionary(kind) else plain


@st.composite
def other_columns(draw: st.DrawFn, n: int) -> pa.Array:
    """Return n values that are no labels."""
    value = draw(st.sampled_from([0.5, "a", True, None, [1], {"a": 1}, b"x", "\u202e", 1.0]))
    return pa.array([value] * n)


@st.composite
def picture_columns(draw: st.DrawFn, n: int) -> pa.Array:
    """Return n pictures in some layout, some of them absent or something else."""
    value = st.just(GOOD) | st.sampled_from(PICTURES) | st.none() | st.binary(max_size=10)
    pictures = draw(st.just([GOOD] * n) | st.lists(value, min_size=n, max_size=n))
    layout = draw(
        st.sampled_from(["struct", "bytes", "large", "path", "list", "dictionary", "row"])
    )
    if layout == "bytes":
        return pa.array(pictures, pa.binary())
    if layout == "large":
        return pa.array(pictures, pa.large_binary())
    if layout == "dictionary":
        return pa.array(pictures, pa.binary()).dictionary_encode()
    if layout == "list":
        return pa.array([[picture] for picture in pictures], pa.list_(pa.binary()))
    if layout == "path":
        return pa.array([{"path": "a.png"}] * n)
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    rows = [{"bytes": picture, "path": None} for picture in pictures]
    return pa.array([None, *rows[1:]] if layout == "row" and n else rows, kind)


columns = st.sampled_from(["label", "labels", "target", "", "a.b", "image", "\x1b[2J", "é"])


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    """Return a table of up to four rows, with metadata."""
    n = draw(st.integers(0, 4))
    arrays = [draw(picture_columns(n)), draw(label_columns(n) | other_columns(n))]
    heads = [draw(st.sampled_from(["image", "img"]) | columns), draw(st.just("label") | columns)]
    if draw(st.booleans()):
        arrays.append(draw(label_columns(n) | other_columns(n) | picture_columns(n)))
        heads.append(draw(columns))
    schema = pa.schema(
        [pa.field(head, array.type) for head, array in zip(heads, arrays, strict=True)]
    )
    said = draw(st.none() | metadata)
    return pa.Table.from_arrays(arrays, schema=schema.with_metadata(said and {"huggingface": said}))


def shard(table: pa.Table, **ways: Any) -> bytes:
    """Return a parquet file."""
    file = io.BytesIO()
    pq.write_table(table, file, **ways)
    return file.getvalue()


def good_table(said: bytes | None = None) -> pa.Table:
    """Return four rows of three classes."""
    rows = [{"bytes": GOOD, "path": "a.png"}] * 4
    table = pa.table({"image": rows, "label": [0, 1, 2, 0]})
    return table.replace_schema_metadata(said and {"huggingface": said})


@st.composite
def swollen_tables(draw: st.DrawFn) -> pa.Table:
    """Return rows of good pictures with zeros behind them: they pack to nothing."""
    sizes = draw(st.lists(st.integers(0, 20_000), min_size=1, max_size=8))
    if draw(st.booleans()):
        sizes = [sizes[0]] * draw(st.integers(1, 300))
    return pa.table({"image": [GOOD + bytes(size) for size in sizes], "label": [0] * len(sizes)})


ways = st.fixed_dictionaries(
    {
        "compression": st.sampled_from(["none", "snappy", "gzip", "zstd", "brotli", "lz4"]),
        "use_dictionary": st.booleans(),
        "row_group_size": st.sampled_from([1, 7, 1_000]),
        "data_page_version": st.sampled_from(["1.0", "2.0"]),
        "write_statistics": st.booleans(),
    }
)

odd_names = st.sampled_from(
    [
        b"a",
        b"b.png",
        b"\xff\xfe",
        b"\xff.png",
        b".hidden",
        b"n\nl",
        b"\x1b[2J",
        "é".encode(),
        b"x" * 200,
    ]
)
kinds_of_file = st.sampled_from(
    ["good", "good", "other", "broken", "empty", "folder", "loop", "up"]
)


def plant(path: bytes, kind: str, picture: bytes) -> None:
    """Put something at a path: a picture, rubbish, a folder, a link to itself or upwards."""
    os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120 - bytes
    if kind == "folder":
        os.mkdir(path)  # noqa: PTH102 - bytes
    elif kind in ("loop", "up"):
        os.symlink(path if kind == "loop" else b"..", path)  # noqa: PTH211 - bytes
    else:
        content = {"good": GOOD, "other": picture, "broken": GOOD[:40], "empty": b""}[kind]
        with open(path, "wb") as file:  # noqa: PTH123 - bytes
            file.write(content)


files_of_folders = st.lists(
    st.tuples(
        st.sampled_from([b"train", b"train", b"test", b"other"]),
        st.just(b"cat") | odd_names,
        odd_names,
        st.sampled_from([b".png", b".PNG", b".jpg", b".txt", b""]),
        kinds_of_file,
        st.sampled_from(PICTURES),
    ),
    max_size=6,
    unique_by=lambda row: row[:4],
)
