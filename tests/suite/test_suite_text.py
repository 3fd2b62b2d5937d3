import datetime as dt

import pytest
from suite_texts import suite_text

from harness.suite import locate, text
from harness.suite.text import DEEPEST, unfit


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "texts"


def long_text(*more: str) -> str:
    comment = "# as long as it takes\n" * (locate.SHORT // 10)
    return suite_text("tiny", comment, "[[grid]]\nlr = [0.1, 1e-3]\n", *more)


def test_a_long_text_is_parsed_once_and_found_again_the_same(tmp_path, cache, monkeypatch):
    path = tmp_path / "tiny.toml"
    path.write_text(long_text(), encoding="utf-8")
    first = text.parse(path)
    assert len(list(cache.glob("*/*"))) == 1
    monkeypatch.setattr(text.locate, "lines_of", None)
    assert text.parse(path) == first
    assert first.lines["grid", 0, "lr", 1] > 1


def test_an_edited_text_is_parsed_anew(tmp_path):
    path = tmp_path / "tiny.toml"
    path.write_text(long_text(), encoding="utf-8")
    before = text.parse(path)
    path.write_text(long_text().replace("1e-3", "2e-3"), encoding="utf-8")
    assert text.parse(path).values["grid"][0]["lr"] == [0.1, 0.002]
    assert before.values["grid"][0]["lr"] == [0.1, 0.001]


def test_what_json_has_no_word_for_is_parsed_each_time(tmp_path, cache):
    path = tmp_path / "tiny.toml"
    path.write_text(long_text("[params]\nwhen = 2020-01-01\n"), encoding="utf-8")
    assert text.parse(path) == text.parse(path)
    assert not list(cache.glob("*/*"))


def test_what_json_has_is_fit():
    values = {"a": [1, -(2**62), 1e308, 5e-324, True, "", {"b": []}], "c": {}}
    assert list(unfit(values)) == []


@pytest.mark.parametrize(
    "value",
    [
        *(float("inf"), float("-inf"), float("nan"), 2**63, -(2**63) - 1, 10**5000),
        *(dt.date(2020, 1, 2), dt.time(3, 4), dt.datetime(2020, 1, 2, tzinfo=dt.UTC)),
    ],
    ids=lambda value: str(type(value).__name__),
)
def test_what_no_key_means_is_named_where_it_stands(value):
    ((path, message),) = unfit({"good": 1, "a": [{"b": [0, value]}]})
    assert path == ("a", 0, "b", 1)
    assert message.startswith("must be ")
    assert len(message) < 200


def test_nesting_ends():
    value = 1
    for _ in range(100_000):
        value = [value]
    ((path, message),) = unfit({"a": value})
    assert len(path) == DEEPEST + 1
    assert "inside each other" in message
    while isinstance(value, list):  # take it apart by hand: freeing it is deep as well
        (value,) = value
