"""Quotes stand in the documents word for word, and every claim names a document there is."""

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from harness.suite.documents import library
from harness.suite.load import find, load
from harness.suite.quotations import DocumentFiles, problems
from harness.suite.text import Originals

FOLDER = Path(__file__).parent.parent.parent / "suites"
DOCUMENTS = library(FOLDER).documents
SUITES = [load(path) for path in find([], FOLDER)]
SOURCES = os.environ.get("HARNESS_SOURCES", "")


@pytest.fixture(scope="session")
def documents():
    if not SOURCES:
        pytest.skip("HARNESS_SOURCES does not name the folder of source documents")
    return {
        key: replace(entry, files=Originals(tuple(Path(SOURCES).glob(f"{entry.number}*.txt"))))
        for key, entry in DOCUMENTS.items()
    }


@pytest.fixture(scope="session")
def shelf():
    return DocumentFiles()


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.id)
def test_the_quotes_are_verbatim(documents, shelf, suite):
    assert all(document.files.paths for document in documents.values())
    assert [str(problem) for problem in problems(suite, documents, shelf)] == []


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.id)
def test_a_quote_stands_once(suite):
    """Its readings stand under it."""
    written = Counter((claim.quote, claim.place[:2]) for claim in suite.claims)
    repeated = [quote for quote, count in Counter(q for q, _ in written).items() if count > 1]
    assert not repeated


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.id)
def test_a_suite_lies_in_the_folder_of_the_document_it_quotes(suite):
    assert Path(suite.text.file).parent.name == suite.source.key
    assert {claim.source.key for claim in suite.claims} <= DOCUMENTS.keys()


def test_the_headline_has_its_order():
    assert library(FOLDER).headline == (
        "knn-scaling",
        "svm-tuning",
        "lr-sensitivity",
        "mnist-optimizers",
        "mlp-device-timing",
    )
    assert {suite.id for suite in SUITES} >= set(library(FOLDER).headline)
