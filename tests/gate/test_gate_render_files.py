import dataclasses
import json
import math
import re
from xml.etree import ElementTree as ET

import gate_results as fake
import pytest
from hypothesis import given, settings

from harness.errors import UsageError
from harness.gate.render import files
from harness.gate.values import GateResult


def read(result, exit_code=None):
    return ET.fromstring(files.as_junit(result, exit_code).encode())  # noqa: S314 our own


def properties(element):
    return {p.get("name"): p.get("value") for p in element.findall("properties/property")}


def test_one_test_case_a_decision_with_the_outcome_of_its_verdict():
    suite = read(fake.everything(), 3).find("testsuite")
    cases = suite.findall("testcase")
    outcomes = [[child.tag for child in case if child.tag != "properties"] for case in cases]
    assert outcomes == [["failure"], [], [], ["skipped"], ["skipped"], ["error"], []]
    counts = [suite.get(name) for name in ("tests", "failures", "errors", "skipped")]
    assert counts == ["7", "1", "1", "2"]
    assert properties(suite)["exit_code"] == "3"
    assert properties(suite)["headline"].startswith("1 of 6 cases regressed")


def test_a_regressed_case():
    case = read(fake.everything()).find("testsuite/testcase")
    assert case.get("classname") == fake.FILE
    assert case.get("name") == "test_hinge[numpy] (time)"
    assert float(case.get("time")) == 0.0854
    assert properties(case) == {
        "verdict": "regressed",
        "ratio": "1.052",
        "interval_low": "1.041",
        "interval_high": "1.063",
        "interval_level": "0.95",
        "pairs": "20",
        "detectable": "1.021",
    }
    failure = case.find("failure")
    assert failure.get("message") == "slower by more than the margin of 1 %"
    assert failure.get("type") == "regressed"
    assert "base 81.2 ms, head 85.4 ms, change +5.2 % (+4.1 to +6.3 %), 20 pairs" in failure.text


def test_memory_is_no_time():
    case = read(fake.everything()).findall("testsuite/testcase")[1]
    assert case.get("name") == "test_hinge[numpy] (peak memory)"
    assert case.get("time") == "0"


def test_why_a_case_is_missing_or_broken_is_its_message():
    suite = read(fake.everything()).find("testsuite")
    assert suite.find("testcase/error").get("message") == "head: ValueError: no such layer"
    assert [s.get("message") for s in suite.findall("testcase/skipped")][1] == "only on base"


def test_characters_that_xml_forbids_are_removed():
    text = files.as_junit(fake.evil())
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", text)
    case = read(fake.evil()).find("testsuite/testcase")
    assert case.get("classname") == "bad.py"
    assert "<b>f</b> <!-- harness-gate -->" in case.get("name")


@given(fake.results)
@settings(deadline=None)
def test_any_result_is_well_formed_and_counted(result):
    suite = read(result).find("testsuite")
    assert int(suite.get("tests")) == len(suite.findall("testcase")) == len(result.decisions)
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(suite.get(name)) == len(suite.findall(f"testcase/{tag}"))


@pytest.mark.parametrize("verdict", ["ok", "improved"])
def test_what_passed_has_no_outcome(verdict):
    case = read(fake.result(fake.decision(verdict=verdict))).find("testsuite/testcase")
    assert [child.tag for child in case] == ["properties"]


def strict(text):
    def refuse(name):
        raise AssertionError(f"{name} is not JSON")

    return json.loads(text, parse_constant=refuse)


@given(fake.results)
@settings(deadline=None)
def test_a_result_comes_back_equal(result):
    text = files.as_json(result)
    strict(text)
    # nan is not equal to itself; its text is
    assert repr(files.from_json(text)) == repr(result)


def test_everything_is_there():
    found = strict(files.as_json(fake.everything(), 3))
    fields = {field.name for field in dataclasses.fields(GateResult)}
    assert set(found) == fields | {"schema", "headline", "exit_code", "alike"}
    assert (found["schema"], found["exit_code"]) == (1, 3)
    first = found["decisions"][0]
    assert first["interval"] == {"low": 1.041, "high": 1.063, "level": 0.95}
    assert first["thresholds"] == {"margin": 0.01, "tolerance": 0.05, "absolute": 0.0}
    assert found["pairs"][1]["head"]["seconds"] == 0.086
    assert found["head"]["dirty"] is True


def test_what_json_lacks_is_a_string():
    found = strict(files.as_json(fake.result(fake.decision(verdict="missing"))))
    assert found["decisions"][0]["ratio"] == "nan"
    assert found["decisions"][0]["detectable"] == "inf"
    back = files.from_json(json.dumps(found)).decisions[0]
    assert math.isnan(back.ratio)
    assert back.detectable == math.inf
    assert found["exit_code"] is None


def test_keys_of_a_newer_version_are_passed_over():
    values = files.values(fake.everything())
    values["colour"] = "blue"
    assert repr(files.from_json(json.dumps(values))) == repr(fake.everything())


def broken(**changes):
    return json.dumps({**files.values(fake.everything()), **changes})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "must be JSON, got something else: Expecting property name"),
        ("[1]", "must have schema 1, got None; write it with `harness gate --json`"),
        (broken(schema=2), "must have schema 1, got 2"),
        ('{"schema": 1}', "must be whole: base: Field required"),
        (broken(base=3), "base: "),
        (broken(decisions=[{"case": "a", "quantity": "speed", "verdict": "ok"}]),
         "decisions.0.quantity: Input should be 'time', 'memory' or 'device_memory', got 'speed'"),
        (broken(pairs=[{}] * 9), "; and 42 more"),
    ],
)  # fmt: skip
def test_what_is_no_result_is_refused_with_what_is_wrong(text, words):
    with pytest.raises(UsageError) as caught:
        files.from_json(text)
    assert words in str(caught.value)
