"""The ledger of sections: complete, escaped, and in the order of the documents."""

from harness.report import coverage
from harness.suite.load import Document
from harness.suite.sections import Section
from harness.types import Verdict

DOCUMENTS = {
    "b": Document(key="b", number="2", title="Second"),
    "a": Document(key="a", number="1", title="First | with a bar"),
}
OUTLINES = {
    "a": (
        Section(number="1", topic="loss", claims=("s/c",)),
        Section(number="2", topic="a *story*", nothing="Tells of [something]."),
    ),
    "b": (Section(number="1.1", topic="again", claims=("s/d",)),),
}


def verdict(claim, name, because=""):
    return Verdict("s", claim, "q", "1 section 1", "", "m", "range", name, "r", because=because)


def ledger(verdicts=()):
    return coverage(DOCUMENTS, OUTLINES, (), verdicts)


def test_documents_come_by_number_and_every_section_once():
    text = ledger()
    assert text.index("## 1 First \\| with a bar") < text.index("## 2 Second")
    rows = [line for line in text.splitlines() if line.startswith("| ") and "---" not in line]
    assert [row.split(" | ")[0] for row in rows if "Section" not in row] == ["| 1", "| 2", "| 1.1"]


def test_reasons_and_verdicts_are_shown():
    text = ledger([verdict("c", "contradicted", "It is | otherwise."), verdict("d", "reproduced")])
    assert "nothing to measure: Tells of \\[something\\]." in text
    assert "✗ s/c contradicted: It is \\| otherwise." in text
    assert "✓ s/d reproduced" in text
    assert "1 reproduced" in text
    assert "1 contradicted" in text


def test_counts_are_of_the_sections_with_claims():
    assert "2 sections, 1 with claims." in ledger()
