"""Claims for other programs: badges, JUnit XML, a comment, annotations."""

import json
from xml.etree import ElementTree as ET

import pytest


@pytest.fixture
def ran(harness):
    """A suite with records: one claim that holds, one that is false."""
    false = '[[claims]]\nid = "perfect"\nquote = "it @never errs"\nmetric = "test_accuracy"\n'
    text = harness.suite.read_text()
    harness.suite.write_text(f"{text}{false}expect = {{ at_least = 0.999 }}\n")
    assert harness("run", "-j", "1", "-q")[0] == 3
    return harness


def test_a_badge_of_all_one_suite_or_one_claim(ran):
    code, out, _ = ran("badge")
    assert code == 0
    assert json.loads(out) == {
        "schemaVersion": 1,
        "label": "claims",
        "message": "1 reproduced, 1 contradicted",
        "color": "red",
    }
    assert ran("badge", "tiny")[1] == out
    one = json.loads(ran("badge", "tiny/learns", "--label", "digits")[1])
    assert (one["label"], one["color"]) == ("digits", "brightgreen")
    assert one["message"].endswith(", reproduced")
    assert ran("badge", "tiny", "tiny/learns")[1] == out


def test_a_badge_as_a_picture(ran):
    assert ran("badge", "--svg", "b.svg", "--json", "b.json") == (0, "", "")
    picture = (ran.folder / "b.svg").read_text()
    assert picture == ran("badge", "--svg", "-")[1]
    assert "1 reproduced, 1 contradicted" in picture
    assert json.loads((ran.folder / "b.json").read_text())["color"] == "red"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("tiny/lerns",), 2, "unknown claim 'tiny/lerns'. Did you mean 'tiny/learns'?"),
        (("tinny/learns",), 2, "unknown suite 'tinny'. Did you mean 'tiny'?"),
        (("--svg", "-", "--json", "-"), 2, "stdout can take --json or --svg, got both"),
    ],
)
def test_a_badge_of_nothing(harness, arguments, code, words):
    found, _, err = harness("badge", *arguments)
    assert (found, words in err) == (code, True), err


def test_claims_as_tests_as_a_comment_and_as_annotations(ran):
    code, out, err = ran(
        "claims", "--junit", "c.xml", "--md", "c.md", "--github", "--json", "-", "--quiet"
    )
    assert code == 3
    assert json.loads(out)["counts"]["contradicted"] == 1
    (line,) = err.splitlines()
    place = ran.suite.read_text().splitlines().index('id = "perfect"')
    assert line.startswith(f"::error file=suites/tiny.toml,line={place},title=tiny/perfect::")
    suite = ET.parse(ran.folder / "c.xml").find("testsuite")  # noqa: S314 our own
    assert [suite.get(name) for name in ("tests", "failures")] == ["2", "1"]
    comment = (ran.folder / "c.md").read_text()
    assert comment.startswith("<!-- harness-claims -->\n### Claims: 1 of 2 claims fail\n")
    assert comment.index("tiny/perfect") < comment.index("<details>") < comment.index("tiny/learns")


def test_annotations_come_by_themselves_on_github(ran, monkeypatch):
    assert "::error" not in ran("claims")[2]
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert "::error file=suites/tiny.toml" in ran("claims")[2]
    assert "::error" not in ran("claims", "--no-github")[2]


def test_a_problem_of_a_suite_is_annotated(harness):
    harness.suite.write_text(harness.suite.read_text().replace("epochs", "epocs"))
    code, _, err = harness("check", "--github")
    assert code == 2
    assert "::error file=suites/tiny.toml,line=" in err


def test_a_quote_that_is_gone_is_named_and_nothing_else_stops(harness):
    text = harness.suite.read_text()
    harness.suite.write_text(text.replace("schema = 1\n", 'schema = 1\ndocument = "../R.md"\n'))
    readme = harness.folder / "R.md"
    readme.write_text("Here it **learns**.")
    assert harness("check")[0] == 0
    readme.write_text("Here it unlearns.")
    code, _, err = harness("check")
    assert code == 2
    assert 'quote: must stand in R.md, got no "it learns" there' in " ".join(err.split())
    readme.unlink()
    code, out, _ = harness("check", "--json", "-")
    (problem,) = json.loads(out)["problems"]
    assert (code, problem["key"], problem["line"]) == (2, "document[0]", 2)
    assert harness("list")[0] == 0
