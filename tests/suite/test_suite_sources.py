"""Quotes stand in the documents word for word, and every claim names a document there is."""

import os
import re
from pathlib import Path

import pytest

from harness.suite.load import bibliography, find, load

FOLDER = Path(__file__).parent.parent.parent / "suites"
SUITES = [load(path) for path in find([], FOLDER)]
CLAIMS = [(suite, claim) for suite in SUITES for claim in suite.claims]
SOURCES = os.environ.get("HARNESS_SOURCES", "")


def plain(text):
    return re.sub(r"\s+", " ", text)


@pytest.fixture(scope="session")
def documents():
    if not SOURCES:
        pytest.skip("HARNESS_SOURCES does not name the folder of source documents")
    numbers = {entry.number: key for key, entry in bibliography(FOLDER).items()}
    return {
        numbers[path.name[:3]]: plain(path.read_text(encoding="utf-8"))
        for path in Path(SOURCES).glob("*.txt")
    }


@pytest.mark.parametrize(
    ("suite", "claim"), CLAIMS, ids=[f"{suite.id}/{claim.id}" for suite, claim in CLAIMS]
)
def test_the_quote_is_verbatim(documents, suite, claim):
    source = claim.source or suite.source
    for part in claim.quote.split(" ... "):
        assert plain(part) in documents[source.key], f"not in {source.key}: {part!r}"


def test_every_source_is_in_the_bibliography():
    known = bibliography(FOLDER)
    for suite, claim in CLAIMS:
        assert (claim.source or suite.source).key in known


def test_the_five_named_suites_are_there():
    assert {suite.id for suite in SUITES} >= {
        "knn-scaling",
        "svm-tuning",
        "lr-sensitivity",
        "mnist-optimizers",
        "mlp-device-timing",
    }
