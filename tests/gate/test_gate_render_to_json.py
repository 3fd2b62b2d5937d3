import dataclasses
import json
import math

import gate_results as fake
import pytest
from hypothesis import given, settings

from harness.errors import UsageError
from harness.gate.render import files
from harness.gate.values import GateResult


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
