"""Suites in the folders of their documents, from the command line."""

import json

import pytest
from suite_texts import document_text, section_text, suite_text, write_suite

LOOK_UP = """\
[model]
hidden = [4]
[data]
dataset = "digits"
[probe]
name = "parameters"
[[grid]]
backend = ["numpy"]
[[quotes]]
text = "many weights"
[[quotes.claims]]
id = "many"
metric = "parameters"
expect = { at_least = 10 }
[[quotes.claims]]
id = "not-too-many"
metric = "parameters"
expect = { at_most = 1e6 }
"""


def looked_up(**keys):
    return suite_text("looked-up", LOOK_UP, experiment="probe", source=None, **keys)


@pytest.fixture
def tree(harness):
    """Two documents: `book` has suite `looked-up`, `notes` has `tiny` as its headline."""
    suites = harness.folder / "suites"
    (suites / "sources.toml").unlink()
    headlines = {"book": ("1", []), "notes": ("2", ["tiny"])}
    for key, (number, headline) in headlines.items():
        (suites / key).mkdir()
        text = document_text(key, section_text(), number=number, title="T", headline=headline)
        (suites / key / "document.toml").write_text(text)
    tiny = harness.suite.read_text().replace('source = { key = "notes", section', "section")
    harness.suite.unlink()
    (suites / "notes" / "tiny.toml").write_text(tiny.replace('section = "1" }', 'section = "1"'))
    write_suite(suites / "book", looked_up(section="1"), "looked-up")
    return suites


def test_a_tree_is_checked_listed_and_run_by_name(harness, tree):
    code, out, err = harness("check")
    assert (code, out.strip()) == (0, "2 suites, 3 claims: no problem"), err
    listed = json.loads(harness("list", "--json", "-")[1])["suites"]
    assert [(suite["id"], suite["tier"]) for suite in listed] == [
        ("tiny", "headline"),
        ("looked-up", "facts"),
    ]
    assert harness("run", "looked-up", "-j", "1", "-q", "--report", "page")[0] == 0
    verdicts = json.loads(harness("claims", "looked-up", "--json", "-")[1])["verdicts"]
    assert [(v["claim"], v["quote"], v["source"]) for v in verdicts] == [
        ("many", "many weights", "1 section 1"),
        ("not-too-many", "many weights", "1 section 1"),
    ]
    assert harness("claims", "--ledger", "ledger.md", "-q")[0] == 0
    ledger = (harness.folder / "ledger.md").read_text()
    assert ledger.index("## 1 T") < ledger.index("looked-up/many") < ledger.index("## 2 T")
    assert harness("report", "--out", "page")[0] == 0
    assert "<summary>Facts: 2 claims" in (harness.folder / "page" / "summary.md").read_text()


def test_a_document_that_is_not_there_is_refused_beside_one_that_is(harness, tree):
    harness("run", "-j", "1", "-q")
    assert harness("claims", "--document", "book", "--document", "2")[0] == 0
    code, _, err = harness("claims", "--document", "book", "--document", "note")
    assert code == 2
    assert err.endswith("part of the title of a document, got 'note'. Did you mean 'notes'?\n")
    assert err.count("\n") == 1


def test_one_document_is_a_folder_of_suites_too(harness, tree):
    listed = json.loads(harness("list", "--suites", tree / "book", "--json", "-")[1])["suites"]
    assert [suite["id"] for suite in listed] == ["looked-up"]
    assert harness("check", "--suites", tree / "book")[0] == 0


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('["tiny"]', '["tinny"]', "document.toml:5: headline[0]: unknown suite 'tinny'. Did you"),
        ('number = "1"', 'number = "9"', "sections: must list section '1', cited by tiny/learns"),
        ('key = "notes"', 'key = "book"', "key: must be unique, got 'book' twice"),
        ("title", "titel", "document.toml:4: titel: unknown key 'titel'. Did you mean 'title'?"),
    ],
)
def test_what_is_wrong_with_a_document_is_named(harness, tree, old, new, words):
    path = tree / "notes" / "document.toml"
    path.write_text(path.read_text().replace(old, new))
    code, _, err = harness("check")
    assert code == 2
    assert words in " ".join(err.split())


def test_a_claim_that_does_not_say_where_it_stands_is_named(harness, tree):
    write_suite(tree / "book", looked_up(), "looked-up")
    _, out, _ = harness("check", "--json", "-")
    problems = json.loads(out)["problems"]
    assert {(p["key"], p["line"]) for p in problems if p["file"].endswith("looked-up.toml")} == {
        ("quotes[0].claims[0].section", 15),
        ("quotes[0].claims[1].section", 19),
    }


def test_a_suite_outside_every_document_needs_no_source(harness, tmp_path_factory):
    (harness.folder / "suites" / "sources.toml").unlink()
    path = write_suite(tmp_path_factory.mktemp("own"), looked_up(), "looked-up")
    assert harness("check", path)[0] == 0
    assert harness("run", path, "-j", "1", "-q", "--report", "page")[0] == 0
    _, out, _ = harness("claims", path, "--json", "-")
    verdicts = json.loads(out)["verdicts"]
    assert [(v["claim"], v["source"]) for v in verdicts] == [("many", ""), ("not-too-many", "")]
    assert "looked-up" in harness("list", path)[1]
    page = (harness.folder / "page" / "index.html").read_text()
    assert "source:" not in page.partition("<body>")[2]


def test_a_suite_that_names_a_file_quotes_it_and_not_the_readme(harness):
    suites = harness.folder / "suites"
    (suites / "sources.toml").unlink()
    harness.suite.unlink()
    (harness.folder / "README.md").write_text("many weights\n")
    (harness.folder / "paper.md").write_text("many weights\n")
    named = {
        "own": '"../paper.md"',
        "both": '["../paper.md", "../README.md"]',
        "none": "[]",
        "left-out": None,
    }
    for name, files in named.items():
        text = looked_up().replace("looked-up", name)
        (suites / f"{name}.toml").write_text(f"document = {files}\n{text}" if files else text)
    assert harness("check")[0] == 0
    assert harness("run", "-j", "1", "-q")[0] == 0
    found = json.loads(harness("claims", "--json", "-")[1])["verdicts"]
    assert {one["suite"]: one["source"] for one in found} == {
        "own": "paper.md",
        "both": "README.md",
        "none": "",
        "left-out": "README.md",
    }
    chosen = harness("claims", "--document", "paper")[1]
    assert "own/many" in chosen
    assert "both/many" not in chosen
    (suites / "own.toml").write_text(
        'source = { key = "nope", section = "1" }\n' + (suites / "own.toml").read_text()
    )
    assert "unknown source 'nope'" in harness("check")[2]
