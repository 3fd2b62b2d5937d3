import io
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.errors import StoreError
from harness.store import arrays as files


def test_arrays_of_any_name_come_back(tmp_path):
    arrays = {"file": np.arange(3), "allow_pickle": np.zeros((2, 2)), "it's [ü]": np.float32(1)}
    named = files.save(tmp_path, "cell", arrays)
    assert named == dict.fromkeys(arrays, "cell.npz")
    for name, array in arrays.items():
        found = files.read(tmp_path, "cell.npz", name)
        np.testing.assert_array_equal(found, array)
        assert found.dtype == np.asarray(array).dtype


def header(shape, descr="<f8", version=b"\x01\x00"):
    text = str({"descr": descr, "fortran_order": False, "shape": shape}).encode()
    text += b" " * (117 - len(text)) + b"\n"
    return b"\x93NUMPY" + version + len(text).to_bytes(2, "little") + text


def packed(data, how=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as members:
        members.writestr("a.npy", data)
    return file.getvalue()


def read(folder, data):
    """Return the array, or why not; the file is named."""
    (folder / files.ARRAYS).mkdir(exist_ok=True)
    path = folder / files.ARRAYS / "c.npz"
    path.write_bytes(data)
    try:
        return files.read(folder, "c.npz", "a")
    except StoreError as error:
        text = str(error)
        return text if text.startswith(f"{path}: ") else pytest.fail(f"no file in {text!r}")


@pytest.mark.parametrize("how", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_array_that_unpacks_to_too_much_is_refused_before(tmp_path, monkeypatch, how):
    monkeypatch.setattr(files, "MOST_BYTES", 1_000_000)
    data = packed(header((1_000_000,)) + bytes(8_000_000), how)
    assert len(data) < 20_000
    said = read(tmp_path, data)
    assert "an array must unpack to at most 1,000,000 bytes" in said
    assert said.endswith("got 8,000,128")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (header((10**12,)) + bytes(8), "8000000000000 bytes must follow the header, got 8"),
        (header((10**400,)) + bytes(8), "bytes must follow the header, got 8"),
        (header((2,)) + bytes(8), "16 bytes must follow the header, got 8"),
        (header((1,)) + bytes(9), "8 bytes must follow the header, got 9"),
        (header((-1, -1)) + bytes(8), ""),
        (header((1,), "|O") + bytes(8), "they must be numbers, got object"),
        (header((1,), version=b"\x02\x00") + bytes(8), "its format must be 1.0, got 2.0"),
    ],
)
def test_an_array_is_of_the_size_it_says(tmp_path, data, words):
    said = read(tmp_path, packed(data))
    assert isinstance(said, str)
    assert words in said


def test_a_size_in_the_list_of_an_archive_is_not_believed(tmp_path):
    data = bytearray(packed(header((3,)) + np.arange(3.0).tobytes()))
    place = data.rindex(b"PK\x01\x02") + 24
    data[place : place + 4] = b"\xf0\xff\xff\xff"
    assert isinstance(read(tmp_path, bytes(data)), str)


WHOLE = packed(header((3,)) + np.arange(3.0).tobytes())
EDITS = st.lists(
    st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=8), st.booleans()),
    min_size=1,
    max_size=3,
)


def check(folder, edits):
    data = bytearray(WHOLE)
    for place, some, cut in edits:
        data[place : place + (0 if cut else len(some))] = b"" if cut and place % 2 else some
    found = read(folder, bytes(data))
    if not isinstance(found, str):
        assert found.nbytes < 1_000


@given(EDITS)
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_a_damaged_archive_is_read_or_refused_by_name(tmp_path_factory, edits):
    check(tmp_path_factory.mktemp("store"), edits)


@pytest.mark.faults
@pytest.mark.timeout(0)
@given(EDITS)
@settings(max_examples=10_000, suppress_health_check=list(HealthCheck))
def test_a_damaged_archive_is_read_or_refused_by_name_at_length(tmp_path_factory, edits):
    check(tmp_path_factory.mktemp("store"), edits)
