"""Files of pictures for the tests."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image


def png(pixels: np.ndarray) -> bytes:
    """Return (C, H, W) uint8 as a PNG file."""
    planes = pixels[0] if pixels.shape[0] == 1 else pixels.transpose(1, 2, 0)
    file = io.BytesIO()
    Image.fromarray(planes).save(file, "PNG")
    return file.getvalue()


def write_shard(
    path: Path,
    pictures: Sequence[bytes | None],
    labels: Sequence[int | None],
    *,
    columns: tuple[str, str] = ("img", "label"),
    names: Sequence[str] = (),
) -> None:
    """Write one parquet file in the Hugging Face layout."""
    rows = [{"bytes": data, "path": f"{row}.png"} for row, data in enumerate(pictures)]
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    arrays = [pa.array(rows, kind), pa.array(labels, pa.int64())]
    schema = pa.schema([(columns[0], kind), (columns[1], pa.int64())])
    if names:
        features = {columns[1]: {"names": list(names), "_type": "ClassLabel"}}
        text = json.dumps({"info": {"features": features}})
        schema = schema.with_metadata({"huggingface": text})
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), path)
