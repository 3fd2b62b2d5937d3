import contextlib
import itertools
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import FileError, StoreError
from harness.lines import Log


def log(path):
    return Log(path, lambda text: {"text": text}, lambda values: values["text"])


TEXTS = st.lists(st.text(max_size=12), max_size=5)


def write(path, texts):
    file = log(path)
    for text in texts:
        file.append(text)
    return file


def read(file, notes=None):
    return list(file.read([] if notes is None else notes))


@given(texts=TEXTS, cut=st.integers(0, 60))
def test_a_file_cut_anywhere_keeps_its_whole_lines(texts, cut, tmp_path_factory):
    file = write(tmp_path_factory.mktemp("lines") / "x.jsonl", texts)
    written = file.path.read_bytes() if texts else b""
    kept = written[: max(len(written) - cut, 0)]
    file.path.write_bytes(kept)
    sizes = [len(line) + 1 for line in written.split(b"\n")[:-1]]
    whole = 0
    while whole < len(sizes) and sum(sizes[: whole + 1]) <= len(kept):
        whole += 1
    notes = []
    assert read(file, notes) == texts[:whole]
    assert len(notes) == (len(kept) > sum(sizes[:whole]))
    file.mend()
    file.append("next")
    assert read(file, notes := []) == [*texts[:whole], "next"]
    assert not notes


def test_no_file_has_no_lines(tmp_path):
    file = log(tmp_path / "none.jsonl")
    notes = []
    assert read(file, notes) == notes == []
    file.mend()
    assert not file.path.exists()


def test_a_flipped_bit_is_refused_by_file_and_line(tmp_path):
    file = write(tmp_path / "x.jsonl", ["one", "two", "three"])
    lines = file.path.read_bytes().split(b"\n")
    start, end = len(lines[0]) + 1, len(lines[0]) + len(lines[1]) + 2  # its newline is part of it
    key = range(end - len('sha":"0123456789abcdef"}\n'), end - len('":"0123456789abcdef"}\n'))
    for place, bit in itertools.product(range(start, end), range(8)):
        changed = bytearray(file.path.read_bytes())
        changed[place] ^= 1 << bit
        damaged = log(tmp_path / "damaged.jsonl")
        damaged.path.write_bytes(changed)
        if place in key:  # the name of the digest; the values are as they were
            with contextlib.suppress(StoreError):
                assert read(damaged) == ["one", "two", "three"]
        else:
            with pytest.raises(StoreError, match=r"damaged\.jsonl:[23]: "):
                read(damaged)


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: b"\xef\xbb\xbf" + lines,
        lambda lines: lines.replace(b"\n", b"\r\n"),
        lambda lines: b"\n\n" + lines.replace(b"\n", b"\n\n"),
    ],
    ids=["byte-order mark", "carriage returns", "blank lines"],
)
def test_what_editors_leave_is_read_over(change, tmp_path):
    file = write(tmp_path / "x.jsonl", ["a", "b"])
    file.path.write_bytes(change(file.path.read_bytes()))
    assert read(file) == ["a", "b"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'{"text":"\xff"}', "x.jsonl:2: must be UTF-8, got byte 0xff"),
        (b"{", "x.jsonl:2: must be JSON"),
        (b"[1]", r"x.jsonl:2: must be a JSON object, got '\[1\]'"),
        (b"[" * 100_000, "x.jsonl:2: must be JSON"),
        (b'{"text":' + b"9" * 5000 + b"}", "x.jsonl:2: must be JSON"),
        (b'{"text":NaN}', "x.jsonl:2: must be JSON: NaN"),
    ],
    ids=["bytes", "half", "list", "deep", "digits", "constant"],
)
def test_a_line_that_is_none_is_named(line, words, tmp_path):
    file = write(tmp_path / "x.jsonl", ["a"])
    file.path.write_bytes(file.path.read_bytes() + line + b"\n")
    with pytest.raises(StoreError, match=words):
        read(file)


def test_a_line_without_a_digest_is_read_as_it_is(tmp_path):
    file = log(tmp_path / "x.jsonl")
    file.path.write_bytes(b'{"text":"old"}\n')
    file.append("new")
    assert read(file) == ["old", "new"]


def test_a_line_that_does_not_fit_on_the_disk_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    file = write(tmp_path / "x.jsonl", ["a"])
    before = file.path.read_bytes()

    def half(target, line):
        target.write(line[: len(line) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("harness.lines._write", half)
    with pytest.raises(FileError, match=r"cannot write to .*x.jsonl: no space left on device; fr"):
        file.append("b")
    assert file.path.read_bytes() == before


def test_the_end_of_lines_is_found_however_long_the_rest(tmp_path):
    file = write(tmp_path / "x.jsonl", ["a"])
    whole = file.path.read_bytes()
    file.path.write_bytes(whole + b"x" * 200_000)
    file.mend()
    assert file.path.read_bytes() == whole
    assert (tmp_path / "x.jsonl.torn").stat().st_size == 200_001


def test_a_folder_where_the_file_should_be_is_one_line(tmp_path):
    (tmp_path / "x.jsonl").mkdir()
    with pytest.raises(FileError, match=r"cannot read .*x\.jsonl: is a directory"):
        read(log(tmp_path / "x.jsonl"))


def test_a_pipe_in_place_of_the_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "x.jsonl")
    with pytest.raises(FileError, match=r"cannot read .*x\.jsonl: it is a pipe or a device"):
        read(log(tmp_path / "x.jsonl"))


def test_what_could_not_be_read_back_is_not_written(tmp_path):
    def even(values):
        if values["number"] % 2:
            raise StoreError("must be even")
        return values["number"]

    file = Log(tmp_path / "x.jsonl", lambda number: {"number": number}, even)
    file.append(2)
    with pytest.raises(StoreError, match="must be even"):
        file.append(3)
    assert list(file.read([])) == [2]
