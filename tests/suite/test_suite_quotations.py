"""A quote is looked for in its document: found whatever the marks, missed where words differ."""

import pytest
from suite_texts import NUMPY, document_text, sources_text, suite_text

from harness.errors import SuiteError
from harness.suite.documents import library
from harness.suite.load import load
from harness.suite.quotations import DocumentFiles, problems
from harness.suite.text import Originals

README = """\
# Forests

On the digits a forest of **100 trees** reaches
<!-- claim: forest/accuracy -->97 %<!-- /claim --> of the test images. It is [fast](docs/speed.md).

| trees | accuracy |
| ----- | -------- |
| 10    | `0.93`   |
"""


def quoting(*quotes, **top):
    """Return the text of a suite with a claim for each quote."""
    claims = [
        f"[[claims]]\nid = \"c{index}\"\nquote = '''{quote}'''\nmetric = \"m\"\n"
        for index, quote in enumerate(quotes)
    ]
    return suite_text("forest", NUMPY, *claims, source=None, **top)


@pytest.fixture
def found(tmp_path):
    """Write a README and a suite below it; return the problems of its quotes as text."""

    def call(*quotes, readme=README, document="../README.md", **top):
        if readme is not None:
            (tmp_path / "README.md").write_bytes(
                readme if isinstance(readme, bytes) else readme.encode()
            )
        folder = tmp_path / "suites"
        folder.mkdir(exist_ok=True)
        (folder / "forest.toml").write_text(quoting(*quotes, document=document, **top))
        suite = load(folder / "forest.toml")
        known = library(folder).documents
        return [str(problem).replace(f"{tmp_path}/", "") for problem in problems(suite, known)]

    call.folder = tmp_path
    return call


@pytest.mark.parametrize(
    "quote",
    [
        "On the digits a forest of 100 trees reaches 97 % of the test images.",
        "a forest of **100 trees** reaches\n  97% of",
        "On the digits ... 97\\,\\% of the test images",
        "On the digits [...] It is fast.",
        "... forest of 100 trees ... fast",
        "| 10 | 0.93 |",
        "trees accuracy",
    ],
)
def test_what_stands_there_is_found(found, quote):
    assert found(quote) == []


def test_what_does_not_is_named_with_the_nearest_sentence(found):
    (problem,) = found("On the digits a forest of 100 trees reaches 96 %")
    assert problem == (
        "suites/forest.toml:11: claims[0].quote: must stand in README.md, got no "
        '"On the digits a forest of 100 trees reaches 96%" there; nearest, README.md:3: '
        '"On the digits a forest of 100 trees reaches 97% of the test images."'
    )


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        ("reaches 97 % of the train images", "nearest, README.md:3"),
        ("a forest of 10 trees", "nearest, README.md:3"),
        ("It is fast. ... On the digits", "it stands there, but before what it must follow"),
        ("The quick brown fox", "nothing there is like it"),
        ("...", "must have words to look for"),
        ("trees reaches 9", "nearest, README.md:3"),
        ("| 10 | 0.94 |", 'nearest, README.md:8: "10 0.93"'),
    ],
)
def test_each_way_to_miss(found, quote, words):
    (problem,) = found(quote)
    assert words in problem


def test_one_of_several_files_is_enough(found):
    (found.folder / "more.md").write_text("It is also small.")
    both = ["../README.md", "../more.md"]
    assert found("It is fast.", "It is also small.", document=both) == []
    (problem,) = found("It is tiny, also.", document=both)
    assert "must stand in README.md or more.md" in problem


def test_without_a_document_nothing_is_checked(found):
    assert found("The quick brown fox", document=None) == []


@pytest.mark.parametrize(
    ("readme", "words"),
    [
        (None, "suites/forest.toml:5: document[0]: README.md: must be a file that can be read: no"),
        (b"one\ntwo \xff", "README.md: must be UTF-8, got byte 0xff on line 2"),
    ],
)
def test_a_document_that_cannot_be_read_is_named_once(found, readme, words):
    problems = set(found("a", "b", readme=readme))
    assert len(problems) == 1
    assert words in problems.pop()


def test_a_file_that_nobody_named_is_named_alone(tmp_path):
    readme = tmp_path / "README.md"
    problem = Originals((readme,), required=False).problem(readme, "must be UTF-8")
    assert str(problem) == f"{readme}: must be UTF-8"


def test_a_folder_is_no_document(found):
    assert "must be a file that can be read: is a directory" in found("a", document="..")[0]


def test_a_sentence_with_several_readings_is_named_once(tmp_path):
    (tmp_path / "text.md").write_text("Something else.")
    (tmp_path / "forest.toml").write_text(
        suite_text("forest", NUMPY, source=None, document="text.md")
        + '[[quotes]]\ntext = "It is fast."\n'
        + '[[quotes.claims]]\nid = "a"\nmetric = "m"\n[[quotes.claims]]\nid = "b"\nmetric = "m"\n'
    )
    (problem,) = problems(load(tmp_path / "forest.toml"), {})
    assert (problem.key, problem.line) == ("quotes[0].text", 10)


@pytest.mark.parametrize("older", [False, True])
def test_a_document_says_where_its_words_are(tmp_path, older):
    """Its own suites' quotes are looked for there, and those that other suites make of it."""
    suites = tmp_path / "suites"
    (suites / "notes").mkdir(parents=True)
    (tmp_path / "notes.md").write_text("The loss falls.")
    path = '"../notes.md"' if older else '"../../notes.md"'
    if older:
        (suites / "sources.toml").write_text(sources_text() + f"document = {path}\n")
    else:
        (suites / "notes" / "document.toml").write_text(document_text() + f"document = {path}\n")
    text = quoting("The loss falls.", "The loss rises.", document=None)
    text = text.replace("schema = 1\n", 'schema = 1\nsource = { key = "notes", section = "1" }\n')
    (suites / "forest.toml").write_text(text)
    (problem,) = problems(load(suites / "forest.toml"), library(suites).documents, DocumentFiles())
    assert problem.line == 15
    assert "notes.md:1" in problem.message
    (tmp_path / "notes.md").unlink()
    (problem,) = set(problems(load(suites / "forest.toml"), library(suites).documents))
    name = "suites/sources.toml:6: sources[0]." if older else "notes/document.toml:5: "
    assert f"{name}document[0]" in str(problem)


def test_what_is_no_path_is_named(found):
    with pytest.raises(SuiteError, match=r"forest\.toml:5: document: must be a string, or a list"):
        found("a", document=7)


@pytest.mark.parametrize(("document", "count"), [(None, 1), ([], 0), ("../other.md", 0)])
def test_a_suite_of_no_document_quotes_the_readme_unless_it_says_otherwise(
    tmp_path, document, count
):
    folder = tmp_path / "suites"
    folder.mkdir()
    (tmp_path / "README.md").write_text("It is fast.")
    (tmp_path / "other.md").write_text("It is slow.")
    text = quoting("It is slow.", document=None)
    if document is not None:
        text = text.replace("schema = 1\n", f"schema = 1\ndocument = {document!r}\n")
    (folder / "forest.toml").write_text(text)
    known = library(folder, tmp_path / "README.md")
    suite = load(folder / "forest.toml", known.rest)
    assert len(list(problems(suite, known.documents))) == count


def test_a_readme_that_nobody_named_need_not_be_there(tmp_path):
    (tmp_path / "forest.toml").write_text(quoting("It is fast.", document=None))
    known = library(tmp_path, tmp_path / "README.md")
    suite = load(tmp_path / "forest.toml", known.rest)
    assert list(problems(suite, known.documents)) == []
