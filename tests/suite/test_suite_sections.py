"""Every section of a document is covered, or says why there is nothing to measure."""

import os
import re
from pathlib import Path

import pytest
from suite_texts import section_text, sources_text, suite_text, write_suite

from harness.errors import SuiteError
from harness.suite.documents import README, library
from harness.suite.sections import problems
from harness.workspace import check_documents, open_workspace

FOLDER = Path(__file__).parent.parent.parent / "suites"
SOURCES = os.environ.get("HARNESS_SOURCES", "")

SUITE = suite_text(
    "line-fit",
    """\
[data]
dataset = "synthetic"
[data.synthetic]
generator = "linear"
[model]
hidden = []
[train]
loss = "mse"
optimizer = { name = "sgd", lr = 0.1 }
steps = 3
batch_size = "full"
[[grid]]
backend = ["numpy"]
[[claims]]
id = "falls"
quote = "the loss falls"
metric = "train_loss"
expect = { at_most = 1.0 }
""",
)


@pytest.fixture
def folder(tmp_path):
    write_suite(tmp_path, SUITE, "line-fit")
    (tmp_path / "sources.toml").write_text(sources_text())
    (tmp_path / "sections").mkdir()
    return tmp_path


def found(folder, sections):
    (folder / "sections" / "notes.toml").write_text("schema = 1\n" + sections)
    workspace = open_workspace([], folder)
    return [str(p) for p in problems(workspace.library().documents, workspace.suites)]


def test_a_complete_outline_has_no_problem(folder):
    nothing = section_text("2", nothing="Tells a story.")
    assert (
        found(folder, section_text("1") + nothing + section_text("3", claims=["line-fit/falls"]))
        == []
    )


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        (section_text("1") + section_text("2"), "must be covered by a claim"),
        (section_text("1", nothing="A story."), "must be left out"),
        (section_text("1") + section_text("1"), "must be unique"),
        (
            section_text("1") + section_text("2", claims=["line-fit/fals"]),
            "Did you mean 'line-fit/falls'",
        ),
        (section_text("2", nothing="A story."), "must list section '1', cited by line-fit/falls"),
    ],
)
def test_each_fault_is_named_by_file_and_line(folder, sections, message):
    (problem,) = found(folder, sections)
    assert message in problem
    assert re.search(r"notes\.toml:\d+", problem)


def test_an_unknown_key_is_named(folder):
    (folder / "sections" / "notes.toml").write_text("schema = 1\n" + section_text("1", topics="x"))
    with pytest.raises(SuiteError, match="topics"):
        library(folder)


def test_a_document_without_outline_is_left_alone(folder):
    check_documents(open_workspace([], folder))


def test_our_own_documents_are_covered():
    workspace = open_workspace([], FOLDER)
    check_documents(workspace)
    documents = workspace.library().documents.values()
    assert all(document.sections for document in documents if document.key != README)


def headings(text):
    """Return the numbered headings of a document, in order, each once."""
    numbers = re.findall(r"^#+ +(\d+(?:\.\d+)*)\.? ", without_code(text), flags=re.MULTILINE)
    return list(dict.fromkeys(numbers))


def without_code(text):
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


@pytest.mark.skipif(not SOURCES, reason="HARNESS_SOURCES does not name the source documents")
@pytest.mark.parametrize("document", library(FOLDER).documents.values(), ids=lambda it: it.key)
def test_the_outline_has_every_numbered_heading(document):
    (path,) = Path(SOURCES).glob(f"{document.number}*.txt")
    numbers = [entry.number for entry in document.sections]
    listed = [number for number in numbers if number[0].isdigit()]  # "overview" has none
    there = headings(path.read_text(encoding="utf-8"))
    assert len(there) >= 10
    assert sorted(set(there) - set(listed)) == []
    assert sorted(set(listed) - set(there)) == []
