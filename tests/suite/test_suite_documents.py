"""Documents: a folder each, or listed beside the suites."""

import pytest
from suite_texts import NUMPY, document_text, section_text, sources_text, suite_text

from harness.errors import SuiteError, UsageError
from harness.suite.documents import library, of_suite, root_of, tree_of
from harness.suite.load import find, load

SUITE = suite_text("line-fit", NUMPY, source=None)
NOTES = document_text("notes", number="2")
BOOK = document_text("book", title="A book", headline=["line-fit"])


@pytest.fixture
def tree(tmp_path):
    """A tree of two documents; write a file of it by its path in the tree."""

    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    write("notes/document.toml", NOTES)
    write("book/document.toml", BOOK)
    write.root = tmp_path
    return write


def test_a_folder_is_a_document(tree):
    path = tree("book/line-fit.toml", SUITE)
    found = library(tree.root)
    assert list(found.documents) == ["book", "notes"]  # by number
    assert found.headline == ("line-fit",)
    assert found.of(path).key == "book"
    assert found.of(tree.root / "line-fit.toml") is None
    assert of_suite(path).title == "A book"
    assert load(path).source.key == "book"


def test_a_document_without_sections_is_told_from_one_that_lists_none(tree):
    tree("book/document.toml", BOOK + "sections = []\n")
    assert library(tree.root).documents["book"].sections == ()
    assert library(tree.root).documents["notes"].sections is None


def test_both_forms_make_one_library(tree):
    tree("sources.toml", sources_text("old"))
    tree("sections/old.toml", "schema = 1\n" + section_text(topic="t"))
    found = library(tree.root)
    assert list(found.documents) == ["old", "book", "notes"]  # 001, 1, 2
    assert found.documents["old"].sections[0].topic == "t"
    assert found.documents["old"].text.problem(("sections", 0, "topic"), "x").line == 4


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("book/document.toml", NOTES, "document.toml:2: key: must be unique, got 'notes' twice"),
        (
            "sources.toml",
            sources_text("a", "a"),
            "sources.toml:7: sources[1].key: must be unique, got 'a' twice",
        ),
        ("book/document.toml", BOOK.replace("headline", "headlin"), "Did you mean 'headline'?"),
        (
            "book/document.toml",
            BOOK.replace('"line-fit"', '"Line"'),
            "document.toml:5: headline[0]",
        ),
        ("book/document.toml", BOOK.replace('number = "1"', ""), "number: must be given"),
        (
            "book/document.toml",
            BOOK + "[[sections]]\nnumber = 4\n",
            "document.toml:7: sections[0].",
        ),
    ],
)
def test_a_fault_of_a_document_is_named(tree, name, text, words):
    tree(name, text)
    with pytest.raises(SuiteError) as caught:
        library(tree.root)
    assert words in str(caught.value)


def test_every_document_with_a_fault_is_named(tree):
    tree("book/document.toml", "schema = 2\n")
    tree("notes/document.toml", "schema = 3\n")
    with pytest.raises(SuiteError) as caught:
        library(tree.root)
    assert {problem.file for problem in caught.value.problems} == {
        str(tree.root / name / "document.toml") for name in ("book", "notes")
    }


def test_the_tree_of_a_suite_is_where_it_lies(tree, tmp_path_factory, monkeypatch):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    assert tree_of(tree.root / "book" / "x.toml", elsewhere) == tree.root
    assert tree_of(tree.root / "x.toml", elsewhere) == tree.root
    assert tree_of(elsewhere / "x.toml", tree.root) == tree.root
    assert tree_of(elsewhere / "x.toml", tree.root / "book") == tree.root
    monkeypatch.chdir(tree.root / "book")
    assert tree_of(type(elsewhere)("x.toml"), elsewhere) == root_of(type(elsewhere)("."))
    assert library(root_of(type(elsewhere)("."))).of(type(elsewhere)("x.toml")).key == "book"


def test_suites_of_every_document_are_found_by_name(tree):
    inside, beside_them = tree("book/line-fit.toml", SUITE), tree("own.toml", SUITE)
    tree("no-document/lost.toml", SUITE)
    assert find([], tree.root) == [beside_them, inside]
    assert find(["line-fit"], tree.root) == [inside]
    assert find([], tree.root / "book") == [inside]
    again = tree("notes/line-fit.toml", SUITE)
    with pytest.raises(UsageError, match=r"line-fit is the name of .* and .*; give the path"):
        find(["line-fit"], tree.root)
    assert find([], tree.root) == [beside_them, inside, again]
