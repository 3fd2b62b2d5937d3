import datetime as dt

import pytest

from harness.suite.values import DEEPEST, complaints


def test_what_json_has_is_fit():
    values = {"a": [1, -(2**62), 1e308, 5e-324, True, "", {"b": []}], "c": {}}
    assert list(complaints(values)) == []


@pytest.mark.parametrize(
    "value",
    [
        *(float("inf"), float("-inf"), float("nan"), 2**63, -(2**63) - 1, 10**5000),
        *(dt.date(2020, 1, 2), dt.time(3, 4), dt.datetime(2020, 1, 2, tzinfo=dt.UTC)),
    ],
    ids=lambda value: str(type(value).__name__),
)
def test_what_no_key_means_is_named_where_it_stands(value):
    ((path, message),) = complaints({"good": 1, "a": [{"b": [0, value]}]})
    assert path == ("a", 0, "b", 1)
    assert message.startswith("must be ")
    assert len(message) < 200


def test_nesting_ends():
    value = 1
    for _ in range(100_000):
        value = [value]
    ((path, message),) = complaints({"a": value})
    assert len(path) == DEEPEST + 1
    assert "inside each other" in message
    while isinstance(value, list):  # take it apart by hand: freeing it is deep as well
        (value,) = value
