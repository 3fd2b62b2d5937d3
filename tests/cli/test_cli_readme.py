"""``harness readme``: numbers between marks are those of the records, or named by file and line."""

import json
import stat

import pytest
from suite_texts import write_suite

MARKED = "# It\r\n\r\nlearns <!-- claim: tiny/learns -->50 %<!-- /claim --> of it.\r\n"


@pytest.fixture
def readme(harness):
    """Run the suite once; write README.md and give the verb to it."""
    assert harness("run", "-j", "1", "-q")[0] == 0
    path = harness.folder / "README.md"

    def call(*arguments, text=MARKED):
        if text is not None:
            path.write_bytes(text.encode() if isinstance(text, str) else text)
        return harness("readme", *arguments)

    call.path, call.harness = path, harness
    return call


def test_a_number_is_checked_written_and_then_right(readme):
    code, out, _ = readme()
    assert code == 3
    assert "README.md:3: tiny/learns: '50 %' must be '" in out
    assert readme.path.read_bytes() == MARKED.encode()
    readme.path.chmod(0o640)
    code, out, _ = readme("--write", text=None)
    assert (code, "1 of 1 number updated" in out) == (0, True)
    new = readme.path.read_bytes().decode()
    before, rest = MARKED.split("50")
    assert new.startswith(before)
    assert new.endswith(rest)
    assert stat.S_IMODE(readme.path.stat().st_mode) == 0o640
    code, out, _ = readme("--json", "-", text=None)
    (mark,) = json.loads(out)["marks"]
    assert code == 0
    assert mark["same"]
    assert (mark["claim"], mark["line"], mark["records"]) == (
        "tiny/learns",
        3,
        new[len(before) : len(new) - len(rest)] + " %",
    )
    assert [path.name for path in readme.path.parent.glob(".*")] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (MARKED.replace("tiny/learns", "tiny/lerns"), "unknown claim 'tiny/lerns'. Did you mean"),
        (MARKED.replace("<!-- /claim -->", ""), "README.md:3: the mark of tiny/learns must be"),
        (MARKED + MARKED.replace("/claim", ""), "README.md:6: "),
        ("no mark", "README.md must have a mark, got none"),
        (MARKED.replace("50 %", "50 ms"), "the claim has no unit"),
    ],
)
def test_a_mark_that_is_not_right_is_named_and_nothing_written(readme, text, words):
    code, _, err = readme("--write", text=text)
    assert code == 2
    assert words in " ".join(err.split())
    assert readme.path.read_bytes() == text.encode()


def test_several_files_and_one_that_is_not_there(readme):
    (readme.path.parent / "more.md").write_text(MARKED)
    code, out, _ = readme("README.md", "more.md")
    assert code == 3
    assert "README.md:3" in out
    assert "more.md:3" in out
    code, _, err = readme("none.md")
    assert code == 7
    assert "cannot read the document none.md: no such file" in err


def test_a_claim_without_records_is_named(readme):
    other = readme.harness.suite.read_text().replace('id = "tiny"', 'id = "other"')
    write_suite(readme.harness.folder / "suites", other, "other")
    text = MARKED + MARKED.replace("tiny/", "other/")
    code, _, err = readme("--write", text=text)
    assert code == 5
    assert "README.md:6: other/learns: nothing was measured" in err
    assert readme.path.read_bytes().endswith(MARKED.replace("tiny/", "other/").encode())


def test_without_any_record_nothing_was_measured(harness):
    (harness.folder / "README.md").write_text(MARKED)
    code, _, err = harness("readme")
    assert code == 5
    assert "run `harness run` first" in err


def test_a_linked_document_stays_a_link(readme):
    readme(text=MARKED)
    real = readme.path.rename(readme.path.with_name("real.md"))
    readme.path.symlink_to(real.name)
    assert readme("--write", text=None)[0] == 0
    assert readme.path.is_symlink()
    assert b"50 %" not in real.read_bytes()
