import pytest
from suite_texts import suite_text

from harness.suite import parsed, text


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "texts"


def long_text(*more: str) -> str:
    comment = "# as long as it takes\n" * (parsed.SHORT // 10)
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
