"""Notes of what could not be installed; time passes by setting that of the file."""

import os

import pytest

from harness.errors import SideBroken, SideLate
from harness.gate.sides.failures import TERM, earlier, noted


@pytest.fixture
def place(tmp_path):
    return tmp_path / "environments" / "x.failed.json"


def fail(place, error):
    with pytest.raises(SideBroken), noted(place):
        raise error


def test_a_failure_counts_under_the_same_settings_of_pip_for_its_term(place, monkeypatch):
    fail(place, SideBroken("head", "no compiler\nERROR: gcc"))
    assert earlier(place) == "no compiler\nERROR: gcc"
    monkeypatch.setenv("PIP_INDEX_URL", "https://secret@example.org")
    assert earlier(place) == ""
    fail(place, SideBroken("base", "still none"))
    assert earlier(place) == "still none"
    assert "secret" not in place.read_text()
    made = place.stat().st_mtime
    os.utime(place, (made - TERM, made - TERM))
    assert earlier(place) == ""


def test_that_the_time_ended_is_no_failure(place):
    fail(place, SideLate("head", "did not end within 3 s"))
    assert not place.exists()


def test_a_success_takes_the_note_away(place):
    fail(place, SideBroken("head", "no compiler"))
    with noted(place):
        pass
    assert not place.exists()
    with noted(place):  # nor is it an error that there is none
        pass


@pytest.mark.parametrize("text", ["", "[]", "{", '{"text": 1}', "\0"])
def test_a_note_that_is_none_counts_for_nothing(place, text):
    assert earlier(place) == ""
    place.parent.mkdir()
    place.write_text(text)
    assert earlier(place) == ""
