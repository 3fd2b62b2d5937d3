"""What a digest of source covers, and what it leaves out."""

import pytest

from harness.code.digests import of_file, without_comments

TEXT = '''\
"""What it does."""  # first

import os


def f(x):  # why
    """Several

    lines # no comment
    """
    # a comment of its own
    y = f"""{x}SPACES

    # text"""SPACES
    return (  # inside
        x + 1SPACES
    )
'''.replace("SPACES", "   ")


def test_only_what_python_reads_is_kept():
    assert (
        without_comments(TEXT)
        == '''\
"""What it does."""
import os
def f(x):
    """Several

    lines # no comment
    """
    y = f"""{x}SPACES

    # text"""
    return (
        x + 1
    )'''.replace("SPACES", "   ")
    )


@pytest.mark.parametrize(
    "same",
    [
        TEXT.replace("# why", "# for another reason"),
        TEXT.replace("import os\n\n\n", "import os\n"),
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("x + 1   ", "x + 1"),
        "\ufeff" + TEXT,
        TEXT + "\n\n# the end",
    ],
)
def test_comments_blank_lines_and_line_endings_change_nothing(tmp_path, same):
    digests = []
    for text in (TEXT, same):
        path = tmp_path / "f.py"
        path.write_bytes(text.encode())
        digests.append(of_file(path))
    assert digests[0] == digests[1]


@pytest.mark.parametrize(
    "other",
    [
        TEXT.replace("x + 1", "x + 2"),
        TEXT.replace("lines # no comment", "lines # a comment"),
        TEXT.replace("{x}   \n\n", "{x}   \n"),
        TEXT.replace("# text", "# other text"),
        TEXT.replace("    return", "        return"),
    ],
)
def test_whatever_may_change_results_changes_the_digest(tmp_path, other):
    assert other != TEXT
    assert without_comments(TEXT) != without_comments(other)


def test_the_digest_is_the_same_on_every_python(tmp_path):
    path = tmp_path / "f.py"
    path.write_text(TEXT)
    assert of_file(path) == "ceb24f880447"


@pytest.mark.parametrize("text", ["def (:  # x", "'''open", "x = (", "\t x\n  y\n z # c"])
def test_what_is_no_python_is_taken_as_it_is(text):
    assert without_comments(text) == text


def test_other_files_count_byte_by_byte_but_for_line_endings(tmp_path):
    path = tmp_path / "fit.R"
    found = []
    for data in (b"x # 1\n", b"x # 1\r\n", b"x # 2\n", b"\0\r\n", b"\0\n"):
        path.write_bytes(data)
        found.append(of_file(path))
    assert found[0] == found[1]
    assert len(set(found)) == 4
