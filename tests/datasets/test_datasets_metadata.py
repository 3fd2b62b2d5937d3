"""Sizes come from the pages of a parquet file, whatever its footer says."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import faults
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.datasets import bounds, metadata
from harness.datasets.compact import I32, I64, Compact
from harness.datasets.shards import Shard
from harness.errors import DataCorrupt

few = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))


def groups_of(data: bytes, *flat: bool) -> tuple[metadata.Group, ...]:
    return metadata.groups(io.BytesIO(data), flat)


@few
@given(faults.swollen_tables(), faults.ways)
def test_pages_hold_what_an_honest_footer_says(table: pa.Table, ways: Any) -> None:
    data = faults.shard(table, **ways)
    metadata = pq.read_metadata(io.BytesIO(data))
    said = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    found = groups_of(data, True, True)
    assert [group.rows for group in found] == [group.num_rows for group in said]
    for own, footer in zip(found, said, strict=True):  # whose sizes have those of headers in them
        assert own.size <= footer.total_byte_size
    if not ways["use_dictionary"]:
        assert sum(own.size for own in found) >= sum(map(len, table.column("image").to_pylist()))


def test_columns_of_many_values_a_row_may_have_them() -> None:
    data = faults.shard(pa.table({"a": [[1, 2], [3]], "b": [1, 2]}))
    assert groups_of(data, False, True)[0].rows == 2
    with pytest.raises(ValueError, match="a group of 2 rows has a column of 3 values"):
        groups_of(data, True, True)


@pytest.mark.parametrize("kind", [pa.binary(), pa.struct([("bytes", pa.binary())])])
def test_a_shard_without_rows_has_a_group_without(kind: pa.DataType) -> None:
    empty = pa.table({"image": pa.array([], kind), "label": pa.array([], pa.int64())})
    assert groups_of(faults.shard(empty), True, True) == (metadata.Group(0, 0),)


def number(value: int, width: int = 0) -> bytes:
    """Return a number as a footer has it, made as wide as another by bytes that say nothing."""
    value, parts = value << 1, []
    while value or not parts:
        parts.append(value & 127)
        value >>= 7
    parts += [0] * (width - len(parts))
    return bytes([part | 128 for part in parts[:-1]] + parts[-1:])


def lying(data: bytes, **said: int) -> bytes:
    """Return a shard of one group whose footer says other numbers."""
    length = int.from_bytes(data[-8:-4], "little")
    body, footer = data[: -8 - length], data[-8 - length : -8]
    metadata = pq.read_metadata(io.BytesIO(data))
    group = metadata.row_group(0)
    pictures = group.column(0)
    facts = {
        "size": [group.total_byte_size, pictures.total_uncompressed_size],
        "packed": [pictures.total_compressed_size],
        "rows": [group.num_rows],
    }
    for name, value in said.items():
        for true in facts[name]:
            before = number(true)
            assert before in footer
            footer = footer.replace(before, number(value, len(before)))
    return body + footer + data[-8:]


def swollen(rows: int, size: int) -> bytes:
    """Return rows of pictures with zeros behind them, a page each; they pack to nothing."""
    table = pa.table({"image": [faults.GOOD + bytes(size)] * rows, "label": [0] * rows})
    return faults.shard(table, compression="zstd", use_dictionary=False, data_page_size=1)


@pytest.fixture
def low(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_UNPACKED", 100_000)


def opened(folder: Path, data: bytes) -> Shard:
    path = folder / "train.parquet"
    path.write_bytes(data)
    return Shard.open(path)


def test_a_footer_that_understates_hides_nothing(tmp_path: Path, low: None) -> None:
    data = lying(swollen(30, 10_000), size=1_000)
    assert pq.read_metadata(io.BytesIO(data)).row_group(0).total_byte_size == 1_000
    with pytest.raises(DataCorrupt, match=r"must unpack to at most 100,000 bytes .* got 30\d,\d+"):
        opened(tmp_path, data)


def test_a_footer_that_overstates_keeps_nothing_out(tmp_path: Path, low: None) -> None:
    shard = opened(tmp_path, lying(swollen(8, 10_000), size=(1 << 20) - 1))
    assert len(list(shard.pictures())) == 8
    assert shard.count == 8


@pytest.mark.parametrize(("said", "words"), [
    ({"rows": 1}, "a group of 1 rows has a column of 301 values"),
    ({"rows": 8_000}, "a group of 8,000 rows has a column of 301 values"),
])  # fmt: skip
def test_a_footer_that_lies_about_rows_is_refused(
    tmp_path: Path, said: dict[str, int], words: str
) -> None:
    data = lying(swollen(301, 0), **said)
    with pytest.raises(ValueError, match=words):
        groups_of(data, True, True)
    with pytest.raises(DataCorrupt, match="must be a whole parquet file"):
        opened(tmp_path, data)


def test_columns_that_share_their_bytes_are_refused() -> None:
    data = swollen(3, 1_000)
    assert groups_of(data, True, True)
    with pytest.raises(ValueError, match="more bytes than the file has"):
        groups_of(lying(data, packed=8_000), True, True)


@pytest.mark.parametrize("said", [100, (1 << 20) - 1])
def test_a_page_that_unpacks_to_something_else_is_refused(tmp_path: Path, said: int) -> None:
    """By pyarrow: so the size in its header bounds what it takes."""
    data = swollen(1, 100_000)
    first = pq.read_metadata(io.BytesIO(data)).row_group(0).column(0).data_page_offset
    kind, size = data[first : first + 2], first + 3  # its kind is a data page, then comes its size
    assert kind == bytes([0x15, 0])
    lie = data[:size] + number(said, 3) + data[size + 3 :]
    assert groups_of(data, True, True)[0].size > 100_000
    assert groups_of(lie, True, True)[0].size < said + 1_000
    with pytest.raises(DataCorrupt, match="must be a whole parquet file"):
        list(opened(tmp_path, lie).pictures())


STRUCT = bytes([0x15, 0x0E, 0x18, 2, *b"ab", 0x19, 0x1C, 0x15, 0x02, 0, 0x00])
"""{1: 7, 2: "ab", 3: [{1: 1}]}"""


def test_of_a_struct_only_what_is_wanted_is_kept() -> None:
    assert Compact(io.BytesIO(STRUCT)).struct({}) == {}
    assert Compact(io.BytesIO(STRUCT)).struct({1: I32, 3: [{1: I32}]}) == {1: 7, 3: [{1: 1}]}
    other = Compact(io.BytesIO(STRUCT)).struct({1: I64, 2: I32, 3: {1: I32}})
    assert other == {}, "what is of another kind is not there, as for all who read it"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "ends within"),
        (b"\x15", "ends within"),
        (b"\x15\x02\x05\x02\x02\x00", "field 1 stands twice"),
        (b"\x15" + b"\xff" * 11, "more than 10 bytes"),
        (b"\x15" + b"\xff" * 9 + b"\x01\x00", "a number of 32 bits"),
        (b"\x1f\x00", "no kind 15"),
        (b"\x18" + b"\xff" * 8 + b"\x7f", "too long"),
        (b"\x19" + b"\x19" * 100, "more than 32 deep"),
        (b"\x1c" * 100, "more than 32 deep"),
    ],
)
def test_what_is_no_struct_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Compact(io.BytesIO(data)).struct({1: I32})


@few
@given(st.binary(max_size=60))
def test_any_bytes_are_a_struct_or_refused(data: bytes) -> None:
    try:
        found = Compact(io.BytesIO(data)).struct({1: I32, 2: I64, 3: [{1: I64}]})
    except ValueError:
        return
    assert set(found) <= {1, 2, 3}


@pytest.mark.faults
def test_gigabytes_behind_a_small_footer_take_no_memory(tmp_path: Path) -> None:
    """In a process of its own, whose memory is counted."""
    picture = pa.array([faults.GOOD + bytes(100 << 20)], pa.binary())
    table = pa.table({"image": pa.chunked_array([picture] * 40), "label": [0] * 40})
    ways = {"compression": "zstd", "use_dictionary": False, "write_statistics": False}
    path = tmp_path / "train.parquet"
    path.write_bytes(lying(faults.shard(table, **ways), size=1_000))
    assert path.stat().st_size < 4 << 20
    code = (
        "import sys, resource; from pathlib import Path; import pyarrow.parquet\n"
        "from harness.datasets.shards import Shard\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: print(len(list(Shard.open(Path(sys.argv[1])).pictures())))\n"
        "except Exception as error: print(type(error).__name__, error)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run([sys.executable, "-c", code, path], stdout=subprocess.PIPE, text=True)
    said, more = done.stdout.splitlines()
    assert "must unpack to at most 536,870,912 bytes" in said
    assert int(more) << 10 < 512 << 20
