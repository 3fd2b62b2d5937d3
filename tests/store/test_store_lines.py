import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import StoreError
from harness.store.lines import LineFile, locked

LINE = st.text(st.characters(blacklist_characters="\n", blacklist_categories=["Cs"]), max_size=20)


@given(lines=st.lists(LINE, max_size=5), cut=st.integers(0, 30))
def test_a_file_cut_anywhere_keeps_its_whole_lines(lines, cut, tmp_path_factory):
    path = tmp_path_factory.mktemp("lines") / "x.jsonl"
    file = LineFile(path)
    for line in lines:
        file.append(line)
    written = path.read_bytes() if lines else b""
    kept = written[: max(len(written) - cut, 0)]
    path.write_bytes(kept)
    expected, notes = [], []
    for line in lines:  # an oracle that counts bytes, not newlines
        if sum(len(text.encode()) + 1 for text in [*expected, line]) > len(kept):
            break
        expected.append(line)
    assert file.read(notes) == expected
    torn = len(kept) - sum(len(line.encode()) + 1 for line in expected)
    assert len(notes) == (torn > 0)
    file.mend()
    file.append("next")
    assert LineFile(path).read([]) == [*expected, "next"]


def test_no_file_has_no_lines(tmp_path):
    file = LineFile(tmp_path / "none.jsonl")
    notes = []
    assert file.read(notes) == notes == []
    file.mend()
    assert not file.path.exists()


def test_a_second_writer_is_told_which_option_to_change(tmp_path):
    with locked(tmp_path, "--history"):  # noqa: SIM117
        with pytest.raises(StoreError, match=r"is writing here; .* another --history"):
            with locked(tmp_path, "--history"):
                pass
