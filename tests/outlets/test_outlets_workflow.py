"""Claims in JUnit XML; messages for GitHub: at the line of a suite, and nothing in them acts."""

from dataclasses import replace
from xml.etree import ElementTree as ET

import outlets_verdicts as fake
import pytest

from harness.errors import Problem
from harness.outlets import workflow
from harness.outlets.outcome import Place

PLACES = {f"{v.suite}/{v.claim}": Place("suites/forest.toml", 7) for v in fake.EVERY}


@pytest.fixture(autouse=True)
def _no_checkout(monkeypatch):
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)


def test_what_fails_is_an_error_and_doubt_a_warning():
    lines = list(workflow.of_verdicts(fake.EVERY, PLACES))
    begin = "file=suites/forest.toml,line=7,title=forest/"
    assert [line.split("::")[1] for line in lines] == [
        f"error {begin}false",
        f"error {begin}moved",
        f"warning {begin}doubt",
    ]
    assert lines[0].split("::")[2] == (
        "contradicted: it lies outside%0A"
        '"reaches **97 %25**,%0Asays the README"%0Ameasured: 97.38 %25 ± 0.09 (n = 10)'
    )
    strict = workflow.of_verdicts([fake.DOUBT], PLACES, strict=True)
    assert next(strict).startswith("::error ")


def test_a_problem_is_at_its_line():
    problem = Problem("a.toml", None, "claims[0].quote", "must be, got 5%\r\nno")
    assert list(workflow.of_problems([problem])) == [
        "::error file=a.toml,line=1,title=claims[0].quote::must be, got 5%25%0D%0Ano"
    ]


def test_nothing_in_a_text_acts():
    evil = replace(fake.FALSE, quote="x\n::set-output name=a::b\x1b[2J")
    (line,) = workflow.of_verdicts([evil], PLACES)
    assert "\n" not in line
    assert "\x1b" not in line
    place = Place("a,b:c%.toml", 1)
    assert "file=a%2Cb%3Ac%25.toml,line=1::" in workflow.line("error", place, "", "t")


def test_paths_are_those_of_the_checkout(tmp_path, monkeypatch):
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    assert "file=project/s.toml" in workflow.line("error", Place("s.toml", 1), "", "")
    assert "file=../../s.toml" in workflow.line("error", Place("../../s.toml", 1), "", "")


LINES = {
    f"{one.suite}/{one.claim}": Place("suites/forest.toml", line)
    for line, one in enumerate(fake.EVERY, 1)
}


def read(**options):
    text = workflow.junit_xml(fake.EVERY, LINES, **options)
    return ET.fromstring(text.encode()).find("testsuite")  # noqa: S314 our own


def test_one_test_a_claim_with_its_outcome():
    suite = read()
    outcomes = {
        case.get("name"): [child.tag for child in case if child.tag != "properties"]
        for case in suite.findall("testcase")
    }
    assert outcomes["accuracy"] == outcomes["known"] == outcomes["open"] == []
    assert outcomes["false"] == outcomes["moved"] == ["failure"]
    assert outcomes["not-run"] == outcomes["doubt"] == ["skipped"]
    assert [suite.get(n) for n in ("tests", "failures", "errors", "skipped")] == [
        "10", "2", "0", "5",
    ]  # fmt: skip
    assert read(strict=True).get("failures") == "3"


def test_a_claim_that_fails_shows_its_numbers_and_place():
    case = read().findall("testcase")[1]
    assert (case.get("classname"), case.get("file"), case.get("line")) == (
        "forest",
        "suites/forest.toml",
        "2",
    )
    failure = case.find("failure")
    assert failure.get("message") == "contradicted: it lies outside"
    assert failure.get("type") == "contradicted"
    assert "measured   97.38 % ± 0.09 (n = 10)" in failure.text
