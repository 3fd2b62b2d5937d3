"""The ledger of sections: complete, escaped, and in the order of the documents."""

from dataclasses import replace

from suite_texts import suite_text, write_suite

from harness.report import coverage
from harness.suite.documents import Document, Section
from harness.suite.load import load
from harness.types import Verdict

CLAIMS = """\
[[claims]]
id = "c"
quote = "q"
[[claims]]
id = "d"
section = "7"
quote = "r"
"""

FIRST = (
    Section(number="1", topic="loss", claims=("s/c",)),
    Section(number="2", topic="a *story*", nothing="Tells of [something]."),
)
SECOND = (Section(number="1.1", topic="again", claims=("s/d",)),)
DOCUMENTS = {
    "b": Document("b", "2", "Second", sections=SECOND),
    "a": Document("a", "1", "First | with a bar", sections=FIRST),
    "c": Document("c", "3", "Not listed"),
}


def verdict(claim, name, because=""):
    return Verdict("s", claim, "q", "1 section 1", "", "m", "range", name, "r", because=because)


def ledger(verdicts=()):
    return coverage(DOCUMENTS, (), verdicts)


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
    assert "✗ s/c contradicted: r |" in ledger([verdict("c", "contradicted")])
    assert "1 reproduced" in text
    assert "1 contradicted" in text


def test_counts_are_of_the_sections_with_claims():
    assert "2 sections, 1 with claims." in ledger()


def test_a_document_without_a_list_of_sections_has_its_claims(tmp_path):
    text = suite_text("s", source=None) + CLAIMS
    suite = load(write_suite(tmp_path, text, "s"), Document("c", "3", "Not listed"))
    found = [verdict("c", "reproduced"), verdict("d", "contradicted", "So it is.")]
    told = coverage({"c": DOCUMENTS["c"]}, (suite,), found)
    assert told.startswith("# Claims\n\nEvery claim on the documents, with its verdict.")
    rows = ["- ✓ s/c reproduced", "- ✗ s/d contradicted: So it is. (section 7)"]
    assert told.endswith("\n".join(["## 3 Not listed", "", *rows, ""]))
    readme = replace(DOCUMENTS["c"], number="README.md", title="README.md")
    assert "\n## README.md\n" in coverage({"c": readme}, (suite,), found)
    assert "# Claims by section" in coverage(DOCUMENTS, (suite,), found)
