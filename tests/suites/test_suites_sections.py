"""Every section of our own documents is covered, or says why there is nothing to measure."""

import os
import re
from pathlib import Path

import pytest

from harness.suite.documents import README, library
from harness.workspace.suites import check_documents

FOLDER = Path(__file__).parents[2] / "suites"
SOURCES = os.environ.get("HARNESS_SOURCES", "")


def test_our_own_documents_are_covered(workspace):
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
