"""Claims in JUnit XML."""

from xml.etree import ElementTree as ET

import outlets_verdicts as fake

from harness.outlets import tests
from harness.outlets.outcome import Place

PLACES = {
    f"{one.suite}/{one.claim}": Place("suites/forest.toml", line)
    for line, one in enumerate(fake.EVERY, 1)
}


def read(**options):
    text = tests.render(fake.EVERY, PLACES, **options)
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
